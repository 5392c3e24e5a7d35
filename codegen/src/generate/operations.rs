//! Emits `operations.rs`: the public methods, which validate arguments and responses and
//! call progenitor's methods.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::progenitor::{ProgenitorOutput, compact};
use super::{EmitResult, docs, identity, internal, schemas};
use crate::document::diagnostic::Diagnostic;
use crate::document::pointer::Pointer;
use crate::document::{Node, reference};

pub(super) fn emit(root: &Node, generated: &ProgenitorOutput) -> EmitResult<TokenStream> {
    let methods = generated.methods().map(|method| self::methods(root, generated, method));
    let methods = methods.collect::<EmitResult<Vec<_>>>()?;
    Ok(quote! {
        use super::types;

        impl crate::Registry {
            #(#methods)*
        }
    })
}

/// Emits the method of an operation and, if the operation fetches by identifier, the bulk
/// method.
fn methods(
    root: &Node,
    generated: &ProgenitorOutput,
    method: &syn::ImplItemFn,
) -> EmitResult<TokenStream> {
    let name = &method.sig.ident;
    let operation = SpecOperation::find(root, &name.to_string()).ok_or_else(|| {
        failure(root, format!("progenitor generated `{name}`, which is not an operation"))
    })?;
    let output = success_type(&method.sig.output)
        .ok_or_else(|| failure(root, format!("`{name}` has an unexpected return type")))?;
    let single = single_method(root, generated, &operation, method, output);
    let bulk = bulk_method(root, generated, &operation, method, output);
    Ok(quote!(#single #bulk))
}

fn single_method(
    root: &Node,
    generated: &ProgenitorOutput,
    operation: &SpecOperation<'_>,
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

/// Emits the bulk method: `credit_batches(ids)` for `credit_batch(id)`, the operation
/// `GET /credit_batches/{id}`.
fn bulk_method(
    root: &Node,
    generated: &ProgenitorOutput,
    operation: &SpecOperation<'_>,
    method: &syn::ImplItemFn,
    output: &syn::Type,
) -> Option<TokenStream> {
    let single = &method.sig.ident;
    let arguments = arguments(&method.sig);
    let [argument] = &arguments[..] else { return None };
    let syn::Type::Reference(reference) = &*argument.parameter.ty else { return None };
    // Only string types of the client have rules; `&str` could not be an owned element.
    argument.check(root)?;
    let collection = operation.collection()?.to_snake_case();
    let is_taken = generated.methods().any(|method| method.sig.ident == collection);
    let bulk =
        if is_taken { format_ident!("{collection}_by_id") } else { format_ident!("{collection}") };
    let id = &reference.elem;
    let documentation = docs::attributes(&format!(
        "Calls [`{single}`](Self::{single}) for every identifier, several at a time\n\n\
         Results arrive in order of completion, each with its identifier. A failed call does not \
         stop the others."
    ));
    Some(quote! {
        #documentation
        pub fn #bulk<'a, I>(&self, ids: I) -> crate::BulkResults<'a, #id, #output>
        where
            I: IntoIterator<Item = #id>,
            I::IntoIter: Send + 'a,
        {
            let registry = self.clone();
            crate::BulkResults::new(self.concurrency(), ids, move |id| {
                let registry = registry.clone();
                async move {
                    let result = registry.#single(&id).await;
                    (id, result)
                }
            })
        }
    })
}

fn failure(root: &Node, message: String) -> Box<Diagnostic> {
    internal(root, &Pointer::root().child("paths"), message)
}

/// Returns `T` of `-> Result<ResponseValue<T>, Error<E>>`.
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

/// An argument of a method.
struct MethodArgument<'m> {
    parameter: &'m syn::PatType,
    name: &'m syn::Ident,
}

fn arguments(signature: &syn::Signature) -> Vec<MethodArgument<'_>> {
    signature.inputs.iter().filter_map(MethodArgument::new).collect()
}

impl<'m> MethodArgument<'m> {
    /// Returns `None` for `self`.
    fn new(input: &'m syn::FnArg) -> Option<Self> {
        let syn::FnArg::Typed(parameter) = input else { return None };
        let syn::Pat::Ident(pattern) = &*parameter.pat else { return None };
        Some(Self { parameter, name: &pattern.ident })
    }

    /// Emits the validation of an argument, if its type has rules.
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
struct SpecOperation<'n> {
    root: &'n Node,
    method: &'n str,
    path: &'n str,
    node: &'n Node,
}

impl<'n> SpecOperation<'n> {
    fn find(root: &'n Node, id: &str) -> Option<Self> {
        root.get("paths")?.members().iter().find_map(|path| {
            let operation =
                path.node.members().iter().find(|it| it.node.get_str("operationId") == Some(id))?;
            Some(Self { root, method: &operation.key, path: &path.key, node: &operation.node })
        })
    }

    /// Returns the collection of a fetch by identifier: `credit_batches` of
    /// `GET /credit_batches/{id}`.
    fn collection(&self) -> Option<&'n str> {
        let (before, last) = self.path.rsplit_once('/')?;
        let is_by_id = self.method == "get" && last.starts_with('{') && last.ends_with('}');
        let collection = before.rsplit('/').next()?;
        (is_by_id && !collection.is_empty() && !collection.contains('{')).then_some(collection)
    }

    fn docs(&self) -> String {
        let text = |key| docs::description(self.node.get_str(key).unwrap_or_default());
        let (method, path) = (self.method.to_uppercase(), self.path);
        let mut docs =
            format!("{}\n\n{}\n\n`{method} {path}`\n", text("summary"), text("description"));
        for parameter in self.parameters() {
            let text = |key| parameter.get_str(key).unwrap_or_default();
            let label = docs::code_span(text("name"));
            docs += &format!("\n{}", docs::item(&label, text("description")));
        }
        docs += "\n\n# Errors\n\nAny call can fail with an [`Error`](crate::Error). The API documents these \
                 error responses:\n";
        for response in self.node.get("responses").into_iter().flat_map(Node::members) {
            if !response.key.starts_with('2') {
                let response_object = self.resolve(&response.node);
                let description = response_object.get_str("description").unwrap_or_default();
                docs += &format!("\n{}", docs::item(&response.key, description));
            }
        }
        docs
    }

    /// Returns whether an argument in the path identifies the resource of the response. A POST
    /// may create another resource than the one in its path.
    fn is_addressed_by(&self, argument: &str) -> bool {
        self.method != "post"
            && self.parameters().any(|parameter| {
                let name = parameter.get_str("name").unwrap_or_default();
                parameter.get_str("in") == Some("path") && name.to_snake_case() == argument
            })
    }

    /// Returns the parameters, those of the path item first.
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
        reference::resolve(self.root, node).unwrap_or(node)
    }
}
