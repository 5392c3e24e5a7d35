//! Emits `types.rs`: typify's structs, made fit to be published, and the types of
//! our own that stand for strings with rules.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};

use super::progenitor::{Generated, compact};
use super::schemas::{self, Owner, StringRules};
use super::{Emit, docs, internal, parse};
use crate::document::Node;

/// Texts longer than this are kept on the heap, whatever the schema allows.
const MAX_INLINE: u64 = 64;

/// Paths that typify spells out and the prelude has.
const PRELUDE: &[&str] =
    &["::std::option::Option", "::std::result::Result", "::std::string::String", "::std::vec::Vec"];

/// The types that stand for dates and times.
const TIMES: &[&str] = &["::chrono::DateTime<::chrono::offset::Utc>", "::chrono::naive::NaiveDate"];

pub(super) fn emit(root: &Node, generated: &Generated) -> Emit<Vec<syn::Item>> {
    distinct(root, &generated.types)?;
    let mut by_name: BTreeMap<String, Vec<syn::Item>> = BTreeMap::new();
    for item in &generated.types {
        if let Some((name, item)) = adapt(root, item)? {
            by_name.entry(name).or_default().push(item);
        }
    }
    for member in schemas::components(root) {
        if let Some(rules) = schemas::string_type(&member.node) {
            let code = string_type(&member.key, &member.node, &rules);
            by_name.insert(member.key.clone(), parse(root, code)?);
        }
    }
    Ok(by_name.into_values().flatten().collect())
}

/// typify derives the names of what has none, and may arrive at one that is taken.
fn distinct(root: &Node, items: &[syn::Item]) -> Emit<()> {
    let text_types = schemas::components(root)
        .filter(|member| schemas::string_type(&member.node).is_some())
        .map(|member| member.key.clone());
    let mut seen: BTreeSet<String> = text_types.collect();
    for item in items {
        let (ident, fields) = match item {
            syn::Item::Struct(item) => (&item.ident, Some(&item.fields)),
            syn::Item::Enum(item) => (&item.ident, None),
            _ => continue,
        };
        let name = ident.to_string();
        let at = schemas::schemas_pointer().child(&name);
        let node = root.find(&at).unwrap_or(root);
        let mut names = BTreeSet::new();
        let idents = fields.into_iter().flatten().filter_map(|field| field.ident.as_ref());
        if let Some(twice) = idents.into_iter().find(|ident| !names.insert(ident.to_string())) {
            let message = format!("two properties of `{name}` become the field `{twice}`");
            return Err(internal(node, &at, message));
        }
        if !seen.insert(name.clone()) {
            let message = format!(
                "the type `{name}` is also the name that the generator derives for a schema \
                 without one: give that schema a name of its own under `components`"
            );
            return Err(internal(node, &at, message));
        }
    }
    Ok(())
}

/// An item of typify's with the name of the type it belongs to; `None` for its error
/// module and the conversions that use it, which our own types do better.
fn adapt(root: &Node, item: &syn::Item) -> Emit<Option<(String, syn::Item)>> {
    let mut item = item.clone();
    ShortPaths.visit_item_mut(&mut item);
    let name = match &mut item {
        syn::Item::Struct(item) => {
            let name = item.ident.to_string();
            item.fields.iter_mut().for_each(accept_absence);
            item.fields.iter_mut().for_each(decode_quickly);
            describe_fields(schemas::component(root, &name), &mut item.fields);
            extend(root, &name, &mut item.attrs);
            name
        }
        syn::Item::Enum(item) => {
            let name = item.ident.to_string();
            describe_variants(root, &name, &mut item.variants)?;
            extend(root, &name, &mut item.attrs);
            name
        }
        syn::Item::Impl(item) if compact(item).contains("error::ConversionError") => {
            return Ok(None);
        }
        syn::Item::Impl(item) => compact(&item.self_ty),
        _ => return Ok(None),
    };
    Ok(Some((name, item)))
}

/// Gives the fields that typify left without documentation the description of the
/// property they stand for.
fn describe_fields(schema: Option<&Node>, fields: &mut syn::Fields) {
    for field in fields.iter_mut().filter(|field| !is_documented(&field.attrs)) {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let property = schema.and_then(|schema| schema.get("properties")?.get(&name));
        let text = match property.and_then(description) {
            Some(text) => text.to_owned(),
            None if name == "extra" => "Every other property.".to_owned(),
            None => format!("The property `{name}`."),
        };
        document(&mut field.attrs, &text);
    }
}

fn is_documented(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| docs::text_of(attribute).is_some())
}

fn document(attributes: &mut Vec<syn::Attribute>, text: &str) {
    let lines = docs::lines(text);
    let documentation = lines.iter().map(|line| syn::parse_quote!(#[doc = #line]));
    attributes.splice(0..0, documentation);
}

/// Lets a property that is required and nullable be absent while decoding, as one
/// that is not required may. That it is missing is for the check to report; here
/// it would hide all the other properties.
fn accept_absence(field: &mut syn::Field) {
    field.attrs.retain(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            compact(&list.tokens) != r#"deserialize_with="::std::option::Option::deserialize""#
        }
        _ => true,
    });
}

