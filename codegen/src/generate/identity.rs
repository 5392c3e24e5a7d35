//! Emits the access to the `id` of a response, which is compared with the identifier in the path.
//!
//! A response about another resource than the requested one must not be accepted. The two are
//! compared wherever a path parameter and the property `id` of the response have the same
//! identifier schema.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::arguments;
use super::fields;
use crate::model::ApiOperation;
use crate::model::schemas;

/// Emits the method `id` of an operation. A POST may create another resource than that in its
/// path.
pub(super) fn emit(items: &[syn::Item], operation: &ApiOperation<'_>) -> Option<TokenStream> {
    let root = operation.root;
    let (name, is_nullable) = arguments::body_schema(root, operation.response?)?;
    let (ident, ty) = fields::field(items, name, "id")?;
    let (is_optional, ty) = fields::optional(ty);
    let type_name = fields::last_segment(ty)?.ident.to_string();
    let is_requested = |schema| {
        schemas::named_string_type(root, schema).is_some_and(|(name, _)| name == type_name)
    };
    let index = operation
        .parameters
        .iter()
        .position(|parameter| parameter.place == "path" && is_requested(parameter.schema))
        .filter(|_| operation.method != "post")?;
    let index = Literal::usize_unsuffixed(index);
    let id = match (is_nullable, is_optional) {
        (false, false) => quote!(Some((#index, output.#ident.as_str()))),
        (false, true) => quote!(output.#ident.as_ref().map(|id| (#index, id.as_str()))),
        (true, false) => quote!(output.as_ref().map(|output| (#index, output.#ident.as_str()))),
        (true, true) => quote! {
            output.as_ref().and_then(|it| it.#ident.as_ref()).map(|id| (#index, id.as_str()))
        },
    };
    Some(quote! {
        fn id(output: &Self::Output) -> Option<(usize, &str)> {
            #id
        }
    })
}
