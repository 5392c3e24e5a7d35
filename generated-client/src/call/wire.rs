//! CallArguments of a call: as JSON until they are validated, then as progenitor's client takes them.

use std::fmt::Write;
use std::sync::Arc;

use progenitor_client::ResponseValue;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::spec::{OperationSpec, Pagination, ParameterLocation, ParameterSpec};
use crate::error::InvalidArgument;
use crate::validate::{self, Rule, Violation, excerpt};

/// The result of progenitor's client, which does not know the types of bodies.
pub(crate) type WireResult = Result<ResponseValue<JsonText>, progenitor_client::Error<()>>;

/// A body as JSON text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JsonText(Box<RawValue>);

/// The arguments of a call as JSON. They may be invalid.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallArguments {
    /// The parameters by index.
    parameters: Vec<Option<Arc<str>>>,
    body: Option<Arc<str>>,
}

/// The arguments of a call as they are sent.
#[derive(Debug)]
pub struct WireArguments {
    parameters: Vec<WireValue>,
    body: Option<JsonText>,
}

#[derive(Debug)]
enum WireValue {
    Absent,
    One(String),
    Many(Vec<String>),
}

impl CallArguments {
    pub(crate) fn set(&mut self, index: usize, value: &(impl Serialize + ?Sized)) {
        self.unset(index);
        self.parameters[index] = Some(to_json(value));
    }

    pub(crate) fn unset(&mut self, index: usize) {
        if self.parameters.len() <= index {
            self.parameters.resize(index + 1, None);
        }
        self.parameters[index] = None;
    }

    pub(crate) fn is_set(&self, index: usize) -> bool {
        self.get(index).is_some()
    }

    pub(crate) fn set_body(&mut self, body: &(impl Serialize + ?Sized)) {
        self.body = Some(to_json(body));
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Arc<str>> {
        self.parameters.get(index)?.as_ref()
    }

    /// Validates all arguments and converts them.
    pub(crate) fn to_wire(
        &self,
        spec: &'static OperationSpec,
    ) -> Result<WireArguments, InvalidArgument> {
        let mut violations = Vec::new();
        let mut parameters = Vec::new();
        for (index, parameter) in spec.parameters.iter().enumerate() {
            let Some(json) = self.get(index) else {
                parameters.push(WireValue::Absent);
                continue;
            };
            let value = WireValue::new(json);
            let mut found = validate::request_violations(json, parameter.schema);
            if found.is_empty() {
                found.extend(value.violation(parameter.place));
            }
            let prefix = [parameter.place.as_str(), parameter.name];
            violations.extend(found.into_iter().map(|violation| violation.below(&prefix)));
            parameters.push(value);
        }
        if let Some(pagination) = spec.pagination {
            violations.extend(self.conflicts(pagination, spec.parameters));
        }
        if let (Some(json), Some(schema)) = (&self.body, spec.body) {
            let found = validate::request_violations(json, schema);
            violations.extend(found.into_iter().map(|violation| violation.below(&["body"])));
        }
        if !violations.is_empty() {
            return Err(InvalidArgument::new(spec.name, violations));
        }
        let body = self.body.as_deref().and_then(|json| serde_json::from_str(json).ok());
        Ok(WireArguments { parameters, body })
    }
}

impl CallArguments {
    /// Returns a violation for each argument that reads backwards while another one reads
    /// forwards.
    fn conflicts(&self, pagination: &Pagination, parameters: &[ParameterSpec]) -> Vec<Violation> {
        let Pagination { first, after, last, before, .. } = *pagination;
        let is_set = |index: &usize| self.is_set(*index);
        let name = |index: usize| parameters[index].name;
        let mut forwards = [first, Some(after)].into_iter().flatten();
        let Some(forwards) = forwards.find(is_set) else { return Vec::new() };
        let conflict = |index| {
            let got = self.get(index).map(ToString::to_string).unwrap_or_default();
            let expected = format!("no `{}` together with `{}`", name(index), name(forwards));
            let (pointer, rule) = (String::new(), Rule::Conflict);
            let violation = Violation { pointer, rule, expected: expected.into(), got };
            violation.below(&[ParameterLocation::Query.as_str(), name(index)])
        };
        [last, before].into_iter().flatten().filter(is_set).map(conflict).collect()
    }
}

/// Serializes an argument. No type of an argument fails to serialize; if one did, the empty
/// text would be reported as invalid JSON.
fn to_json(value: &(impl Serialize + ?Sized)) -> Arc<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}

#[allow(dead_code, reason = "the operations of the spec need not have all kinds of arguments")]
impl WireArguments {
    /// Returns a required argument. Methods take all of them.
    pub(crate) fn one(&self, index: usize) -> &str {
        self.optional(index).unwrap_or_default()
    }

    pub(crate) fn optional(&self, index: usize) -> Option<&str> {
        match &self.parameters[index] {
            WireValue::One(text) => Some(text),
            WireValue::Absent | WireValue::Many(_) => None,
        }
    }

    /// Returns a required argument that is a list. Methods take all of them.
    pub(crate) fn many(&self, index: usize) -> &Vec<String> {
        const EMPTY: &Vec<String> = &Vec::new();
        self.optional_many(index).unwrap_or(EMPTY)
    }

