//! Checks of comments and names in the hand-written sources.
//!
//! A comment must not open with a noun clause ("What is left", "Whether to retry"), and a
//! top-level type name must not be defined twice. CONTRIBUTING.md describes the style.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::spec::workspace;

/// First words of a noun clause.
const CLAUSE_WORDS: [&str; 7] = ["How", "What", "Where", "Whether", "Which", "Who", "Whose"];

/// Type names that may be defined more than once, each with the reason.
const ALLOWED_DUPLICATES: [(&str, &str); 0] = [];

/// The maximum share of type names that may be defined more than once, in percent.
const MAX_DUPLICATE_PERCENT: usize = 5;

/// Folders that contain no hand-written sources.
const IGNORED_FOLDERS: [&str; 3] = ["corpus", "generated", "target"];

/// Folders that contain no `src` folder with product code.
const TEST_FOLDERS: [&str; 4] = ["benches", "examples", "fuzz", "tests"];

#[test]
fn comments_do_not_open_with_a_noun_clause() {
    let mut openings = String::new();
    for path in source_files() {
        for (line, comment) in clause_openings(&fs::read_to_string(&path).unwrap()) {
            openings += &format!("{}:{line}: {comment}\n", display(&path));
        }
    }
    assert_eq!(openings, "", "comments must start with a noun phrase or a verb");
}

#[test]
fn type_names_are_unique() {
    let mut modules = BTreeMap::<String, BTreeSet<String>>::new();
    for root in crate_roots() {
        for (module, name) in types_of_crate(&root) {
            modules.entry(name).or_default().insert(module);
        }
    }
    let total = modules.len();
    modules.retain(|_, modules| modules.len() > 1);
    let duplicates = modules;
    let allowed = BTreeMap::from(ALLOWED_DUPLICATES);

    let mut problems = String::new();
    for (name, modules) in &duplicates {
        if !allowed.contains_key(name.as_str()) {
            problems +=
                &format!("{name} is defined in {}\n", Vec::from_iter(modules.clone()).join(", "));
        }
    }
    for name in allowed.keys().filter(|name| !duplicates.contains_key(**name)) {
        problems += &format!("{name} is not duplicated; remove it from ALLOWED_DUPLICATES\n");
    }
    assert_eq!(problems, "", "type names must be unique; rename the more specific type");
    let percent = duplicates.len() * 100 / total;
    assert!(percent <= MAX_DUPLICATE_PERCENT, "{percent} % of type names are duplicated");
}

/// Returns the path of a file relative to the workspace.
fn display(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

/// Returns every hand-written Rust file of the repository.
fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    visit(&workspace(), &IGNORED_FOLDERS, &mut |path| {
        if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path.to_owned());
        }
    });
    assert!(!files.is_empty());
    files
}

/// Returns the root files of every library and program of the repository.
fn crate_roots() -> Vec<PathBuf> {
    let mut roots = Vec::new();
    visit(&workspace(), &[&IGNORED_FOLDERS[..], &TEST_FOLDERS[..]].concat(), &mut |path| {
        if path.ends_with("src/lib.rs") || path.ends_with("src/main.rs") {
            roots.push(path.to_owned());
        }
    });
    assert!(!roots.is_empty());
    roots
}

/// Calls `found` with every file below a folder, in the order of their paths.
fn visit(folder: &Path, ignored: &[&str], found: &mut impl FnMut(&Path)) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !ignored.contains(&&*name) {
            visit(&path, ignored, found);
        } else if path.is_file() {
            found(&path);
        }
    }
}

/// Returns the comments that open with a noun clause, each with the number of its first line.
///
/// Consecutive comment lines are one comment.
fn clause_openings(source: &str) -> Vec<(usize, &str)> {
    let mut openings = Vec::new();
    let mut continues = false;
    for (number, line) in (1..).zip(source.lines()) {
        let comment = line.trim_start().strip_prefix("//");
        if let Some(comment) = comment
            && !continues
        {
            let text = comment.trim_start_matches(['/', '!']).trim_start();
            let word = text.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            if word.is_some_and(|word| CLAUSE_WORDS.contains(&word)) {
                openings.push((number, text));
            }
        }
        continues = comment.is_some();
    }
    openings
}

