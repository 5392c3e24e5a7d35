//! The servers of each operation: those of the operation, its path or the document.
//!
//! Variables with listed values are expanded. A server with other variables stands for
//! every URL of its form.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::place::Place;
use super::rules::{ChangeKind, DiffRule, Subject};
use super::values::{PlacedOperation, operations};
use crate::contract::{SetRelation, StringSet, WireDirection};
use crate::document::Node;
use crate::styled::StyledText;

/// Values of variables that are expanded.
const MAX_EXPANDED: usize = 1_000;
/// Mark of a variable with any value.
const ANY_VALUE: &str = "{}";

/// Returns the changes of the servers of the operations of both documents: one for all
/// operations with the same change.
pub(super) fn changes(base: &Node, revision: &Node) -> Vec<Change> {
    let mut old: BTreeMap<_, _> = operations(base)
        .into_iter()
        .map(|operation| (operation.key.clone(), servers(base, &operation)))
        .collect();
    let mut changed: BTreeMap<(StringSet, StringSet), Vec<Place>> = BTreeMap::new();
    let (mut count, mut unchanged) = (0, 0);
    for operation in operations(revision).iter().filter(|operation| !operation.is_incoming()) {
        count += 1;
        let new = servers(revision, operation);
        match old.remove(&operation.key) {
            Some(old) if !covers(&old, &new) || !covers(&new, &old) => {
                changed.entry((old, new)).or_default().push(operation.place.clone());
            }
            _ => unchanged += 1,
        }
    }
    let is_of_all = changed.len() == 1 && unchanged == 0 && count > 0;
    changed
        .iter()
        .filter_map(|((old, new), places)| change(old, new, if is_of_all { &[] } else { places }))
        .collect()
}

/// Returns the servers in the nearest list around an operation that is not empty.
fn servers(root: &Node, operation: &PlacedOperation) -> StringSet {
    let lists = [operation.node, operation.item, root].map(|node| node.get("servers"));
    let list = lists.into_iter().flatten().map(Node::elements).find(|list| !list.is_empty());
    let Some(list) = list else { return StringSet::from(["/".to_owned()]) };
    list.iter().flat_map(expanded).collect()
}

/// Returns the URLs of a server, with each combination of the values of its variables.
fn expanded(server: &Node) -> BTreeSet<String> {
    let mut urls = BTreeSet::from([server.get_str("url").unwrap_or_default().to_owned()]);
    for variable in server.get("variables").map(Node::members).unwrap_or_default() {
        let name = format!("{{{}}}", variable.key);
        let values = variable.node.get("enum").map(Node::elements).unwrap_or_default();
        let mut values: Vec<&str> = values.iter().filter_map(Node::as_str).collect();
        if values.is_empty() || values.len() * urls.len() > MAX_EXPANDED {
            values = vec![ANY_VALUE];
        }
        let with = |url: &String| values.iter().map(|value| url.replace(&name, value)).collect();
        urls = urls.iter().flat_map::<Vec<_>, _>(with).collect();
    }
    urls
}

/// Returns whether each inner server is one of the outer ones.
fn covers(outer: &StringSet, inner: &StringSet) -> bool {
    lost(inner, outer).is_empty()
}

/// Returns the servers that are none of the others.
fn lost<'s>(servers: &'s StringSet, others: &StringSet) -> Vec<&'s String> {
    let is_lost = |server: &&String| !others.iter().any(|other| is_form_of(other, server));
    servers.iter().filter(is_lost).collect()
}

/// Returns whether a URL has a form, in which every variable has some text.
fn is_form_of(form: &str, url: &str) -> bool {
    let mut pieces = form.split(ANY_VALUE);
    let Some(mut rest) = pieces.next().and_then(|first| url.strip_prefix(first)) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn change(old: &StringSet, new: &StringSet, places: &[Place]) -> Option<Change> {
    let (lost, gained) = (lost(old, new), lost(new, old));
    let relation = match (lost.is_empty(), gained.is_empty()) {
        (true, true) => return None,
        (true, false) => SetRelation::Widened,
        (false, true) => SetRelation::Narrowed,
        (false, false) => SetRelation::Incomparable,
    };
    let rule = DiffRule::of(Subject::Servers, ChangeKind::Values(relation));
    let subject = if places.is_empty() { "The API" } else { "The operation" };
    let mut text = StyledText::default().plain(subject);
    for (index, (verb, servers)) in [(" gained the server ", gained), (" lost the server ", lost)]
        .into_iter()
        .filter(|(_, servers)| !servers.is_empty())
        .enumerate()
    {
        text = text.plain(if index == 0 { "" } else { " and" }).plain(verb);
        for (index, server) in servers.into_iter().enumerate() {
            text = text.plain(if index == 0 { "" } else { ", " }).code(server.clone());
        }
    }
    if relation != SetRelation::Widened {
        text = text.plain("; clients that use an unlisted server break");
    }
    let joined = |servers: &StringSet| servers.iter().cloned().collect::<Vec<_>>().join(" | ");
    let change = Change::of_places(rule, WireDirection::Request, places, text.plain("."));
    Some(Change { before: Some(joined(old)), after: Some(joined(new)), ..change })
}
