//! The arguments of a request, parsed and validated by the table of its operation.

use std::collections::BTreeMap;

use isometric_registry::json::{ParameterLocation, ParameterSpec};
use isometric_registry::operations::OperationSpec;
use isometric_registry::validate::Schema;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::invalid;

/// The arguments of a request.
#[derive(Debug, Default)]
pub(crate) struct RequestArguments {
    /// The parameters of the path.
    pub(crate) path: BTreeMap<&'static str, String>,
    /// The parameters of the query.
    pub(crate) query: BTreeMap<&'static str, Value>,
}

impl RequestArguments {
    /// Parses the arguments. `path` is below the base URL.
    ///
    /// # Errors
    ///
    /// All violations of the spec, in FastAPI's form.
    pub(super) fn parse(
        operation: &'static OperationSpec,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<Self, Vec<Value>> {
        let mut arguments = Self::default();
        let mut errors = arguments.parse_path(operation, path);
        errors.extend(arguments.parse_query(operation, query));
        if let Some(schema) = operation.body {
            errors.extend(body_errors(schema, body));
        }
        if errors.is_empty() { Ok(arguments) } else { Err(errors) }
    }

    fn parse_path(&mut self, operation: &'static OperationSpec, path: &str) -> Vec<Value> {
        let mut errors = Vec::new();
        for (template, segment) in operation.path.split('/').zip(path.split('/')) {
            let name = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let Some(parameter) = name.and_then(|name| parameter(operation, name)) else {
                continue;
            };
            // A segment that is not UTF-8 stays encoded, which no identifier permits either.
            let decoded = percent_decode_str(segment).decode_utf8();
            let text = decoded.map_or_else(|_| segment.to_owned(), Into::into);
            let json = json!(text).to_string();
            errors.extend(invalid::errors(&json, parameter.schema, &["path", parameter.name]));
            self.path.insert(parameter.name, text);
        }
        errors
    }

    /// Parses the known parameters of a query and ignores others, as FastAPI does.
    fn parse_query(&mut self, operation: &'static OperationSpec, query: &str) -> Vec<Value> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let mut errors = Vec::new();
        let parameters = operation.parameters.iter();
        for parameter in parameters.filter(|each| each.location == ParameterLocation::Query) {
            let values = pairs.iter().filter(|(name, _)| name == parameter.name);
            let values: Vec<&str> = values.map(|(_, value)| &**value).collect();
            let location = ["query", parameter.name];
            let value = match (parameter.schema.non_null(), &values[..]) {
                (_, []) => continue,
                (Schema::Array { items, .. }, values) => {
                    values.iter().map(|text| typed(items, text)).collect()
                }
                (schema, [text]) => typed(schema, text),
                (_, [..]) => {
                    let path = location.map(Value::from);
                    let message = "the parameter is given more than once";
                    errors.push(invalid::value_error(&path, message, &json!(values)));
                    continue;
                }
            };
            errors.extend(invalid::errors(&value.to_string(), parameter.schema, &location));
            self.query.insert(parameter.name, value);
        }
        errors
    }
}

/// Returns a parameter of the path.
fn parameter(operation: &OperationSpec, name: &str) -> Option<&'static ParameterSpec> {
    let mut parameters = operation.parameters.iter();
    parameters.find(|each| each.name == name && each.location == ParameterLocation::Path)
}

/// Converts a text to the type of a schema. A text that is not of this type stays a string, so
/// that validation rejects it.
fn typed(schema: &Schema, text: &str) -> Value {
    let typed = match schema {
        Schema::Integer(_) => text.parse::<i64>().ok().map(Value::from),
        Schema::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}

fn body_errors(schema: &'static Schema, body: &[u8]) -> Vec<Value> {
    if body.is_empty() {
        return vec![invalid::missing(&["body"])];
    }
    match std::str::from_utf8(body) {
        Ok(json) => invalid::errors(json, schema, &["body"]),
        Err(error) => {
            let message = format!("the body is not UTF-8: {error}");
            vec![invalid::value_error(&["body".into()], &message, &Value::Null)]
        }
    }
}
