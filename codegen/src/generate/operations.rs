//! Emits `operations.rs`: for each method of progenitor's client the one that a
//! user calls, which checks its arguments and what comes back.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::progenitor::{Generated, compact};
use super::{Emit, docs, identity, internal, schemas};
use crate::document::Node;
use crate::document::pointer::Pointer;

pub(super) fn emit(root: &Node, generated: &Generated) -> Emit<TokenStream> {
    let methods = generated.methods().map(|method| self::methods(root, generated, method));
    let methods = methods.collect::<Emit<Vec<_>>>()?;
    Ok(quote! {
        use super::types;

        impl crate::Registry {
            #(#methods)*
        }
    })
}

/// The method that makes one call and, where the operation fetches by identifier,
/// the one that makes many.
fn methods(root: &Node, generated: &Generated, method: &syn::ImplItemFn) -> Emit<TokenStream> {
    let name = &method.sig.ident;
    let operation = Operation::find(root, &name.to_string()).ok_or_else(|| {
        failure(root, format!("progenitor made a method `{name}` of no operation"))
    })?;
    let output = success_type(&method.sig.output)
        .ok_or_else(|| failure(root, format!("`{name}` does not return what it should")))?;
    let one = one(root, generated, &operation, method, output);
    let many = many(root, generated, &operation, method, output);
    Ok(quote!(#one #many))
}

fn one(
    root: &Node,
    generated: &Generated,
    operation: &Operation<'_>,
    method: &syn::ImplItemFn,
    output: &syn::Type,
) -> TokenStream {
    let name = &method.sig.ident;
    let generics = &method.sig.generics;
    let arguments = arguments(&method.sig);
    let parameters = arguments.iter().map(|argument| argument.parameter);
    let names: Vec<_> = arguments.iter().map(|argument| argument.name).collect();
    let checks = arguments.iter().filter_map(|argument| argument.check(root));
    let identifiers = arguments.iter().filter(|argument| {
        argument.check(root).is_some() && operation.is_addressed_by(&argument.name.to_string())
    });
    let identifiers = identifiers.map(|argument| (argument.name, &*argument.parameter.ty));
    let finish = identity::finish(&generated.types, identifiers, output);
    let documentation = docs::attributes(&operation.docs());
    quote! {
        #documentation
        pub fn #name #generics (&'a self, #(#parameters),*) -> crate::Call<'a, #output> {
            crate::Call::new(async move {
                // Names that no parameter can have: those are in snake case.
                let __call = self.pending_call()?;
                #(#checks)*
                let __result = __call.client().#name(#(#names),*).await;
                #finish
            })
        }
    }
}

/// `credit_batches(ids)` for `credit_batch(id)`, the operation of
/// `GET /credit_batches/{id}`.
fn many(
    root: &Node,
    generated: &Generated,
    operation: &Operation<'_>,
    method: &syn::ImplItemFn,
    output: &syn::Type,
) -> Option<TokenStream> {
    let one = &method.sig.ident;
    let arguments = arguments(&method.sig);
    let [argument] = &arguments[..] else { return None };
    let syn::Type::Reference(reference) = &*argument.parameter.ty else { return None };
    // A type of its own: `str` cannot be an element.
    argument.check(root)?;
    let collection = operation.collection()?.to_snake_case();
    let is_taken = generated.methods().any(|method| method.sig.ident == collection);
    let many = match is_taken {
        true => format_ident!("{collection}_by_id"),
        false => format_ident!("{collection}"),
    };
    let id = &reference.elem;
    let documentation = docs::attributes(&format!(
        "Makes many calls of [`{one}`](Self::{one}), several at a time\n\n\
         The results come with their identifiers, in the order in which they arrive. An error \
         ends only the call that it comes from."
    ));
    Some(quote! {
        #documentation
        pub fn #many<'a, I>(&self, ids: I) -> crate::BulkResults<'a, #id, #output>
        where
            I: IntoIterator<Item = #id>,
            I::IntoIter: Send + 'a,
        {
            let registry = self.clone();
            crate::BulkResults::new(self.concurrency(), ids, move |id| {
                let registry = registry.clone();
                async move {
                    let result = registry.#one(&id).await;
                    (id, result)
                }
            })
        }
    })
}

fn failure(root: &Node, message: String) -> Box<crate::document::diagnostic::Diagnostic> {
    internal(root, &Pointer::root().child("paths"), message)
}

/// `T` in `-> Result<ResponseValue<T>, Error<E>>`.
fn success_type(output: &syn::ReturnType) -> Option<&syn::Type> {
    let syn::ReturnType::Type(_, output) = output else { return None };
    first_argument(first_argument(output)?)
}

fn first_argument(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

struct Argument<'m> {
    parameter: &'m syn::PatType,
    name: &'m syn::Ident,
}

fn arguments(signature: &syn::Signature) -> Vec<Argument<'_>> {
    signature.inputs.iter().filter_map(Argument::of).collect()
}

