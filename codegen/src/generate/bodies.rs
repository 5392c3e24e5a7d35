//! Emits constructors and setters for the types of request bodies.
//!
//! A constructor takes the properties that are required and not nullable, in the order of the
//! document's `required`. Everything else that requests contain has a setter, so that a new optional
//! property is a compatible change.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::fields::{self, ObjectSchema, deprecated};
use crate::document::Node;
use crate::model::schemas;

/// Emits the constructor and the setters of a struct.
pub(super) fn emit(
    root: &Node,
    item: &syn::ItemStruct,
    schema: &Node,
    has_default: bool,
) -> TokenStream {
    let name = &item.ident;
    let fields: Vec<_> = item.fields.iter().filter_map(RequestField::new).collect();
    if fields.is_empty() && !item.fields.is_empty() {
        // A newtype has conversions.
        return TokenStream::new();
    }
    let object = ObjectSchema::new(root, schema);
    let is_of_responses = |field: &RequestField<'_>| {
        object.property(&field.property).is_some_and(|node| schemas::is_read_only(root, node))
    };
    // The field of a required property is optional, too, if responses lack the property.
    let is_argument = |field: &&RequestField<'_>| {
        let property = object.property(&field.property);
        let may_be_null = property.is_none_or(|node| schemas::is_nullable(root, node));
        object.is_required(&field.property)
            && !is_of_responses(field)
            && !(field.is_optional() && may_be_null)
    };
    let mut arguments: Vec<_> = fields.iter().filter(is_argument).collect();
    arguments.sort_by_key(|field| object.required.iter().position(|key| *key == field.property));
    let declarations = arguments.iter().map(|field| field.argument().0);
    let values = arguments.iter().map(|field| field.initialize());
    let rest = fields.iter().filter(|field| !is_argument(field));
    let set = rest.clone().filter(|field| !is_of_responses(field));
    let setters = set.map(|field| field.setter(&object));
    let rest = rest.map(|field| field.ident);
    let default = (arguments.is_empty() && !has_default).then(|| {
        quote! {
            impl ::std::default::Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let documentation = if arguments.is_empty() {
        " Creates a value without any property."
    } else {
        " Creates a value from its required properties."
    };
    quote! {
        impl #name {
            #[doc = #documentation]
            pub fn new(#(#declarations),*) -> Self {
                Self { #(#values,)* #(#rest: ::std::default::Default::default(),)* }
            }
            #(#setters)*
        }
        #default
    }
}

/// A field of a request type.
struct RequestField<'f> {
    ident: &'f syn::Ident,
    ty: &'f syn::Type,
    /// The name of the property.
    property: String,
}

impl<'f> RequestField<'f> {
    fn new(field: &'f syn::Field) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        Some(Self { ident, ty: &field.ty, property: fields::property_name(field)? })
    }

    fn is_optional(&self) -> bool {
        fields::optional(self.ty).0
    }

    /// Returns the argument for a value of the field other than `None`, and the value.
    fn argument(&self) -> (TokenStream, TokenStream) {
        let (is_optional, ty) = fields::optional(self.ty);
        let (declaration, value) = self.conversion(ty);
        (declaration, if is_optional { quote!(Some(#value)) } else { value })
    }

    /// Returns the argument for a value of a type, and its conversion.
    fn conversion(&self, ty: &syn::Type) -> (TokenStream, TokenStream) {
        let ident = self.ident;
        if let Some(item) = fields::argument(ty, "Vec") {
            let collect = quote!(#ident.into_iter().collect());
            return (quote!(#ident: impl IntoIterator<Item = #item>), collect);
        }
        if fields::last_segment(ty).is_some_and(|segment| segment.ident == "String") {
            return (quote!(#ident: impl Into<String>), quote!(#ident.into()));
        }
        (quote!(#ident: #ty), quote!(#ident))
    }

    /// Initializes the field in a struct literal from the argument.
    fn initialize(&self) -> TokenStream {
        let ident = self.ident;
        let (_, value) = self.argument();
        let is_unchanged = *ident == value.to_string();
        if is_unchanged { quote!(#ident) } else { quote!(#ident: #value) }
    }

    fn setter(&self, object: &ObjectSchema<'_>) -> TokenStream {
        let (declaration, value) = self.argument();
        let ident = self.ident;
        let name = if ident == "new" { format_ident!("new_") } else { ident.clone() };
        let property = object.property(&self.property);
        let text = property.and_then(|node| node.get_str("description"));
        let text = docs::description(text.unwrap_or_default());
        let text = format!("Sets {}.\n\n{text}", docs::code_span(&self.property));
        let documentation = docs::attributes(&text);
        let deprecated = property.and_then(deprecated);
        quote! {
            #documentation
            #deprecated
            #[must_use]
            pub fn #name(mut self, #declaration) -> Self {
                self.#ident = #value;
                self
            }
        }
    }
}
