//! Emits `schema.rs`: the rules of every schema as data, which one walker in the
//! client checks values against.

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::schemas::{self, StringRules};
use super::{Emit, internal, types};
use crate::document::{Node, Value};
use crate::pattern::Pattern;

pub(super) fn emit(root: &Node) -> Emit<TokenStream> {
    let mut tables: Vec<_> = schemas::components(root)
        .filter(|member| !schemas::is_null(&member.node))
        .map(|member| Ok((&member.key, table(root, &member.key, &member.node)?)))
        .collect::<Emit<_>>()?;
    tables.sort_by_key(|(name, _)| *name);
    let tables = tables.into_iter().map(|(_, table)| table);
    Ok(quote! {
        use super::types;
        use crate::validate::{Bounds, Count, Format, HasSchema, Piece, Property, Schema, StringRules};

        #(#tables)*
    })
}

/// The table of a named schema.
fn table(root: &Node, name: &str, node: &Node) -> Emit<TokenStream> {
    let ident = table_ident(name);
    let type_ident = format_ident!("{name}");
    let is_type = quote! {
        impl HasSchema for types::#type_ident {
            const SCHEMA: &'static Schema = &#ident;
        }
    };
    if let Some(rules) = schemas::string_type(node) {
        let rules_ident = types::rules_ident(name);
        let rules = text_rules(name, &rules);
        return Ok(quote! {
            pub(crate) static #rules_ident: StringRules = #rules;
            pub(crate) static #ident: Schema = Schema::Text(&#rules_ident);
            #is_type
        });
    }
    let schema = schema(root, node)?;
    Ok(quote! {
        pub(crate) static #ident: Schema = #schema;
        #is_type
    })
}

fn table_ident(name: &str) -> Ident {
    format_ident!("{}", name.to_shouty_snake_case())
}

