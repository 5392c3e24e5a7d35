//! Inclusion of schemas, by a table of cases and by random pairs with another judge.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod random;
mod table;

use codegen::diff::inclusion::{
    Dialect, Inclusion, InclusionChecker, InclusionOptions, SchemaDocument,
};
use codegen::document::pointer::Pointer;
use codegen::document::{Node, Source};

/// Reads a document: `components` is what its references may lead to.
fn parse(text: &str) -> Node {
    let source =
        Source::parse("a.yaml", text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    source.root().clone()
}

fn schema(document: &Node) -> &Node {
    document.find(&Pointer::root().child("schema")).unwrap()
}

/// Decides the inclusion of the `schema` of one document in that of another.
fn decide(
    sent: (&Node, Dialect),
    accepted: (&Node, Dialect),
    options: InclusionOptions,
) -> Inclusion {
    let document = |(root, dialect)| SchemaDocument { root, dialect };
    InclusionChecker::new(document(sent), document(accepted), options)
        .includes(schema(sent.0), schema(accepted.0))
}

/// Decides the inclusion of schemas of OpenAPI 3.1 by JSON Schema alone.
fn includes(sent: &Node, accepted: &Node) -> Inclusion {
    let dialect = Dialect::OpenApi31;
    decide((sent, dialect), (accepted, dialect), InclusionOptions::default())
}
