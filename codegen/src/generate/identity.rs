//! Emits the comparison of the identifier in a path with the `id` of the response.
//!
//! A response about another resource than the requested one must not be accepted. The two are
//! compared wherever a path parameter and the property `id` of the response have the same
//! identifier schema.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Emits the conversion of progenitor's result, for an operation with these path parameters
/// and this response type.
pub(super) fn finish<'a>(
    types: &[syn::Item],
    mut path_parameters: impl Iterator<Item = (&'a Ident, &'a syn::Type)>,
    output: &syn::Type,
) -> TokenStream {
    let mut finish_for = || {
        let id = id_type(types, output)?;
        let (is_optional, id) = optional(id);
        let (requested, _) =
            path_parameters.find(|(_, ty)| last_segment(ty) == last_segment(id))?;
        let received =
            if is_optional { quote!(value.id.as_ref()) } else { quote!(Some(&value.id)) };
        Some(quote!(__call.finish_for(#requested, |value| #received, __result)))
    };
    finish_for().unwrap_or_else(|| quote!(__call.finish(__result)))
}

/// Returns the type of the field `id` of a generated struct.
fn id_type<'t>(types: &'t [syn::Item], output: &syn::Type) -> Option<&'t syn::Type> {
    let name = &last_segment(output)?.ident;
    let fields = types.iter().find_map(|item| match item {
        syn::Item::Struct(item) if item.ident == *name => Some(&item.fields),
        _ => None,
    })?;
    let is_id = |field: &&syn::Field| field.ident.as_ref().is_some_and(|ident| ident == "id");
    fields.iter().find(is_id).map(|field| &field.ty)
}

/// Returns whether a type is an `Option`, and the type without it.
fn optional(ty: &syn::Type) -> (bool, &syn::Type) {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option");
    let argument = segment.and_then(|segment| match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    });
    match argument {
        Some(syn::GenericArgument::Type(inner)) => (true, inner),
        _ => (false, ty),
    }
}

/// Returns the last segment of a path or of a reference to a path.
fn last_segment(ty: &syn::Type) -> Option<&syn::PathSegment> {
    match ty {
        syn::Type::Reference(reference) => last_segment(&reference.elem),
        syn::Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::finish;

    /// Emits the conversion for a path parameter and an `id` of these types.
    fn emit(parameter: syn::Type, id: syn::Type) -> String {
        let types = [parse_quote! {
            pub struct Thing { pub parent: ThingId, pub id: #id }
        }];
        let name = parse_quote!(thing_id);
        let output = parse_quote!(types::Thing);
        finish(&types, [(&name, &parameter)].into_iter(), &output).to_string().replace(' ', "")
    }

    #[test]
    fn compares_identifiers_of_the_same_schema() {
        assert_eq!(
            emit(parse_quote!(&'a crate::types::ThingId), parse_quote!(crate::types::ThingId)),
            "__call.finish_for(thing_id,|value|Some(&value.id),__result)"
        );
        assert_eq!(
            emit(
                parse_quote!(&'a crate::types::ThingId),
                parse_quote!(::std::option::Option<crate::types::ThingId>)
            ),
            "__call.finish_for(thing_id,|value|value.id.as_ref(),__result)"
        );
    }

    #[test]
    fn does_not_compare_other_types() {
        let plain = "__call.finish(__result)";
        assert_eq!(emit(parse_quote!(&'a crate::types::ThingId), parse_quote!(PartId)), plain);
        assert_eq!(
            emit(parse_quote!(&'a crate::types::ThingId), parse_quote!(Vec<ThingId>)),
            plain
        );
        let name = parse_quote!(id);
        let parameter = parse_quote!(&'a ThingId);
        let parameters = [(&name, &parameter)].into_iter();
        assert_eq!(
            finish(&[], parameters, &parse_quote!(types::Thing)).to_string().replace(' ', ""),
            plain
        );
    }
}
