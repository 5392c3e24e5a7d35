//! The effect of a spec change on the generated crate, by Cargo's version rules.
//!
//! The hand-written half of the crate is the same on both sides, so that only the
//! generated files are compared: their public items by the rules of the
//! [Cargo book](https://doc.rust-lang.org/cargo/reference/semver.html), and the rest
//! for equality. Comments, such as the name of the document in the header, are ignored.

use std::collections::BTreeMap;
use std::fmt;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde::Serialize;

use crate::document::Source;
use crate::generate;
use crate::styled::StyledText;

/// The version component that a change increments, from 1.0.0 on. Before 1.0.0 a minor
/// version takes the place of a major one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Semver {
    /// The generated code is unchanged.
    None,
    /// No public item changed.
    Patch,
    /// Public items were added.
    Minor,
    /// Code that compiled may no longer compile.
    Major,
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// The effect of a change on the crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemverVerdict {
    /// The version component; `None` if no crate can be generated from a document.
    pub level: Option<Semver>,
    /// The decisive change, and the number of others of the same level.
    pub reason: StyledText,
}

impl SemverVerdict {
    /// Returns the verdict as a note for a report: `crate: minor (…)`.
    pub fn note(&self) -> StyledText {
        let level = self.level.map_or_else(|| "unknown".to_owned(), |level| level.to_string());
        let note = StyledText::default().plain(format!("crate: {level} ("));
        note.append(self.reason.clone()).plain(")")
    }
}

/// Generates the crate from two documents and compares the results.
pub fn compare(base: &Source, revision: &Source) -> SemverVerdict {
    let files = |source| -> Result<_, String> { parse(&generated(source)?) };
    match files(base).and_then(|base| Ok((base, files(revision)?))) {
        Ok((base, revision)) => compare_files(&base, &revision),
        Err(error) => {
            let reason = StyledText::default().plain("no crate can be generated: ").code(error);
            SemverVerdict { level: None, reason }
        }
    }
}

/// Returns the generated files by name, or the first problem of the document.
fn generated(source: &Source) -> Result<BTreeMap<String, String>, String> {
    let files = generate::generate(source)
        .map_err(|refusal| refusal.to_string().lines().next().unwrap_or_default().to_owned())?;
    Ok(files.into_iter().map(|file| (file.name.to_owned(), file.text)).collect())
}

type Files = BTreeMap<String, syn::File>;

fn parse(files: &BTreeMap<String, String>) -> Result<Files, String> {
    let parse = |(name, text): (&String, &String)| match syn::parse_file(text) {
        Ok(file) => Ok((name.clone(), file)),
        Err(error) => Err(format!("{name}: {error}")),
    };
    files.iter().map(parse).collect()
}

fn compare_files(base: &Files, revision: &Files) -> SemverVerdict {
    let mut changes = item_changes(&PublicItems::of(base), &PublicItems::of(revision));
    changes.sort_by(|(a, a_text), (b, b_text)| b.cmp(a).then_with(|| a_text.cmp(b_text)));
    let highest = changes.first().map(|(level, _)| *level);
    let others = changes.iter().filter(|(level, _)| Some(*level) == highest).skip(1).count();
    if let Some((level, reason)) = changes.into_iter().next() {
        let reason = if others > 0 { reason.plain(format!(", and {others} more")) } else { reason };
        return SemverVerdict { level: Some(level), reason };
    }
    let tokens = |files: &Files| -> Vec<String> {
        files.values().map(|file| file.to_token_stream().to_string()).collect()
    };
    let is_same = base.keys().eq(revision.keys()) && tokens(base) == tokens(revision);
    let (level, reason) = if is_same {
        (Semver::None, "the generated code is unchanged")
    } else {
        (Semver::Patch, "no public item changed")
    };
    SemverVerdict { level: Some(level), reason: StyledText::default().plain(reason) }
}

