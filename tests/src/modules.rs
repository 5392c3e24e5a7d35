//! Dependencies between the modules of a crate, which must not form cycles.
//!
//! A module depends on another if it names an item that the other defines. Re-exports are
//! followed to the definition, and depend on nothing themselves. Three kinds of dependencies are
//! ignored: those of tests, those of a module on its own parents, and those between generated
//! files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The segments of a path after `crate`. The root of a crate is empty.
type ModulePath = Vec<String>;

/// The packages without cycles.
const PACKAGES: &[&str] = &["cli", "codegen", "generated-client", "simulator", "xtask"];

/// The folder of generated files, whose types and schema tables refer to each other.
const GENERATED: &str = "generated";

#[derive(Debug, Default)]
struct Module {
    /// The absolute paths that the module names, outside re-exports.
    paths: Vec<ModulePath>,
    /// The absolute paths of re-exported items, by their exported name.
    reexports: BTreeMap<String, ModulePath>,
    /// The absolute paths of imported items, by their local name.
    imports: BTreeMap<String, ModulePath>,
    /// Child modules that exist in tests only.
    test_modules: BTreeSet<String>,
}

/// The modules of a crate by path. Each has a file of its own.
struct Crate(BTreeMap<ModulePath, Module>);

impl Crate {
    /// Reads the modules of a source folder.
    fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(src, &mut Vec::new(), &mut files);
        Self::parse(files)
    }

    fn parse(files: BTreeMap<ModulePath, String>) -> Self {
        let known: BTreeSet<_> = files.keys().cloned().collect();
        let parse = |(path, text): (ModulePath, String)| {
            let tokens: TokenStream = text.parse().unwrap();
            let mut parser = Parser { known: &known, path: &path, module: Module::default() };
            parser.items(&tokens.into_iter().collect::<Vec<_>>());
            let module = parser.module;
            (path, module)
        };
        let mut modules: BTreeMap<_, _> = files.into_iter().map(parse).collect();
        let test_modules: Vec<_> = modules
            .iter()
            .flat_map(|(path, module)| module.test_modules.iter().map(|name| child(path, name)))
            .collect();
        modules.retain(|path, _| !test_modules.iter().any(|test| path.starts_with(test)));
        Self(modules)
    }

    /// Returns the module that defines the item at an absolute path.
    fn definer(&self, path: &[String]) -> ModulePath {
        let mut module = Vec::new();
        for (index, segment) in path.iter().enumerate() {
            let below = child(&module, segment);
            if self.0.contains_key(&below) {
                module = below;
                continue;
            }
            let reexport = self.0.get(&module).and_then(|found| found.reexports.get(segment));
            return match reexport {
                // An item that is re-exported under its own path is defined here.
                Some(target) if *target != below => {
                    self.definer(&[target, &path[index + 1..]].concat())
                }
                _ => module,
            };
        }
        module
    }

    /// Returns the modules that a module depends on, apart from its own parents.
    fn dependencies(&self, path: &ModulePath) -> BTreeSet<ModulePath> {
        let named = self.0.get(path).into_iter().flat_map(|module| &module.paths);
        let definers = named.map(|path| self.definer(path));
        let is_counted = |definer: &ModulePath| {
            let are_generated = [path, definer]
                .iter()
                .all(|path| path.first().is_some_and(|first| first == GENERATED));
            !path.starts_with(definer) && !are_generated
        };
        definers.filter(is_counted).collect()
    }

    /// Returns a shortest cycle of modules, or `None` if there is no cycle.
    fn cycle(&self) -> Option<String> {
        let cycles = self.0.keys().filter_map(|start| self.cycle_through(start));
        let cycle = cycles.min_by_key(Vec::len)?;
        Some(cycle.iter().map(|path| display(path)).collect::<Vec<_>>().join(" -> "))
    }

    fn cycle_through(&self, start: &ModulePath) -> Option<Vec<ModulePath>> {
        let mut seen = BTreeSet::new();
        let mut pending = VecDeque::from([vec![start.clone()]]);
        while let Some(walk) = pending.pop_front() {
            for next in self.dependencies(walk.last()?) {
                let walk = [walk.as_slice(), std::slice::from_ref(&next)].concat();
                if next == *start {
                    return Some(walk);
                }
                if seen.insert(next) {
                    pending.push_back(walk);
                }
            }
        }
        None
    }
}

