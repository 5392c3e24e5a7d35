//! Mends the mocks that progenitor writes for `httpmock`.
//!
//! Their paths begin with those of the document, so that a base path in the URL of the
//! client never matches; here the base paths of the document's servers may come first.
//! They compile their patterns with a crate of their own, which `httpmock` does as well;
//! anybody may implement their trait, so that an operation more would break a user; and
//! they say nothing about themselves.

use std::collections::BTreeSet;

use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Token, parse_quote};

use super::{Emit, progenitor_run};
use crate::source::Node;

/// The mocks of the operations.
///
/// # Errors
///
/// As those of [`progenitor_run::mocks`].
pub(super) fn emit(root: &Node) -> Emit<Vec<syn::Item>> {
    progenitor_run::mocks(root).map(|file| mend(root, file))
}

/// The items of progenitor's file, mended.
fn mend(root: &Node, mut file: syn::File) -> Vec<syn::Item> {
    Paths { base: base_paths(root) }.visit_file_mut(&mut file);
    Docs.visit_file_mut(&mut file);
    seal(&mut file);
    file.items
}

/// Gives each trait a supertrait that only this crate can implement.
fn seal(file: &mut syn::File) {
    for item in &mut file.items {
        if let syn::Item::Trait(item) = item {
            item.supertraits.push(parse_quote!(sealed::Sealed));
        }
    }
    file.items.push(parse_quote! {
        mod sealed {
            pub trait Sealed {}
            impl Sealed for ::httpmock::MockServer {}
        }
    });
}

/// A pattern for the paths of the servers, or for none.
fn base_paths(root: &Node) -> String {
    let servers = root.get("servers").map(Node::elements).unwrap_or_default();
    let urls = servers.iter().filter_map(|server| server.get("url")?.as_str());
    let paths: BTreeSet<_> = urls.map(base_path).filter(|path| !path.is_empty()).collect();
    if paths.is_empty() {
        return String::new();
    }
    let paths: Vec<_> = paths.into_iter().map(regex_syntax::escape).collect();
    format!("(?:{})?", paths.join("|"))
}

/// `/registry/v0` of `https://api.isometric.com/registry/v0`.
fn base_path(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |start| &after_scheme[start..]);
    path.trim_end_matches('/')
}

/// Puts the base paths in front of each pattern of a path.
struct Paths {
    base: String,
}

impl VisitMut for Paths {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        if let Some(path) = literal.value().strip_prefix("^/") {
            *literal = syn::LitStr::new(&format!("^{}/{path}", self.base), literal.span());
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Some(pattern) = compiled_pattern(expression) {
            *expression = pattern;
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    /// The arguments of a macro are tokens until they are parsed.
    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(mut arguments) = parser.parse2(call.tokens.clone()) {
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            call.tokens = arguments.into_token_stream();
        }
    }
}

/// `pattern` in `regex::Regex::new(pattern).unwrap()`, and of a reference to a
/// temporary the temporary.
fn compiled_pattern(expression: &Expr) -> Option<Expr> {
    let Expr::MethodCall(unwrap) = expression else { return None };
    let Expr::Call(new) = &*unwrap.receiver else { return None };
    let function = new.func.to_token_stream().to_string().replace(' ', "");
    if unwrap.method != "unwrap" || function != "regex::Regex::new" {
        return None;
    }
    match new.args.first()? {
        Expr::Reference(reference) => Some((*reference.expr).clone()),
        pattern => Some(pattern.clone()),
    }
}

/// Says what each item is for.
struct Docs;

impl Docs {
    fn add(attributes: &mut Vec<Attribute>, text: &str) {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
            let text = format!(" {text}");
            attributes.push(parse_quote!(#[doc = #text]));
        }
    }
}

impl VisitMut for Docs {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let text = match item.ident.to_string().ends_with("When") {
            true => "Which requests are answered.",
            false => "What they are answered.",
        };
        Self::add(&mut item.attrs, text);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        if item.trait_.is_some() {
            return;
        }
        let is_when = item.self_ty.to_token_stream().to_string().ends_with("When");
        for item in &mut item.items {
            let syn::ImplItem::Fn(method) = item else { continue };
            let name = method.sig.ident.to_string();
            let text = match name.as_str() {
                "new" => "Wraps the one of `httpmock`.".to_owned(),
                "into_inner" => "The one of `httpmock`, which can do more.".to_owned(),
                _ if is_when => format!("Only requests with this `{name}`."),
                _ => format!("Answers \"{}\".", name.replace('_', " ")),
            };
            Self::add(&mut method.attrs, &text);
        }
    }

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        for item in &mut item.items {
            let syn::TraitItem::Fn(method) = item else { continue };
            let name = &method.sig.ident;
            let link = quote!(crate::Registry::#name).to_string().replace(' ', "");
            Self::add(&mut method.attrs, &format!("Mocks [`{name}`]({link})."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{base_path, mend};
    use crate::source::Source;

    fn mended(servers: &str, code: &str) -> String {
        let source = Source::parse("spec.yaml", &format!("servers: [{servers}]")).unwrap();
        let items = mend(source.root(), syn::parse_str(code).unwrap());
        prettyplease::unparse(&syn::parse_quote!(#(#items)*))
    }

    const CODE: &str = r#"fn f() {
        g(regex::Regex::new("^/batches/[^/]*$").unwrap());
        g(regex::Regex::new(&format!("^/batches/{}$", id)).unwrap());
    }"#;

    #[test]
    fn the_base_path_of_each_server_may_come_first() {
        let servers = "{url: 'https://a.example/v0'}, {url: 'https://b.example/v1.0/'}";
        let mended = mended(servers, CODE);
        assert!(mended.contains(r#"g("^(?:/v0|/v1\\.0)?/batches/[^/]*$");"#), "{mended}");
        let with_argument = r#"g(format!("^(?:/v0|/v1\\.0)?/batches/{}$", id));"#;
        assert!(mended.contains(with_argument), "{mended}");
    }

    #[test]
    fn nobody_else_implements_the_trait() {
        let mended = mended("", "pub trait MockServerExt { fn f(&self); }");
        assert!(mended.contains("pub trait MockServerExt: sealed::Sealed {"), "{mended}");
        assert!(mended.contains("impl Sealed for ::httpmock::MockServer {}"), "{mended}");
    }

    #[test]
    fn without_a_base_path_the_path_stays_as_it_is() {
        let mended = mended("{url: 'https://a.example'}", CODE);
        assert!(mended.contains(r#"g("^/batches/[^/]*$");"#), "{mended}");
    }

    #[test]
    fn a_base_path_is_what_follows_the_host() {
        assert_eq!(base_path("https://api.isometric.com/registry/v0"), "/registry/v0");
        assert_eq!(base_path("https://api.isometric.com"), "");
        assert_eq!(base_path("https://api.isometric.com/"), "");
        assert_eq!(base_path("/registry/v0"), "/registry/v0");
    }
}
