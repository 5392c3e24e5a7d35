//! Draws a lineage as text, Mermaid and DOT.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use super::tree::{BatchTree, LineageNode, NodeContent};
use crate::audit::finding::escape_if_needed;

/// The maximum indentation of a line in generations. Deeper lines start with the number of
/// omitted generations, so that the size of a drawing is proportional to the number of batches.
const MAX_INDENT: usize = 32;

pub(super) struct TextDrawing<'l>(pub(super) &'l BatchTree);

impl Display for TextDrawing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // `is_last` of each ancestor below the origin.
        let mut ancestors_are_last = Vec::new();
        for node in self.0.walk() {
            ancestors_are_last.truncate(node.depth.saturating_sub(1));
            let omitted = ancestors_are_last.len().saturating_sub(MAX_INDENT);
            if omitted > 0 {
                write!(f, "[{omitted}] ")?;
            }
            for &is_last in &ancestors_are_last[omitted..] {
                f.write_str(if is_last { "    " } else { "│   " })?;
            }
            if node.depth > 0 {
                f.write_str(if node.is_last { "└── " } else { "├── " })?;
                ancestors_are_last.push(node.is_last);
            }
            f.write_str(&label(&node).join("  "))?;
            f.write_str(if is_requested(self.0, &node) { "  ← requested\n" } else { "\n" })?;
        }
        Ok(())
    }
}

pub(super) struct MermaidDrawing<'l>(pub(super) &'l BatchTree);

impl Display for MermaidDrawing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("flowchart TD\n")?;
        draw_graph(self.0, |item| match item {
            GraphItem::Node(number, node) => {
                let lines = label(node).map(|line| escape_mermaid(&line)).join("<br/>");
                writeln!(f, "    n{number}[\"{lines}\"]")?;
                if is_requested(self.0, node) {
                    writeln!(f, "    style n{number} stroke-width:4px")?;
                }
                Ok(())
            }
            GraphItem::Edge(from, to) => writeln!(f, "    n{from} --> n{to}"),
        })
    }
}

pub(super) struct DotDrawing<'l>(pub(super) &'l BatchTree);

impl Display for DotDrawing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("digraph lineage {\n    node [shape=box];\n")?;
        draw_graph(self.0, |item| match item {
            GraphItem::Node(number, node) => {
                let lines = label(node).map(|line| escape_dot(&line)).join("\\n");
                let style = if is_requested(self.0, node) { ", penwidth=4" } else { "" };
                writeln!(f, "    n{number} [label=\"{lines}\"{style}];")
            }
            GraphItem::Edge(from, to) => writeln!(f, "    n{from} -> n{to};"),
        })?;
        f.write_str("}\n")
    }
}

/// An item of a graph. Nodes are numbered in the order of the walk.
enum GraphItem<'s, 'l> {
    Node(usize, &'s LineageNode<'l>),
    Edge(usize, usize),
}

/// Draws each node once, and each edge after both its nodes.
fn draw_graph(
    tree: &BatchTree,
    mut draw: impl FnMut(GraphItem<'_, '_>) -> fmt::Result,
) -> fmt::Result {
    let mut numbers = BTreeMap::new();
    for node in tree.walk() {
        let next = numbers.len();
        let number = *numbers.entry(node.id).or_insert(next);
        if number == next {
            draw(GraphItem::Node(number, &node))?;
        }
        if let Some(&parent) = node.parent.and_then(|parent| numbers.get(parent)) {
            draw(GraphItem::Edge(parent, number))?;
        }
    }
    Ok(())
}

fn is_requested(tree: &BatchTree, node: &LineageNode<'_>) -> bool {
    node.batch().is_some() && *node.id == tree.requested
}

/// Returns the identifier, the status and the size of a node.
fn label(node: &LineageNode<'_>) -> [String; 3] {
    let (status, size) = match node.content {
        NodeContent::Batch(batch) => (batch.status.as_str(), batch.size.to_string()),
        NodeContent::Repeated(batch) => (batch.status.as_str(), "already drawn above".to_owned()),
        NodeContent::Absent(_) => ("absent", "see the findings".to_owned()),
    };
    let [id, status] = [node.id.as_str(), status].map(|text| escape_if_needed(text).into_owned());
    [id, status, size]
}

/// Escapes a string for Mermaid and for the HTML that Mermaid generates.
fn escape_mermaid(text: &str) -> String {
    let escape = |character: char| match character {
        plain if plain.is_alphanumeric() || matches!(plain, ' ' | '_' | '-' | '.') => plain.into(),
        special => format!("#{};", u32::from(special)),
    };
    text.chars().map(escape).collect()
}

/// Escapes a string for a quoted DOT string.
fn escape_dot(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