/// Collects the files below a folder by module path.
fn collect(folder: &Path, path: &mut ModulePath, files: &mut BTreeMap<ModulePath, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
        if entry.is_dir() {
            path.push(name);
            collect(&entry, path, files);
            path.pop();
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let is_root = matches!(name.as_str(), "lib" | "main" | "mod");
            let module = if is_root { path.clone() } else { child(path, &name) };
            files.insert(module, fs::read_to_string(&entry).unwrap());
        }
    }
}

fn child(path: &[String], name: &str) -> ModulePath {
    [path, &[name.to_owned()]].concat()
}

fn display(path: &[String]) -> String {
    if path.is_empty() { "crate".to_owned() } else { path.join("::") }
}

/// Extracts the paths from the tokens of a module, including those in macros.
struct Parser<'a> {
    known: &'a BTreeSet<ModulePath>,
    path: &'a ModulePath,
    module: Module,
}

impl Parser<'_> {
    fn items(&mut self, tokens: &[TokenTree]) {
        // Imports come first, because they give names to the paths that follow.
        self.walk(tokens, Self::import);
        self.walk(tokens, Self::named_path);
    }

    /// Applies `visit` to each position outside tests. `visit` returns the number of tokens
    /// that it consumed.
    fn walk(&mut self, tokens: &[TokenTree], visit: fn(&mut Self, &[TokenTree], usize) -> usize) {
        let mut at = 0;
        while at < tokens.len() {
            if is_test_attribute(&tokens[at..]) {
                at += self.skip_item(&tokens[at..]);
                continue;
            }
            if let TokenTree::Group(group) = &tokens[at] {
                self.walk(&group.stream().into_iter().collect::<Vec<_>>(), visit);
            }
            at += visit(self, tokens, at).max(1);
        }
    }

    /// Returns the number of tokens of an item with its attributes.
    fn skip_item(&mut self, tokens: &[TokenTree]) -> usize {
        let end = tokens.iter().position(|token| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            token => is_punct(token, ';'),
        });
        let end = end.unwrap_or(tokens.len() - 1);
        if is_punct(&tokens[end], ';') && end >= 2 && is_ident(&tokens[end - 2], "mod") {
            self.module.test_modules.insert(tokens[end - 1].to_string());
        }
        end + 1
    }

    /// Reads a `use` declaration.
    fn import(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let is_generic_bound = tokens.get(at + 1).is_some_and(|token| is_punct(token, '<'));
        if !is_ident(&tokens[at], "use") || is_generic_bound {
            return 0;
        }
        let length = tokens[at..].iter().position(|token| is_punct(token, ';'));
        let end = at + length.unwrap_or(tokens.len() - at);
        let is_public = at.checked_sub(1).is_some_and(|before| match &tokens[before] {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
            token => is_ident(token, "pub"),
        });
        for (path, name) in use_tree(&tokens[at + 1..end], &[]) {
            let Some(path) = self.absolute(&path) else { continue };
            if is_public {
                self.module.reexports.insert(name, path);
            } else {
                // A module is used only where a path starts with its name.
                if !self.known.contains(&path) {
                    self.module.paths.push(path.clone());
                }
                self.module.imports.insert(name, path);
            }
        }
        end - at
    }

    /// Reads a path of at least two segments.
    fn named_path(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        if is_ident(&tokens[at], "use") {
            let length = tokens[at..].iter().position(|token| is_punct(token, ';'));
            return length.unwrap_or(0);
        }
        let TokenTree::Ident(_) = &tokens[at] else { return 0 };
        let mut path = vec![tokens[at].to_string()];
        let mut end = at + 1;
        while let [colon, second, TokenTree::Ident(ident), ..] = &tokens[end..]
            && is_punct(colon, ':')
            && is_punct(second, ':')
        {
            path.push(ident.to_string());
            end += 3;
        }
        if path.len() < 2 {
            return 0;
        }
        if let Some(path) = self.absolute(&path) {
            self.module.paths.push(path);
        }
        end - at
    }

    /// Returns the absolute path of a path in this module, unless it leads to another crate.
    fn absolute(&self, path: &[String]) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.path.clone(),
            "super" => self.path.split_last()?.1.to_vec(),
            name if self.known.contains(&child(self.path, name)) => child(self.path, name),
            name => self.module.imports.get(name)?.clone(),
        };
        for segment in rest {
            if segment == "super" {
                base.pop();
            } else {
                base.push(segment.clone());
            }
        }
        Some(base)
    }
}

