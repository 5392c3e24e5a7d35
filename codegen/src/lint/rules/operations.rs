//! Operation Objects: the `operationId`, which becomes a Rust method.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::names::{check_unique, is_snake_case};
use crate::document::diagnostic::document_rules;
use crate::lint::findings::Findings;
use crate::lint::lint_document::{LintDocument, LintOperation};
use crate::lint::message::truncate;
use crate::model;

document_rules! {
    MISSING_OPERATION_ID = "missing-operation-id":
        "An operation has no `operationId`"
        => "add the name of the method, such as `operationId: credit_batch`";
    INVALID_OPERATION_ID = "invalid-operation-id":
        "An `operationId` is not a valid Rust method name"
        => "use lower-case ASCII words joined by `_`";
    RESERVED_OPERATION_ID = "reserved-operation-id":
        "An `operationId` is the name of a method of the client"
        => "use another name";
    DUPLICATE_OPERATION_ID = "duplicate-operation-id":
        "Two operations become the same Rust method or type"
        => "rename one of the operations";
    DUPLICATE_BULK_METHOD = "duplicate-bulk-method":
        "The bulk method of an operation has the name of another method"
        => "rename the collection in the path, or the other operation";
}

/// Methods of the client and of progenitor's client.
const RESERVED_METHODS: &[&str] = &[
    "api_version",
    "at",
    "base_url",
    "baseurl",
    "client",
    "clone",
    "concurrency",
    "context",
    "exec",
    "from_env",
    "from_lookup",
    "http",
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
    "with_access_token",
    "with_options",
    "without_retries",
];

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    let operations = document.operations();
    for operation in &operations {
        operation_id(operation, findings);
    }
    let ids = operations.iter().filter_map(|LintOperation { object, .. }| {
        Some((object.get_str("operationId")?.to_owned(), object.at("operationId")))
    });
    let rule = &DUPLICATE_OPERATION_ID;
    // Types have fewer distinct names than methods: `a_1` and `a1` both become `A1`.
    check_unique(rule, ids, "operationId", str::to_upper_camel_case, findings);
    bulk_methods(document, &operations, findings);
}

/// Checks the names of the methods that fetch many resources by their identifiers.
fn bulk_methods(
    document: &LintDocument<'_>,
    operations: &[LintOperation<'_, '_>],
    findings: &mut Findings,
) {
    let models = model::operations(document.root());
    let mut taken: BTreeSet<_> = models.iter().map(|operation| operation.id.to_owned()).collect();
    taken.extend(RESERVED_METHODS.iter().map(|name| (*name).to_owned()));
    for operation in models {
        let Some(name) = operation.bulk_name() else { continue };
        let is_same = |listed: &&LintOperation<'_, '_>| {
            listed.path == operation.path && listed.method == operation.method
        };
        if let Some(listed) = operations.iter().find(is_same)
            && taken.contains(&name)
        {
            let message = format!("bulk method `{}` exists already", truncate(&name));
            findings.add(&DUPLICATE_BULK_METHOD, listed.object.here(), message);
        }
        taken.insert(name);
    }
}

fn operation_id(operation: &LintOperation<'_, '_>, findings: &mut Findings) {
    let object = operation.object;
    let Some(id) = object.get_str("operationId") else {
        if object.get("operationId").is_none() {
            let (method, path) = (operation.method.to_uppercase(), truncate(&operation.path));
            let message = format!("{method} {path}: missing `operationId`");
            findings.add(&MISSING_OPERATION_ID, object.here(), message);
        }
        return;
    };
    let at = object.at("operationId");
    let display = truncate(id);
    if !is_snake_case(id) {
        let snake = id.to_snake_case();
        // A name that would be truncated is no suggestion.
        let help = if is_snake_case(&snake) && truncate(&snake) == snake {
            format!("rename the operation to `{snake}`")
        } else {
            INVALID_OPERATION_ID.remedy.to_owned()
        };
        let message = format!("operationId `{display}` is not a valid Rust method name");
        findings.add_with_help(&INVALID_OPERATION_ID, at, message, help);
    } else if RESERVED_METHODS.contains(&id) {
        let message = format!("operationId `{display}` is the name of a method of the client");
        findings.add(&RESERVED_OPERATION_ID, at, message);
    }
}
