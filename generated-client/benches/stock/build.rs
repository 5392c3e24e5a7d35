//! Generates two clients of the spec with progenitor as it comes: one that checks
//! bounds and patterns as it decodes, and one of a spec without any.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use codegen::document::Source;
use serde_json::Value;

const SPEC: &str = "../../../spec/registry.yaml";

/// The keywords of a schema that progenitor checks.
const CHECKED: [&str; 3] = ["maxLength", "minLength", "pattern"];

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

/// Takes off every schema what progenitor would check.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A property may have the name of a keyword; its value is no scalar.
            members.retain(|name, value| !CHECKED.contains(&name.as_str()) || value.is_object());
            members.values_mut().for_each(strip);
        }
        Value::Array(elements) => elements.iter_mut().for_each(strip),
        _ => {}
    }
}
