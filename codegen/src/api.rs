//! The public items of a crate, read from its sources.
//!
//! It knows the language as far as this workspace uses it: modules in files,
//! re-exports by `pub use`, inherent and trait implementations, derives, and macros
//! of the crate that implement things for the type that is their first argument.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// What kind of public item something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A module.
    Module,
    /// A crate or an item of one that is passed on.
    Reexport,
    /// A struct, an enum, a trait or an alias, without what is within.
    Type,
    /// A public field of a struct.
    Field,
    /// A variant of an enum, with its fields.
    Variant,
    /// A function, of a type or free.
    Function,
    /// A constant, of a type or free.
    Constant,
    /// A trait that a type implements.
    Implementation,
}

/// A public item of a crate.
///
/// Displays as one line that has everything a caller can depend on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// The path by which it is reached, as in `types::CreditBatch::id`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its declaration on one line, without documentation and body.
    pub declaration: String,
    /// Whether more may be added within it without breaking a caller.
    pub is_non_exhaustive: bool,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = if self.is_non_exhaustive { " #[non_exhaustive]" } else { "" };
        write!(f, "{} · {}{note}", self.path, self.declaration)
    }
}

/// The sources could not be read as those of a crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct UnreadableSource {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Lists the public items of a crate, sorted by path.
///
/// `files` are its sources by their path relative to `src`, and `root` is the one
/// that names the modules, such as `lib.rs`.
///
/// # Errors
///
/// A file is not Rust, or a module has no file.
pub fn items(files: &BTreeMap<String, String>, root: &str) -> Result<Vec<Item>, UnreadableSource> {
    let mut sources = Sources { files, modules: BTreeMap::new(), macros: BTreeMap::new() };
    sources.module(root, &[])?;
    let mut list = List { sources: &sources, items: BTreeSet::new(), open: BTreeSet::new() };
    list.module(&[], "");
    Ok(list.items.into_iter().collect())
}

/// A module's path from the root.
type Path = Vec<String>;

struct Sources<'f> {
    files: &'f BTreeMap<String, String>,
    modules: BTreeMap<Path, Vec<syn::Item>>,
    /// What each macro of the crate writes for a type.
    macros: BTreeMap<String, Vec<syn::Item>>,
}

impl Sources<'_> {
    /// Reads the file of a module, and those of the modules within it.
    fn module(&mut self, file: &str, path: &[String]) -> Result<(), UnreadableSource> {
        let unreadable = |reason: String| UnreadableSource { file: file.to_owned(), reason };
        let text =
            self.files.get(file).ok_or_else(|| unreadable("there is no such file".into()))?;
        let parsed = syn::parse_file(text).map_err(|error| unreadable(error.to_string()))?;
        self.items(path, parsed.items)
    }

    fn items(&mut self, path: &[String], items: Vec<syn::Item>) -> Result<(), UnreadableSource> {
        for item in &items {
            match item {
                syn::Item::Mod(module) if !is_test(&module.attrs) => {
                    let path = [path, &[module.ident.to_string()]].concat();
                    match &module.content {
                        Some((_, items)) => self.items(&path, items.clone())?,
                        None => self.module(&self.file_of(&path), &path)?,
                    }
                }
                syn::Item::Macro(item) => {
                    if let Some(name) = &item.ident {
                        self.macros.insert(name.to_string(), macro_items(item.mac.tokens.clone()));
                    }
                }
                _ => {}
            }
        }
        self.modules.insert(path.to_vec(), items);
        Ok(())
    }

    fn file_of(&self, path: &[String]) -> String {
        let plain = format!("{}.rs", path.join("/"));
        let folder = format!("{}/mod.rs", path.join("/"));
        if self.files.contains_key(&folder) { folder } else { plain }
    }

    /// What a path within the module `from` leads to: a module, or an item in one.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<(Path, Option<String>)> {
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("super") => from[..from.len().checked_sub(1)?].to_vec(),
            Some("self") => from.to_vec(),
            _ => [from, &path[..1]].concat(),
        };
        at.extend_from_slice(path.get(1..)?);
        if self.modules.contains_key(&at) {
            return Some((at, None));
        }
        let name = at.pop()?;
        self.modules.contains_key(&at).then_some((at, Some(name)))
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test")
    })
}

