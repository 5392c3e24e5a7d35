//! Emits `schema.rs`: the validation rules of every schema as static tables.

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{EmitResult, internal, types};
use crate::document::nullable::is_null_only;
use crate::document::pointer::Pointer;
use crate::document::{Node, reference};
use crate::model::schemas::{self, StringConstraints};
use crate::pattern::Pattern;

pub(super) fn emit(root: &Node) -> EmitResult<TokenStream> {
    let mut tables: Vec<_> = schemas::components(root)
        .filter(|member| !is_null_only(&member.node))
        .map(|member| Ok((&member.key, table(root, &member.key, &member.node)?)))
        .collect::<EmitResult<_>>()?;
    tables.sort_by_key(|(name, _)| *name);
    let named = tables.iter().map(|(name, _)| {
        let (pointer, ident) = (schemas::schemas_pointer().child(name), table_ident(name));
        let pointer = pointer.as_str();
        quote!((#pointer, &#ident))
    });
    let mut inline = Vec::new();
    collect_inline(root, root, &Pointer::root(), &mut inline)?;
    let index = quote! {
        /// Returns the tables by their pointers in the spec.
        pub(crate) fn tables() -> &'static [(&'static str, &'static Schema)] {
            // No schema has a name with `_` at its end.
            static TABLES_: &[(&str, &Schema)] = &[#(#named,)* #(#inline),*];
            TABLES_
        }
    };
    let rules: Vec<_> = schemas::components(root)
        .filter_map(|member| {
            let rules = string_rules(&member.key, &schemas::string_type(&member.node)?);
            let ident = types::rules_ident(&member.key);
            Some(quote!(pub(crate) static #ident: StringRules = #rules;))
        })
        .collect();
    let tables = tables.into_iter().map(|(_, table)| table);
    Ok(quote! {
        use super::types;
        use crate::validate::{
            Bounds, Count, Format, HasSchema, Piece, Property, Required, Schema, StringRules,
        };

        #index

        /// The rules of string types, in a module of their own, so that their names cannot
        /// collide with those of schemas.
        pub(crate) mod rules {
            use crate::validate::{Count, Format, Piece, StringRules};

            #(#rules)*
        }

        #(#tables)*
    })
}

/// Collects an entry of the index for each schema that is written where it is used, such as the
/// schema of a parameter.
fn collect_inline(
    root: &Node,
    node: &Node,
    pointer: &Pointer,
    entries: &mut Vec<TokenStream>,
) -> EmitResult<()> {
    for member in node.members() {
        let pointer = pointer.child(&member.key);
        if member.key == "schema" {
            let is_inline = reference::schema_name(&member.node).is_none();
            if is_inline && schemas::unwrap_all_of(&member.node).is_none() {
                let (pointer, schema) = (pointer.as_str(), schema_ref(root, &member.node)?);
                entries.push(quote!((#pointer, #schema)));
            }
        } else if pointer != schemas::schemas_pointer()
            && !member.key.starts_with("x-")
            && !member.key.starts_with("example")
        {
            collect_inline(root, &member.node, &pointer, entries)?;
        }
    }
    for (index, element) in node.elements().iter().enumerate() {
        collect_inline(root, element, &pointer.child(index), entries)?;
    }
    Ok(())
}

/// Emits the table of a named schema.
fn table(root: &Node, name: &str, node: &Node) -> EmitResult<TokenStream> {
    let ident = table_ident(name);
    let type_ident = format_ident!("{name}");
    let is_type = quote! {
        impl HasSchema for types::#type_ident {
            const SCHEMA: &'static Schema = &#ident;
        }
    };
    if schemas::string_type(node).is_some() {
        let rules_ident = types::rules_ident(name);
        return Ok(quote! {
            pub(crate) static #ident: Schema = Schema::String(&rules::#rules_ident);
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

/// Emits an expression of type `&'static Schema`.
pub(super) fn schema_ref(root: &Node, node: &Node) -> EmitResult<TokenStream> {
    if let Some(name) = reference::schema_name(node) {
        let ident = table_ident(name);
        return Ok(quote!(&#ident));
    }
    if let Some(inner) = schemas::unwrap_all_of(node) {
        return schema_ref(root, inner);
    }
    let schema = schema(root, node)?;
    Ok(quote!(&#schema))
}

/// Emits an expression of type `Schema`.
fn schema(root: &Node, node: &Node) -> EmitResult<TokenStream> {
    if node.is_true("nullable") {
        let inner = value_schema(root, node)?;
        return Ok(quote!(Schema::Nullable(&#inner)));
    }
    value_schema(root, node)
}

fn value_schema(root: &Node, node: &Node) -> EmitResult<TokenStream> {
    if let Some(alternatives) = schemas::alternatives(root, node) {
        let schemas = schema_refs(root, alternatives.schemas.iter().copied())?;
        let variant = if alternatives.keyword == "oneOf" { quote!(OneOf) } else { quote!(AnyOf) };
        return Ok(match (schemas.as_slice(), alternatives.nullable) {
            ([only], true) => quote!(Schema::Nullable(#only)),
            (_, true) => quote!(Schema::Nullable(&Schema::#variant(&[#(#schemas),*]))),
            (_, false) => quote!(Schema::#variant(&[#(#schemas),*])),
        });
    }
    if let Some(parts) = node.get("allOf") {
        let schemas = schema_refs(root, parts.elements())?;
        return Ok(quote!(Schema::AllOf(&[#(#schemas),*])));
    }
    match node.get_str("type") {
        None => Ok(quote!(Schema::Any)),
        Some("boolean") => Ok(quote!(Schema::Boolean)),
        Some("integer") => Ok(number(node, &quote!(Integer))),
        Some("number") if node.get_str("format") == Some("decimal") => {
            Ok(number(node, &quote!(Decimal)))
        }
        Some("number") => Ok(number(node, &quote!(Number))),
        Some("string") => {
            let rules = schemas::string_constraints(node).filter(|rules| !rules.is_empty());
            let rules =
                rules.map_or(quote!(StringRules::ANY), |rules| string_rules("string", &rules));
            Ok(quote!(Schema::String(&#rules)))
        }
        Some("array") => array(root, node),
        Some("object") => object(root, node),
        Some(other) => {
            let at = schemas::schemas_pointer();
            Err(internal(node, &at, format!("unsupported type `{other}`")))
        }
    }
}

fn schema_refs<'n>(
    root: &'n Node,
    nodes: impl IntoIterator<Item = &'n Node>,
) -> EmitResult<Vec<TokenStream>> {
    nodes.into_iter().map(|node| schema_ref(root, node)).collect()
}

fn number(node: &Node, variant: &TokenStream) -> TokenStream {
    let bounds = bounds(node);
    quote!(Schema::#variant(#bounds))
}

fn bounds(node: &Node) -> TokenStream {
    let minimum = limit(node.get("minimum"), node.is_true("exclusiveMinimum"));
    let maximum = limit(node.get("maximum"), node.is_true("exclusiveMaximum"));
    let multiple_of = optional(node.get("multipleOf").and_then(Node::as_float));
    let format = match node.get_str("format") {
        Some("int32") => quote!(Some(Format::Int32)),
        _ => quote!(None),
    };
    quote! {
        Bounds { minimum: #minimum, maximum: #maximum, multiple_of: #multiple_of, format: #format }
    }
}

/// Emits a bound as `Option<(f64, bool)>`: the limit and whether it is exclusive.
fn limit(node: Option<&Node>, exclusive: bool) -> TokenStream {
    match node.and_then(Node::as_float) {
        Some(limit) => quote!(Some((#limit, #exclusive))),
        None => quote!(None),
    }
}

/// Emits an `Option`.
pub(super) fn optional(value: Option<impl ToTokens>) -> TokenStream {
    value.map_or(quote!(None), |value| quote!(Some(#value)))
}

fn count(node: &Node, minimum: &str, maximum: &str) -> TokenStream {
    let bound = |key| node.get(key).and_then(Node::as_integer).and_then(|n| u64::try_from(n).ok());
    let min = Literal::u64_unsuffixed(bound(minimum).unwrap_or(0));
    let max = optional(bound(maximum).map(Literal::u64_unsuffixed));
    quote!(Count { min: #min, max: #max })
}

fn array(root: &Node, node: &Node) -> EmitResult<TokenStream> {
    let items = match node.get("items") {
        Some(items) => schema_ref(root, items)?,
        None => quote!(&Schema::Any),
    };
    let count = count(node, "minItems", "maxItems");
    let unique = node.is_true("uniqueItems");
    Ok(quote!(Schema::Array { items: #items, count: #count, unique: #unique }))
}

fn object(root: &Node, node: &Node) -> EmitResult<TokenStream> {
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
            let required = if !required.contains(&name.as_str()) {
                quote!(Never)
            } else if schemas::is_read_only(root, &property.node) {
                quote!(InResponses)
            } else if schemas::is_write_only(root, &property.node) {
                quote!(InRequests)
            } else {
                quote!(Always)
            };
            let schema = schema_ref(root, &property.node)?;
            Ok(quote!(Property { name: #name, required: Required::#required, schema: #schema }))
        })
        .collect::<EmitResult<Vec<_>>>()?;
    let additional = match node.get("additionalProperties") {
        Some(schema) if schema.as_bool().is_none() => optional(Some(schema_ref(root, schema)?)),
        _ => quote!(None),
    };
    let count = count(node, "minProperties", "maxProperties");
    Ok(quote! {
        Schema::Object { properties: &[#(#properties),*], additional: #additional, count: #count }
    })
}

fn string_rules(name: &str, rules: &StringConstraints) -> TokenStream {
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
