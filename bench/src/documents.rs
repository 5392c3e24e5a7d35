//! Documents that are derived from the spec.

use std::fs;

use codegen::document::Source;
use codegen::document::pointer::Pointer;
use serde_json::Value;

use crate::{BenchResult, SPEC, workspace};

/// Returns the spec as JSON.
pub(crate) fn spec() -> BenchResult<Value> {
    let text = fs::read_to_string(workspace().join(SPEC))?;
    Ok(Source::parse(SPEC, &text)?.root().to_json())
}

/// Returns the example of a named schema.
pub(crate) fn example(schema: &str) -> BenchResult<Value> {
    let pointer = Pointer::root().descend(["components", "schemas", schema, "example"]);
    let example = spec()?.pointer(pointer.as_str()).cloned();
    example.ok_or_else(|| format!("{SPEC}: no example at {pointer}").into())
}

/// Returns the spec with its paths repeated until its JSON has at least this number of bytes.
pub(crate) fn enlarged_spec(bytes: usize) -> BenchResult<Value> {
    let mut document = spec()?;
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    for number in 1.. {
        if document.to_string().len() >= bytes {
            break;
        }
        for (path, item) in &paths {
            let mut item = item.clone();
            for operation in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
                if let Some(Value::String(id)) = operation.get_mut("operationId") {
                    *id += &format!("_{number}");
                }
            }
            document["paths"][format!("/{number}{path}")] = item;
        }
    }
    Ok(document)
}