/// Returns the paths of a use tree with their local names.
fn use_tree(tokens: &[TokenTree], prefix: &[String]) -> Vec<(ModulePath, String)> {
    let mut path = prefix.to_vec();
    let mut name = None;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let trees = inner.split(|token| is_punct(token, ','));
                return trees.flat_map(|tree| use_tree(tree, &path)).collect();
            }
            TokenTree::Ident(ident) if ident == "as" => {
                name = tokens.get(index + 1).map(ToString::to_string);
                break;
            }
            TokenTree::Ident(ident) if ident == "self" && !path.is_empty() => {}
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            _ => {}
        }
    }
    let name = name.or_else(|| path.last().cloned());
    name.filter(|_| !tokens.is_empty()).map(|name| (path, name)).into_iter().collect()
}

fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [hash, TokenTree::Group(group), ..]
        if is_punct(hash, '#') && group.stream().to_string().replace(' ', "") == "cfg(test)")
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn cycle_in(files: &[(&str, &str)]) -> Option<String> {
    let files = files.iter().map(|(path, text)| {
        let path = path.split("::").filter(|segment| !segment.is_empty());
        (path.map(str::to_owned).collect(), (*text).to_owned())
    });
    Crate::parse(files.collect()).cycle()
}

#[test]
fn finds_a_cycle_through_re_exports() {
    let cycle = cycle_in(&[
        ("", "mod a; mod b; pub use a::{A, inner::Inner as Renamed};"),
        ("a", "pub mod inner; pub struct A;"),
        ("a::inner", "use crate::b::{self, C}; fn f() { b::g() }"),
        ("b", "fn g() -> Option<crate::Renamed> {}"),
    ]);
    assert_eq!(cycle.as_deref(), Some("a::inner -> b -> a::inner"));
}

#[test]
fn finds_cycles_between_siblings() {
    let cycle = cycle_in(&[
        ("", "mod a;"),
        ("a", "mod b; mod c; fn f() { b::g() }"),
        ("a::b", "use super::{c, f}; fn g() { c::h(f()) }"),
        ("a::c", "pub(super) fn h() { super::b::g() }"),
    ]);
    assert_eq!(cycle.as_deref(), Some("a::b -> a::c -> a::b"));
}

#[test]
fn ignores_tests_and_re_exports() {
    let cycle = cycle_in(&[
        ("", "pub mod a; mod b; #[cfg(test)] mod samples;"),
        ("a", "pub use crate::b::B; use std::fmt; impl fmt::Debug for A {}"),
        ("b", "use crate::a::A; #[cfg(test)] mod tests { use super::*; use crate::samples; }"),
        ("samples", "use crate::b; fn f() { b::g() }"),
    ]);
    assert_eq!(cycle, None);
}

#[test]
fn modules_have_no_cycles() {
    for package in PACKAGES {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src");
        let cycle = Crate::read(&src).cycle();
        assert!(cycle.is_none(), "{package}: cycle between modules: {}", cycle.unwrap());
    }
}
