//! What a change of the generated crate is by Cargo's rules for versions.
//!
//! The rules are those of the [Cargo book](https://doc.rust-lang.org/cargo/reference/semver.html),
//! as far as the public items of a crate show them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::api::{self, Item, Kind, UnreadableSource};
use crate::document::Source;
use crate::document::diagnostic::Refusal;
use crate::generate;

/// What Cargo's rules call a change of a crate. From 1.0.0 on; before, a minor
/// version takes the part of a major one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Semver {
    /// Nothing changed.
    None,
    /// Nothing that users of the crate can name changed.
    Patch,
    /// Something was added.
    Minor,
    /// Something that compiled may not compile any more.
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

/// What a change of a crate is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The highest of the reasons.
    pub semver: Semver,
    /// Every change of a public item, the highest first, as sentences.
    pub reasons: Vec<(Semver, String)>,
}

impl Verdict {
    fn new(mut reasons: Vec<(Semver, String)>) -> Self {
        reasons.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let semver = reasons.first().map_or(Semver::None, |(semver, _)| *semver);
        Self { semver, reasons }
    }

    /// The reason that decides, and how many more there are.
    pub fn reason(&self) -> String {
        let decisive = self.reasons.iter().filter(|(semver, _)| *semver == self.semver).count();
        match self.reasons.first() {
            None => "the crate does not change".to_owned(),
            Some((_, reason)) if decisive == 1 => reason.clone(),
            Some((_, reason)) => format!("{reason}, and {} more", decisive - 1),
        }
    }
}

/// Compares what two documents make of the client crate: its level, where both can
/// be generated, and the reason.
///
/// `written` are the sources of the crate that are not generated, by their path
/// relative to `src`; generated files among them are replaced.
pub fn of_documents(
    base: &Source,
    revision: &Source,
    written: &BTreeMap<String, String>,
) -> (Option<Semver>, String) {
    let compared = generated(base, written).and_then(|base| {
        let revision = generated(revision, written)?;
        of_sources(&base, &revision, "lib.rs").map_err(|error| error.to_string())
    });
    match compared {
        Ok(verdict) => (Some(verdict.semver), verdict.reason()),
        Err(reason) => (None, reason),
    }
}

