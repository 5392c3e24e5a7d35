//! Command-line arguments for the parameters of operations.

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches};
use isometric_registry::json::ParameterSpec;
use isometric_registry::validate::{Format, Schema};
use serde_json::Value;

/// Returns a positional argument.
pub(crate) fn positional(parameter: &'static ParameterSpec) -> Arg {
    base(parameter).required(true)
}

/// Returns an option with the name of the parameter.
pub(crate) fn option(parameter: &'static ParameterSpec) -> Arg {
    base(parameter).long(parameter.name.replace('_', "-")).required(parameter.required)
}

fn base(parameter: &'static ParameterSpec) -> Arg {
    let values = values(item(parameter.schema));
    let parser = match &values[..] {
        [] => ValueParser::string(),
        values => PossibleValuesParser::new(values).into(),
    };
    let argument = Arg::new(parameter.name)
        .help(parameter.description)
        .value_name(value_name(parameter))
        .value_parser(parser);
    match parameter.schema.non_null() {
        Schema::Array { .. } => argument.action(ArgAction::Append).value_delimiter(','),
        _ => argument.action(ArgAction::Set),
    }
}

/// Returns the argument of a parameter as JSON. The call validates it.
pub(crate) fn value(parameter: &ParameterSpec, matches: &ArgMatches) -> Option<Value> {
    let texts = matches.try_get_many::<String>(parameter.name).ok().flatten()?;
    let schema = item(parameter.schema);
    let mut values = texts.map(|text| json(text, schema));
    match parameter.schema.non_null() {
        Schema::Array { .. } => Some(values.collect()),
        _ => values.next(),
    }
}

/// Returns the text of an argument as JSON of the type that a schema requires, or as a string if
/// it has another type.
fn json(text: &str, schema: &'static Schema) -> Value {
    let is_string = matches!(schema, Schema::String(_));
    let parsed = if is_string { None } else { serde_json::from_str(text).ok() };
    parsed.unwrap_or_else(|| text.into())
}

/// Returns the schema of the elements of a list, and other schemas unchanged.
fn item(schema: &'static Schema) -> &'static Schema {
    match schema.non_null() {
        Schema::Array { items, .. } => items.non_null(),
        schema => schema,
    }
}

/// Returns the only values that a schema permits, or none if it permits any others.
fn values(schema: &'static Schema) -> Vec<&'static str> {
    match schema {
        Schema::Boolean => vec!["true", "false"],
        Schema::String(rules) => rules.values.to_vec(),
        _ => Vec::new(),
    }
}

fn value_name(parameter: &ParameterSpec) -> String {
    let name = match item(parameter.schema) {
        Schema::Integer(_) | Schema::Number(_) | Schema::Decimal(_) => "NUMBER",
        Schema::String(rules) => match rules.format {
            _ if !rules.values.is_empty() => "VALUE",
            Some(Format::Date) => "DATE",
            Some(Format::DateTime) => "TIME",
            _ => return parameter.name.to_uppercase(),
        },
        _ => "VALUE",
    };
    name.to_owned()
}