impl<'m> Argument<'m> {
    /// The argument, unless it is `self`.
    fn of(input: &'m syn::FnArg) -> Option<Self> {
        let syn::FnArg::Typed(parameter) = input else { return None };
        let syn::Pat::Ident(pattern) = &*parameter.pat else { return None };
        Some(Self { parameter, name: &pattern.ident })
    }

    /// The check of an argument whose type has rules.
    fn check(&self, root: &Node) -> Option<TokenStream> {
        let (name, text) = (self.name, self.name.to_string());
        let ty = compact(&self.parameter.ty);
        let has_rules = |ty: &str| {
            ty.rsplit("::").next().is_some_and(|name| {
                schemas::component(root, name)
                    .is_some_and(|node| schemas::string_type(node).is_some())
            })
        };
        if let Some(inner) = ty.strip_prefix("Option<").and_then(|ty| ty.strip_suffix('>')) {
            return has_rules(inner).then(
                || quote!(if let Some(value) = #name { __call.check_argument(#text, value)?; }),
            );
        }
        has_rules(&ty).then(|| quote!(__call.check_argument(#text, #name)?;))
    }
}

/// An operation of the document.
struct Operation<'n> {
    root: &'n Node,
    method: &'n str,
    path: &'n str,
    node: &'n Node,
}

impl<'n> Operation<'n> {
    fn find(root: &'n Node, id: &str) -> Option<Self> {
        root.get("paths")?.members().iter().find_map(|path| {
            let operation =
                path.node.members().iter().find(|member| {
                    member.node.get("operationId").and_then(Node::as_str) == Some(id)
                })?;
            Some(Self { root, method: &operation.key, path: &path.key, node: &operation.node })
        })
    }

    /// `credit_batches` of `GET /credit_batches/{id}`: the part of the path before the
    /// identifier at its end.
    fn collection(&self) -> Option<&'n str> {
        let (before, last) = self.path.rsplit_once('/')?;
        let is_by_id = self.method == "get" && last.starts_with('{') && last.ends_with('}');
        let collection = before.rsplit('/').next()?;
        (is_by_id && !collection.is_empty() && !collection.contains('{')).then_some(collection)
    }

    fn docs(&self) -> String {
        let text = |key| self.node.get(key).and_then(Node::as_str).unwrap_or_default();
        let (method, path) = (self.method.to_uppercase(), self.path);
        let mut docs =
            format!("{}\n\n{}\n\n`{method} {path}`\n", text("summary"), text("description"));
        for parameter in self.parameters() {
            let text = |key| parameter.get(key).and_then(Node::as_str).unwrap_or_default();
            docs += &format!("\n- `{}`: {}", text("name"), text("description"));
        }
        docs += "\n\n# Errors\n\nBesides what can go wrong with any call (see [`Error`](crate::Error)), \
                 the API answers:\n";
        for response in self.node.get("responses").into_iter().flat_map(Node::members) {
            if !response.key.starts_with('2') {
                let description = self.resolve(&response.node).get("description");
                let description = description.and_then(Node::as_str).unwrap_or_default();
                docs += &format!("\n- {}: {description}", response.key);
            }
        }
        docs
    }

    /// Returns whether an argument in the path identifies the resource of the response. A POST
    /// may create another resource than the one in its path.
    fn is_addressed_by(&self, argument: &str) -> bool {
        self.method != "post"
            && self.parameters().any(|parameter| {
                let text = |key| parameter.get(key).and_then(Node::as_str).unwrap_or_default();
                text("in") == "path" && text("name").to_snake_case() == argument
            })
    }

    /// The parameters, those that it shares with the other operations of its path
    /// first.
    fn parameters(&self) -> impl Iterator<Item = &'n Node> {
        let path = self.root.get("paths").and_then(|paths| paths.get(self.path));
        let own = self.node.get("parameters");
        path.and_then(|path| path.get("parameters"))
            .into_iter()
            .chain(own)
            .flat_map(Node::elements)
            .map(|parameter| self.resolve(parameter))
    }

    fn resolve(&self, node: &'n Node) -> &'n Node {
        node.get("$ref")
            .and_then(Node::as_str)
            .and_then(Pointer::from_reference)
            .and_then(|pointer| self.root.find(&pointer))
            .unwrap_or(node)
    }
}
