//! Emits the tables of pages, and the implementations of the client's `List`, for operations with
//! `x-pagination`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::progenitor::ProgenitorOutput;
use super::schema_tables::optional;
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

/// Emits the table of the pages of an operation.
pub(super) fn pagination(operation: &ApiOperation<'_>) -> Option<TokenStream> {
    let node = operation.node.get(PAGINATION)?;
    let text = |key| node.get_str(key);
    let position = |key| {
        let name = text(key)?;
        operation.parameters.iter().position(|parameter| parameter.name == name)
    };
    let [first, last, before] = ["first", "last", "before"]
        .map(|key| optional(position(key).map(Literal::usize_unsuffixed)));
    let after = Literal::usize_unsuffixed(position("after")?);
    let size = position("first").map(|index| operation.parameters[index].schema);
    let size = size.map(|schema| schemas::unwrap_alias(operation.root, schema));
    let [min_size, max_size] = ["minimum", "maximum"].map(|key| {
        let bound = size.and_then(|schema| schema.get(key)).and_then(Node::as_integer);
        optional(bound.and_then(|bound| i64::try_from(bound).ok()))
    });
    let (items, cursor, more) = (text("items")?, text("cursor")?, text("more")?);
    let total = optional(text("total"));
    Some(quote! {
        Pagination {
            first: #first,
            after: #after,
            last: #last,
            before: #before,
            min_size: #min_size,
            max_size: #max_size,
            items: #items,
            cursor: #cursor,
            more: #more,
            total: #total,
        }
    })
}

fn list(items: &[syn::Item], operation: &ApiOperation<'_>, node: &Node) -> Option<TokenStream> {
    let (marker, root) = (fields::marker(operation), operation.root);
    let (name, _) = arguments::body_schema(root, operation.response?)?;
    let (nodes, ty) = path(items, name, node.get_str("items")?)?;
    let item = qualified(root, fields::argument(ty, "Vec")?)?;
    let counted = node.get("total").map(|_| quote!(impl CountedList for #marker {}));
    Some(quote! {
        impl List for #marker {
            type Item = #item;

            fn items(page: Self::Output, _: &OperationSpec) -> Vec<Self::Item> {
                page.#nodes
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
