//! The public items of a crate, read from its sources.
//!
//! It knows the language as far as this workspace uses it: modules in files,
//! re-exports by `pub use`, inherent and trait implementations, derives, and macros
//! of the crate that implement things for the type that is their first argument.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
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
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
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
                syn::Item::Mod(module) if is_public(&module.vis) && !is_test(&module.attrs) => {
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
                let (generics, conditions) = (&item.generics, &item.generics.where_clause);
                let bounds = bounds(&item.supertraits);
                let declaration = quote!(pub trait #ident #generics #bounds #conditions);
                self.add(&path, Kind::Type, print(&declaration), false);
                item.items.iter().for_each(|item| self.trait_item(item, &path));
            }
            syn::Item::Type(item) => {
                let (generics, ty) = (&item.generics, &item.ty);
                let declaration = print(&quote!(pub type #ident #generics = #ty));
                self.add(&path, Kind::Type, declaration, false);
            }
            _ => {}
        }
    }

    fn ty(&mut self, path: &str, word: &str, generics: &syn::Generics, attrs: &[syn::Attribute]) {
        let conditions = &generics.where_clause;
        let rest = print(&quote!(#generics #conditions));
        let space = if generics.params.is_empty() && conditions.is_some() { " " } else { "" };
        let declaration = format!("pub {word} {}{space}{rest}", last(path));
        self.add(path, Kind::Type, declaration, has(attrs, "non_exhaustive"));
    }

    fn trait_item(&mut self, item: &syn::TraitItem, path: &str) {
        match item {
            syn::TraitItem::Fn(item) => {
                let path = join(path, &item.sig.ident.to_string());
                self.add(&path, Kind::Function, signature(&item.sig), false);
            }
            syn::TraitItem::Const(item) => {
                let declaration = format!("pub const {}: {}", item.ident, print(&item.ty));
                let path = join(path, &item.ident.to_string());
                self.add(&path, Kind::Constant, declaration, false);
            }
            syn::TraitItem::Type(item) => {
                let (ident, generics, bounds) = (&item.ident, &item.generics, bounds(&item.bounds));
                let declaration = print(&quote!(pub type #ident #generics #bounds));
                self.add(&join(path, &ident.to_string()), Kind::Type, declaration, false);
            }
            _ => {}
        }
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
                let declaration = format!("impl {}", name.unwrap_or_default());
                self.add(path, Kind::Implementation, declaration, false);
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
        if let Some(declaration) = implementation(item) {
            let declaration = print(&renamed(declaration, written, last(path)));
            return self.add(path, Kind::Implementation, declaration, false);
        }
        let generics = &item.generics;
        for item in &item.items {
            match item {
                syn::ImplItem::Fn(item) if is_public(&item.vis) => {
                    let path = join(path, &item.sig.ident.to_string());
                    let signature = signature(&with_bounds(item.sig.clone(), generics));
                    self.add(&path, Kind::Function, signature, false);
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

/// The head of a trait's implementation, the types within it as arguments of the trait.
/// The type that it is for is left out unless it has arguments.
fn implementation(item: &syn::ItemImpl) -> Option<TokenStream> {
    let (implemented, _) = item.trait_.as_ref()?;
    let segment = implemented.segments.last()?;
    let mut arguments = arguments(segment);
    for item in &item.items {
        if let syn::ImplItem::Type(syn::ImplItemType { ident, generics, ty, .. }) = item {
            arguments.push(quote!(#ident #generics = #ty));
        }
    }
    let arguments = if arguments.is_empty() { quote!() } else { quote!(<#(#arguments),*>) };
    let (name, generics, ty) = (&segment.ident, &item.generics, &item.self_ty);
    let conditions = &generics.where_clause;
    let is_generic = match &**ty {
        syn::Type::Path(path) => path.path.segments.iter().any(|part| !part.arguments.is_none()),
        _ => false,
    };
    let subject = if is_generic { quote!(for #ty) } else { quote!() };
    Some(quote!(impl #generics #name #arguments #subject #conditions))
}

fn arguments(segment: &syn::PathSegment) -> Vec<TokenStream> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(list) => {
            list.args.iter().map(ToTokens::to_token_stream).collect()
        }
        _ => Vec::new(),
    }
}

/// A function with what the implementation that it is in demands of its parameters.
fn with_bounds(mut signature: syn::Signature, around: &syn::Generics) -> syn::Signature {
    let bounded = around.type_params().filter(|parameter| !parameter.bounds.is_empty());
    let mut predicates: Vec<syn::WherePredicate> = bounded
        .map(|syn::TypeParam { ident, bounds, .. }| syn::parse_quote!(#ident: #bounds))
        .collect();
    predicates.extend(around.where_clause.iter().flat_map(|clause| clause.predicates.clone()));
    if !predicates.is_empty() {
        signature.generics.make_where_clause().predicates.extend(predicates);
    }
    signature
}

/// What stands after a name that has these bounds.
fn bounds<B: ToTokens, S: ToTokens>(bounds: &syn::punctuated::Punctuated<B, S>) -> TokenStream {
    if bounds.is_empty() { quote!() } else { quote!(: #bounds) }
}

/// `tokens` with one identifier for another.
fn renamed(tokens: TokenStream, from: &str, to: &str) -> TokenStream {
    let rename = |token| match token {
        TokenTree::Ident(ident) if ident == from => Ident::new(to, ident.span()).into(),
        TokenTree::Group(group) => {
            Group::new(group.delimiter(), renamed(group.stream(), from, to)).into()
        }
        other => other,
    };
    tokens.into_iter().map(rename).collect()
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
        (" <", "<"),
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
        (" ,", ","),
        (",::", ", ::"),
        ("=::", "= ::"),
        ("->::", "-> ::"),
        ("-><", "-> <"),
        (",(", ", ("),
        ("=(", "= ("),
    ];
    let text = tokens.to_token_stream().to_string();
    TIGHT.iter().fold(text, |text, (loose, tight)| text.replace(loose, tight))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATE: &str = "
        pub struct Call<T>(T) where T: Clone;
        pub trait Shape: Clone { const NAME: &'static str; type Side: Ord; fn area(&self) -> u8; }
        impl<'a, T: Shape> IntoFuture for Call<'a, T> where T: Send {
            type Output = Result<T, ::std::fmt::Error>;
            type IntoFuture = Boxed<'a, Self::Output>;
        }
        impl<T: Shape> Call<T> where T: Send { pub fn make(self) -> T { self.0 } }
        pub struct Text(Option<::std::string::String>);
        impl ::core::str::FromStr for Text { type Err = u8; }
        impl TryFrom<&str> for Text { type Error = u8; }
        macro_rules! text { ($name:ident) => { impl PartialEq<$name> for $name { type_name!(); } } }
        text!(Text);
        #[cfg(test)] pub mod hidden { pub struct Hidden; }
        #[cfg(not(test))] pub mod shown {}
        #[cfg(feature = \"test\")] pub mod featured {}
    ";

    #[test]
    fn items_have_everything_that_a_caller_can_depend_on() {
        let files = BTreeMap::from([("lib.rs".to_owned(), CRATE.to_owned())]);
        let items: Vec<_> = items(&files, "lib.rs").unwrap().iter().map(Item::to_string).collect();
        assert_eq!(
            items,
            [
                "Call · pub struct Call<T> where T: Clone",
                "Call · impl<'a, T: Shape> IntoFuture<Output = Result<T, ::std::fmt::Error>, IntoFuture = Boxed<'a, Self::Output>> for Call<'a, T> where T: Send",
                "Call::make · pub fn make(self) -> T where T: Shape, T: Send",
                "Shape · pub trait Shape: Clone",
                "Shape::NAME · pub const NAME: &'static str",
                "Shape::Side · pub type Side: Ord",
                "Shape::area · pub fn area(&self) -> u8",
                "Text · pub struct Text",
                "Text · impl FromStr<Err = u8>",
                "Text · impl PartialEq<Text>",
                "Text · impl TryFrom<&str, Error = u8>",
                "featured · pub mod featured",
                "shown · pub mod shown",
            ]
        );
    }
}
