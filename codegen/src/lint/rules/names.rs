//! Names that become Rust: each is an identifier, and no two become the same.

use std::collections::{HashMap, HashSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::lint::document::{Document, Operation, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::SCHEMA;
use crate::lint::words::cut;

/// Names of types that the generated code uses without a path.
const RESERVED_TYPES: &[&str] =
    &["Box", "Err", "None", "Ok", "Option", "Result", "Some", "String", "Vec"];

/// Methods of the client, and of progenitor's client beneath it, that an operation
/// would hide or repeat.
const RESERVED_METHODS: &[&str] = &[
    "api_version",
    "at",
    "base_url",
    "baseurl",
    "client",
    "clone",
    "concurrency",
    "exec",
    "from_env",
    "from_lookup",
    "inner",
    "lineage",
    "new",
    "new_with_client",
    "options",
    "pending_call",
    "post",
    "pre",
    "production",
    "sandbox",
    "with_options",
    "without_retries",
];

/// The variant that every enum has for values that the spec does not know.
const UNKNOWN: &str = "Unknown";

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for schema in document.sites().iter().filter(|site| site.is_named_schema()) {
        type_name(schema, findings);
    }
    for schema in document.all(&SCHEMA) {
        let names = schema.entries("properties").map(|(name, place, _)| (name.to_owned(), place));
        distinct(names, "property", snake, findings);
        variants(schema, findings);
    }
    let operations = document.operations();
    for operation in &operations {
        operation_id(operation, findings);
    }
    let ids = operations.iter().filter_map(|operation| {
        Some((operation.site.text("operationId")?.to_owned(), operation.site.at("operationId")))
    });
    distinct(ids, "operation", str::to_snake_case, findings);
}

/// Whether this can be the name of something in Rust.
pub(super) fn is_identifier(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
}

/// Whether this is an identifier in Rust's form for functions and variables.
pub(super) fn is_snake_case(name: &str) -> bool {
    is_identifier(name) && name.is_ascii() && name == name.to_snake_case()
}

/// The name of a field or an argument, as progenitor and typify choose it.
pub(super) fn snake(name: &str) -> String {
    name.replace('\'', "").replace(|c: char| !c.is_alphanumeric() && c != '_', "-").to_snake_case()
}

/// Refuses names of which an earlier one becomes the same in Rust.
pub(super) fn distinct(
    names: impl IntoIterator<Item = (String, Place)>,
    what: &str,
    in_rust: fn(&str) -> String,
    findings: &mut Findings,
) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, place) in names {
        let rust = in_rust(&name);
        match seen.get(&rust) {
            Some(first) if *first == name => {
                let message = format!("there is another {what} called `{}`", cut(&name));
                findings.add(place, message, "rename one of the two");
            }
            Some(first) => {
                let (first, name, rust) = (cut(first), cut(&name), cut(&rust));
                let message =
                    format!("the {what} `{name}` becomes `{rust}` in Rust, as `{first}` does");
                findings.add(place, message, "rename one of the two");
            }
            None => {
                seen.insert(rust, name);
            }
        }
    }
}

fn type_name(schema: &Site<'_>, findings: &mut Findings) {
    let Some(name) = schema.place.pointer.last() else { return };
    let camel = name.to_upper_camel_case();
    let shown = cut(&name);
    if name != camel || !name.is_ascii() || !is_identifier(&name) {
        let help = match is_identifier(&camel) && camel.is_ascii() {
            true => format!("call it `{camel}`"),
            false => "use words of ASCII letters, each beginning with a capital".to_owned(),
        };
        let message = format!("`{shown}` is no name of a Rust type, which this schema becomes");
        findings.add(schema.here(), message, help);
    } else if RESERVED_TYPES.contains(&name.as_str()) {
        let message = format!("a schema called `{shown}` would hide Rust's own `{shown}`");
        findings.add(schema.here(), message, "give it a name of the registry's");
    }
}

fn variants(schema: &Site<'_>, findings: &mut Findings) {
    if schema.text("type") != Some("string") {
        return;
    }
    let values = || {
        schema.elements("enum").filter_map(|(place, node)| Some((node.as_str()?.to_owned(), place)))
    };
    for (value, place) in values() {
        let variant = value.to_upper_camel_case();
        let shown = cut(&value);
        if !is_identifier(&variant) {
            let message = format!("the value `{shown}` cannot name a variant of a Rust enum");
            findings.add(place, message, "describe the string by a `pattern` instead of an `enum`");
        } else if variant == UNKNOWN {
            let message = format!(
                "the value `{shown}` would be the variant `{UNKNOWN}`, which stands for values \
                 that the spec does not know"
            );
            findings.add(place, message, "leave it out; it is kept like any unknown value");
        }
    }
    // The same value twice is another finding.
    let mut seen = HashSet::new();
    let unique = values().filter(|(value, _)| seen.insert(value.clone()));
    distinct(unique, "value", str::to_upper_camel_case, findings);
}

fn operation_id(operation: &Operation<'_, '_>, findings: &mut Findings) {
    let method = operation.method.to_uppercase();
    let Some(id) = operation.site.text("operationId") else {
        if operation.site.get("operationId").is_none() {
            let message = format!("{method} {} has no `operationId`", cut(&operation.path));
            let help = "add one; it names the method, such as `operationId: credit_batch`";
            findings.add(operation.site.here(), message, help);
        }
        return;
    };
    let place = operation.site.at("operationId");
    let shown = cut(id);
    if !is_snake_case(id) {
        let snake = id.to_snake_case();
        let help = match is_snake_case(&snake) {
            true => format!("call it `{snake}`"),
            false => "use words of lower-case ASCII letters with `_` between them".to_owned(),
        };
        let message = format!("`{shown}` is no name of a Rust method, which the operation becomes");
        findings.add(place, message, help);
    } else if RESERVED_METHODS.contains(&id) {
        let message = format!("the client has a method `{shown}` of its own");
        findings.add(place, message, "call the operation after what it fetches or does");
    }
}
