//! Doc comments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;

use super::markdown;

/// Returns doc attributes for Markdown that is written for rustdoc.
pub(super) fn attributes(markdown: &str) -> TokenStream {
    let lines = lines(markdown);
    quote!(#(#[doc = #lines])*)
}

/// Returns the lines that follow `///` for Markdown that is written for rustdoc.
pub(super) fn lines(markdown: &str) -> Vec<String> {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!(" {line}") };
    markdown.trim_matches('\n').lines().map(line).collect()
}

/// Converts a description of the document to Markdown for rustdoc.
pub(super) fn description(text: &str) -> String {
    markdown::convert(text)
}

/// Converts a description of the document to an item of a list, which starts with a label.
pub(super) fn item(label: &str, text: &str) -> String {
    markdown::convert_item(label, text)
}

/// Returns a code span.
pub(super) fn code_span(text: &str) -> String {
    markdown::code_span(text)
}

/// Converts all doc attributes of an item to Markdown for rustdoc.
pub(super) struct DocConverter;

impl VisitMut for DocConverter {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let mut converted = Vec::new();
        let mut paragraphs: Vec<(syn::AttrStyle, String)> = Vec::new();
        for attribute in attributes.drain(..) {
            match text_of(&attribute) {
                Some(text) => paragraphs.push((attribute.style, text)),
                None => {
                    convert(&mut paragraphs, &mut converted);
                    converted.push(attribute);
                }
            }
        }
        convert(&mut paragraphs, &mut converted);
        *attributes = converted;
    }

    /// Skips function bodies, which have no docs but are most of the code.
    fn visit_block_mut(&mut self, _: &mut syn::Block) {}
}

/// Converts adjacent doc attributes, which are one text.
fn convert(paragraphs: &mut Vec<(syn::AttrStyle, String)>, converted: &mut Vec<syn::Attribute>) {
    let Some((style, _)) = paragraphs.first() else { return };
    let style = *style;
    let texts: Vec<_> = paragraphs.drain(..).map(|(_, text)| text).collect();
    let text = without_indentation(&texts.join("\n"));
    converted.extend(
        lines(&description(&text))
            .into_iter()
            .map(|line| syn::Attribute { style, ..syn::parse_quote!(#[doc = #line]) }),
    );
}

/// Removes the space that follows `///`.
fn without_indentation(text: &str) -> String {
    if text.lines().any(|line| !line.is_empty() && !line.starts_with(' ')) {
        return text.to_owned();
    }
    let lines: Vec<_> = text.lines().map(|line| line.get(1..).unwrap_or_default()).collect();
    lines.join("\n")
}

/// Returns the text of a doc attribute.
pub(super) fn text_of(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