/// An expression of type `&'static Schema`.
fn reference(root: &Node, node: &Node) -> Emit<TokenStream> {
    if let Some(name) = schemas::reference(node) {
        let ident = table_ident(name);
        return Ok(quote!(&#ident));
    }
    if let Some(inner) = schemas::wrapped(node) {
        return reference(root, inner);
    }
    let schema = schema(root, node)?;
    Ok(quote!(&#schema))
}

/// An expression of type `Schema`.
fn schema(root: &Node, node: &Node) -> Emit<TokenStream> {
    if node.get("nullable").and_then(Node::as_bool) == Some(true) {
        let inner = value_schema(root, node)?;
        return Ok(quote!(Schema::Nullable(&#inner)));
    }
    value_schema(root, node)
}

fn value_schema(root: &Node, node: &Node) -> Emit<TokenStream> {
    if let Some(alternatives) = schemas::alternatives(root, node) {
        let references = references(root, alternatives.schemas.iter().copied())?;
        let variant = if alternatives.keyword == "oneOf" { quote!(OneOf) } else { quote!(AnyOf) };
        return Ok(match (references.as_slice(), alternatives.nullable) {
            ([only], true) => quote!(Schema::Nullable(#only)),
            (_, true) => quote!(Schema::Nullable(&Schema::#variant(&[#(#references),*]))),
            (_, false) => quote!(Schema::#variant(&[#(#references),*])),
        });
    }
    if let Some(parts) = node.get("allOf") {
        let references = references(root, parts.elements())?;
        return Ok(quote!(Schema::AllOf(&[#(#references),*])));
    }
    match node.get("type").and_then(Node::as_str) {
        None => Ok(quote!(Schema::Any)),
        Some("boolean") => Ok(quote!(Schema::Boolean)),
        Some("integer") => Ok(number(node, &quote!(Integer))),
        Some("number") if format_of(node) == Some("decimal") => Ok(number(node, &quote!(Decimal))),
        Some("number") => Ok(number(node, &quote!(Number))),
        Some("string") => {
            let rules = schemas::text_rules(node).filter(|rules| !rules.is_empty());
            let rules = rules.map_or(quote!(StringRules::ANY), |rules| text_rules("text", &rules));
            Ok(quote!(Schema::Text(&#rules)))
        }
        Some("array") => array(root, node),
        Some("object") => object(root, node),
        Some(other) => {
            let at = schemas::schemas_pointer();
            Err(internal(node, &at, format!("the client has no check for the type `{other}`")))
        }
    }
}

fn references<'n>(
    root: &'n Node,
    nodes: impl IntoIterator<Item = &'n Node>,
) -> Emit<Vec<TokenStream>> {
    nodes.into_iter().map(|node| reference(root, node)).collect()
}

fn format_of(node: &Node) -> Option<&str> {
    node.get("format").and_then(Node::as_str)
}

fn number(node: &Node, variant: &TokenStream) -> TokenStream {
    let bounds = bounds(node);
    quote!(Schema::#variant(#bounds))
}

fn bounds(node: &Node) -> TokenStream {
    let exclusive = |key| node.get(key).and_then(Node::as_bool) == Some(true);
    let minimum = limit(node.get("minimum"), exclusive("exclusiveMinimum"));
    let maximum = limit(node.get("maximum"), exclusive("exclusiveMaximum"));
    let multiple_of = optional(node.get("multipleOf").and_then(float));
    let format = match format_of(node) {
        Some("int32") => quote!(Some(Format::Int32)),
        _ => quote!(None),
    };
    quote! {
        Bounds { minimum: #minimum, maximum: #maximum, multiple_of: #multiple_of, format: #format }
    }
}

/// A bound with whether it is itself left out.
fn limit(node: Option<&Node>, exclusive: bool) -> TokenStream {
    match node.and_then(float) {
        Some(limit) => quote!(Some((#limit, #exclusive))),
        None => quote!(None),
    }
}

fn float(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

fn optional<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn count(node: &Node, minimum: &str, maximum: &str) -> TokenStream {
    let bound = |key| node.get(key).and_then(Node::as_integer).and_then(|n| u64::try_from(n).ok());
    let min = Literal::u64_unsuffixed(bound(minimum).unwrap_or(0));
    let max = optional(bound(maximum).map(Literal::u64_unsuffixed));
    quote!(Count { min: #min, max: #max })
}

fn array(root: &Node, node: &Node) -> Emit<TokenStream> {
    let items = match node.get("items") {
        Some(items) => reference(root, items)?,
        None => quote!(&Schema::Any),
    };
    let count = count(node, "minItems", "maxItems");
    let unique = node.get("uniqueItems").and_then(Node::as_bool) == Some(true);
    Ok(quote!(Schema::Array { items: #items, count: #count, unique: #unique }))
}

fn object(root: &Node, node: &Node) -> Emit<TokenStream> {
    let required: Vec<_> = node
        .get("required")
        .into_iter()
        .flat_map(Node::elements)
        .filter_map(Node::as_str)
        .collect();
    let mut properties: Vec<_> =
        node.get("properties").map(Node::members).unwrap_or_default().iter().collect();
    properties.sort_by_key(|property| &property.key);
    let properties = properties
        .into_iter()
        .map(|property| {
            let name = &property.key;
            let required = required.contains(&name.as_str());
            let schema = reference(root, &property.node)?;
            Ok(quote!(Property { name: #name, required: #required, schema: #schema }))
        })
        .collect::<Emit<Vec<_>>>()?;
    let additional = match node.get("additionalProperties") {
        Some(schema) if schema.as_bool().is_none() => optional(Some(reference(root, schema)?)),
        _ => quote!(None),
    };
    let count = count(node, "minProperties", "maxProperties");
    Ok(quote! {
        Schema::Object { properties: &[#(#properties),*], additional: #additional, count: #count }
    })
}

fn text_rules(name: &str, rules: &StringRules) -> TokenStream {
    let (min, max) = rules.length;
    let min = Literal::u64_unsuffixed(min);
    let max = optional(max.map(Literal::u64_unsuffixed));
    let (prefix, pieces) = match &rules.pattern {
        Some(pattern) => (pattern.prefix.as_str(), pieces(pattern)),
        None => ("", quote!(None)),
    };
    let format = optional(rules.format.map(|format| {
        let variant = format_ident!("{}", format.variant);
        quote!(Format::#variant)
    }));
    let values = &rules.values;
    quote! {
        StringRules {
            name: #name,
            length: Count { min: #min, max: #max },
            prefix: #prefix,
            pieces: #pieces,
            format: #format,
            values: &[#(#values),*],
        }
    }
}

fn pieces(pattern: &Pattern) -> TokenStream {
    let pieces = pattern.pieces.iter().map(|piece| {
        let class = piece.class.iter().map(|(first, last)| quote!((#first, #last)));
        let min = Literal::u64_unsuffixed(piece.min.into());
        let max = optional(piece.max.map(|max| Literal::u64_unsuffixed(max.into())));
        quote!(Piece::new(&[#(#class),*], Count { min: #min, max: #max }))
    });
    quote!(Some(&[#(#pieces),*]))
}
