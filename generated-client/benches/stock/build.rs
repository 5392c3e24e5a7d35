//! Generates two clients with unmodified progenitor: one that validates bounds and patterns
//! while decoding, and one from a spec without bounds and patterns.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use codegen::document::Source;
use serde_json::Value;

const SPEC: &str = "../../../spec/registry.yaml";

/// The schema keywords that progenitor validates.
const VALIDATED_KEYWORDS: [&str; 3] = ["maxLength", "minLength", "pattern"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SPEC}");
    let mut document = Source::parse(SPEC, &fs::read_to_string(SPEC)?)?.root().to_json();
    let folder = env::var("OUT_DIR")?;
    let folder = Path::new(&folder);
    fs::write(folder.join("bounded.rs"), client(&document)?)?;
    strip(&mut document);
    fs::write(folder.join("unbounded.rs"), client(&document)?)?;
    Ok(())
}

fn client(document: &Value) -> Result<String, Box<dyn Error>> {
    let document = serde_json::from_value(document.clone())?;
    let mut generator = progenitor::Generator::default();
    let tokens = generator.generate_tokens(&document)?;
    Ok(prettyplease::unparse(&syn::parse2(tokens)?))
}

/// Removes the keywords that progenitor validates from all schemas.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // Properties may have the name of a keyword, but their values are objects.
            members.retain(|name, value| {
                !VALIDATED_KEYWORDS.contains(&name.as_str()) || value.is_object()
            });
            members.values_mut().for_each(strip);
        }
        Value::Array(elements) => elements.iter_mut().for_each(strip),
        _ => {}
    }
}
