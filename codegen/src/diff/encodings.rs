//! The media types of the fields of forms and multipart bodies.

use std::collections::BTreeSet;

use super::change::Change;
use super::inclusion::WireForm;
use super::rules::{ChangeKind, DiffRule, Subject};
use super::values::{ValuePair, WireValue};
use crate::contract::{SetRelation, StringSet, media_type_name};
use crate::document::{Node, reference};

/// Returns the changes of the media types of fields.
pub(super) fn changes(base: &Node, revision: &Node, pair: &ValuePair) -> Vec<Change> {
    if pair.base.form != WireForm::Fields {
        return Vec::new();
    }
    let fields: BTreeSet<&str> =
        [&pair.base, &pair.revision].into_iter().flat_map(encoded_fields).collect();
    let changed = fields.into_iter().filter_map(|field| {
        let old = content_types(base, &pair.base, field)?;
        let new = content_types(revision, &pair.revision, field)?;
        change(pair, field, (&old, &new))
    });
    changed.collect()
}

fn encodings<'d>(value: &WireValue<'d>) -> Option<&'d Node> {
    value.media_type?.get("encoding")
}

fn encoded_fields<'d>(value: &WireValue<'d>) -> impl Iterator<Item = &'d str> + use<'d> {
    let members = encodings(value).map(Node::members).unwrap_or_default();
    members.iter().map(|member| member.key.as_str())
}

/// Returns the media types of a field: those listed, or the default for its type. `None`
/// for a field without a schema.
fn content_types(root: &Node, value: &WireValue, field: &str) -> Option<StringSet> {
    let listed =
        encodings(value).and_then(|encodings| encodings.get(field)?.get_str("contentType"));
    if let Some(listed) = listed {
        return Some(listed.split(',').map(|name| media_type_name(name.trim())).collect());
    }
    let schema = reference::resolve(root, value.schema)?;
    let mut field = reference::resolve(root, schema.get("properties")?.get(field)?)?;
    if field.get_str("type") == Some("array") {
        field = reference::resolve(root, field.get("items")?)?;
    }
    let is_binary =
        field.get_str("format") == Some("binary") || field.get("contentEncoding").is_some();
    let name = match field.get_str("type")? {
        "object" => "application/json",
        "string" if is_binary => "application/octet-stream",
        _ => "text/plain",
    };
    Some(StringSet::from([name.to_owned()]))
}

fn change(pair: &ValuePair, field: &str, (old, new): (&StringSet, &StringSet)) -> Option<Change> {
    let relation = match (old.is_superset(new), new.is_superset(old)) {
        (true, true) => return None,
        (true, false) => SetRelation::Narrowed,
        (false, true) => SetRelation::Widened,
        (false, false) => SetRelation::Incomparable,
    };
    let (subject, relation) = match relation {
        SetRelation::Incomparable => (Subject::Serialization, relation),
        _ => (Subject::MediaType, relation),
    };
    let rule = DiffRule::of(subject, ChangeKind::Values(relation));
    let joined = |types: &StringSet| types.iter().cloned().collect::<Vec<_>>().join(", ");
    let message = pair.places[0].subject().plain(": the media type of the field ").code(field);
    let message = message.plain(" was changed from ").code(joined(old));
    let message = message.plain(" to ").code(joined(new)).plain(".");
    let change = Change::of_places(rule, pair.direction, &pair.places[..1], message);
    let (before, after) = (Some(joined(old)), Some(joined(new)));
    Some(Change { is_about_values: false, pointer: format!("/{field}"), before, after, ..change })
}
