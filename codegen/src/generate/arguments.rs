//! Rust types of arguments.
//!
//! The type of an argument follows the structure of its schema, whether the schema is named or
//! not. Only string types with rules have a type of their own.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::document::{Node, reference};
use crate::model::schemas;
use crate::model::{ApiParameter, BODY_ARGUMENT};

/// An argument of a method.
pub(super) struct Argument {
    /// The argument with its type.
    pub declaration: TokenStream,
    /// The call that passes the argument on to the `Call` before it.
    pub pass: TokenStream,
}

/// The type of a single value.
struct ArgumentType {
    owned: TokenStream,
    /// True if the value is passed by reference.
    is_borrowed: bool,
}

/// Returns the argument for a parameter with this index.
pub(super) fn argument(root: &Node, index: usize, parameter: &ApiParameter<'_>) -> Argument {
    let (name, index) =
        (format_ident!("{}", parameter.argument()), Literal::usize_unsuffixed(index));
    if let Some(items) = parameter.items(root) {
        let ArgumentType { owned, .. } = scalar(root, items);
        let (item, convert) = if is_plain_string(&owned) {
            (quote!(impl Into<String>), quote!(.map(Into::<String>::into)))
        } else {
            (owned, TokenStream::new())
        };
        let list = quote!(#name.into_iter()#convert.collect::<Vec<_>>());
        return Argument {
            declaration: quote!(#name: impl IntoIterator<Item = #item>),
            pass: quote!(.with(#index, &#list)),
        };
    }
    let ArgumentType { owned, is_borrowed } = scalar(root, parameter.schema);
    if is_plain_string(&owned) {
        return Argument { declaration: quote!(#name: &str), pass: quote!(.with(#index, #name)) };
    }
    if is_borrowed {
        return Argument {
            declaration: quote!(#name: &#owned),
            pass: quote!(.with(#index, #name)),
        };
    }
    Argument { declaration: quote!(#name: #owned), pass: quote!(.with(#index, &#name)) }
}

/// Returns the argument for a request body.
pub(super) fn body_argument(root: &Node, schema: &Node) -> Argument {
    let name = body_name();
    let body = Body::new(root, schema);
    let ty = match &body {
        Body::Named(ty) => quote!(&types::#ty),
        Body::Nullable(inner) => {
            let inner = inner.owned();
            quote!(Option<&#inner>)
        }
        Body::List(inner) => {
            let inner = inner.owned();
            quote!(&[#inner])
        }
    };
    let reference = matches!(body, Body::Nullable(_)).then(|| quote!(&));
    Argument { declaration: quote!(#name: #ty), pass: quote!(.with_body(#reference #name)) }
}

/// Returns the name of the argument for a request body.
pub(super) fn body_name() -> Ident {
    format_ident!("{BODY_ARGUMENT}")
}

/// Returns the type of a response body.
pub(super) fn output(root: &Node, schema: Option<&Node>) -> TokenStream {
    schema.map_or(quote!(()), |schema| Body::new(root, schema).owned())
}

/// Returns the name of the schema of a body, unless the body is nullable or a list.
pub(super) fn body_schema<'n>(root: &'n Node, schema: &'n Node) -> Option<(&'n str, bool)> {
    match Body::new(root, schema) {
        Body::Named(_) => Some((reference_name(schema)?, false)),
        Body::Nullable(_) => {
            let alternatives = schemas::alternatives(root, schema)?;
            Some((reference_name(alternatives.schemas.first()?)?, true))
        }
        Body::List(_) => None,
    }
}

/// The form of a body.
enum Body {
    Named(Ident),
    Nullable(Box<Body>),
    List(Box<Body>),
}

impl Body {
    fn new(root: &Node, schema: &Node) -> Self {
        if let Some(inner) = schemas::unwrap_all_of(schema) {
            return Self::new(root, inner);
        }
        if let Some(alternatives) = schemas::alternatives(root, schema)
            && let [only] = alternatives.schemas[..]
        {
            return Self::Nullable(Box::new(Self::new(root, only)));
        }
        if let Some(items) = schema.get("items") {
            let list = Self::List(Box::new(Self::new(root, items)));
            return if schema.is_true("nullable") { Self::Nullable(Box::new(list)) } else { list };
        }
        // The lint rejects all other inline schemas.
        Self::Named(format_ident!("{}", reference_name(schema).unwrap_or("Unnamed")))
    }

    fn owned(&self) -> TokenStream {
        match self {
            Self::Named(ty) => quote!(types::#ty),
            Self::Nullable(inner) => {
                let inner = inner.owned();
                quote!(Option<#inner>)
            }
            Self::List(inner) => {
                let inner = inner.owned();
                quote!(Vec<#inner>)
            }
        }
    }
}

/// Returns the name of a referenced schema, through every `allOf` with one element.
fn reference_name(mut schema: &Node) -> Option<&str> {
    while let Some(inner) = schemas::unwrap_all_of(schema) {
        schema = inner;
    }
    reference::schema_name(schema)
}

fn is_plain_string(owned: &TokenStream) -> bool {
    owned.to_string() == "String"
}

fn scalar(root: &Node, schema: &Node) -> ArgumentType {
    if let Some((name, rules)) = schemas::named_string_type(root, schema) {
        let name = format_ident!("{name}");
        return ArgumentType { owned: quote!(types::#name), is_borrowed: rules.values.is_empty() };
    }
    let schema = schemas::unwrap_alias(root, schema);
    let owned = match (schema.get_str("type"), schema.get_str("format")) {
        (Some("boolean"), _) => quote!(bool),
        (Some("integer"), _) => quote!(i64),
        (Some("number"), Some("decimal")) => quote!(crate::Decimal),
        (Some("number"), _) => quote!(f64),
        (_, Some("date")) => quote!(::chrono::NaiveDate),
        (_, Some("date-time")) => quote!(::chrono::DateTime<::chrono::Utc>),
        (_, Some("decimal")) => quote!(crate::DecimalString),
        _ => quote!(String),
    };
    ArgumentType { owned, is_borrowed: false }
}
