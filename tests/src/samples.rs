//! Sample credit batches.

use codegen::contract::{Contract, Fact};
use serde_json::{Value, json};

use crate::spec::{source, spec};

/// A valid and consistent active batch, which is also a seed of the fuzzers.
const ACTIVE_BATCH: &str = include_str!("../../fuzz/seeds/decode/active-batch.json");

/// Returns an active batch that was delivered, with all properties.
pub(crate) fn active_batch() -> Value {
    serde_json::from_str(ACTIVE_BATCH).unwrap()
}

/// Returns a retired batch, with all properties that a retirement sets.
pub(crate) fn retired_batch() -> Value {
    with(
        active_batch(),
        &[
            ("/status", json!("retired")),
            ("/retired_at", json!("2024-05-17T16:00:00Z")),
            ("/retirement_id", json!("ret_1FYBH4QDT1S0SVKF")),
            (
                "/beneficiary",
                json!({ "domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "Buyer" }),
            ),
        ],
    )
}

/// Replaces the values at some JSON pointers.
pub(crate) fn with(mut batch: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}

/// Removes the property at a JSON pointer.
pub(crate) fn without(mut batch: Value, pointer: &str) -> Value {
    let (object, property) = pointer.rsplit_once('/').unwrap();
    batch.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(property).unwrap();
    batch
}

/// Returns the JSON pointers of all properties in a value, at any depth.
pub(crate) fn properties(value: &Value) -> Vec<String> {
    let pointers = |(name, value): (&String, &Value)| {
        let nested = properties(value).into_iter().map(move |pointer| format!("/{name}{pointer}"));
        [format!("/{name}")].into_iter().chain(nested).collect::<Vec<_>>()
    };
    value.as_object().into_iter().flatten().flat_map(pointers).collect()
}

/// Returns the JSON pointers of the nullable properties of a credit batch, from the contract.
pub(crate) fn nullable() -> Vec<String> {
    let contract = Contract::of(&source(&spec())).unwrap();
    nullable_in(&contract.facts().unwrap(), "CreditBatch")
}

fn nullable_in(facts: &[Fact], schema: &str) -> Vec<String> {
    let owner = format!("schema {schema}");
    let subjects = facts.iter().filter(|fact| fact.owner == owner);
    let pointers = subjects.filter_map(|fact| Some((fact.subject.split_once(" · ")?, &fact.value)));
    let pointers = pointers.flat_map(|((pointer, keyword), value)| match keyword {
        "nullable" => vec![pointer.to_owned()],
        "schema" => {
            let inner = nullable_in(facts, value).into_iter();
            inner.map(|inner| format!("{pointer}{inner}")).collect()
        }
        _ => Vec::new(),
    });
    pointers.collect()
}
