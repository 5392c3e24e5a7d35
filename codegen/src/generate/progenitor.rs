//! Runs progenitor and takes what it wrote apart.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::{ToTokens, quote};
use schemars::schema::{InstanceType, SchemaObject};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use syn::parse_quote;
use syn::visit_mut::VisitMut;

use super::{Emit, docs, internal, lower, schemas};
use crate::document::Node;
use crate::document::pointer::Pointer;

/// Formats of numbers for which the client has a type.
const NUMBER_FORMATS: &[(&str, &str)] = &[("decimal", "crate::Decimal")];

/// What progenitor wrote.
pub(super) struct Generated {
    /// Everything but the types.
    pub client: Vec<syn::Item>,
    /// The types that typify wrote.
    pub types: Vec<syn::Item>,
}

impl Generated {
    /// The methods of the client that send a request.
    pub(super) fn methods(&self) -> impl Iterator<Item = &syn::ImplItemFn> {
        self.client
            .iter()
            .filter_map(|item| match item {
                syn::Item::Impl(item) if item.trait_.is_none() => Some(&item.items),
                _ => None,
            })
            .flatten()
            .filter_map(|item| match item {
                syn::ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
                _ => None,
            })
    }
}

/// The client that progenitor writes for the document, with its types.
///
/// # Errors
///
/// The smallest part of the document that makes progenitor fail, and its reason.
pub(super) fn client(root: &Node) -> Emit<Generated> {
    run(root, |generator, document| generator.generate_tokens(document)).map(take_apart)
}

/// What is asked of progenitor.
type Write = fn(&mut Generator, &OpenAPI) -> Result<TokenStream, progenitor::Error>;

fn run(root: &Node, write: Write) -> Emit<syn::File> {
    let settings = settings(root);
    let document = lower::lower(root);
    let attempt = |document: &Json| attempt(&settings, document, write);
    let written = attempt(&document).map_err(|reason| {
        let (at, reason) = locate(attempt, &document).unwrap_or((Pointer::root(), reason));
        internal(
            root.find(&at).unwrap_or(root),
            &at,
            format!("the generator (progenitor) cannot take this: {reason}"),
        )
    })?;
    syn::parse2(written).map_err(|error| internal(root, &Pointer::root(), error.to_string()))
}

fn settings(root: &Node) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::call::context::Context))
        // Whose order is the same in every run.
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    let impls = || [TypeImpl::Display, TypeImpl::FromStr].into_iter();
    for member in schemas::components(root) {
        if schemas::string_type(&member.node).is_some() {
            let name = &member.key;
            settings.with_replacement(name, format!("crate::types::{name}"), impls());
        }
    }
    for (format, name) in NUMBER_FORMATS {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::Number.into()),
            format: Some((*format).to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, name, impls());
    }
    settings
}

fn attempt(
    settings: &GenerationSettings,
    document: &Json,
    write: Write,
) -> Result<TokenStream, String> {
    let document = OpenAPI::deserialize(document).map_err(|error| error.to_string())?;
    let write = || write(&mut Generator::new(settings), &document);
    catch(|| write().map_err(|error| error.to_string()))
}

/// Finds the smallest part of the document with which progenitor still fails: a
/// schema with those that it reaches, or an operation.
fn locate(
    attempt: impl Fn(&Json) -> Result<TokenStream, String>,
    document: &Json,
) -> Option<(Pointer, String)> {
    let failure = |part: Json| attempt(&part).err();
    let named = document.pointer("/components/schemas").and_then(Json::as_object)?;
    let mut parts: Vec<_> =
        named.iter().map(|(name, schema)| (name, reach(named, schema))).collect();
    parts.sort_by_key(|(_, reached)| reached.len());
    for (name, mut reached) in parts {
        reached.insert(name.clone());
        let part = part(document, json!({}), |name| reached.contains(name));
        if let Some(reason) = failure(part) {
            return Some((schemas::schemas_pointer().child(name), reason));
        }
    }
    let paths = document.get("paths").and_then(Json::as_object)?;
    for (path, item) in paths {
        for (method, _) in item.as_object()?.iter().filter(|(_, value)| is_operation(value)) {
            let mut alone = item.clone();
            alone.as_object_mut()?.retain(|key, value| key == method || !is_operation(value));
            if let Some(reason) = failure(part(document, json!({ path: alone }), |_| true)) {
                return Some((Pointer::root().descend(["paths", path, method]), reason));
            }
        }
    }
    None
}

fn is_operation(member: &Json) -> bool {
    member.get("responses").is_some()
}

/// The document with other paths, and only some of its schemas.
fn part(document: &Json, paths: Json, keep: impl Fn(&str) -> bool) -> Json {
    let mut part = document.clone();
    part["paths"] = paths;
    if let Some(named) = part.pointer_mut("/components/schemas").and_then(Json::as_object_mut) {
        named.retain(|name, _| keep(name));
    }
    part
}

/// The names of the schemas that a schema refers to, directly or not.
fn reach(named: &serde_json::Map<String, Json>, schema: &Json) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![schema];
    while let Some(value) = pending.pop() {
        match value {
            Json::Array(elements) => pending.extend(elements),
            Json::Object(members) => pending.extend(members.values()),
            Json::String(text) => {
                if let Some(name) = text.strip_prefix("#/components/schemas/")
                    && reached.insert(name.to_owned())
                {
                    pending.extend(named.get(name));
                }
            }
            _ => {}
        }
    }
    reached
}

fn take_apart(file: syn::File) -> Generated {
    let client = vec![parse_quote!(
        use super::types;
    )];
    let mut generated = Generated { client, types: Vec::new() };
    for mut item in file.items {
        docs::Tidy.visit_item_mut(&mut item);
        match item {
            syn::Item::Mod(module) if module.ident == "types" => {
                generated.types = module.content.map(|(_, items)| items).unwrap_or_default();
            }
            syn::Item::Mod(module) if module.ident == "prelude" => {}
            syn::Item::Impl(mut item) => {
                item.items.retain(|item| !is_constructor(item));
                generated.client.push(syn::Item::Impl(item));
            }
            item => generated.client.push(item),
        }
    }
    generated
}

/// Whether this is the constructor that makes an HTTP client of its own, which
/// would know neither the limits nor the redirect rules of ours, and panics.
fn is_constructor(item: &syn::ImplItem) -> bool {
    matches!(item, syn::ImplItem::Fn(method) if method.sig.ident == "new")
}

/// The text of a type without the spaces that tokens print with.
pub(super) fn compact(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls `f` and turns a panic into an error with its message.
///
/// A panic hook is global to the process. The one set here, once, says nothing
/// about panics of threads that are in this function and leaves all others to the
/// hook that was there before.
pub(super) fn catch<T>(f: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                previous(info);
            }
        }));
    });
    let was_quiet = QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    QUIET.set(was_quiet);
    result.unwrap_or_else(|payload| {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it gave no reason".to_owned());
        Err(format!("it panicked: {message}"))
    })
}
