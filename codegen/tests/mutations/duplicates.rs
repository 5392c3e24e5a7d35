//! Items that generated code defines twice, as far as names show.

use std::collections::BTreeSet;

use codegen::generate::GeneratedFile;
use syn::{ImplItem, Item, ItemImpl, Type};

/// Hand-written modules with methods of types that have generated methods, too.
const HAND_WRITTEN: &[&str] = &[
    include_str!("../../../generated-client/src/registry.rs"),
    include_str!("../../../generated-client/src/call/mod.rs"),
    include_str!("../../../generated-client/src/call/blocking.rs"),
    include_str!("../../../generated-client/src/call/lists.rs"),
];

/// Returns the names that a crate with these files defines twice.
pub(crate) fn of(files: &[GeneratedFile]) -> Vec<String> {
    let mut names = Names::default();
    for text in HAND_WRITTEN {
        let items = parse("a hand-written module", text);
        items.iter().filter(|item| matches!(item, Item::Impl(_))).for_each(|item| {
            names.add_item("crate", item);
        });
    }
    for file in files {
        parse(file.name, &file.text).iter().for_each(|item| names.add_item(file.name, item));
    }
    names.duplicates.extend(names.shadowing_methods());
    names.duplicates
}

fn parse(name: &str, text: &str) -> Vec<Item> {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}")).items
}

#[derive(Default)]
struct Names {
    seen: BTreeSet<String>,
    /// The inherent methods of all instances of generic types, by the type.
    generic: BTreeSet<(String, String)>,
    /// The inherent methods of single instances of generic types, by the generic type.
    instances: BTreeSet<(String, String)>,
    duplicates: Vec<String>,
}

impl Names {
    fn add(&mut self, name: String) {
        if !self.seen.insert(name.clone()) {
            self.duplicates.push(name);
        }
    }

    fn add_item(&mut self, module: &str, item: &Item) {
        match item {
            Item::Enum(item) => {
                self.add(format!("{module}: type {}", item.ident));
                for variant in &item.variants {
                    self.add(format!("{module}: {}::{}", item.ident, variant.ident));
                }
            }
            Item::Struct(item) => {
                self.add(format!("{module}: type {}", item.ident));
                for field in item.fields.iter().filter_map(|field| field.ident.as_ref()) {
                    self.add(format!("{module}: {}.{field}", item.ident));
                }
                for attribute in item.attrs.iter().filter(|it| it.path().is_ident("derive")) {
                    let add = |meta: syn::meta::ParseNestedMeta<'_>| {
                        let name = meta.path.segments.last().map(|it| it.ident.to_string());
                        let name = name.unwrap_or_default();
                        self.add(format!("impl {name} for {module}::{}", item.ident));
                        Ok(())
                    };
                    attribute.parse_nested_meta(add).unwrap();
                }
            }
            Item::Type(item) => self.add(format!("{module}: type {}", item.ident)),
            Item::Trait(item) => self.add(format!("{module}: type {}", item.ident)),
            Item::Mod(item) => self.add(format!("{module}: type {}", item.ident)),
            Item::Static(item) => self.add(format!("{module}: value {}", item.ident)),
            Item::Const(item) if item.ident != "_" => {
                self.add(format!("{module}: value {}", item.ident));
            }
            Item::Fn(item) => self.add(format!("{module}: value {}", item.sig.ident)),
            Item::Impl(item) => self.add_impl(module, item),
            _ => {}
        }
    }

    fn add_impl(&mut self, module: &str, item: &ItemImpl) {
        let (name, arguments) = type_name(module, &item.self_ty);
        let self_type = format!("{name}{arguments}");
        if let Some((path, _)) = &item.trait_ {
            return self.add(format!("impl {} for {self_type}", last_segment(path)));
        }
        let is_generic = !item.generics.params.is_empty();
        for method in &item.items {
            let ImplItem::Fn(method) = method else { continue };
            let method_name = method.sig.ident.to_string();
            self.add(format!("{self_type}::{method_name}"));
            let methods = if is_generic { &mut self.generic } else { &mut self.instances };
            methods.insert((name.clone(), method_name));
            let mut arguments = BTreeSet::new();
            for argument in &method.sig.inputs {
                if let syn::FnArg::Typed(argument) = argument
                    && let syn::Pat::Ident(pattern) = &*argument.pat
                    && !arguments.insert(pattern.ident.to_string())
                {
                    self.duplicates.push(format!("{}({})", method.sig.ident, pattern.ident));
                }
            }
        }
    }

    /// Returns the methods of single instances that all instances have.
    fn shadowing_methods(&self) -> Vec<String> {
        let both = self.generic.intersection(&self.instances);
        both.map(|(name, method)| format!("{name}::{method}")).collect()
    }
}

/// Returns the path of a type without its arguments, and its arguments. A type of the crate's root
/// has the same path in all modules.
fn type_name(module: &str, ty: &Type) -> (String, String) {
    let Type::Path(path) = ty else {
        return (format!("{module}::{}", quote::quote!(#ty)), String::new());
    };
    let segments = path.path.segments.iter();
    let arguments = segments.clone().map(|segment| &segment.arguments).next_back();
    let name: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
    let name = match name[0].as_str() {
        "crate" => name.join("::"),
        _ => format!("{module}::{}", name.join("::")),
    };
    (name, quote::quote!(#arguments).to_string())
}

/// Returns the last segment of a trait's path with its arguments.
fn last_segment(path: &syn::Path) -> String {
    let last = path.segments.last();
    quote::quote!(#last).to_string().replace(' ', "")
}