fn generated(
    source: &Source,
    written: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, String> {
    let files = generate::generate(source)
        .map_err(|refusal| format!("no crate can be generated from {}", first(&refusal)))?;
    let mut sources = written.clone();
    sources.retain(|name, _| !name.starts_with("generated/"));
    sources.extend(files.into_iter().map(|file| (format!("generated/{}", file.name), file.text)));
    Ok(sources)
}

/// The first thing wrong with a document, on one line.
fn first(refusal: &Refusal) -> String {
    refusal.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Compares the sources of two crates, each by path relative to `src`; `root` is
/// the file that names the modules.
///
/// # Errors
///
/// A file is not Rust, or a module has no file.
pub fn of_sources(
    base: &BTreeMap<String, String>,
    revision: &BTreeMap<String, String>,
    root: &str,
) -> Result<Verdict, UnreadableSource> {
    let verdict = compare(&api::items(base, root)?, &api::items(revision, root)?);
    if verdict.reasons.is_empty() && base != revision {
        let reason = "only what users of the crate cannot name changes".to_owned();
        return Ok(Verdict::new(vec![(Semver::Patch, reason)]));
    }
    Ok(verdict)
}

/// Compares the public items of two crates.
pub fn compare(base: &[Item], revision: &[Item]) -> Verdict {
    let (base, revision) = (Items::new(base), Items::new(revision));
    let mut reasons = Vec::new();
    for (key, item) in &base.by_key {
        match revision.by_key.get(key) {
            Some(there) => reasons.extend(changed(item, there)),
            None if revision.has_around(item) => {
                reasons.push((Semver::Major, format!("{} went away", named(item))));
            }
            // What it was within went away with it.
            None => {}
        }
    }
    for (key, item) in &revision.by_key {
        if !base.by_key.contains_key(key) && base.has_around(item) {
            reasons.push((base.addition(item), format!("{} is new", named(item))));
        }
    }
    Verdict::new(reasons)
}

/// What makes an item the same in both crates. A type implements several traits.
type Key<'i> = (&'i str, Kind, &'i str);

struct Items<'i> {
    by_key: BTreeMap<Key<'i>, &'i Item>,
    types: BTreeMap<&'i str, &'i Item>,
}

impl<'i> Items<'i> {
    fn new(items: &'i [Item]) -> Self {
        let trait_of = |item: &'i Item| match item.kind {
            Kind::Implementation => item.declaration.as_str(),
            _ => "",
        };
        let key = |item: &'i Item| (item.path.as_str(), item.kind, trait_of(item));
        let types = items.iter().filter(|item| item.kind == Kind::Type);
        Self {
            by_key: items.iter().map(|item| (key(item), item)).collect(),
            types: types.map(|item| (item.path.as_str(), item)).collect(),
        }
    }

    /// Whether what the item is within is here: always so, unless that is a type.
    fn has_around(&self, item: &Item) -> bool {
        match item.kind {
            Kind::Field | Kind::Variant | Kind::Implementation => self.around(item).is_some(),
            // An inherent function, if the path leads through a type's name.
            Kind::Function | Kind::Constant => {
                let is_type = around_path(item).rsplit("::").next();
                let is_type = is_type.and_then(|name| name.chars().next());
                !is_type.is_some_and(char::is_uppercase) || self.around(item).is_some()
            }
            Kind::Module | Kind::Reexport | Kind::Type => true,
        }
    }

    /// The type that an item is within.
    fn around(&self, item: &Item) -> Option<&'i Item> {
        self.types.get(around_path(item)).copied()
    }

    /// What it is that an item is new, in a crate whose items these are.
    fn addition(&self, item: &Item) -> Semver {
        let Some(around) = self.around(item).filter(|around| around.path != item.path) else {
            return Semver::Minor;
        };
        let is_trait = around.declaration.starts_with("pub trait");
        let has_fields = self.by_key.keys().any(|(path, kind, _)| {
            *kind == Kind::Field && path.rsplit_once("::").is_some_and(|(of, _)| of == around.path)
        });
        let breaks = match item.kind {
            Kind::Variant => !around.is_non_exhaustive,
            // Without public fields nobody could build it, nor could its fields be
            // matched without `..`.
            Kind::Field => !around.is_non_exhaustive && has_fields,
            // Users cannot implement a sealed trait.
            Kind::Function | Kind::Constant | Kind::Type => {
                is_trait && !around.declaration.to_lowercase().contains("sealed")
            }
            _ => false,
        };
        if breaks { Semver::Major } else { Semver::Minor }
    }
}

fn around_path(item: &Item) -> &str {
    match item.kind {
        Kind::Implementation => &item.path,
        _ => item.path.rsplit_once("::").map_or("", |(around, _)| around),
    }
}

/// What became of an item that both crates have.
fn changed(base: &Item, revision: &Item) -> Option<(Semver, String)> {
    let name = named(base);
    if base.declaration != revision.declaration {
        let (old, new) = (&base.declaration, &revision.declaration);
        let same = base.kind == Kind::Function && without_names(old) == without_names(new);
        let semver = if same { Semver::Patch } else { Semver::Major };
        return Some((semver, format!("{name} was `{old}` and is `{new}`")));
    }
    match (base.is_non_exhaustive, revision.is_non_exhaustive) {
        (false, true) => Some((Semver::Major, format!("{name} became `#[non_exhaustive]`"))),
        (true, false) => Some((Semver::Minor, format!("{name} is `#[non_exhaustive]` no more"))),
        _ => None,
    }
}

fn named(item: &Item) -> String {
    match item.kind {
        Kind::Implementation => format!("`{}` for `{}`", item.declaration, item.path),
        _ => format!("`{}`", item.path),
    }
}

