//! Laws of the diff that hold for every pair of documents.

use std::collections::BTreeMap;

use codegen::diff::Report;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::contract;

/// Generates schemas without alternatives. Alternatives are matched by similarity, and
/// the reverse comparison may match others.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!({"type": "boolean"})),
        (0..4, 4..8).prop_map(|(least, most)| {
            json!({"type": "string", "minLength": least, "maxLength": most})
        }),
        (0..3).prop_map(|least| json!({"type": "integer", "minimum": least, "format": "int32"})),
        proptest::sample::subsequence(vec!["a", "b", "c"], 1..=3)
            .prop_map(|values| json!({"type": "string", "enum": values})),
        any::<bool>().prop_map(|nullable| json!({"type": "string", "nullable": nullable})),
        Just(json!({"$ref": "#/components/schemas/Shared"})),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            inner.clone().prop_map(|not| json!({"not": not})),
            (proptest::collection::btree_map("[a-c]", inner, 0..3), any::<bool>())
                .prop_map(|(properties, required)| object(&properties, required)),
        ]
    })
}

fn object(properties: &BTreeMap<String, Value>, required: bool) -> Value {
    let names: Vec<_> = properties.keys().filter(|_| required).collect();
    json!({"type": "object", "properties": properties, "required": names})
}

prop_compose! {
    fn document()(
        request in schema(),
        response in schema(),
        shared in schema(),
        parameter in any::<bool>(),
        status in prop_oneof![Just("200"), Just("201")],
    ) -> Value {
        json!({
            "openapi": "3.0.3",
            "paths": {"/a": {"post": {
                "parameters": [{"name": "p", "in": "header", "required": parameter, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": request}}},
                "responses": {status: {"content": {"application/json": {"schema": response}}}},
            }}},
            "components": {"schemas": {"Shared": shared}},
        })
    }
}

fn compared(base: &Value, revision: &Value) -> Report {
    Report::of(&contract(&base.to_string()), &contract(&revision.to_string())).unwrap()
}

/// Returns place, `before` and `after` of every change, but not the rule.
fn sides(report: &Report, swapped: bool) -> Vec<(String, String, Option<String>, Option<String>)> {
    let side = |change: &codegen::diff::Change| {
        let (mut before, mut after) = (change.before.clone(), change.after.clone());
        if swapped {
            std::mem::swap(&mut before, &mut after);
        }
        (change.direction.to_string(), change.pointer.clone(), before, after)
    };
    let mut sides: Vec<_> = report.changes.iter().map(side).collect();
    sides.sort();
    sides
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn document_equals_itself(document in document()) {
        prop_assert_eq!(compared(&document, &document).changes, vec![]);
    }

    #[test]
    fn swapping_the_sides_swaps_before_and_after(base in document(), revision in document()) {
        let there = compared(&base, &revision);
        let back = compared(&revision, &base);
        prop_assert_eq!(sides(&there, false), sides(&back, true));
    }

    /// The facts also have the names of schemas, which are no difference.
    #[test]
    fn documents_that_differ_have_different_facts(base in document(), revision in document()) {
        if !compared(&base, &revision).changes.is_empty() {
            prop_assert_ne!(facts(&base), facts(&revision));
        }
    }

    #[test]
    fn documents_with_different_facts_differ(base in document(), revision in document()) {
        let (base, revision) = (without_references(base), without_references(revision));
        if facts(&base) != facts(&revision) {
            prop_assert_ne!(compared(&base, &revision).changes, vec![]);
        }
    }

    #[test]
    fn inlining_is_no_change(document in document()) {
        let mut inlined = document.clone();
        if let Some(shared) = inlined["components"]["schemas"].as_object_mut().unwrap().remove("Shared") {
            inline(&mut inlined, &shared);
        }
        prop_assume!(!inlined.to_string().contains("$ref"));
        prop_assert_eq!(compared(&document, &inlined).changes, vec![]);
        prop_assert_eq!(compared(&inlined, &document).changes, vec![]);
    }
}

fn facts(document: &Value) -> String {
    contract(&document.to_string()).to_text().unwrap()
}

fn without_references(document: Value) -> Value {
    let text = document.to_string().replace("$ref", "x-ref");
    serde_json::from_str(&text).unwrap()
}

/// Replaces references by a schema.
fn inline(within: &mut Value, schema: &Value) {
    match within {
        Value::Object(members) if members.contains_key("$ref") => *within = schema.clone(),
        Value::Object(members) => members.values_mut().for_each(|value| inline(value, schema)),
        Value::Array(elements) => elements.iter_mut().for_each(|value| inline(value, schema)),
        _ => {}
    }
}
