//! Values that conform to schemas of the spec.

use isometric_registry::validate::{Format, Required, Schema, StringRules};
use serde_json::{Value, json};

/// Returns a value that conforms to a schema, with all properties.
pub(crate) fn sample(schema: &'static Schema) -> Value {
    match schema.non_null() {
        Schema::Any => Value::Null,
        Schema::Boolean => json!(true),
        Schema::Integer(bounds) => json!(bounds.minimum.map_or(1, |(minimum, _)| minimum as i64)),
        Schema::Number(_) | Schema::Decimal(_) => json!(1),
        Schema::String(rules) => json!(sample_string(rules)),
        Schema::Array { items, count, .. } => {
            (0..count.min.max(1)).map(|_| sample(items)).collect()
        }
        Schema::Object { properties, .. } => {
            let required = properties.iter().filter(|each| each.required != Required::Never);
            required.map(|each| (each.name.to_owned(), sample(each.schema))).collect()
        }
        Schema::OneOf(schemas) | Schema::AnyOf(schemas) | Schema::AllOf(schemas) => {
            schemas.first().map(|schema| sample(schema)).unwrap_or_default()
        }
        Schema::Nullable(_) => Value::Null,
    }
}

fn sample_string(rules: &StringRules) -> String {
    match (rules.values, rules.format) {
        ([first, ..], _) => (*first).to_owned(),
        (_, Some(Format::CountryCode)) => "GBR".to_owned(),
        (_, Some(Format::Date)) => "2024-01-01".to_owned(),
        (_, Some(Format::DateTime)) => "2024-01-01T00:00:00Z".to_owned(),
        (_, Some(Format::Decimal | Format::Int32)) => "1".to_owned(),
        (_, None) => format!("{:0<width$}", rules.prefix, width = rules.length.min.max(1)),
    }
}
