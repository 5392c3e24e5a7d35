//! Doc comments from descriptions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;

/// The maximum width of a doc comment without `/// `.
const WIDTH: usize = 88;

/// Returns doc attributes for a Markdown text.
pub(super) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text);
    quote!(#(#[doc = #lines])*)
}

/// Rewraps all doc attributes of an item.
pub(super) struct DocWrapper;

impl VisitMut for DocWrapper {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let mut wrapped = Vec::new();
        for attribute in attributes.drain(..) {
            match text_of(&attribute) {
                Some(text) => {
                    let style = attribute.style;
                    wrapped.extend(
                        lines(&text).into_iter().map(|line| syn::Attribute {
                            style,
                            ..syn::parse_quote!(#[doc = #line])
                        }),
                    );
                }
                None => wrapped.push(attribute),
            }
        }
        *attributes = wrapped;
    }

    /// Skips function bodies, which have no docs but are most of the code.
    fn visit_block_mut(&mut self, _: &mut syn::Block) {}
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

/// Returns the lines that follow `///`. Prose is wrapped, code blocks are not.
pub(super) fn lines(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return vec![String::new()];
    }
    let mut lines = Vec::new();
    let mut in_code = false;
    for line in text.trim().lines() {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence && !in_code && line.trim() == "```" {
            // rustdoc would compile a block without a language as Rust.
            lines.push(format!(" {line}text"));
        } else if is_fence || in_code || line.trim().is_empty() {
            lines.push(if line.is_empty() { String::new() } else { format!(" {line}") });
        } else {
            lines.extend(wrap(line));
        }
        in_code ^= is_fence;
    }
    lines
}

fn wrap(line: &str) -> Vec<String> {
    let indent = if line.starts_with("- ") { "   " } else { " " };
    let mut lines = vec![String::from(" ")];
    for word in line.split_whitespace() {
        let Some(last) = lines.last_mut() else { continue };
        let is_empty = last.trim().is_empty();
        if !is_empty && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            let gap = if is_empty { "" } else { " " };
            last.push_str(gap);
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn wraps_prose_but_not_code() {
        let word = "kilogram ";
        let text =
            format!("{}\n\n- {}\n```\n{}\n```", word.repeat(15), word.repeat(12), "x".repeat(99));
        let lines = lines(&text);
        assert_eq!(lines[1], format!(" {}", word.repeat(6).trim_end()));
        assert_eq!(lines[2], "");
        assert_eq!(lines[4], format!("   {}", word.repeat(3).trim_end()));
        assert_eq!(lines[6], format!(" {}", "x".repeat(99)));
    }
}