/// Returns the types that a crate defines outside functions, each with its module. Test modules
/// are left out.
fn types_of_crate(root: &Path) -> Vec<(String, String)> {
    let mut types = Vec::new();
    collect_file(root, root.parent().unwrap(), &mut types);
    types
}

/// Adds the types of a source file. The files of its submodules are in `folder`.
fn collect_file(path: &Path, folder: &Path, types: &mut Vec<(String, String)>) {
    let source = fs::read_to_string(path).unwrap();
    let file = syn::parse_file(&source).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    collect_items(&file.items, &display(path), folder, types);
}

fn collect_items(
    items: &[syn::Item],
    module: &str,
    folder: &Path,
    types: &mut Vec<(String, String)>,
) {
    for item in items {
        let Some((name, attributes)) = definition(item) else { continue };
        let name = name.to_string();
        if is_test_only(attributes) || IGNORED_FOLDERS.contains(&name.as_str()) {
            continue;
        }
        let syn::Item::Mod(item) = item else {
            types.push((module.to_owned(), name));
            continue;
        };
        let submodules = folder.join(&name);
        if let Some((_, items)) = &item.content {
            collect_items(items, &format!("{module}::{name}"), &submodules, types);
        } else {
            let file = folder.join(format!("{name}.rs"));
            let path = if file.exists() { file } else { submodules.join("mod.rs") };
            collect_file(&path, &submodules, types);
        }
    }
}

/// Returns whether one of the attributes is exactly `#[cfg(test)]`.
fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

/// Returns the name and the attributes of a type or module.
fn definition(item: &syn::Item) -> Option<(&syn::Ident, &[syn::Attribute])> {
    match item {
        syn::Item::Enum(item) => Some((&item.ident, &item.attrs)),
        syn::Item::Mod(item) => Some((&item.ident, &item.attrs)),
        syn::Item::Struct(item) => Some((&item.ident, &item.attrs)),
        syn::Item::Trait(item) => Some((&item.ident, &item.attrs)),
        syn::Item::Type(item) => Some((&item.ident, &item.attrs)),
        syn::Item::Union(item) => Some((&item.ident, &item.attrs)),
        _ => None,
    }
}

#[test]
fn detects_every_kind_of_comment() {
    let source =
        ["//! What is left.", "", "/// Whether to retry.", "    // How long", "x", "//Which"];
    let lines: Vec<_> =
        clause_openings(&source.join("\n")).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 3, 6]);
}

#[test]
fn accepts_other_openings_and_continuation_lines() {
    let source = [
        "/// Whatever the server sends.",
        "x",
        "/// The delay,",
        "/// What follows is a continuation.",
        "let url = \"http://What\"; // What follows code is not checked.",
    ];
    assert_eq!(clause_openings(&source.join("\n")), []);
}

#[test]
fn collects_types_of_modules_but_not_of_tests_and_functions() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "lib.rs",
        "mod flat; mod nested; #[cfg(test)] mod tests; mod generated;
         struct A; fn f() { struct Local; }
         mod inline { enum B {} #[cfg(test)] mod tests { struct Fixture; } }
         #[cfg(test)] struct Fixture;
         #[cfg(feature = \"x\")] union Kept { a: u8 }",
    );
    write("flat.rs", "mod child; pub(crate) trait C {}");
    write("flat/child.rs", "type A = u8;");
    write("nested/mod.rs", "mod child;");
    write("nested/child.rs", "struct D;");
    let types = types_of_crate(&folder.path().join("lib.rs"));
    let types: Vec<_> = types
        .iter()
        .map(|(module, name)| {
            let module = module.strip_prefix(&folder.path().display().to_string()).unwrap();
            (module, name.as_str())
        })
        .collect();
    let expected = [
        ("/flat/child.rs", "A"),
        ("/flat.rs", "C"),
        ("/nested/child.rs", "D"),
        ("/lib.rs", "A"),
        ("/lib.rs::inline", "B"),
        ("/lib.rs", "Kept"),
    ];
    assert_eq!(types, expected);
}
