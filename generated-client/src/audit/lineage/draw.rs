//! Draws a lineage as text, Mermaid and DOT.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::{Lineage, Node, Place};
use crate::validate::excerpt;

pub(super) struct Text<'l>(pub(super) &'l Lineage);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // For each generation above the current one, whether it has come to its end.
        let mut is_last = Vec::new();
        for place in self.0.walk() {
            is_last.truncate(place.depth.saturating_sub(1));
            for &is_last in &is_last {
                f.write_str(if is_last { "    " } else { "│   " })?;
            }
            if place.depth > 0 {
                f.write_str(if place.is_last { "└── " } else { "├── " })?;
                is_last.push(place.is_last);
            }
            f.write_str(&label(&place).join("  "))?;
            writeln!(f, "{}", if is_asked(self.0, &place) { "  ← asked for" } else { "" })?;
        }
        Ok(())
    }
}

pub(super) struct Mermaid<'l>(pub(super) &'l Lineage);

impl Display for Mermaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("flowchart TD\n")?;
        graph(self.0, |element| match element {
            Element::Node(node, place) => {
                let lines = label(place).map(|line| entities(&line)).join("<br/>");
                writeln!(f, "    n{node}[\"{lines}\"]")?;
                match is_asked(self.0, place) {
                    true => writeln!(f, "    style n{node} stroke-width:4px"),
                    false => Ok(()),
                }
            }
            Element::Edge(from, to) => writeln!(f, "    n{from} --> n{to}"),
        })
    }
}

pub(super) struct Dot<'l>(pub(super) &'l Lineage);

impl Display for Dot<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("digraph lineage {\n    node [shape=box];\n")?;
        graph(self.0, |element| match element {
            Element::Node(node, place) => {
                let lines = label(place).map(|line| escapes(&line)).join("\\n");
                let asked = if is_asked(self.0, place) { ", penwidth=4" } else { "" };
                writeln!(f, "    n{node} [label=\"{lines}\"{asked}];")
            }
            Element::Edge(from, to) => writeln!(f, "    n{from} -> n{to};"),
        })?;
        f.write_str("}\n")
    }
}

/// What a graph is made of. Nodes are numbered in the order of the walk.
enum Element<'s, 'l> {
    Node(usize, &'s Place<'l>),
    Edge(usize, usize),
}

/// Draws each node and, once both its ends are there, each edge.
fn graph(lineage: &Lineage, mut draw: impl FnMut(Element<'_, '_>) -> fmt::Result) -> fmt::Result {
    let mut numbers = BTreeMap::new();
    for place in lineage.walk() {
        let next = numbers.len();
        let number = *numbers.entry(place.id).or_insert(next);
        if number == next {
            draw(Element::Node(number, &place))?;
        }
        if let Some(&parent) = place.parent.and_then(|parent| numbers.get(parent)) {
            draw(Element::Edge(parent, number))?;
        }
    }
    Ok(())
}

fn is_asked(lineage: &Lineage, place: &Place<'_>) -> bool {
    place.batch().is_some() && place.id == lineage.asked()
}

/// What is shown of a place: the identifier, the status, the size.
fn label(place: &Place<'_>) -> [String; 3] {
    let (status, size) = match place.node {
        Node::Batch(batch) => (shown(batch.status.as_str()), batch.size.to_string()),
        Node::Repeated(batch) => (shown(batch.status.as_str()), "drawn above already".to_owned()),
        Node::Absent(_) => ("absent".into(), "see the findings".to_owned()),
    };
    [shown(place.id.as_str()).into_owned(), status.into_owned(), size]
}

/// A text from the API, which may be anything, as something to look at.
fn shown(text: &str) -> Cow<'_, str> {
    match text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 64 {
        true => text.into(),
        false => excerpt(text).into(),
    }
}

/// As Mermaid takes a text within quotes: what might mean something to it, or to the
/// HTML it makes, as a character code.
fn entities(text: &str) -> String {
    let entity = |character: char| match character {
        plain if plain.is_alphanumeric() || matches!(plain, ' ' | '_' | '-' | '.') => plain.into(),
        other => format!("#{};", u32::from(other)),
    };
    text.chars().map(entity).collect()
}

/// As DOT takes a text within quotes.
fn escapes(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