    pub(crate) fn optional_many(&self, index: usize) -> Option<&Vec<String>> {
        match &self.parameters[index] {
            WireValue::Many(texts) => Some(texts),
            WireValue::Absent | WireValue::One(_) => None,
        }
    }

    /// Returns the body. Methods take one if the operation has one.
    pub(crate) fn body(&self) -> &JsonText {
        static NULL: std::sync::LazyLock<JsonText> =
            std::sync::LazyLock::new(|| JsonText(RawValue::NULL.to_owned()));
        self.body.as_ref().unwrap_or(&NULL)
    }
}

impl WireValue {
    fn new(json: &str) -> Self {
        match serde_json::from_str::<Vec<&RawValue>>(json) {
            Ok(items) => Self::Many(items.into_iter().map(|item| text(item.get())).collect()),
            Err(_) => Self::One(text(json)),
        }
    }

    /// Returns the violation of the rules of a place.
    fn violation(&self, place: ParameterLocation) -> Option<Violation> {
        let Self::One(text) = self else { return None };
        let expected = match place {
            ParameterLocation::Path if matches!(text.as_str(), "" | "." | "..") => {
                "a path segment other than an empty string, `.` and `..`"
            }
            ParameterLocation::Header if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
                "visible ASCII characters and spaces"
            }
            _ => return None,
        };
        let (pointer, got) = (String::new(), excerpt(text));
        Some(Violation { pointer, rule: Rule::Format, expected: expected.into(), got })
    }
}

/// Returns the text of a scalar: that of a string without quotes, and others as in JSON.
fn text(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// Encodes a path segment. Only unreserved characters (RFC 3986) have the same meaning to all
/// URL parsers.
pub(crate) fn encode_segment(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::spec::{OperationSpec, ParameterLocation, ParameterSpec};
    use super::{CallArguments, encode_segment};
    use crate::validate::{Bounds, Count, Schema, StringRules};

    static TEXT: Schema = Schema::String(&StringRules::ANY);
    static INTEGER: Schema = Schema::Integer(Bounds {
        minimum: Some((1.0, false)),
        maximum: Some((50.0, false)),
        multiple_of: None,
        format: None,
    });
    static TEXTS: Schema =
        Schema::Array { items: &TEXT, count: Count { min: 0, max: Some(2) }, unique: true };
    static SPEC: OperationSpec = OperationSpec {
        name: "thing",
        method: "GET",
        path: "/things/{id}",
        statuses: &[],
        needs_access_token: false,
        parameters: &[
            ParameterSpec { name: "id", place: ParameterLocation::Path, schema: &TEXT },
            ParameterSpec { name: "first", place: ParameterLocation::Query, schema: &INTEGER },
            ParameterSpec { name: "a/b~c", place: ParameterLocation::Query, schema: &TEXTS },
            ParameterSpec { name: "note", place: ParameterLocation::Header, schema: &TEXT },
        ],
        body: Some(&INTEGER),
        response: None,
        pagination: None,
    };

    fn violations(arguments: &CallArguments) -> Vec<String> {
        let error = arguments.to_wire(&SPEC).unwrap_err();
        error.violations().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reports_all_invalid_arguments_at_once() {
        let mut arguments = CallArguments::default();
        arguments.set(0, "..");
        arguments.set(1, &1000);
        arguments.set(2, &["x", "y", "x"]);
        arguments.set(3, "a\nb");
        arguments.set_body(&json!("z"));
        assert_eq!(
            violations(&arguments),
            [
                "/path/id: format: expected a path segment other than an empty string, `.` and \
                 `..`, got \"..\"",
                "/query/first: range: expected at least 1 and at most 50, got 1000",
                "/query/a~1b~0c/2: unique: expected a unique item, got \"x\"",
                "/query/a~1b~0c: items: expected at most 2 items, got 3",
                "/header/note: format: expected visible ASCII characters and spaces, got \
                 \"a\\nb\"",
                "/body: type: expected an integer, got \"z\"",
            ]
        );
    }

    #[test]
    fn converts_valid_arguments() {
        let mut arguments = CallArguments::default();
        arguments.set(0, "a/b");
        arguments.set(2, &["x/y", ""]);
        arguments.set_body(&5);
        let wire = arguments.to_wire(&SPEC).unwrap();
        assert_eq!((wire.one(0), wire.optional(1)), ("a/b", None));
        assert_eq!(wire.optional_many(2), Some(&vec!["x/y".to_owned(), String::new()]));
        assert_eq!(serde_json::to_string(wire.body()).unwrap(), "5");
    }

    #[test]
    fn refuses_segments_that_change_the_path() {
        for text in ["", ".", ".."] {
            let mut arguments = CallArguments::default();
            arguments.set(0, text);
            assert_eq!(violations(&arguments).len(), 1, "{text}");
        }
    }

    #[test]
    fn encodes_segments() {
        for (text, encoded) in [
            ("ctb_1-~.", "ctb_1-~."),
            ("...", "..."),
            ("a/b", "a%2Fb"),
            ("..\\x", "..%5Cx"),
            ("%2e%2E", "%252e%252E"),
            ("a?b#c", "a%3Fb%23c"),
            ("é\n\0", "%C3%A9%0A%00"),
        ] {
            assert_eq!(encode_segment(text), encoded);
        }
    }
}
