//! Emits `types.rs`: typify's types, adapted for publication, and string types with
//! validation rules.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};

use super::fields::{ObjectSchema, property_name};
use super::progenitor::{ProgenitorOutput, compact};
use super::{EmitResult, bodies, docs, fields, internal, parse};
use crate::document::{Node, reference};
use crate::model::schemas::{self, StringConstraints, TypeProvider};

/// Paths of typify's output that are in the prelude.
const PRELUDE: &[&str] =
    &["::std::option::Option", "::std::result::Result", "::std::string::String", "::std::vec::Vec"];

/// The types of dates and times.
const TIMES: &[&str] = &["::chrono::DateTime<::chrono::offset::Utc>", "::chrono::naive::NaiveDate"];

pub(super) fn emit(root: &Node, generated: &ProgenitorOutput) -> EmitResult<Vec<syn::Item>> {
    check_unique_names(root, &generated.types)?;
    let mut by_name: BTreeMap<String, Vec<syn::Item>> = BTreeMap::new();
    for item in &generated.types {
        if let Some((name, item)) = adapt(root, item)? {
            by_name.entry(name).or_default().push(item);
        }
    }
    for name in schemas::sent(root) {
        if let (Some(schema), Some(items)) = (schemas::component(root, name), by_name.get_mut(name))
        {
            let builder = items.iter().find_map(|item| match item {
                syn::Item::Struct(item) => {
                    Some(bodies::emit(root, item, schema, has_default(items)))
                }
                _ => None,
            });
            items.extend(parse(root, builder.unwrap_or_default())?);
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

/// Rejects duplicate names: typify derives names for inline schemas.
fn check_unique_names(root: &Node, items: &[syn::Item]) -> EmitResult<()> {
    let string_types = schemas::components(root)
        .filter(|member| schemas::string_type(&member.node).is_some())
        .map(|member| member.key.clone());
    let mut seen: BTreeSet<String> = string_types.collect();
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
        if let Some(field) = idents.into_iter().find(|ident| !names.insert(ident.to_string())) {
            let message = format!("two properties of `{name}` become the field `{field}`");
            return Err(internal(node, &at, message));
        }
        if !seen.insert(name.clone()) {
            let message = format!(
                "typify derives the name `{name}` of another schema for an inline schema; move the \
                 inline schema to `components`"
            );
            return Err(internal(node, &at, message));
        }
    }
    Ok(())
}

/// Adapts an item of typify's output and returns it with the name of its type. Returns
/// `None` for the error module and the conversions that use it.
fn adapt(root: &Node, item: &syn::Item) -> EmitResult<Option<(String, syn::Item)>> {
    let mut item = item.clone();
    PathShortener.visit_item_mut(&mut item);
    let name = match &mut item {
        syn::Item::Struct(item) => {
            let name = item.ident.to_string();
            item.fields.iter_mut().for_each(allow_missing);
            item.fields.iter_mut().for_each(use_time_decoder);
            let schema = schemas::component(root, &name);
            describe_fields(schema.map(|schema| ObjectSchema::new(root, schema)), &mut item.fields);
            mark_type(schema, &mut item.attrs);
            name
        }
        syn::Item::Enum(item) => {
            let name = item.ident.to_string();
            describe_variants(root, &name, &mut item.variants)?;
            mark_type(schemas::component(root, &name), &mut item.attrs);
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

/// Documents the fields that typify leaves undocumented by the descriptions of their
/// properties, and deprecates those of deprecated properties.
fn describe_fields(schema: Option<ObjectSchema<'_>>, fields: &mut syn::Fields) {
    for field in fields {
        let name = property_name(field).unwrap_or_default();
        let property = schema.as_ref().and_then(|schema| schema.property(&name));
        if property.is_some_and(|property| property.is_true("deprecated")) {
            field.attrs.push(syn::parse_quote!(#[deprecated]));
        }
        if is_documented(&field.attrs) {
            continue;
        }
        let text = match property.and_then(description) {
            Some(text) => text.to_owned(),
            None if name == "extra" => "All other properties.".to_owned(),
            None => format!("The property `{name}`."),
        };
        document(&mut field.attrs, &text);
    }
}

fn is_documented(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| docs::text_of(attribute).is_some())
}

fn document(attributes: &mut Vec<syn::Attribute>, text: &str) {
    let lines = docs::lines(&docs::description(text));
    let documentation = lines.iter().map(|line| syn::parse_quote!(#[doc = #line]));
    attributes.splice(0..0, documentation);
}

/// Allows a property that is required and nullable to be missing while decoding. The
/// validation reports it; a decoding error would hide all other properties.
fn allow_missing(field: &mut syn::Field) {
    field.attrs.retain(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            compact(&list.tokens) != r#"deserialize_with="::std::option::Option::deserialize""#
        }
        _ => true,
    });
}

/// Decodes dates and times with the client's functions, which are faster than chrono's.
fn use_time_decoder(field: &mut syn::Field) {
    let type_name = compact(&field.ty);
    let nullable = type_name.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>'));
    if !TIMES.contains(&nullable.unwrap_or(&type_name)) {
        return;
    }
    if nullable.is_none() {
        let function = quote!(deserialize_with = "crate::scalars::time::decode");
        return field.attrs.push(syn::parse_quote!(#[serde(#function)]));
    }
    let function = quote!(deserialize_with = "crate::scalars::time::decode_nullable");
    // serde requires a property with `deserialize_with` unless it has a default.
    let has_default = field.attrs.iter().any(|attribute| compact(attribute).contains("(default"));
    let default = (!has_default).then(|| quote!(default,));
    field.attrs.push(syn::parse_quote!(#[serde(#default #function)]));
}

/// Marks a type as non-exhaustive, because the API may add properties and alternatives, and as
/// deprecated if its schema is.
fn mark_type(schema: Option<&Node>, attributes: &mut Vec<syn::Attribute>) {
    attributes.push(syn::parse_quote!(#[non_exhaustive]));
    if schema.is_some_and(|schema| schema.is_true("deprecated")) {
        attributes.push(syn::parse_quote!(#[deprecated]));
    }
}

/// Returns whether typify derives or implements `Default`.
fn has_default(items: &[syn::Item]) -> bool {
    let is_default =
        |path: &syn::Path| path.segments.last().is_some_and(|segment| segment.ident == "Default");
    items.iter().any(|item| match item {
        syn::Item::Struct(item) => item.attrs.iter().any(|attribute| {
            let parse = Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
            let derived = attribute.parse_args_with(parse).unwrap_or_default();
            attribute.path().is_ident("derive") && derived.iter().any(is_default)
        }),
        syn::Item::Impl(item) => item.trait_.as_ref().is_some_and(|(path, ..)| is_default(path)),
        _ => false,
    })
}

/// Documents the variants of an untagged enum by the descriptions of their alternatives,
/// which typify ignores.
fn describe_variants(
    root: &Node,
    name: &str,
    variants: &mut Punctuated<syn::Variant, syn::Token![,]>,
) -> EmitResult<()> {
    let schema = schemas::component(root, name);
    let alternatives = schema.and_then(|schema| schemas::alternatives(root, schema));
    let alternatives = alternatives.map(|found| found.schemas).unwrap_or_default();
    if let Some(schema) = schema.filter(|_| alternatives.len() > variants.len()) {
        let at = schemas::schemas_pointer().child(name);
        let message = format!("typify dropped an alternative of `{name}`");
        return Err(internal(schema, &at, message));
    }
    let described = |alternative: &Node| {
        let named = || schemas::component(root, reference::schema_name(alternative)?);
        description(alternative).or_else(|| description(named()?)).map(str::to_owned)
    };
    for (index, variant) in variants.iter_mut().enumerate() {
        let text = alternatives.get(index).and_then(|alternative| described(alternative));
        if !is_documented(&variant.attrs) {
            document(&mut variant.attrs, text.as_deref().unwrap_or("An alternative."));
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
    schema.get_str("description")
}

fn string_type(name: &str, schema: &Node, rules: &StringConstraints) -> TokenStream {
    let ident = format_ident!("{name}");
    let rules_ident = rules_ident(name);
    let description = description(schema).unwrap_or(name);
    let deprecated = fields::deprecated(schema);
    if !rules.values.is_empty() {
        let item = open_enum(&ident, &rules_ident, description, &rules.values);
        return quote!(#deprecated #item);
    }
    let documentation = docs::attributes(&string_docs(name, description, rules, schema));
    let format = match rules.format.map(|format| format.provider) {
        Some(TypeProvider::Client(path)) => {
            let path: TokenStream = path.parse().unwrap_or_default();
            Some(quote!(#path!(#ident);))
        }
        _ => None,
    };
    quote! {
        #documentation
        #deprecated
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(::compact_str::CompactString);
        crate::validate::string_types::string_type!(#ident, super::schema::rules::#rules_ident);
        #format
    }
}

fn string_docs(name: &str, description: &str, rules: &StringConstraints, schema: &Node) -> String {
    let length = match rules.length {
        (0, None) => "Any length".to_owned(),
        (min, None) => format!("At least {min} characters"),
        (min, Some(max)) if min == max => format!("{min} characters"),
        (min, Some(max)) => format!("{min} to {max} characters"),
    };
    let pattern = rules.pattern.as_ref().map(|pattern| format!(": {pattern}")).unwrap_or_default();
    let description = docs::description(description);
    let mut text = format!("{description}\n\n{length}{pattern}.");
    if let Some(example) = schema.get_str("example") {
        // The lint does not check formats.
        let attribute = if rules.format.is_some() { "no_run" } else { "rust" };
        text += &format!(
            "\n\n```{attribute}\n\
             let text: isometric_registry::types::{name} = {example:?}.parse()?;\n\
             assert_eq!(text.as_str(), {example:?});\n\
             # Ok::<(), isometric_registry::InvalidString>(())\n\
             ```"
        );
    }
    text
}

fn open_enum(ident: &Ident, rules: &Ident, description: &str, values: &[String]) -> TokenStream {
    let documentation = docs::attributes(&docs::description(description));
    let variants: Vec<_> = values
        .iter()
        .map(|value| Ident::new(&value.to_upper_camel_case(), Span::call_site()))
        .collect();
    let variant_docs = values.iter().map(|value| format!(" {}", docs::code_span(value)));
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #variant_docs] #variants,)*
            #[doc = " A value that the spec does not list."]
            Unknown(crate::UnknownValue),
        }
        crate::validate::string_types::open_enum!(#ident, super::schema::rules::#rules, { #(#variants = #values),* });
    }
}

/// Returns the name of the table with the rules of a string type, in its own module.
pub(super) fn rules_ident(name: &str) -> Ident {
    format_ident!("{}", name.to_shouty_snake_case())
}

/// Shortens the absolute paths of typify's output.
struct PathShortener;

impl VisitMut for PathShortener {
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
