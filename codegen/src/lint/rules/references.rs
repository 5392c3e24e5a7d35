//! References: each leads to a component of the right kind, and none leads back to
//! where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

use crate::document::pointer::Pointer;
use crate::lint::document::{Document, Site};
use crate::lint::findings::{Findings, Place};
use crate::lint::openapi30::{COMPONENTS, Kind, Object, PATH_ITEM, SCHEMA};
use crate::lint::words::{cut, meant, shown};

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for site in document.sites().iter().filter(|site| site.is_reference()) {
        siblings(site, findings);
        if let Err((message, help)) = target(document, site) {
            findings.add(site.at("$ref"), message, help);
        }
    }
    recursion(document, findings);
}

/// What stands beside a `$ref` is ignored in 3.0, whoever wrote it.
fn siblings(site: &Site<'_>, findings: &mut Findings) {
    let help = match ptr::eq(site.object, &SCHEMA) {
        true => "put the reference into an `allOf` with one element, and this beside the `allOf`",
        false => "move it into the component that is referred to",
    };
    for member in site.node.members().iter().filter(|member| member.key != "$ref") {
        let key = cut(&member.key);
        let message = format!("`{key}` beside a `$ref` is ignored in OpenAPI 3.0");
        findings.add(site.at(&member.key), message, help);
    }
}

fn target(document: &Document<'_>, site: &Site<'_>) -> Result<(), (String, String)> {
    if ptr::eq(site.object, &PATH_ITEM) {
        let message = "a path item is a `$ref`, which progenitor cannot follow".to_owned();
        return Err((message, "write the path item out here".to_owned()));
    }
    let section = section_of(site.object).unwrap_or_default();
    let form = format!("refer to a component of this document, as `#/components/{section}/Name`");
    let Some(reference) = site.text("$ref") else {
        let found = site.get("$ref").map(shown).unwrap_or_default();
        return Err((format!("expected a reference, which is a string; found {found}"), form));
    };
    let shown = cut(reference);
    let Some(pointer) = Pointer::from_reference(reference) else {
        return Err((format!("`{shown}` does not refer to a part of this document"), form));
    };
    let tokens: Vec<_> = pointer.tokens().collect();
    let [components, found, name] = tokens.as_slice() else {
        return Err((format!("`{shown}` does not refer to a component"), form));
    };
    if components != "components" || !sections().any(|known| known == found) {
        return Err((format!("`{shown}` does not refer to a component"), form));
    }
    if found != section {
        let kind = site.object.name;
        return Err((
            format!("`{shown}` is in `{found}`, and a {kind} Object is needed here"),
            form,
        ));
    }
    match document.site(&pointer) {
        Some(_) => Ok(()),
        None => Err((format!("there is no `{shown}`"), dangling(document, section, name))),
    }
}

fn dangling(document: &Document<'_>, section: &str, name: &str) -> String {
    let components = document.site(&Pointer::root().child("components"));
    let names = components.into_iter().flat_map(|site| site.entries(section));
    match meant(name, names.map(|(name, ..)| name)) {
        Some(meant) => format!("did you mean `#/components/{section}/{meant}`?"),
        None => format!("add `{}` under `components: {{{section}: ...}}`", cut(name)),
    }
}

/// The sections of the components.
fn sections() -> impl Iterator<Item = &'static str> {
    COMPONENTS.fields.iter().map(|field| field.name)
}

/// The section that has the components of one kind.
fn section_of(object: &Object) -> Option<&'static str> {
    COMPONENTS.fields.iter().find_map(|field| match &field.kind {
        Kind::Named(Kind::Component(of)) if ptr::eq(*of, object) => Some(field.name),
        _ => None,
    })
}

/// A reference from within one component to another.
struct Edge {
    to: Pointer,
    place: Place,
}

/// Components that reach themselves. typify would go round in circles where they
/// are merged, and so would whoever checks a value against them.
fn recursion(document: &Document<'_>, findings: &mut Findings) {
    let edges = edges(document);
    let edges_of = |from| edges.get(from).map(Vec::as_slice).unwrap_or_default().iter();
    let (mut done, mut open) = (BTreeSet::new(), BTreeSet::new());
    for start in edges.keys() {
        let mut way = Vec::new();
        if !done.contains(start) && open.insert(start) {
            way.push((start, edges_of(start)));
        }
        while let Some((from, rest)) = way.last_mut() {
            let Some(edge) = rest.next() else {
                done.insert(*from);
                way.pop();
                continue;
            };
            if done.contains(&edge.to) {
                continue;
            }
            if open.insert(&edge.to) {
                way.push((&edge.to, edges_of(&edge.to)));
            } else {
                let way: Vec<_> = way.iter().map(|(from, _)| *from).collect();
                report_cycle(&way, edge, findings);
            }
        }
    }
}

fn edges(document: &Document<'_>) -> BTreeMap<Pointer, Vec<Edge>> {
    let mut edges: BTreeMap<Pointer, Vec<Edge>> = BTreeMap::new();
    for site in document.sites().iter().filter(|site| site.is_reference()) {
        let from = Pointer::root().descend(site.place.pointer.tokens().take(3));
        let to = site.text("$ref").and_then(Pointer::from_reference);
        if let Some(to) = to.filter(|to| document.site(to).is_some()) {
            edges.entry(from).or_default().push(Edge { to, place: site.at("$ref") });
        }
    }
    edges
}

/// Reports the part of `way` from where `edge` comes back to it.
fn report_cycle(way: &[&Pointer], edge: &Edge, findings: &mut Findings) {
    let circle = way.iter().copied().skip_while(|from| **from != edge.to);
    let names: Vec<_> = circle.chain([&edge.to]).filter_map(Pointer::last).collect();
    findings.add(
        edge.place.clone(),
        format!("`{}` contains itself: {}", names[0], names.join(" → ")),
        "break the circle: values are checked against a table, which has to end somewhere",
    );
}