/// A signature with nothing but types: callers do not name arguments.
fn without_names(declaration: &str) -> Option<syn::Signature> {
    let mut signature: syn::Signature =
        syn::parse_str(declaration.strip_prefix("pub ").unwrap_or(declaration)).ok()?;
    for input in &mut signature.inputs {
        if let syn::FnArg::Typed(argument) = input {
            *argument.pat = syn::parse_quote!(_);
        }
    }
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATE: &str = "
        pub mod types {
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub struct Batch { pub id: Id, pub size: i64 }
            #[derive(Clone)]
            pub struct Plain { pub size: i64 }
            #[derive(Clone, Copy)]
            pub struct Id(u64);
            #[non_exhaustive]
            pub enum Status { Active, Unknown(String) }
            pub enum Closed { On, Off }
            impl Id { pub fn check(&self, strict: bool) -> bool { strict } }
            impl Status { pub const ALL: u8 = 2; }
        }
        pub trait Validated { fn check(&self); }
        fn private() {}
    ";

    /// Edits of a crate, and what the Cargo book calls each.
    const EDITS: &[(&str, &str, Semver, &str)] = &[
        (
            "private() {}",
            "private() { drop(1) }",
            Semver::Patch,
            "only what users of the crate cannot name changes",
        ),
        (
            "strict: bool",
            "strictly: bool",
            Semver::Patch,
            "`types::Id::check` was `pub fn check(&self, strict: bool) -> bool` and is `pub fn check(&self, strictly: bool) -> bool`",
        ),
        (
            "pub id: Id,",
            "pub id: Id, pub name: String,",
            Semver::Minor,
            "`types::Batch::name` is new",
        ),
        ("Active,", "Active, Split,", Semver::Minor, "`types::Status::Split` is new"),
        (
            "#[derive(Clone)]",
            "#[derive(Clone, Debug)]",
            Semver::Minor,
            "`impl Debug` for `types::Plain` is new",
        ),
        ("fn private() {}", "pub fn private() {}", Semver::Minor, "`private` is new"),
        (
            "pub mod types {",
            "pub mod types { pub struct New { pub a: i64 }",
            Semver::Minor,
            "`types::New` is new",
        ),
        (
            "#[non_exhaustive]\n            pub enum",
            "pub enum",
            Semver::Minor,
            "`types::Status` is `#[non_exhaustive]` no more",
        ),
        (
            "pub enum Closed",
            "#[non_exhaustive] pub enum Closed",
            Semver::Major,
            "`types::Closed` became `#[non_exhaustive]`",
        ),
        ("On,", "On, Dimmed,", Semver::Major, "`types::Closed::Dimmed` is new"),
        (
            "pub struct Plain {",
            "pub struct Plain { pub name: String,",
            Semver::Major,
            "`types::Plain::name` is new",
        ),
        ("pub id: Id, ", "", Semver::Major, "`types::Batch::id` went away"),
        ("Active,", "", Semver::Major, "`types::Status::Active` went away"),
        ("Clone, Copy", "Clone", Semver::Major, "`impl Copy` for `types::Id` went away"),
        ("Clone, Debug", "Clone", Semver::Major, "`impl Debug` for `types::Batch` went away"),
        (
            "strict: bool",
            "strict: u8",
            Semver::Major,
            "`types::Id::check` was `pub fn check(&self, strict: bool) -> bool` and is `pub fn check(&self, strict: u8) -> bool`",
        ),
        (
            "Batch { pub id: Id, pub size: i64 }",
            "Batch { pub id: Id, pub size: Option<i64> }",
            Semver::Major,
            "`types::Batch::size` was `pub size: i64` and is `pub size: Option<i64>`",
        ),
        ("struct Plain", "struct Simple", Semver::Major, "`types::Plain` went away"),
        ("pub fn check", "fn check", Semver::Major, "`types::Id::check` went away"),
        (
            "fn check(&self);",
            "fn check(&self); fn more(&self);",
            Semver::Major,
            "`Validated::more` is new",
        ),
        (
            "fn check(&self);",
            "fn check(&self); type Kind;",
            Semver::Major,
            "`Validated::Kind` is new",
        ),
        (
            "impl Id { pub fn check",
            "impl Iterator for Id { type Item = u8; } impl Id { pub fn check",
            Semver::Minor,
            "`impl Iterator<Item = u8>` for `types::Id` is new",
        ),
    ];

    fn sources(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("lib.rs".to_owned(), text.to_owned())])
    }

    #[test]
    fn each_edit_is_what_cargo_calls_it() {
        for (old, new, semver, reason) in EDITS {
            assert!(CRATE.contains(old), "the crate has no {old:?}");
            let edited = CRATE.replacen(old, new, 1);
            let verdict = of_sources(&sources(CRATE), &sources(&edited), "lib.rs").unwrap();
            assert_eq!(
                (verdict.semver, verdict.reason()),
                (*semver, (*reason).to_owned()),
                "{new}"
            );
        }
    }

    #[test]
    fn the_same_crate_is_no_change() {
        let verdict = of_sources(&sources(CRATE), &sources(CRATE), "lib.rs").unwrap();
        assert_eq!(verdict, Verdict { semver: Semver::None, reasons: Vec::new() });
        assert_eq!(verdict.reason(), "the crate does not change");
    }
}