/// Lets the client read the dates and times that are a property each, which chrono does
/// slowly; those within arrays it reads itself.
fn decode_quickly(field: &mut syn::Field) {
    let written = compact(&field.ty);
    let nullable = written.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>'));
    if !TIMES.contains(&nullable.unwrap_or(&written)) {
        return;
    }
    let Some(_) = nullable else {
        field
            .attrs
            .push(syn::parse_quote!(#[serde(deserialize_with = "crate::scalars::time::decode")]));
        return;
    };
    let function = quote!(deserialize_with = "crate::scalars::time::decode_nullable");
    // With a function of its own, serde takes a property for one that must be there.
    let absent = !field.attrs.iter().any(|attribute| compact(attribute).contains("(default"));
    let absent = absent.then(|| quote!(default,));
    field.attrs.push(syn::parse_quote!(#[serde(#absent #function)]));
}

/// Leaves room for new properties and alternatives in what the API returns. What
/// a caller builds and sends stays open to struct literals.
fn extend(root: &Node, name: &str, attributes: &mut Vec<syn::Attribute>) {
    let sent = root
        .get("paths")
        .into_iter()
        .flat_map(Node::members)
        .flat_map(|path| path.node.members())
        .filter_map(|operation| operation.node.get("requestBody"))
        .any(|body| schemas::reached(root, body).contains(name));
    if !sent {
        attributes.push(syn::parse_quote!(#[non_exhaustive]));
    }
}

/// Gives the variants of an untagged enum the descriptions of the alternatives
/// that they stand for, which typify leaves out.
fn describe_variants(
    root: &Node,
    name: &str,
    variants: &mut syn::punctuated::Punctuated<syn::Variant, syn::Token![,]>,
) -> Emit<()> {
    let schema = schemas::component(root, name);
    let alternatives = schema.and_then(|schema| schemas::alternatives(root, schema));
    let alternatives = alternatives.map(|found| found.schemas).unwrap_or_default();
    if let Some(schema) = schema.filter(|_| alternatives.len() > variants.len()) {
        let at = schemas::schemas_pointer().child(name);
        let message = format!("typify made no variant of some alternative of `{name}`");
        return Err(internal(schema, &at, message));
    }
    let described = |alternative: &Node| {
        let named = || schemas::component(root, schemas::reference(alternative)?);
        description(alternative).or_else(|| description(named()?)).map(str::to_owned)
    };
    for (index, variant) in variants.iter_mut().enumerate() {
        let text = alternatives.get(index).and_then(|alternative| described(alternative));
        if !is_documented(&variant.attrs) {
            document(&mut variant.attrs, text.as_deref().unwrap_or("One of the alternatives."));
        }
        for field in variant.fields.iter_mut().filter(|field| field.ident.is_some()) {
            if !is_documented(&field.attrs) {
                document(&mut field.attrs, "A property of this alternative.");
            }
        }
    }
    Ok(())
}

fn description(schema: &Node) -> Option<&str> {
    schema.get("description")?.as_str()
}

fn string_type(name: &str, schema: &Node, rules: &StringRules) -> TokenStream {
    let ident = format_ident!("{name}");
    let rules_ident = rules_ident(name);
    let description = description(schema).unwrap_or(name);
    if !rules.values.is_empty() {
        return open_enum(&ident, &rules_ident, description, &rules.values);
    }
    let example = schema.get("example").and_then(Node::as_str);
    let documentation = docs::attributes(&text_docs(name, description, rules, example));
    let capacity = rules.length.1.unwrap_or(MAX_INLINE).min(MAX_INLINE);
    let capacity = proc_macro2::Literal::u64_unsuffixed(capacity);
    let format = match rules.format.map(|format| format.owner) {
        Some(Owner::Client(path)) => {
            let path: TokenStream = path.parse().unwrap_or_default();
            Some(quote!(#path!(#ident);))
        }
        _ => None,
    };
    quote! {
        #documentation
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(crate::scalars::string::Text<#capacity>);
        crate::scalars::string::string_type!(#ident, super::schema::#rules_ident);
        #format
    }
}

fn text_docs(name: &str, description: &str, rules: &StringRules, example: Option<&str>) -> String {
    let length = match rules.length {
        (0, None) => "Any length".to_owned(),
        (min, None) => format!("At least {min} characters"),
        (min, Some(max)) if min == max => format!("{min} characters"),
        (min, Some(max)) => format!("{min} to {max} characters"),
    };
    let pattern = rules.pattern.as_ref().map(|pattern| format!(": {pattern}")).unwrap_or_default();
    let mut text = format!("{description}\n\n{length}{pattern}.");
    if let Some(example) = example {
        text += &format!(
            "\n\n```rust\n\
             let text: isometric_registry::types::{name} = {example:?}.parse()?;\n\
             assert_eq!(text.as_str(), {example:?});\n\
             # Ok::<(), isometric_registry::InvalidString>(())\n\
             ```"
        );
    }
    text
}

fn open_enum(ident: &Ident, rules: &Ident, description: &str, values: &[String]) -> TokenStream {
    let documentation = docs::attributes(description);
    let variants: Vec<_> = values
        .iter()
        .map(|value| Ident::new(&value.to_upper_camel_case(), Span::call_site()))
        .collect();
    let variant_docs = values.iter().map(|value| format!(" `{value}`"));
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #variant_docs] #variants,)*
            #[doc = " A value that the spec does not know."]
            Unknown(crate::UnknownValue),
        }
        crate::scalars::string::open_enum!(#ident, super::schema::#rules, { #(#variants = #values),* });
    }
}

/// The name of the table with the rules of a text type.
pub(super) fn rules_ident(name: &str) -> Ident {
    format_ident!("{}_RULES", name.to_shouty_snake_case())
}

/// Writes paths the way a person would.
struct ShortPaths;

impl VisitMut for ShortPaths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let plain: String =
            path.segments.iter().map(|segment| format!("::{}", segment.ident)).collect();
        let Some(last) = path.segments.last().cloned() else { return };
        if path.leading_colon.is_some() && PRELUDE.contains(&plain.as_str()) {
            path.leading_colon = None;
            path.segments = [last].into_iter().collect();
        } else if plain.starts_with("::crate::types::") && path.segments.len() == 3 {
            path.segments = [last].into_iter().collect();
        }
    }
}
