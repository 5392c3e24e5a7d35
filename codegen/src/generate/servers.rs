//! Emits `environment.rs`: the servers, and the header of the client secret.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{EmitResult, docs, internal};
use crate::document::Node;
use crate::document::pointer::Pointer;

pub(super) fn emit(root: &Node) -> EmitResult<TokenStream> {
    let servers = root.get("servers").map(Node::elements).unwrap_or_default();
    let text = |server: &Node, key| server.get_str(key).unwrap_or_default().to_owned();
    let names: Vec<_> = servers.iter().map(|server| text(server, "x-environment")).collect();
    let variants: Vec<_> =
        names.iter().map(|name| format_ident!("{}", name.to_upper_camel_case())).collect();
    let urls = servers.iter().map(|server| text(server, "url"));
    let documentation = servers.iter().map(|server| {
        let description = docs::description(&text(server, "description"));
        docs::attributes(&format!("{description}\n\n<{}>", text(server, "url")))
    });
    let header = client_secret_header(root)?;
    Ok(quote! {
        /// An environment of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Environment {
            #(#documentation #variants,)*
        }

        impl Environment {
            /// All environments.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// Returns the base URL of all operations.
            pub const fn base_url(self) -> &'static str {
                match self {
                    #(Self::#variants => #urls,)*
                }
            }

            /// Returns the name in lower case, as in settings.
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
        }

        /// The header of the client secret.
        pub(crate) const CLIENT_SECRET_HEADER: &str = #header;
    })
}

fn client_secret_header(root: &Node) -> EmitResult<String> {
    let at = Pointer::root().descend(["components", "securitySchemes"]);
    let schemes = root.find(&at).map(Node::members).unwrap_or_default();
    let mut names = schemes
        .iter()
        .filter(|scheme| scheme.node.get_str("type") == Some("apiKey"))
        .filter_map(|scheme| scheme.node.get_str("name"));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.to_ascii_lowercase()),
        _ => Err(internal(
            root.find(&at).unwrap_or(root),
            &at,
            "expected exactly one `apiKey` security scheme".to_owned(),
        )),
    }
}
