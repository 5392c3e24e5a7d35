//! The lists of the registry, their order and their filters.

use std::collections::BTreeMap;

use isometric_registry::chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::identifier::IdentifierKind;
use crate::ledger::{Ledger, Microseconds};

/// A list of the registry. The path of its operation ends in the identifier of the parent, if it
/// has one, and the segment.
#[derive(Debug)]
pub(crate) struct ListSource {
    parent: Option<IdentifierKind>,
    segment: &'static str,
    /// Returns the items in the order of the list. The key is that of the parent or, for lists
    /// without one, of the caller's organisation.
    items: fn(&Ledger, u32) -> Vec<u32>,
}

macro_rules! lists {
    ($(($parent:expr, $segment:literal): $items:expr),* $(,)?) => {
        &[$(ListSource { parent: $parent, segment: $segment, items: $items }),*]
    };
}

use IdentifierKind::{
    Delivery, Issuance, Order, Organisation, Project, Refund, Retirement, Supplier,
};

const LISTS: &[ListSource] = lists![
    (None, "beneficiaries"): |ledger, caller| {
        ledger.organisations[caller as usize].beneficiaries.clone()
    },
    (None, "deliveries"): |ledger, _| ledger.timelines.deliveries.keys().rev().collect(),
    (None, "issuances"): |ledger, _| ledger.timelines.issuances.keys().rev().collect(),
    (None, "projects"): |ledger, _| {
        let mut projects: Vec<_> = (0..ledger.projects.len() as u32).collect();
        projects.sort_by_cached_key(|key| ledger.project_name(*key));
        projects
    },
    (None, "retirements"): |ledger, _| ledger.timelines.retirements.keys().rev().collect(),
    (None, "suppliers"): |ledger, _| (0..ledger.suppliers.len() as u32).collect(),
    (None, "transferees"): |ledger, caller| {
        ledger.organisations[caller as usize].transferees.clone()
    },
    (None, "transfers"): |ledger, _| ledger.timelines.transfers.keys().rev().collect(),
    (Some(Delivery), "credit_batches"): |ledger, key| {
        ledger.parts(ledger.deliveries[key as usize].parts).to_vec()
    },
    (Some(Order), "deliveries"): |ledger, key| {
        newest(ledger.timelines.deliveries.keys(), |delivery| {
            ledger.deliveries[delivery as usize].order == key
        })
    },
    (Some(Organisation), "credit_batches"): |ledger, key| {
        ledger.organisations[key as usize].batches.keys().rev().collect()
    },
    (Some(Organisation), "orders"): |ledger, key| {
        newest(ledger.timelines.orders.keys(), |order| ledger.orders[order as usize].buyer == key)
    },
    (Some(Project), "documents"): |ledger, key| {
        let keys = 0..ledger.documents.len() as u32;
        let mut documents: Vec<_> =
            keys.filter(|document| ledger.documents[*document as usize].project == key).collect();
        documents.sort_by_key(|document| ledger.documents[*document as usize].name);
        documents
    },
    (Some(Refund), "credit_batches"): |ledger, key| {
        ledger.parts(ledger.refunds[key as usize].parts).to_vec()
    },
    (Some(Retirement), "credit_batches"): |ledger, key| {
        ledger.parts(ledger.retirements[key as usize].parts).to_vec()
    },
    (Some(Supplier), "deliveries"): |ledger, key| {
        newest(ledger.timelines.deliveries.keys(), |delivery| ledger.deliverer(delivery) == key)
    },
    (Some(Supplier), "issuances"): |ledger, key| {
        newest(ledger.timelines.issuances.keys(), |issuance| {
            let project = ledger.issuances[issuance as usize].project;
            ledger.projects[project as usize].supplier == key
        })
    },
    (Some(Supplier), "orders"): |ledger, key| {
        newest(ledger.timelines.orders.keys(), |order| {
            ledger.orders[order as usize].supplier == key
        })
    },
    (Some(Supplier), "projects"): |ledger, key| {
        newest(0..ledger.projects.len() as u32, |project| {
            ledger.projects[project as usize].supplier == key
        })
    },
    (Some(IdentifierKind::Transfer), "credit_batches"): |ledger, key| {
        ledger.parts(ledger.transfers[key as usize].parts).to_vec()
    },
];

/// Returns the items that are kept, newest first.
fn newest(
    oldest_first: impl DoubleEndedIterator<Item = u32>,
    keep: impl Fn(u32) -> bool,
) -> Vec<u32> {
    oldest_first.rev().filter(|key| keep(*key)).collect()
}

/// Returns the items of a list, or `None` if there is no such list.
///
/// Lists with a choice of direction are descending by default.
pub(crate) fn items(
    ledger: &Ledger,
    parent: Option<(IdentifierKind, u32)>,
    segment: &str,
    caller: u32,
    query: &BTreeMap<&'static str, Value>,
) -> Option<Vec<u32>> {
    let kind = parent.map(|(kind, _)| kind);
    let found = LISTS.iter().find(|list| list.parent == kind && list.segment == segment)?;
    let mut items = (found.items)(ledger, parent.map_or(caller, |(_, key)| key));
    if query.get("sort_direction").and_then(Value::as_str) == Some("asc") {
        items.reverse();
    }
    Some(items)
}

