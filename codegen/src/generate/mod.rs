//! Emits the sources of the client crate from a document that passed the lint.
//!
//! progenitor and typify write the request code and the structs. What no setting
//! of theirs reaches is done here, once for every operation and every schema:
//! identifiers and open enums, the tables that responses are checked against, and
//! the methods a user calls.

mod docs;
mod identity;
mod lower;
mod operations;

mod progenitor;
mod schema_tables;
mod schemas;
mod servers;
mod types;

use std::{mem, thread};

use proc_macro2::TokenStream;
use quote::quote;

use crate::document::diagnostic::{Diagnostic, Refusal};
use crate::document::pointer::Pointer;
use crate::document::{Node, Source};
use crate::lint;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name within the generated folder.
    pub name: &'static str,
    /// Everything in it.
    pub text: String,
}

/// The command that writes the files, as their headers and all messages name it.
pub const COMMAND: &str = "cargo xtask regen";

/// Generates every file of the client, sorted by name and in the same bytes on every machine
/// and run.
///
/// # Errors
///
/// What is wrong with the document: all that the lint finds or, where progenitor
/// fails all the same, the smallest part of the document that makes it fail.
pub fn generate(source: &Source) -> Result<Vec<File>, Refusal> {
    lint::lint(source)?;
    let refusal = |diagnostic: Box<Diagnostic>| Refusal::new(source.name(), vec![*diagnostic]);
    let mut files = Vec::new();
    for half in in_threads(source, [emit_client, emit_rest]) {
        files.extend(half.map_err(refusal)?);
    }
    files.sort_unstable_by_key(|file| file.name);
    Ok(files)
}

/// Why no file could be emitted. Boxed because it is rare and large.
type Emit<T> = Result<T, Box<Diagnostic>>;

/// What writes some of the files.
type Half = fn(&Source) -> Emit<Vec<File>>;

/// What progenitor and typify need for the deepest document that is read: they call
/// themselves for each of its levels.
const STACK: usize = 64 << 20;

/// Runs the halves at the same time: each takes progenitor its time.
fn in_threads(source: &Source, halves: [Half; 2]) -> [Emit<Vec<File>>; 2] {
    let failed = |reason| internal(source.root(), &Pointer::root(), reason);
    thread::scope(|threads| {
        let started = halves.map(|half| {
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(threads, move || caught(source, half))
        });
        started.map(|half| {
            let half = half.map_err(|error| failed(format!("no thread can be had: {error}")))?;
            half.join().unwrap_or_else(|_| Err(failed("a thread panicked".to_owned())))
        })
    })
}

/// Takes a panic for a failure: `quote` panics at names that are no Rust identifiers.
fn caught(source: &Source, half: Half) -> Emit<Vec<File>> {
    progenitor::catch(|| Ok(half(source)))
        .unwrap_or_else(|reason| Err(internal(source.root(), &Pointer::root(), reason)))
}

/// The client, and what is made of it.
fn emit_client(source: &Source) -> Emit<Vec<File>> {
    let root = source.root();
    let generated = progenitor::client(root)?;
    let operations = parse(root, operations::emit(root, &generated)?)?;
    let types = types::emit(root, &generated)?;
    let file = |name, purpose, items| render(source, name, purpose, items);
    Ok(vec![
        file("client.rs", "progenitor's client: one method an operation.", generated.client),
        file("operations.rs", "The operations of the API, as methods.", operations),
        file("types.rs", "What the API takes and returns.", types),
    ])
}

/// What needs nothing of the client.
fn emit_rest(source: &Source) -> Emit<Vec<File>> {
    let root = source.root();
    let environment = parse(root, servers::emit(root)?)?;
    let tables = parse(root, schema_tables::emit(root)?)?;
    let file = |name, purpose, items| render(source, name, purpose, items);
    Ok(vec![
        file("mod.rs", "What regen wrote.", parse(root, index())?),
        file(
            "environment.rs",
            "Where the API is served and how it knows its callers.",
            environment,
        ),
        file("schema.rs", "What a value from the API is checked against.", tables),
    ])
}

fn index() -> TokenStream {
    quote! {
        #[allow(clippy::all, clippy::unwrap_used, unreachable_pub)]
        pub(crate) mod client;
        mod environment;
        mod operations;
        pub(crate) mod schema;
        pub mod types;

        pub(crate) use environment::CLIENT_SECRET_HEADER;
        pub use environment::Environment;
    }
}

fn parse(root: &Node, code: TokenStream) -> Emit<Vec<syn::Item>> {
    let file: syn::File = syn::parse2(code).map_err(|error| {
        internal(root, &Pointer::root(), format!("what was generated does not parse: {error}"))
    })?;
    Ok(file.items)
}

fn render(source: &Source, name: &'static str, purpose: &str, items: Vec<syn::Item>) -> File {
    let from = source.name();
    let mut text = format!(
        "// @generated by `{COMMAND}` from `{from}`. Do not edit: change the spec and run it.\n\n\
         //! {purpose}\n"
    );
    let mut file =
        syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: Vec::new() };
    let mut previous = None;
    for item in items {
        let kind = mem::discriminant(&item);
        let joins = match item {
            syn::Item::Use(_) | syn::Item::Mod(_) => previous == Some(kind),
            // A macro call belongs to the type above it.
            syn::Item::Macro(_) => true,
            _ => false,
        };
        if !joins {
            text.push('\n');
        }
        previous = Some(kind);
        file.items = vec![item];
        text += &prettyplease::unparse(&file);
    }
    File { name, text }
}

/// A document that passed the lint and still cannot be turned into a client.
fn internal(node: &Node, at: &Pointer, message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic {
        position: node.position,
        pointer: at.clone(),
        message,
        help: "write this part of the document in another way, or teach `codegen` to take it"
            .into(),
    })
}
