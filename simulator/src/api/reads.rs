//! Operations that read, derived from their tables.
//!
//! The response of an operation is a resource if it has an identifier, and a list if it has
//! `nodes`. The prefix of the identifier gives the kind.

use http::StatusCode;
use isometric_registry::operations::OperationSpec;
use isometric_registry::validate::Schema;
use serde_json::Value;

use super::access::{Caller, may_read, may_read_private_lists};
use super::arguments::RequestArguments;
use super::error_response::ErrorResponse;
use super::page::PageRange;
use crate::identifier::{IdentifierKind, decode_cursor, encode_cursor};
use crate::lists;
use crate::served::ServedWorld;

/// The form of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseForm {
    Resource(IdentifierKind),
    List(IdentifierKind),
    /// Data about the resource in the path.
    Summary,
}

impl ResponseForm {
    fn of(operation: &'static OperationSpec) -> Self {
        let items = operation.items().and_then(|(_, items)| kind_of_resource(items));
        let resource = || operation.response.and_then(kind_of_resource).map(Self::Resource);
        items.map(Self::List).or_else(resource).unwrap_or(Self::Summary)
    }
}

fn kind_of_resource(schema: &'static Schema) -> Option<IdentifierKind> {
    kind_of_identifier(schema.property("id")?)
}

fn kind_of_identifier(schema: &'static Schema) -> Option<IdentifierKind> {
    match schema.non_null() {
        Schema::String(rules) => IdentifierKind::of(rules.prefix),
        _ => None,
    }
}

/// Responds to an operation that reads.
pub(super) fn read(
    world: &ServedWorld,
    operation: &'static OperationSpec,
    caller: Caller,
    arguments: &RequestArguments,
) -> Result<Value, ErrorResponse> {
    let not_found = || ErrorResponse::of(StatusCode::NOT_FOUND);
    let form = ResponseForm::of(operation);
    let organisation = caller.organisation(&world.ledger);
    let mut parent = None;
    if let Some((kind, id)) = requested(operation, arguments) {
        let Some(key) = world.ledger.find(kind, id) else {
            return missing(world, operation, form, organisation, id);
        };
        if let Some(organisation) = organisation.filter(|_| operation.needs_access_token) {
            check_access(world, form, organisation, kind, key)?;
        }
        parent = Some((kind, key));
    }
    let response = match form {
        ResponseForm::Resource(kind) => {
            let key = parent.map(|(_, key)| key).or_else(|| own(world, kind, organisation));
            key.and_then(|key| world.resource(kind, key))
        }
        ResponseForm::List(kind) => list(world, operation, kind, parent, organisation, arguments),
        ResponseForm::Summary => summary(world, parent),
    };
    response.ok_or_else(not_found)
}

/// Returns the kind and the identifier of the resource in the path.
fn requested<'a>(
    operation: &OperationSpec,
    arguments: &'a RequestArguments,
) -> Option<(IdentifierKind, &'a str)> {
    operation.parameters.iter().find_map(|parameter| {
        let id = arguments.path.get(parameter.name)?;
        Some((kind_of_identifier(parameter.schema)?, id.as_str()))
    })
}

/// Checks that an organisation may read about a resource.
fn check_access(
    world: &ServedWorld,
    form: ResponseForm,
    organisation: u32,
    kind: IdentifierKind,
    key: u32,
) -> Result<(), ErrorResponse> {
    let is_resource = form == ResponseForm::Resource(kind);
    let is_permitted = if is_resource { may_read } else { may_read_private_lists };
    if is_permitted(&world.ledger, organisation, kind, key) {
        return Ok(());
    }
    let is_removed = world.is_removed(kind, key);
    let status = if is_removed { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
    Err(ErrorResponse::of(status))
}

/// Responds to a request about a resource that the ledger does not have: with its corruption, with
/// null where the spec permits it, or with 404.
fn missing(
    world: &ServedWorld,
    operation: &'static OperationSpec,
    form: ResponseForm,
    organisation: Option<u32>,
    id: &str,
) -> Result<Value, ErrorResponse> {
    let is_resource = matches!(form, ResponseForm::Resource(_));
    match world.corruption(id) {
        Some(Some(json)) if is_resource => {
            let may_read = organisation != Some(crate::world::OUTSIDER);
            if may_read { Ok(json.clone()) } else { Err(ErrorResponse::of(StatusCode::FORBIDDEN)) }
        }
        _ if is_resource && matches!(operation.response, Some(Schema::Nullable(_))) => {
            Ok(Value::Null)
        }
        _ => Err(ErrorResponse::of(StatusCode::NOT_FOUND)),
    }
}

/// Returns the resource of a kind that belongs to the caller.
fn own(world: &ServedWorld, kind: IdentifierKind, organisation: Option<u32>) -> Option<u32> {
    let organisation = organisation?;
    let supplier = world.ledger.supplier_of_organisation(organisation);
    match kind {
        IdentifierKind::Organisation => Some(organisation),
        IdentifierKind::Supplier => supplier,
        IdentifierKind::StripeConfiguration => {
            supplier.filter(|key| world.ledger.suppliers[*key as usize].has_stripe)
        }
        _ => None,
    }
}

fn list(
    world: &ServedWorld,
    operation: &'static OperationSpec,
    kind: IdentifierKind,
    parent: Option<(IdentifierKind, u32)>,
    organisation: Option<u32>,
    arguments: &RequestArguments,
) -> Option<Value> {
    let ledger = &world.ledger;
    let segment = operation.path.rsplit('/').next().unwrap_or_default();
    // Lists without a parent that depend on the caller need an access token.
    let caller = organisation.unwrap_or_default();
    let all = lists::items(ledger, parent, segment, caller, &arguments.query)?;
    let mut items = all.clone();
    let removed = world.removed(kind);
    items.retain(|key| !removed.contains(key));
    let accepts = |name: &str| operation.parameters.iter().any(|each| each.name == name);
    lists::select(ledger, kind, &mut items, &arguments.query, accepts);
    let position = |cursor: &str| {
        let key = u32::try_from(decode_cursor(kind, ledger.seed, cursor)?).ok()?;
        let index = all.iter().position(|item| *item == key)?;
        // The items are a part of all items, in the same order.
        let mut kept = items.iter().peekable();
        let before = all[..index].iter().filter(|item| kept.next_if_eq(item).is_some()).count();
        let is_kept = items.get(before) == Some(&key);
        Some(before..before + usize::from(is_kept))
    };
    let page = PageRange::select(operation, &arguments.query, items.len(), position);
    let nodes = items[page.range.clone()].iter().filter_map(|key| world.resource(kind, *key));
    let cursor = |index: usize| encode_cursor(kind, ledger.seed, items[index].into());
    Some(page.render(operation, nodes.collect(), cursor))
}

fn summary(world: &ServedWorld, parent: Option<(IdentifierKind, u32)>) -> Option<Value> {
    match parent? {
        (IdentifierKind::Issuance, key) => {
            let batch = |key| world.resource(IdentifierKind::Batch, key);
            Some(world.ledger.issuance_batches(key, batch))
        }
        (IdentifierKind::Organisation, key) => Some(world.ledger.balance(key)),
        _ => None,
    }
}
