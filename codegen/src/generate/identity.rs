//! The parameter that the `id` of a response repeats.
//!
//! A response about another resource than the requested one must not be accepted. The two are
//! compared wherever a path parameter and the property `id` of the response have the same
//! identifier schema.

use super::arguments;
use super::fields::ObjectSchema;
use crate::model::ApiOperation;
use crate::model::schemas;

/// Returns the index of the parameter. A POST may create another resource than that in its path.
pub(super) fn parameter(operation: &ApiOperation<'_>) -> Option<usize> {
    let root = operation.root;
    let (name, _) = arguments::body_schema(root, operation.response?)?;
    let object = ObjectSchema::new(root, schemas::component(root, name)?);
    let string_type = |schema| schemas::named_string_type(root, schema).map(|(name, _)| name);
    let id = object.property("id")?;
    let non_null = schemas::alternatives(root, id).map(|all| all.schemas);
    let id = non_null.filter(|all| all.len() == 1).map_or(id, |all| all[0]);
    let id = string_type(id)?;
    let mut parameters = operation.parameters.iter();
    parameters
        .position(|parameter| {
            parameter.place == "path" && string_type(parameter.schema) == Some(id)
        })
        .filter(|_| operation.method != "post")
}