/// What a `macro_rules!` writes for the type that it is called with: what stands in
/// its bodies at the outermost level, with `$name` read as the identifier `name`.
fn macro_items(rules: TokenStream) -> Vec<syn::Item> {
    let bodies = rules.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    bodies
        .filter_map(|body| syn::parse2::<syn::File>(without_dollars(body)).ok())
        .flat_map(|file| file.items)
        .collect()
}

/// Drops the `$` before names, and repetitions whole.
fn without_dollars(body: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                if tokens.next_if(|next| matches!(next, TokenTree::Group(_))).is_some() {
                    let is_end = |token: &TokenTree| "*+?".contains(&token.to_string());
                    while tokens.next().is_some_and(|token| !is_end(&token)) {}
                }
            }
            TokenTree::Group(group) => {
                let inner = without_dollars(group.stream());
                kept.extend([TokenTree::from(Group::new(group.delimiter(), inner))]);
            }
            other => kept.extend([other]),
        }
    }
    kept
}

/// The items found so far.
struct List<'s> {
    sources: &'s Sources<'s>,
    items: BTreeSet<Item>,
    /// Modules that are being listed, so that re-exports in a circle end.
    open: BTreeSet<Path>,
}

impl List<'_> {
    /// Lists what a module offers, under the public path `shown`.
    fn module(&mut self, path: &[String], shown: &str) {
        let sources = self.sources;
        let Some(items) = sources.modules.get(path) else { return };
        if !self.open.insert(path.to_vec()) {
            return;
        }
        for item in items {
            match item {
                syn::Item::Use(item) if is_public(&item.vis) => {
                    for (from, name) in names(&item.tree, &[]) {
                        self.reexport(path, &from, &join(shown, &name));
                    }
                }
                syn::Item::Mod(module) if is_public(&module.vis) => {
                    let name = module.ident.to_string();
                    let shown = join(shown, &name);
                    self.add(&shown, Kind::Module, format!("pub mod {name}"), false);
                    self.module(&[path, &[name]].concat(), &shown);
                }
                item => self.definition(item, path, None, shown),
            }
        }
        self.open.remove(path);
    }

    fn reexport(&mut self, module: &[String], from: &[String], shown: &str) {
        match self.sources.resolve(module, from) {
            Some((path, None)) => {
                self.add(shown, Kind::Module, format!("pub mod {}", last(shown)), false);
                self.module(&path, shown);
            }
            Some((path, Some(name))) if self.named(&path, &name, shown) => {}
            _ => self.add(shown, Kind::Reexport, format!("pub use {}", from.join("::")), false),
        }
    }

    /// Lists the item `name` of a module, which may itself pass it on. Says whether
    /// there is one.
    fn named(&mut self, module: &[String], name: &str, shown: &str) -> bool {
        let sources = self.sources;
        let within = shown.rsplit_once("::").map_or("", |(within, _)| within);
        let mut found = false;
        for item in sources.modules.get(module).into_iter().flatten() {
            if let syn::Item::Use(item) = item {
                // `use name;` alone leads out of the crate.
                let passed = names(&item.tree, &[])
                    .into_iter()
                    .find(|(from, new)| new == name && from.len() > 1);
                if let Some((from, _)) = passed {
                    self.reexport(module, &from, shown);
                    found = true;
                }
            } else if definition_of(item).is_some_and(|(_, ident)| ident == name) {
                self.definition(item, module, Some(name), within);
                found = true;
            }
        }
        found
    }

    /// Lists a definition if it is public and, where `only` is given, has that name.
    fn definition(&mut self, item: &syn::Item, module: &[String], only: Option<&str>, shown: &str) {
        let Some((visibility, ident)) = definition_of(item) else { return };
        let name = ident.to_string();
        if !is_public(visibility) || only.is_some_and(|only| only != name) {
            return;
        }
        let path = join(shown, &name);
        match item {
            syn::Item::Fn(item) => self.add(&path, Kind::Function, signature(&item.sig), false),
            syn::Item::Const(item) => {
                let declaration = format!("pub const {name}: {}", print(&item.ty));
                self.add(&path, Kind::Constant, declaration, false);
            }
            syn::Item::Struct(item) => {
                self.ty(&path, "struct", &item.generics, &item.attrs);
                self.fields(&path, &item.fields);
                self.implementations(module, &name, &path, &item.attrs);
            }
            syn::Item::Enum(item) => {
                self.ty(&path, "enum", &item.generics, &item.attrs);
                for variant in &item.variants {
                    let path = join(&path, &variant.ident.to_string());
                    let declaration = format!("{}{}", variant.ident, print(&variant.fields));
                    let is_open = has(&variant.attrs, "non_exhaustive");
                    self.add(&path, Kind::Variant, declaration, is_open);
                }
                self.implementations(module, &name, &path, &item.attrs);
            }
            syn::Item::Trait(item) => {
                let supertraits = &item.supertraits;
                let bounds = if supertraits.is_empty() { quote!() } else { quote!(: #supertraits) };
                let declaration = format!("pub trait {name}{}", print(&bounds));
                self.add(&path, Kind::Type, declaration, false);
                for item in &item.items {
                    if let syn::TraitItem::Fn(function) = item {
                        let path = join(&path, &function.sig.ident.to_string());
                        self.add(&path, Kind::Function, signature(&function.sig), false);
                    }
                }
            }
            syn::Item::Type(item) => {
                let declaration = format!("pub type {name} = {}", print(&item.ty));
                self.add(&path, Kind::Type, declaration, false);
            }
            _ => {}
        }
    }

    fn ty(&mut self, path: &str, word: &str, generics: &syn::Generics, attrs: &[syn::Attribute]) {
        let declaration = format!("pub {word} {}{}", last(path), print(generics));
        self.add(path, Kind::Type, declaration, has(attrs, "non_exhaustive"));
    }

    fn fields(&mut self, path: &str, fields: &syn::Fields) {
        for (index, field) in fields.iter().enumerate() {
            if is_public(&field.vis) {
                let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                let declaration = format!("pub {name}: {}", print(&field.ty));
                self.add(&join(path, &name), Kind::Field, declaration, false);
            }
        }
    }

    /// Lists what is implemented for a type: derived, by a macro, or anywhere in the
    /// crate under its name.
    fn implementations(
        &mut self,
        module: &[String],
        name: &str,
        path: &str,
        attributes: &[syn::Attribute],
    ) {
        for derive in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let paths = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
            for derived in derive.parse_args_with(paths).into_iter().flatten() {
                // The last segment, as a written implementation would have it.
                let name = derived.segments.last().map(|last| last.ident.to_string());
                self.implementation(path, &name.unwrap_or_default());
            }
        }
        let sources = self.sources;
        for (at, items) in &sources.modules {
            for item in items {
                match item {
                    syn::Item::Impl(item) if self_type(item).as_deref() == Some(name) => {
                        self.implemented(item, name, path);
                    }
                    syn::Item::Macro(item) if at == module => {
                        self.macro_call(&item.mac, name, path);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Lists what a macro implements for the type that is its first argument, which
    /// stands in the call as `argument`.
    fn macro_call(&mut self, call: &syn::Macro, argument: &str, path: &str) {
        let first = call.tokens.clone().into_iter().next().map(|token| token.to_string());
        if first.as_deref() != Some(argument) {
            return;
        }
        let sources = self.sources;
        let called = call.path.segments.last().map(|segment| segment.ident.to_string());
        for item in called.and_then(|called| sources.macros.get(&called)).into_iter().flatten() {
            match item {
                syn::Item::Impl(item) if self_type(item).as_deref() == Some("name") => {
                    self.implemented(item, "name", path);
                }
                syn::Item::Macro(inner) => self.macro_call(&inner.mac, "name", path),
                _ => {}
            }
        }
    }

    /// Lists a trait that a type implements, or the public items of an inherent
    /// implementation. `written` is what the type is called there.
    fn implemented(&mut self, item: &syn::ItemImpl, written: &str, path: &str) {
        if let Some((implemented, _)) = &item.trait_ {
            let name = implemented.segments.last().map(print).unwrap_or_default();
            return self.implementation(path, &name.replace(written, last(path)));
        }
        for item in &item.items {
            match item {
                syn::ImplItem::Fn(item) if is_public(&item.vis) => {
                    let path = join(path, &item.sig.ident.to_string());
                    self.add(&path, Kind::Function, signature(&item.sig), false);
                }
                syn::ImplItem::Const(item) if is_public(&item.vis) => {
                    let declaration = format!("pub const {}: {}", item.ident, print(&item.ty));
                    let path = join(path, &item.ident.to_string());
                    self.add(&path, Kind::Constant, declaration, false);
                }
                _ => {}
            }
        }
    }

    fn implementation(&mut self, path: &str, implemented: &str) {
        self.add(path, Kind::Implementation, format!("impl {implemented}"), false);
    }

    fn add(&mut self, path: &str, kind: Kind, declaration: String, is_non_exhaustive: bool) {
        let path = path.to_owned();
        self.items.insert(Item { path, kind, declaration, is_non_exhaustive });
    }
}

fn definition_of(item: &syn::Item) -> Option<(&syn::Visibility, &syn::Ident)> {
    match item {
        syn::Item::Const(item) => Some((&item.vis, &item.ident)),
        syn::Item::Enum(item) => Some((&item.vis, &item.ident)),
        syn::Item::Fn(item) => Some((&item.vis, &item.sig.ident)),
        syn::Item::Struct(item) => Some((&item.vis, &item.ident)),
        syn::Item::Trait(item) => Some((&item.vis, &item.ident)),
        syn::Item::Type(item) => Some((&item.vis, &item.ident)),
        _ => None,
    }
}

/// What a `use` names: the path from which, and the name under which.
fn names(tree: &syn::UseTree, before: &[String]) -> Vec<(Path, String)> {
    let step = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => names(&path.tree, &step(&path.ident)),
        syn::UseTree::Name(name) if name.ident == "self" => {
            vec![(before.to_vec(), before.last().cloned().unwrap_or_default())]
        }
        syn::UseTree::Name(name) => vec![(step(&name.ident), name.ident.to_string())],
        syn::UseTree::Rename(rename) => vec![(step(&rename.ident), rename.rename.to_string())],
        syn::UseTree::Group(group) => {
            group.items.iter().flat_map(|tree| names(tree, before)).collect()
        }
        syn::UseTree::Glob(_) => vec![([before, &["*".to_owned()]].concat(), "*".to_owned())],
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn has(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// The last name of the type of this crate that an implementation is for.
fn self_type(item: &syn::ItemImpl) -> Option<String> {
    let syn::Type::Path(path) = &*item.self_ty else { return None };
    let segments: Vec<_> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
    let (last, before) = segments.split_last()?;
    let is_local = |first: &String| ["crate", "self", "super", "types"].contains(&first.as_str());
    before.first().is_none_or(is_local).then(|| last.clone())
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn signature(signature: &syn::Signature) -> String {
    format!("pub {}", print(signature))
}

/// Tokens on one line, spaced the way a person would.
fn print(tokens: &impl ToTokens) -> String {
    const TIGHT: &[(&str, &str)] = &[
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" , ", ", "),
        (" ,", ","),
        (" : ", ": "),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("-> ", "-> "),
        ("->(", "-> ("),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
        (" !", "!"),
        (",)", ")"),
    ];
    let text = tokens.to_token_stream().to_string();
    TIGHT.iter().fold(text, |text, (loose, tight)| text.replace(loose, tight))
}
