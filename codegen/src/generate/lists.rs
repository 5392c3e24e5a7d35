//! Emits the implementations of the client's `List` for operations with `x-pagination`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::progenitor::ProgenitorOutput;
use super::{EmitResult, arguments, fields, internal};
use crate::document::Node;
use crate::document::pointer::Pointer;
use crate::model::schemas;
use crate::model::{ApiOperation, PAGINATION};

pub(super) fn emit(
    generated: &ProgenitorOutput,
    operation: &ApiOperation<'_>,
) -> EmitResult<Option<TokenStream>> {
    let Some(node) = operation.node.get(PAGINATION) else { return Ok(None) };
    let list = list(&generated.types, operation, node).ok_or_else(|| {
        let at = Pointer::root().descend(["paths", operation.path, operation.method, PAGINATION]);
        internal(node, &at, "typify generated no fields for the pagination".to_owned())
    })?;
    Ok(Some(list))
}

fn list(items: &[syn::Item], operation: &ApiOperation<'_>, node: &Node) -> Option<TokenStream> {
    let (marker, root) = (fields::marker(operation), operation.root);
    let index = |key| {
        let name = node.get_str(key);
        let mut parameters = operation.parameters.iter();
        let found = name.and_then(|name| parameters.position(|parameter| parameter.name == name));
        found.map(Literal::usize_unsuffixed).map_or(quote!(None), |index| quote!(Some(#index)))
    };
    let [first, last, before] = ["first", "last", "before"].map(index);
    let after = node.get_str("after")?;
    let after = operation.parameters.iter().position(|parameter| parameter.name == after)?;
    let after = Literal::usize_unsuffixed(after);
    let size = node
        .get_str("first")
        .and_then(|name| operation.parameters.iter().find(|parameter| parameter.name == name));
    let size = size.map(|parameter| schemas::unwrap_alias(root, parameter.schema));
    let bound = |key| {
        let bound = size.and_then(|schema| schema.get(key)).and_then(Node::as_integer);
        let bound = bound.and_then(|bound| i64::try_from(bound).ok());
        bound.map_or(quote!(None), |bound| quote!(Some(#bound)))
    };
    let (min_size, max_size) = (bound("minimum"), bound("maximum"));
    let (name, _) = arguments::body_schema(root, operation.response?)?;
    let (nodes, ty) = path(items, name, node.get_str("items")?)?;
    let item = qualified(root, fields::argument(ty, "Vec")?)?;
    let (cursor, ty) = path(items, name, node.get_str("cursor")?)?;
    let (is_optional, ty) = fields::optional(ty);
    let cursor = if !is_optional {
        quote!(Some(output.#cursor.as_str()))
    } else if fields::last_segment(ty)?.ident == "String" {
        quote!(output.#cursor.as_deref())
    } else {
        quote!(output.#cursor.as_ref().map(|cursor| cursor.as_str()))
    };
    let (more, _) = path(items, name, node.get_str("more")?)?;
    let counted = match node.get_str("total") {
        Some(total) => {
            let (total, _) = path(items, name, total)?;
            Some(quote! {
                impl CountedList for #marker {
                    fn total(output: &Self::Output) -> i64 {
                        output.#total
                    }
                }
            })
        }
        None => None,
    };
    Some(quote! {
        impl List for #marker {
            type Item = #item;
            const PAGINATION: Pagination = Pagination {
                first: #first,
                after: #after,
                last: #last,
                before: #before,
                min_size: #min_size,
                max_size: #max_size,
            };

            fn fields(output: &Self::Output) -> PageFields<'_> {
                PageFields {
                    cursor: #cursor,
                    has_more: output.#more,
                    is_empty: output.#nodes.is_empty(),
                }
            }

            fn items(output: Self::Output) -> Vec<Self::Item> {
                output.#nodes
            }
        }

        #counted
    })
}

/// Returns a type of the module `types` with its path.
fn qualified(root: &Node, ty: &syn::Type) -> Option<TokenStream> {
    let ident = &fields::last_segment(ty)?.ident;
    let is_component = schemas::component(root, &ident.to_string()).is_some();
    Some(if is_component { quote!(types::#ident) } else { quote!(#ty) })
}

/// Returns the access to a property of a response by its JSON pointer, and the type of the
/// property.
fn path<'i>(
    items: &'i [syn::Item],
    name: &str,
    pointer: &str,
) -> Option<(TokenStream, &'i syn::Type)> {
    let mut name = name.to_owned();
    let mut fields = Vec::new();
    let mut found = None;
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = token.replace("~1", "/").replace("~0", "~");
        let (ident, ty) = fields::field(items, &name, &token)?;
        name = fields::last_segment(ty)?.ident.to_string();
        fields.push(quote!(#ident));
        found = Some(ty);
    }
    let mut ty = found?;
    while let Some(inner) = newtype(items, ty) {
        fields.push(quote!(0));
        ty = inner;
    }
    Some((quote!(#(#fields).*), ty))
}

/// Returns the type in a newtype that typify generated, which is public.
fn newtype<'i>(items: &'i [syn::Item], ty: &syn::Type) -> Option<&'i syn::Type> {
    let name = &fields::last_segment(ty)?.ident;
    items.iter().find_map(|item| match item {
        syn::Item::Struct(item) if item.ident == *name => match &item.fields {
            syn::Fields::Unnamed(fields) => fields.unnamed.first().map(|field| &field.ty),
            _ => None,
        },
        _ => None,
    })
}
