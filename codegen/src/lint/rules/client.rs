//! Names that the hand-written code of the client takes from the spec.
//!
//! They apply to the document that the client is generated from only. A document without one of
//! them would generate a client that does not compile. The audit of all resources and the simulator
//! name most of the spec, so their names are not listed here.

use crate::document::Node;
use crate::document::diagnostic::document_rules;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::LintDocument;
use crate::lint::object_node::member_location;

document_rules! {
    MISSING_CLIENT_NAME = "missing-client-name":
        "The spec of the client lacks a name that hand-written code refers to; other documents may \
         lack it"
        => "keep the name, or change the hand-written code and its table in \
            `codegen/src/lint/rules/client.rs` together with the spec";
}

/// The noun of some names, the pointer of the map or array that has them as keys or elements, and
/// the names, separated by spaces.
type NeededNames = (&'static str, &'static str, &'static str);

/// The hand-written code, and the names that it refers to.
const NEEDED_NAMES: &[(&str, &[NeededNames])] = &[
    ("generated-client/src/environment.rs", &[("environment", "/servers", "production sandbox")]),
    (
        "generated-client/src/error",
        &[
            ("schema", "/components/schemas", "ErrorBody ErrorDetail ValidationError"),
            ("property", "/components/schemas/ErrorBody/properties", "detail"),
            ("alternative", "/components/schemas/ErrorDetail/oneOf", "Message ValidationErrors"),
            ("required property", "/components/schemas/ValidationError/required", "loc msg"),
        ],
    ),
    (
        "generated-client/src/audit",
        &[
            ("operation", "/paths", "credit_batch"),
            (
                "schema",
                "/components/schemas",
                "CarbonRemovalData CreditBatch CreditBatchId CreditBatchStatus CreditQuantity",
            ),
            (
                "property",
                "/components/schemas/CreditBatch/properties",
                "beneficiary carbon_removal_data delivered_at delivery_id id issuance_id issued_at \
                 left_child_id parent_id project_id retired_at retirement_id right_child_id \
                 serial_number size status supplier_id",
            ),
            ("enum value", "/components/schemas/CreditBatchStatus/enum", "active retired split"),
            (
                "required property",
                "/components/schemas/CreditQuantity/required",
                "credit_kgs credits",
            ),
        ],
    ),
];

pub(in crate::lint) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for (user, names) in NEEDED_NAMES {
        for needed in *names {
            missing_names(document, needed, user, findings);
        }
    }
}

fn missing_names(
    document: &LintDocument<'_>,
    (noun, within, names): &NeededNames,
    user: &str,
    findings: &mut Findings,
) {
    let (location, list) = nearest(document.root(), within);
    // The properties of a missing schema are not reported beside the schema.
    if list.is_none() && location.pointer.as_str() == "/components/schemas" {
        return;
    }
    let present = match *noun {
        "operation" => operation_ids(document),
        _ => list.map(names_in).unwrap_or_default(),
    };
    for name in names.split(' ').filter(|name| !present.contains(name)) {
        let message = format!("missing {noun} `{name}`, which {user} uses");
        findings.add(&MISSING_CLIENT_NAME, location.clone(), message);
    }
}

/// Returns the value at a pointer and its location, or else the location of the nearest value
/// above it.
fn nearest<'d>(root: &'d Node, pointer: &str) -> (Location, Option<&'d Node>) {
    let (mut location, mut node) = (Location::start(), root);
    for key in pointer.split('/').skip(1) {
        let Some(member) = node.member(key) else { return (location, None) };
        location = member_location(&location.pointer, member);
        node = &member.node;
    }
    (location, Some(node))
}

fn operation_ids<'d>(document: &LintDocument<'d>) -> Vec<&'d str> {
    let operations = document.operations();
    operations.iter().filter_map(|operation| operation.object.get_str("operationId")).collect()
}

/// Returns the keys of a map, or the names of the elements of an array: strings, schemas with a
/// title, and servers.
fn names_in(list: &Node) -> Vec<&str> {
    let keys = list.members().iter().map(|member| member.key.as_str());
    let name = |element| {
        let fields = ["title", "x-environment"].into_iter();
        Node::as_str(element).or_else(|| fields.filter_map(|field| element.get_str(field)).next())
    };
    keys.chain(list.elements().iter().filter_map(name)).collect()
}
