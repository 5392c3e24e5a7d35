//! Reference Objects: each refers to a component of the right type, and no component
//! contains itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

use crate::document::diagnostic::{DocumentRule, document_rules};
use crate::document::pointer::Pointer;
use crate::document::reference;
use crate::lint::findings::{Findings, Location};
use crate::lint::lint_document::LintDocument;
use crate::lint::message::{describe, suggest, truncate};
use crate::lint::object_node::ObjectNode;
use crate::lint::openapi30::{COMPONENTS, ObjectType, PATH_ITEM, ValueType};

document_rules! {
    IGNORED_SIBLING = "ignored-sibling":
        "A field beside `$ref` has no effect in OpenAPI 3.0"
        => "move the field into the component, or wrap the reference in an `allOf`";
    INVALID_REFERENCE = "invalid-reference":
        "A `$ref` is not a reference to a component of the right type in this document"
        => "refer to a component, such as `#/components/schemas/Name`";
    UNRESOLVED_REFERENCE = "unresolved-reference":
        "A `$ref` refers to a component that does not exist"
        => "add the component, or correct the name";
    PATH_ITEM_REFERENCE = "path-item-reference":
        "A path item is a `$ref`, which progenitor does not support"
        => "replace the reference with the path item";
    RECURSIVE_COMPONENT = "recursive-component":
        "A component contains itself"
        => "break the cycle; typify and the validation tables do not support recursion";
}

pub(super) fn check(document: &LintDocument<'_>, findings: &mut Findings) {
    for object in document.objects().iter().filter(|object| object.is_reference()) {
        siblings(object, findings);
        if let Err((rule, message, help)) = check_target(document, object) {
            findings.add_with_help(rule, object.at("$ref"), message, help);
        }
    }
    recursion(document, findings);
}

fn siblings(object: &ObjectNode<'_>, findings: &mut Findings) {
    let help = if object.is_in_schema_position() {
        "wrap the reference in an `allOf` with one element, and keep this field beside it"
    } else {
        "move the field into the component"
    };
    for member in object.node.members().iter().filter(|member| member.key != "$ref") {
        let message = format!("`{}` beside `$ref` has no effect", truncate(&member.key));
        findings.add_with_help(&IGNORED_SIBLING, object.at(&member.key), message, help);
    }
}

/// A violated rule, the message and the help.
type TargetError = (&'static DocumentRule, String, String);

fn check_target(document: &LintDocument<'_>, object: &ObjectNode<'_>) -> Result<(), TargetError> {
    if ptr::eq(object.object_type, &PATH_ITEM) {
        let message = "unsupported reference: a path item cannot be a `$ref`".to_owned();
        return Err((&PATH_ITEM_REFERENCE, message, PATH_ITEM_REFERENCE.remedy.to_owned()));
    }
    let section = section_of(object.object_type).unwrap_or_default();
    let invalid = |message| {
        let help = format!("refer to a component, such as `#/components/{section}/Name`");
        Err((&INVALID_REFERENCE, message, help))
    };
    let Some(text) = object.get_str("$ref") else {
        let found = object.get("$ref").map(describe).unwrap_or_default();
        return invalid(format!("invalid reference: expected a string, found {found}"));
    };
    let display = truncate(text);
    let Some(pointer) = Pointer::from_reference(text) else {
        return invalid(format!("invalid reference `{display}`: not in this document"));
    };
    let tokens: Vec<_> = pointer.tokens().collect();
    let [components, found, name] = tokens.as_slice() else {
        return invalid(format!("invalid reference `{display}`: not a component"));
    };
    if components != "components" || !sections().any(|known| known == found) {
        return invalid(format!("invalid reference `{display}`: not a component"));
    }
    if found != section {
        return invalid(format!(
            "invalid reference `{display}`: expected a component of `{section}`, found `{found}`"
        ));
    }
    if document.object_at(&pointer).is_none() {
        let message = format!("unresolved reference `{display}`");
        return Err((&UNRESOLVED_REFERENCE, message, suggest_component(document, section, name)));
    }
    Ok(())
}

fn suggest_component(document: &LintDocument<'_>, section: &str, name: &str) -> String {
    let components = document.object_at(&Pointer::root().child("components"));
    let names = components.into_iter().flat_map(|components| components.entries(section));
    match suggest(name, names.map(|(name, ..)| name)) {
        Some(name) => format!("did you mean `#/components/{section}/{name}`?"),
        None => format!("add `{}` to `components: {{{section}: ...}}`", truncate(name)),
    }
}

/// Returns the sections of `components`.
fn sections() -> impl Iterator<Item = &'static str> {
    COMPONENTS.fields.iter().map(|field| field.name)
}

/// Returns the section of `components` for an object type.
fn section_of(object_type: &ObjectType) -> Option<&'static str> {
    COMPONENTS.fields.iter().find_map(|field| match &field.value {
        ValueType::ComponentMap(ValueType::Component(of)) if ptr::eq(*of, object_type) => {
            Some(field.name)
        }
        _ => None,
    })
}

/// A reference from one component to another.
struct ReferenceEdge {
    to: Pointer,
    location: Location,
}

/// Reports components that contain themselves, because typify and the validation tables
/// do not support recursion. The depth-first search is iterative, because chains may be long.
fn recursion(document: &LintDocument<'_>, findings: &mut Findings) {
    let edges = edges(document);
    let edges_of = |from| edges.get(from).map(Vec::as_slice).unwrap_or_default().iter();
    let (mut done, mut open) = (BTreeSet::new(), BTreeSet::new());
    for start in edges.keys() {
        let mut path = Vec::new();
        if !done.contains(start) && open.insert(start) {
            path.push((start, edges_of(start)));
        }
        while let Some((from, rest)) = path.last_mut() {
            let Some(edge) = rest.next() else {
                done.insert(*from);
                path.pop();
                continue;
            };
            if done.contains(&edge.to) {
                continue;
            }
            if open.insert(&edge.to) {
                path.push((&edge.to, edges_of(&edge.to)));
            } else {
                let path: Vec<_> = path.iter().map(|(from, _)| *from).collect();
                report_cycle(&path, edge, findings);
            }
        }
    }
}

fn edges(document: &LintDocument<'_>) -> BTreeMap<Pointer, Vec<ReferenceEdge>> {
    let mut edges: BTreeMap<Pointer, Vec<ReferenceEdge>> = BTreeMap::new();
    for object in document.objects().iter().filter(|object| object.is_reference()) {
        let component = Pointer::root().descend(object.location.pointer.tokens().take(3));
        let to = reference::target(object.node).filter(|to| document.object_at(to).is_some());
        if let Some(to) = to {
            let edge = ReferenceEdge { to, location: object.at("$ref") };
            edges.entry(component).or_default().push(edge);
        }
    }
    edges
}

/// Reports the cycle at the end of `path` that `edge` closes.
fn report_cycle(path: &[&Pointer], edge: &ReferenceEdge, findings: &mut Findings) {
    let cycle = path.iter().copied().skip_while(|from| **from != edge.to);
    let names: Vec<_> = cycle.chain([&edge.to]).filter_map(Pointer::last).collect();
    let message = format!("`{}` contains itself: {}", names[0], names.join(" → "));
    findings.add(&RECURSIVE_COMPONENT, edge.location.clone(), message);
}
