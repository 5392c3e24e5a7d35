//! Fields of typify's structs and the properties they stand for.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::document::{Node, reference};
use crate::model::ApiOperation;

/// Returns the name of the property of a field, unless the field has no name.
pub(super) fn property_name(field: &syn::Field) -> Option<String> {
    let mut renamed = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // Attributes of other forms do not rename the field.
        let _ = attribute.parse_nested_meta(|meta| {
            let value: syn::LitStr = meta.value()?.parse()?;
            if meta.path.is_ident("rename") {
                renamed = Some(value.value());
            }
            Ok(())
        });
    }
    renamed.or_else(|| Some(field.ident.as_ref()?.to_string()))
}

/// Returns the field of a generated struct for a property, and its type.
pub(super) fn field<'t>(
    items: &'t [syn::Item],
    name: &str,
    property: &str,
) -> Option<(&'t Ident, &'t syn::Type)> {
    let fields = items.iter().find_map(|item| match item {
        syn::Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    })?;
    let field = fields.iter().find(|field| property_name(field).as_deref() == Some(property))?;
    Some((field.ident.as_ref()?, &field.ty))
}

/// Returns whether a type is an `Option`, and the type without it.
pub(super) fn optional(ty: &syn::Type) -> (bool, &syn::Type) {
    argument(ty, "Option").map_or((false, ty), |inner| (true, inner))
}

/// Returns `T` of a generic type `name<T>`.
pub(super) fn argument<'t>(ty: &'t syn::Type, name: &str) -> Option<&'t syn::Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the last segment of a path.
pub(super) fn last_segment(ty: &syn::Type) -> Option<&syn::PathSegment> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The properties of an object schema, including those of its `allOf`.
pub(super) struct ObjectSchema<'n> {
    properties: Vec<(&'n str, &'n Node)>,
    /// The required properties, in the order of the document.
    pub required: Vec<&'n str>,
}

impl<'n> ObjectSchema<'n> {
    pub(super) fn new(root: &'n Node, schema: &'n Node) -> Self {
        let mut object = Self { properties: Vec::new(), required: Vec::new() };
        object.add(root, schema);
        object
    }

    fn add(&mut self, root: &'n Node, schema: &'n Node) {
        let Some(schema) = reference::resolve(root, schema) else { return };
        let list = |key| schema.get(key).map(Node::elements).unwrap_or_default();
        let properties = schema.get("properties").map(Node::members).unwrap_or_default();
        self.properties.extend(properties.iter().map(|each| (each.key.as_str(), &each.node)));
        self.required.extend(list("required").iter().filter_map(Node::as_str));
        list("allOf").iter().for_each(|part| self.add(root, part));
    }

    pub(super) fn is_required(&self, property: &str) -> bool {
        self.required.contains(&property)
    }

    pub(super) fn property(&self, name: &str) -> Option<&'n Node> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, node)| *node)
    }
}

/// Returns the type that stands for an operation.
pub(super) fn marker(operation: &ApiOperation<'_>) -> Ident {
    format_ident!("{}", operation.marker())
}

/// Emits `#[deprecated]` for a deprecated object.
pub(super) fn deprecated(node: &Node) -> Option<TokenStream> {
    node.is_true("deprecated").then(|| quote!(#[deprecated]))
}
