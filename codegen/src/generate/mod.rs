//! Generation of the client's sources from a document.
//!
//! progenitor and typify generate the requests and structs. This module adds the parts
//! that their settings cannot express: identifiers and open enums, validation tables,
//! and the public methods.

mod arguments;
mod bodies;
mod docs;
mod fields;
mod identity;
mod lists;
mod lower;
mod markdown;
mod operations;
mod progenitor;
mod schema_tables;
mod servers;
mod types;

use std::{mem, thread};

use proc_macro2::TokenStream;
use quote::quote;

use crate::document::diagnostic::{Diagnostic, Refusal};
use crate::document::pointer::Pointer;
use crate::document::{Node, Source};
use crate::lint;
use crate::lint::rules::generator::GENERATOR_FAILURE;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The name within the generated folder.
    pub name: &'static str,
    /// The contents. Only the first line, a comment, names the document.
    pub text: String,
}

/// The command that writes the files, for headers and messages.
pub const COMMAND: &str = "cargo xtask regen";

/// Generates all files of a client, sorted by name. The output is deterministic.
///
/// # Errors
///
/// Returns the findings of the lint or, if progenitor fails on a valid document, the
/// smallest part of the document that makes it fail.
pub fn generate(source: &Source) -> Result<Vec<GeneratedFile>, Refusal> {
    lint::lint(source)?;
    emit(source)
}

/// Generates all files of the client of this workspace, as [`generate`] does.
///
/// # Errors
///
/// Returns the errors of [`generate`], and a finding for each name that the document lacks and
/// hand-written code refers to.
pub fn generate_client(source: &Source) -> Result<Vec<GeneratedFile>, Refusal> {
    lint::lint_client(source)?;
    emit(source)
}

fn emit(source: &Source) -> Result<Vec<GeneratedFile>, Refusal> {
    let refusal = |diagnostic: Box<Diagnostic>| Refusal::new(source.name(), vec![*diagnostic]);
    let mut files = Vec::new();
    for group in run_in_threads(source, [emit_client, emit_tables]) {
        files.extend(group.map_err(refusal)?);
    }
    files.sort_unstable_by_key(|file| file.name);
    Ok(files)
}

/// The result of an emitter. The error is boxed because it is rare and large.
type EmitResult<T> = Result<T, Box<Diagnostic>>;

/// Emits some of the files.
type Emitter = fn(&Source) -> EmitResult<Vec<GeneratedFile>>;

/// Stack size. progenitor and typify recurse once per nesting level of the document.
const STACK: usize = 64 << 20;

/// Runs the emitters in parallel.
fn run_in_threads(source: &Source, emitters: [Emitter; 2]) -> [EmitResult<Vec<GeneratedFile>>; 2] {
    let failure = |reason| internal(source.root(), &Pointer::root(), reason);
    thread::scope(|threads| {
        let started = emitters.map(|emitter| {
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(threads, move || catch_panic(source, emitter))
        });
        started.map(|handle| {
            let handle =
                handle.map_err(|error| failure(format!("cannot start a thread: {error}")))?;
            handle.join().unwrap_or_else(|_| Err(failure("a thread panicked".to_owned())))
        })
    })
}

/// Converts a panic to an error: `quote` panics at names that are not Rust identifiers.
fn catch_panic(source: &Source, emitter: Emitter) -> EmitResult<Vec<GeneratedFile>> {
    progenitor::catch(|| Ok(emitter(source)))
        .unwrap_or_else(|reason| Err(internal(source.root(), &Pointer::root(), reason)))
}

/// Emits the files that are derived from progenitor's output.
fn emit_client(source: &Source) -> EmitResult<Vec<GeneratedFile>> {
    let root = source.root();
    let generated = progenitor::generate(root)?;
    let operations = parse(root, operations::emit(root, &generated)?)?;
    let types = types::emit(root, &generated)?;
    let file = |name, purpose, items| render(source, name, purpose, items);
    Ok(vec![
        file("client.rs", "progenitor's client, with one method per operation.", generated.client),
        file(
            "operations.rs",
            "Types that stand for the operations of the API in [`Call`](crate::Call).",
            operations,
        ),
        file("types.rs", "Types of requests and responses.", types),
    ])
}

/// Emits the files that are derived from the document only.
fn emit_tables(source: &Source) -> EmitResult<Vec<GeneratedFile>> {
    let root = source.root();
    let environment = parse(root, servers::emit(root)?)?;
    let tables = parse(root, schema_tables::emit(root)?)?;
    let file = |name, purpose, items| render(source, name, purpose, items);
    Ok(vec![
        file("mod.rs", "Generated code.", parse(root, index())?),
        file("environment.rs", "Environments of the API.", environment),
        file("schema.rs", "Validation rules of every schema.", tables),
    ])
}

fn index() -> TokenStream {
    quote! {
        #[allow(clippy::all, clippy::unwrap_used, private_interfaces, unreachable_pub)]
        pub(crate) mod client;
        mod environment;
        #[allow(clippy::too_many_arguments, deprecated, unused_imports)]
        pub mod operations;
        #[allow(deprecated, unused_imports)]
        pub(crate) mod schema;
        #[allow(clippy::large_enum_variant, clippy::too_many_arguments, deprecated)]
        pub mod types;

        pub(crate) use environment::CLIENT_SECRET_HEADER;
        pub use environment::Environment;
    }
}

fn parse(root: &Node, code: TokenStream) -> EmitResult<Vec<syn::Item>> {
    let file: syn::File = syn::parse2(code).map_err(|error| {
        internal(root, &Pointer::root(), format!("generated code does not parse: {error}"))
    })?;
    Ok(file.items)
}

fn render(
    source: &Source,
    name: &'static str,
    purpose: &str,
    items: Vec<syn::Item>,
) -> GeneratedFile {
    let document = source.name();
    let mut text = format!(
        "// @generated by `{COMMAND}` from `{document}`. Do not edit: change the spec and run the \
         command.\n\n//! {purpose}\n"
    );
    let mut file =
        syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: Vec::new() };
    let mut previous = None;
    for item in items {
        let kind = mem::discriminant(&item);
        let joins_previous = match item {
            syn::Item::Use(_) | syn::Item::Mod(_) => previous == Some(kind),
            // A macro call belongs to the type above it.
            syn::Item::Macro(_) => true,
            _ => false,
        };
        if !joins_previous {
            text.push('\n');
        }
        previous = Some(kind);
        file.items = vec![item];
        text += &prettyplease::unparse(&file);
    }
    GeneratedFile { name, text }
}

/// Returns the diagnostic for a valid document that the generator cannot process.
fn internal(node: &Node, at: &Pointer, message: String) -> Box<Diagnostic> {
    Box::new(GENERATOR_FAILURE.diagnostic(node.position, at.clone(), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_line_names_the_document() {
        let text = include_str!("../../tests/refusals/minimal.yaml");
        let [a, b] = ["a.yaml", "b.yaml"].map(|name| {
            let files = generate(&Source::parse(name, text).unwrap()).unwrap();
            files.into_iter().map(|file| file.text).collect::<Vec<_>>()
        });
        for (a, b) in a.iter().zip(&b) {
            assert_ne!(a, b);
            assert_eq!(a.split_once('\n').unwrap().1, b.split_once('\n').unwrap().1);
        }
    }
}