/// A property of items that a query parameter selects by.
enum FilterProperty {
    /// The identifier of another resource.
    Reference(IdentifierKind, fn(&Ledger, u32) -> Option<u32>),
    /// A text, of which the parameter lists the accepted values.
    Text(fn(&Ledger, u32) -> &'static str),
    /// A time that must be after the parameter.
    After(fn(&Ledger, u32) -> Microseconds),
    /// A time that must be before the parameter.
    Before(fn(&Ledger, u32) -> Microseconds),
}

use IdentifierKind::Batch;

/// The filters: the kind of the items, the query parameter and the property.
const FILTERS: &[(IdentifierKind, &str, FilterProperty)] = &[
    (Batch, "delivery_id", FilterProperty::Reference(Delivery, |l, key| l.batch(key).delivery)),
    (Batch, "issuance_id", FilterProperty::Reference(Issuance, Ledger::issuance_of)),
    (Batch, "issued_after", FilterProperty::After(Ledger::issued_at)),
    (Batch, "issued_before", FilterProperty::Before(Ledger::issued_at)),
    (Batch, "order_id", FilterProperty::Reference(Order, Ledger::order_of)),
    (Batch, "project_id", FilterProperty::Reference(Project, Ledger::project_of)),
    (
        Batch,
        "retirement_id",
        FilterProperty::Reference(Retirement, |l, key| l.batch(key).retirement),
    ),
    (Batch, "status", FilterProperty::Text(Ledger::status)),
    (Batch, "supplier_id", FilterProperty::Reference(Supplier, Ledger::supplier_of)),
    (
        Delivery,
        "from_supplier_id",
        FilterProperty::Reference(Supplier, |l, key| Some(l.deliverer(key))),
    ),
    (
        Delivery,
        "to_organisation_id",
        FilterProperty::Reference(Organisation, |l, key| {
            let order = l.deliveries[key as usize].order;
            Some(l.orders[order as usize].buyer)
        }),
    ),
    (
        Retirement,
        "beneficiary_org_id",
        FilterProperty::Reference(Organisation, |l, key| {
            Some(l.retirements[key as usize].beneficiary)
        }),
    ),
    (
        Retirement,
        "owner_org_id",
        FilterProperty::Reference(Organisation, |l, key| Some(l.retirements[key as usize].owner)),
    ),
    (
        IdentifierKind::Transfer,
        "from_organisation_id",
        FilterProperty::Reference(Organisation, |l, key| Some(l.transfers[key as usize].from)),
    ),
    (
        IdentifierKind::Transfer,
        "to_organisation_id",
        FilterProperty::Reference(Organisation, |l, key| Some(l.transfers[key as usize].to)),
    ),
];

/// The values of a filter that is absent from the query.
const FILTER_DEFAULTS: &[(IdentifierKind, &str, &[&str])] =
    &[(Batch, "status", &["active", "retired"])];

/// Removes the items that do not pass the filters of a query. `accepts` returns whether the
/// operation has a parameter.
pub(crate) fn select(
    ledger: &Ledger,
    kind: IdentifierKind,
    items: &mut Vec<u32>,
    query: &BTreeMap<&'static str, Value>,
    accepts: impl Fn(&str) -> bool,
) {
    for (item_kind, name, property) in FILTERS {
        if *item_kind != kind || !accepts(name) {
            continue;
        }
        let default = FILTER_DEFAULTS.iter().find(|(of, on, _)| of == item_kind && on == name);
        let default = default.map(|(_, _, values)| json!(values));
        if let Some(value) = query.get(name).cloned().or(default) {
            retain(ledger, items, property, &value);
        }
    }
}

fn retain(ledger: &Ledger, items: &mut Vec<u32>, property: &FilterProperty, value: &Value) {
    let text = value.as_str().unwrap_or_default();
    match property {
        FilterProperty::Reference(kind, get) => {
            let expected = ledger.find(*kind, text);
            items.retain(|key| expected.is_some() && get(ledger, *key) == expected);
        }
        FilterProperty::Text(get) => {
            let accepted = value.as_array().into_iter().flatten();
            let accepted: Vec<_> = accepted.filter_map(Value::as_str).collect();
            items.retain(|key| accepted.contains(&get(ledger, *key)));
        }
        FilterProperty::After(get) => {
            if let Some(time) = parse_time(text) {
                items.retain(|key| get(ledger, *key) > time);
            }
        }
        FilterProperty::Before(get) => {
            if let Some(time) = parse_time(text) {
                items.retain(|key| get(ledger, *key) < time);
            }
        }
    }
}

/// Parses a time that the tables accept. A leap second counts as the next second.
fn parse_time(text: &str) -> Option<Microseconds> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.with_timezone(&Utc).timestamp_micros())
}

impl Ledger {
    /// Returns the supplier that made a delivery.
    fn deliverer(&self, delivery: u32) -> u32 {
        let order = self.deliveries[delivery as usize].order;
        self.orders[order as usize].supplier
    }
}
