//! Arguments of a call as JSON, and their validation.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::spec::{OperationSpec, Pagination, ParameterLocation, ParameterSpec};
use super::wire::WireArguments;
use crate::error::InvalidArgument;
use crate::validate::{self, Rule, Violation, excerpt};

/// The arguments of a call as JSON. They may be invalid.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallArguments {
    /// The parameters by index.
    parameters: Vec<Option<Arc<str>>>,
    body: Option<Arc<str>>,
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
                violations.extend(missing(parameter));
                parameters.push(None);
                continue;
            };
            let values = texts(json);
            let mut found = validate::request_violations(json, parameter.schema);
            if found.is_empty() {
                found.extend(values.iter().find_map(|text| misplaced(text, parameter.location)));
            }
            violations.extend(found.into_iter().map(|found| found.below(parameter.pointer)));
            parameters.push(Some(values));
        }
        if let Some(pagination) = spec.pagination {
            violations.extend(self.conflicts(pagination, spec.parameters));
        }
        let body = self.body.as_deref().unwrap_or("null");
        violations.extend(self.body_violations(spec));
        match serde_json::from_str(body) {
            Ok(body) if violations.is_empty() => Ok(WireArguments { parameters, body }),
            _ => Err(InvalidArgument::new(spec.name, violations)),
        }
    }

    fn body_violations(&self, spec: &OperationSpec) -> Vec<Violation> {
        let violation = |rule, expected: &'static str, got: &str| {
            let (expected, got) = (expected.into(), got.to_owned());
            vec![Violation { pointer: "/body".to_owned(), rule, expected, got }]
        };
        let violations = validate::request_violations;
        match (spec.body, self.body.as_deref()) {
            (None, None) => Vec::new(),
            (None, Some(_)) => violation(Rule::Type, "no body", "a body"),
            (Some(schema), None) if violations("null", schema).is_empty() => Vec::new(),
            (Some(_), None) => violation(Rule::Required, "a body", "nothing"),
            (Some(schema), Some(body)) => {
                violations(body, schema).into_iter().map(|found| found.below("/body")).collect()
            }
        }
    }

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
            let (pointer, rule) = (parameters[index].pointer.to_owned(), Rule::Conflict);
            Violation { pointer, rule, expected: expected.into(), got }
        };
        [last, before].into_iter().flatten().filter(is_set).map(conflict).collect()
    }
}

/// Serializes an argument. No type of an argument fails to serialize; if one did, the empty
/// text would be reported as invalid JSON.
fn to_json(value: &(impl Serialize + ?Sized)) -> Arc<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}

/// Returns the values of a parameter: a string without quotes, and others as in JSON.
fn texts(json: &str) -> Vec<String> {
    let text = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
    match serde_json::from_str::<Vec<&RawValue>>(json) {
        Ok(items) => items.into_iter().map(|item| text(item.get())).collect(),
        Err(_) => vec![text(json)],
    }
}

/// Returns the violation of an absent argument that the operation requires.
fn missing(parameter: &ParameterSpec) -> Option<Violation> {
    let pointer = parameter.pointer.to_owned();
    let (expected, got) = ("the argument".into(), "nothing".to_owned());
    parameter.required.then_some(Violation { pointer, rule: Rule::Required, expected, got })
}

/// Returns the violation of a rule of the location of a parameter.
fn misplaced(text: &str, location: ParameterLocation) -> Option<Violation> {
    let expected = match location {
        ParameterLocation::Path if matches!(text, "" | "." | "..") => {
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
