//! Emits `environment.rs`: the servers of the document, and the header that
//! carries the client secret.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Emit, docs, internal};
use crate::document::Node;
use crate::document::pointer::Pointer;

pub(super) fn emit(root: &Node) -> Emit<TokenStream> {
    let servers = root.get("servers").map(Node::elements).unwrap_or_default();
    let text = |server: &Node, key| {
        server.get(key).and_then(Node::as_str).map(str::to_owned).unwrap_or_default()
    };
    let names: Vec<_> = servers.iter().map(|server| text(server, "x-environment")).collect();
    let variants: Vec<_> =
        names.iter().map(|name| format_ident!("{}", name.to_upper_camel_case())).collect();
    let urls = servers.iter().map(|server| text(server, "url"));
    let documentation = servers.iter().map(|server| {
        docs::attributes(&format!("{}: <{}>", text(server, "description"), text(server, "url")))
    });
    let header = client_secret_header(root)?;
    Ok(quote! {
        /// Where the API is served.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Environment {
            #(#documentation #variants,)*
        }

        impl Environment {
            /// All of them.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The URL that the paths of all operations are relative to.
            pub const fn base_url(self) -> &'static str {
                match self {
                    #(Self::#variants => #urls,)*
                }
            }

            /// The name in lower case, as settings give it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
        }

        /// The header that carries the client secret.
        pub(crate) const CLIENT_SECRET_HEADER: &str = #header;
    })
}

fn client_secret_header(root: &Node) -> Emit<String> {
    let at = Pointer::root().descend(["components", "securitySchemes"]);
    let schemes = root.find(&at).map(Node::members).unwrap_or_default();
    let mut names = schemes
        .iter()
        .filter(|scheme| scheme.node.get("type").and_then(Node::as_str) == Some("apiKey"))
        .filter_map(|scheme| scheme.node.get("name")?.as_str());
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.to_ascii_lowercase()),
        _ => Err(internal(
            root.find(&at).unwrap_or(root),
            &at,
            "the client takes exactly one secret besides the bearer token".into(),
        )),
    }
}
