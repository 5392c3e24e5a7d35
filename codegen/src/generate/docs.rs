//! Turns descriptions into doc comments that read like written ones.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;

/// Where doc comments wrap, `/// ` not counted.
const WIDTH: usize = 88;

/// The doc attributes for `text`, which is Markdown.
pub(super) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text);
    quote!(#(#[doc = #lines])*)
}

/// Rewrites every doc attribute within an item in the same form.
pub(super) struct Tidy;

impl VisitMut for Tidy {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let mut tidied = Vec::new();
        for attribute in attributes.drain(..) {
            match text_of(&attribute) {
                Some(text) => {
                    let inner = attribute.style;
                    tidied.extend(lines(&text).into_iter().map(|line| syn::Attribute {
                        style: inner,
                        ..syn::parse_quote!(#[doc = #line])
                    }));
                }
                None => tidied.push(attribute),
            }
        }
        *attributes = tidied;
    }

    /// The bodies of functions have no docs, and are most of the code.
    fn visit_block_mut(&mut self, _: &mut syn::Block) {}
}

/// The text of a doc attribute.
pub(super) fn text_of(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Lines as they follow `///`: prose is wrapped, code blocks stay as they are.
pub(super) fn lines(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return vec![String::new()];
    }
    let mut lines = Vec::new();
    let mut in_code = false;
    for line in text.trim().lines() {
        let fence = line.trim_start().starts_with("```");
        if fence && !in_code && line.trim() == "```" {
            // Without a language, rustdoc would take it for Rust.
            lines.push(format!(" {line}text"));
        } else if fence || in_code || line.trim().is_empty() {
            lines.push(if line.is_empty() { String::new() } else { format!(" {line}") });
        } else {
            lines.extend(wrap(line));
        }
        in_code ^= fence;
    }
    lines
}

fn wrap(line: &str) -> Vec<String> {
    let hang = if line.starts_with("- ") { "   " } else { " " };
    let mut lines = vec![String::from(" ")];
    for word in line.split_whitespace() {
        let Some(last) = lines.last_mut() else { continue };
        let is_empty = last.trim().is_empty();
        if !is_empty && last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{hang}{word}"));
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
    fn prose_wraps_and_code_does_not() {
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