/// Returns the changes of public items, with their levels.
fn item_changes(base: &PublicItems, revision: &PublicItems) -> Vec<(Semver, StyledText)> {
    // The removal or addition of a type includes its fields and implementations.
    let lacks_parent = |items: &PublicItems, item: &PublicItem| {
        item.parent.as_ref().is_some_and(|parent| items.get(parent).is_none())
    };
    let mut changes = Vec::new();
    for (key, item) in &base.items {
        let (path, _) = key;
        let text = StyledText::default().code(path);
        match revision.items.get(key) {
            Some(changed) => changes.extend(changed_item(path, item, changed)),
            None if lacks_parent(revision, item) => {}
            None => changes.push((Semver::Major, text.plain(" was removed"))),
        }
    }
    for (key, item) in &revision.items {
        if !base.items.contains_key(key) && !lacks_parent(base, item) {
            let text = StyledText::default().code(&key.0).plain(" was added");
            changes.push((base.level_of_addition(item), text));
        }
    }
    changes
}

fn changed_item(
    path: &str,
    base: &PublicItem,
    revision: &PublicItem,
) -> Option<(Semver, StyledText)> {
    let text = StyledText::default().code(path);
    if base.declaration != revision.declaration {
        let text = text.plain(" changed from ").code(&base.declaration);
        return Some((Semver::Major, text.plain(" to ").code(&revision.declaration)));
    }
    match (base.is_non_exhaustive, revision.is_non_exhaustive) {
        (false, true) => Some((Semver::Major, text.plain(" became ").code("#[non_exhaustive]"))),
        (true, false) => {
            Some((Semver::Minor, text.plain(" is no longer ").code("#[non_exhaustive]")))
        }
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ItemKind {
    Field,
    Variant,
    /// A type, function, constant or implementation.
    Other,
}

/// A public item of the generated code.
#[derive(Debug)]
struct PublicItem {
    kind: ItemKind,
    /// The path of the generated type that the item belongs to.
    parent: Option<String>,
    /// The declaration on one line, without documentation, body and names of arguments.
    declaration: String,
    is_non_exhaustive: bool,
}

/// The public items of the generated code, by path and kind: a field and a setter have the
/// same path.
#[derive(Debug, Default)]
struct PublicItems {
    items: BTreeMap<(String, ItemKind), PublicItem>,
    /// The paths of public types, by module and name.
    types: BTreeMap<(String, String), String>,
}

impl PublicItems {
    fn of(files: &Files) -> Self {
        let mut items = Self::default();
        let root = files.get("mod.rs").map(|file| file.items.as_slice()).unwrap_or_default();
        let all_items = || {
            let modules = files.iter().map(|(name, file)| (name.trim_end_matches(".rs"), file));
            modules.flat_map(|(module, file)| file.items.iter().map(move |item| (module, item)))
        };
        for (module, item) in all_items() {
            if let Some(name) = public_name(item)
                && let Some(path) = public_path(root, module, &name)
                && !is_hidden(item)
            {
                items.types.insert((module.to_owned(), name), path.clone());
                items.add_definition(&path, item);
            }
        }
        for (module, item) in all_items() {
            items.add_implementation(module, item);
        }
        items
    }

    /// Returns a type, function, constant or implementation.
    fn get(&self, path: &str) -> Option<&PublicItem> {
        self.items.get(&(path.to_owned(), ItemKind::Other))
    }

    fn level_of_addition(&self, item: &PublicItem) -> Semver {
        let parent = item.parent.as_ref().and_then(|parent| self.get(parent));
        let is_sibling_field =
            |other: &PublicItem| other.kind == ItemKind::Field && other.parent == item.parent;
        let breaks = match item.kind {
            ItemKind::Variant => true,
            // A struct without public fields can be neither built nor destructured.
            ItemKind::Field => self.items.values().any(is_sibling_field),
            ItemKind::Other => false,
        };
        if breaks && parent.is_some_and(|parent| !parent.is_non_exhaustive) {
            Semver::Major
        } else {
            Semver::Minor
        }
    }

    fn add(
        &mut self,
        path: String,
        kind: ItemKind,
        parent: Option<&str>,
        declaration: String,
        attributes: &[syn::Attribute],
    ) {
        let parent = parent.map(str::to_owned);
        let is_non_exhaustive =
            attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
        self.items
            .insert((path, kind), PublicItem { kind, parent, declaration, is_non_exhaustive });
    }

    /// Adds a type with its fields, variants and derives, or a function or constant.
    fn add_definition(&mut self, path: &str, item: &syn::Item) {
        let (attributes, declaration) = match item {
            syn::Item::Struct(item) => {
                for (index, field) in item.fields.iter().enumerate() {
                    if is_public(&field.vis) {
                        let name =
                            field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                        let declaration = format!("pub {name}: {}", printed_type(&field.ty));
                        let field_path = format!("{path}::{name}");
                        self.add(
                            field_path,
                            ItemKind::Field,
                            Some(path),
                            declaration,
                            &field.attrs,
                        );
                    }
                }
                let (name, generics) = (&item.ident, &item.generics);
                (&item.attrs[..], printed(&quote!(pub struct #name #generics;)))
            }
            syn::Item::Enum(item) => {
                for variant in &item.variants {
                    let (name, fields) = (&variant.ident, &variant.fields);
                    let declaration = printed(&quote!(enum T { #name #fields }));
                    let declaration = declaration.trim_start_matches("enum T { ");
                    let declaration = declaration.trim_end_matches(", }").to_owned();
                    let variant_path = format!("{path}::{name}");
                    self.add(
                        variant_path,
                        ItemKind::Variant,
                        Some(path),
                        declaration,
                        &variant.attrs,
                    );
                }
                let (name, generics) = (&item.ident, &item.generics);
                (&item.attrs[..], printed(&quote!(pub enum #name #generics {})))
            }
            syn::Item::Fn(item) => (&item.attrs[..], printed_function(&item.sig, None)),
            syn::Item::Const(item) => (&item.attrs[..], printed_type(&item.ty)),
            syn::Item::Type(item) => (&item.attrs[..], printed_type(&item.ty)),
            syn::Item::Trait(item) => {
                let item = syn::ItemTrait { attrs: Vec::new(), ..item.clone() };
                (&[][..], printed(&item.to_token_stream()))
            }
            _ => return,
        };
        self.add(path.to_owned(), ItemKind::Other, None, declaration, attributes);
        for derive in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let parser = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
            for derived in derive.parse_args_with(parser).into_iter().flatten() {
                // Implementations are often written with a shorter path than derives.
                if let Some(name) = derived.segments.last() {
                    let implementation = format!("impl {} for {path}", name.ident);
                    self.add(implementation, ItemKind::Other, Some(path), String::new(), &[]);
                }
            }
        }
    }

    /// Adds a trait implementation, the public items of an inherent one, or a call of a
    /// macro that implements traits for the type that is its first argument.
    fn add_implementation(&mut self, module: &str, item: &syn::Item) {
        match item {
            syn::Item::Impl(item) => {
                let syn::Type::Path(ty) = &*item.self_ty else { return };
                let segments = ty
                    .path
                    .segments
                    .iter()
                    .map(|segment| printed_type(&syn::parse_quote!(#segment)));
                let Some((path, parent)) = self.type_path(module, segments.collect()) else {
                    return;
                };
                match &item.trait_ {
                    Some(_) => self.add_trait_implementation(item, &path, parent.as_deref()),
                    None => self.add_methods(item, &path, parent.as_deref()),
                }
            }
            syn::Item::Macro(item) => {
                let argument = item.mac.tokens.clone().into_iter().next();
                let segments = argument.iter().map(ToString::to_string).collect();
                let called = item.mac.path.segments.last();
                if let (Some((path, parent)), Some(called)) =
                    (self.type_path(module, segments), called)
                {
                    let call = format!("{}! for {path}", called.ident);
                    self.add(call, ItemKind::Other, parent.as_deref(), String::new(), &[]);
                }
            }
            _ => {}
        }
    }

    /// Returns the path of a type as users write it, and the same as the parent of its
    /// items if the type is generated; `None` if the type is private.
    fn type_path(&self, module: &str, segments: Vec<String>) -> Option<(String, Option<String>)> {
        let (module, name) = match &segments[..] {
            // A type of the hand-written half: `Registry`, `Call<ProjectsOperation>`.
            [root, name] if root == "crate" => return Some((name.clone(), None)),
            [name] => (module, name),
            [.., module, name] => (module.as_str(), name),
            [] => return None,
        };
        let path = self.types.get(&(module.to_owned(), name.clone()))?;
        Some((path.clone(), Some(path.clone())))
    }

    fn add_trait_implementation(&mut self, item: &syn::ItemImpl, path: &str, parent: Option<&str>) {
        let Some(name) = item.trait_.as_ref().and_then(|(path, _)| path.segments.last()) else {
            return;
        };
        let types = item.items.iter().filter_map(|item| match item {
            syn::ImplItem::Type(item) => {
                Some(format!("type {} = {}", item.ident, printed_type(&item.ty)))
            }
            _ => None,
        });
        let declaration = types.collect::<Vec<_>>().join("; ");
        let name = printed_type(&syn::parse_quote!(#name));
        self.add(format!("impl {name} for {path}"), ItemKind::Other, parent, declaration, &[]);
    }

    fn add_methods(&mut self, block: &syn::ItemImpl, path: &str, parent: Option<&str>) {
        for item in &block.items {
            let (name, declaration) = match item {
                syn::ImplItem::Fn(item) if is_public(&item.vis) => {
                    let conditions = block.generics.where_clause.as_ref();
                    (&item.sig.ident, printed_function(&item.sig, conditions))
                }
                syn::ImplItem::Const(item) if is_public(&item.vis) => {
                    (&item.ident, printed_type(&item.ty))
                }
                _ => continue,
            };
            self.add(format!("{path}::{name}"), ItemKind::Other, parent, declaration, &[]);
        }
    }
}

/// Returns the path of an item as users write it, given the items of the root module;
/// `None` if the item is private.
fn public_path(root: &[syn::Item], module: &str, name: &str) -> Option<String> {
    root.iter().find_map(|item| match item {
        syn::Item::Mod(item) if is_public(&item.vis) && item.ident == module => {
            Some(format!("{module}::{name}"))
        }
        syn::Item::Use(item) if is_public(&item.vis) => {
            let tree = item.tree.to_token_stream().to_string();
            let mut names = tree.split(|c: char| !c.is_alphanumeric() && c != '_');
            (names.next() == Some(module) && names.any(|exported| exported == name))
                .then(|| name.to_owned())
        }
        _ => None,
    })
}

fn public_name(item: &syn::Item) -> Option<String> {
    let (visibility, name) = match item {
        syn::Item::Const(item) => (&item.vis, &item.ident),
        syn::Item::Enum(item) => (&item.vis, &item.ident),
        syn::Item::Fn(item) => (&item.vis, &item.sig.ident),
        syn::Item::Struct(item) => (&item.vis, &item.ident),
        syn::Item::Trait(item) => (&item.vis, &item.ident),
        syn::Item::Type(item) => (&item.vis, &item.ident),
        _ => return None,
    };
    is_public(visibility).then(|| name.to_string())
}

/// Returns whether an item is not part of the public API although it is public.
fn is_hidden(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        _ => return false,
    };
    let hidden: syn::Attribute = syn::parse_quote!(#[doc(hidden)]);
    attributes.contains(&hidden)
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// Prints an item on one line.
fn printed(item: &TokenStream) -> String {
    let text = match syn::parse2(item.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => item.to_string(),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(", )", ")")
}

fn printed_type(ty: &syn::Type) -> String {
    let line = printed(&quote!(type T = #ty;));
    line.trim_start_matches("type T = ").trim_end_matches(';').to_owned()
}

/// Prints a signature without the names of arguments, which callers do not use.
fn printed_function(signature: &syn::Signature, conditions: Option<&syn::WhereClause>) -> String {
    let mut signature = signature.clone();
    for input in &mut signature.inputs {
        if let syn::FnArg::Typed(argument) = input {
            *argument.pat = syn::parse_quote!(_);
        }
    }
    if let Some(conditions) = conditions {
        let own = signature.generics.make_where_clause();
        own.predicates.extend(conditions.predicates.clone());
    }
    printed(&quote!(pub #signature {})).trim_end_matches(" {}").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "pub(crate) mod client; mod environment; pub mod operations; pub mod types;
        pub use environment::Environment; pub(crate) use environment::HEADER;";
    const FILES: &str = "
        // @generated from `a.yaml`.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct Batch { pub id: Id, pub size: i64 }
        #[derive(Clone)]
        pub struct Plain { pub size: i64 }
        #[derive(Clone, Copy)]
        pub struct Id(u64);
        crate::strings::string_type!(Id, super::schema::ID);
        #[non_exhaustive]
        pub enum Status { Active, Unknown(String) }
        pub enum Closed { On, Off }
        impl Id { pub fn check(&self, strict: bool) -> bool { strict } }
        impl Status { pub const ALL: u8 = 2; }
        #[non_exhaustive]
        pub struct CreateOrder { pub size: i64 }
        impl CreateOrder { pub fn new(size: i64) -> Self { x } }
        fn private() {}
        ==== environment
        pub enum Environment { Sandbox }
        pub struct Hidden;
        pub(crate) const HEADER: &str = \"x-secret\";
        ==== operations
        impl crate::Registry { pub fn batch(&self, id: &types::Id) -> crate::Call<BatchOperation> { x } }
        impl crate::Registry { pub fn orders(&self) -> crate::Call<OrdersOperation> { x } }
        impl crate::Call<BatchOperation> { pub fn as_of(self, as_of: &str) -> Self { x } }
        impl crate::Call<OrdersOperation> { pub fn as_of(self, as_of: &str) -> Self { x } }
        pub enum BatchOperation {}
        impl Operation for BatchOperation { type Output = types::Batch; const SPEC: u8 = 1; }
        pub enum OrdersOperation {}
        impl Operation for OrdersOperation { type Output = Vec<types::Batch>; }
        #[doc(hidden)]
        pub fn all() {}
        ==== client
        pub struct Client;
        impl Client { pub async fn batch(&self) {} }
    ";

    /// Edits of the generated code, with the expected levels and reasons.
    const EDITS: &[(&str, &str, Semver, &str)] = {
        use Semver::{Major, Minor, None, Patch};
        &[
            ("`a.yaml`", "`b.yaml`", None, "the generated code is unchanged"),
            ("private() {}", "private() { drop(1) }", Patch, "no public item changed"),
            (
                "async fn batch(&self)",
                "async fn batch(&self, id: u8)",
                Patch,
                "no public item changed",
            ),
            ("struct Hidden", "struct Secret", Patch, "no public item changed"),
            ("x-secret", "x-key", Patch, "no public item changed"),
            ("strict: bool", "strictly: bool", Patch, "no public item changed"),
            (
                "pub id: Id,",
                "pub id: Id, pub name: String,",
                Minor,
                "`types::Batch::name` was added",
            ),
            ("Active,", "Active, Split,", Minor, "`types::Status::Split` was added"),
            (
                "#[derive(Clone)]",
                "#[derive(Clone, Debug)]",
                Minor,
                "`impl Debug for types::Plain` was added",
            ),
            (
                "impl crate::Call<BatchOperation> {",
                "impl crate::Call<BatchOperation> { pub fn first(self, first: i64) -> Self { x }",
                Minor,
                "`Call<BatchOperation>::first` was added",
            ),
            (
                "impl crate::Call<BatchOperation> { pub fn as_of(self, as_of: &str) -> Self { x } }",
                "",
                Major,
                "`Call<BatchOperation>::as_of` was removed",
            ),
            (
                "impl crate::Call<BatchOperation> { pub fn as_of(self, as_of: &str)",
                "impl crate::Call<BatchOperation> { pub fn as_of(self, as_of: i64)",
                Major,
                "`Call<BatchOperation>::as_of` changed from `pub fn as_of(self, _: &str) -> Self` to `pub fn as_of(self, _: i64) -> Self`",
            ),
            (
                "pub enum OrdersOperation {}",
                "pub enum OrdersOperation {} impl crate::Registry { pub fn new(&self) -> crate::Call<NewOperation> { x } } \
                 pub enum NewOperation {} impl Operation for NewOperation { type Output = u8; } impl List for NewOperation { type Item = u8; }",
                Minor,
                "`Registry::new` was added, and 1 more",
            ),
            (
                "pub enum OrdersOperation {}",
                "pub enum OrdersOperation {} impl List for OrdersOperation { type Item = types::Batch; }",
                Minor,
                "`impl List for operations::OrdersOperation` was added",
            ),
            (
                "type Output = types::Batch",
                "type Output = Option<types::Batch>",
                Major,
                "`impl Operation for operations::BatchOperation` changed from `type Output = types::Batch` to `type Output = Option<types::Batch>`",
            ),
            ("const SPEC: u8 = 1", "const SPEC: u8 = 2", Patch, "no public item changed"),
            ("pub fn all() {}", "pub fn none() {}", Patch, "no public item changed"),
            (
                "pub struct CreateOrder { pub size: i64 }\n        impl CreateOrder {",
                "pub struct CreateOrder { pub size: i64, pub notes: Option<String> }\n        \
                 impl CreateOrder { pub fn notes(self, notes: String) -> Self { x }",
                Minor,
                "`types::CreateOrder::notes` was added, and 1 more",
            ),
            (
                "pub fn new(size: i64) -> Self",
                "pub fn new(size: i64, notes: String) -> Self",
                Major,
                "`types::CreateOrder::new` changed from `pub fn new(_: i64) -> Self` to `pub fn new(_: i64, _: String) -> Self`",
            ),
            ("fn private() {}", "pub fn private() {}", Minor, "`types::private` was added"),
            ("fn private() {}", "pub struct New { pub a: i64 }", Minor, "`types::New` was added"),
            (
                "#[non_exhaustive]\n        pub enum",
                "pub enum",
                Minor,
                "`types::Status` is no longer `#[non_exhaustive]`",
            ),
            (
                "pub fn batch",
                "pub fn batches(&self) {} pub fn batch",
                Minor,
                "`Registry::batches` was added",
            ),
            (
                "pub enum Closed",
                "#[non_exhaustive] pub enum Closed",
                Major,
                "`types::Closed` became `#[non_exhaustive]`",
            ),
            ("On,", "On, Dimmed,", Major, "`types::Closed::Dimmed` was added"),
            (
                "{ Sandbox }",
                "{ Sandbox, Production }",
                Major,
                "`Environment::Production` was added",
            ),
            (
                "pub struct Plain {",
                "pub struct Plain { pub name: String,",
                Major,
                "`types::Plain::name` was added",
            ),
            ("pub id: Id, ", "", Major, "`types::Batch::id` was removed"),
            (
                "Unknown(String)",
                "Unknown(u8)",
                Major,
                "`types::Status::Unknown` changed from `Unknown(String)` to `Unknown(u8)`",
            ),
            (
                "pub enum Closed { On, Off }",
                "pub struct Closed;",
                Major,
                "`types::Closed` changed from `pub enum Closed {}` to `pub struct Closed;`, and 2 more",
            ),
            ("Active,", "", Major, "`types::Status::Active` was removed"),
            ("Clone, Copy", "Clone", Major, "`impl Copy for types::Id` was removed"),
            (
                "string_type!(Id",
                "other_type!(Id",
                Major,
                "`string_type! for types::Id` was removed",
            ),
            (
                "strict: bool",
                "strict: u8",
                Major,
                "`types::Id::check` changed from `pub fn check(&self, _: bool) -> bool` to `pub fn check(&self, _: u8) -> bool`",
            ),
            (
                "Id, pub size: i64",
                "Id, pub size: Option<i64>",
                Major,
                "`types::Batch::size` changed from `pub size: i64` to `pub size: Option<i64>`",
            ),
            ("struct Plain", "struct Simple", Major, "`types::Plain` was removed"),
            ("pub fn check", "fn check", Major, "`types::Id::check` was removed"),
            ("pub fn batch", "pub fn fetch", Major, "`Registry::batch` was removed"),
            (
                "impl Id {",
                "impl Iterator for Id { type Item = u8; } impl Id {",
                Minor,
                "`impl Iterator for types::Id` was added",
            ),
        ]
    };

    fn files(text: &str) -> Files {
        let (types, others) = text.split_once("==== ").unwrap();
        let others = others.split("==== ").map(|file| {
            let (name, text) = file.split_once('\n').unwrap();
            (format!("{name}.rs"), text.to_owned())
        });
        let first =
            [("mod.rs".to_owned(), ROOT.to_owned()), ("types.rs".to_owned(), types.to_owned())];
        parse(&first.into_iter().chain(others).collect()).unwrap()
    }

    #[test]
    fn follows_cargo_rules() {
        for (old, new, level, reason) in EDITS {
            assert!(FILES.contains(old), "the code lacks {old:?}");
            let verdict = compare_files(&files(FILES), &files(&FILES.replacen(old, new, 1)));
            assert_eq!(
                (verdict.level, verdict.reason.to_string()),
                (Some(*level), (*reason).to_owned()),
                "{new}"
            );
        }
    }
}
