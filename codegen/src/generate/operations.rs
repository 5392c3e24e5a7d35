//! Emits `operations.rs`: the public methods, and for each operation a table, which includes the
//! call of progenitor's method, and a type that implements the client's `Operation`.

use std::collections::BTreeMap;
use std::ptr;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::arguments::{self, Argument};
use super::fields::{deprecated, marker};
use super::progenitor::ProgenitorOutput;
use super::schema_tables::optional;
use super::{EmitResult, docs, identity, internal, lists, lower, schema_tables};
use crate::document::diagnostic::Diagnostic;
use crate::document::pointer::Pointer;
use crate::document::{Member, Node, reference};
use crate::model::{self, ApiOperation, ApiParameter, BODY_ARGUMENT};

pub(super) fn emit(root: &Node, generated: &ProgenitorOutput) -> EmitResult<TokenStream> {
    let operations = model::operations(root);
    let methods = operations.iter().map(methods);
    let items = operations.iter().map(|operation| {
        let implementation = implementation(generated, operation)?;
        let setters = setters(operation);
        let list = lists::emit(generated, operation)?;
        Ok(quote!(#implementation #setters #list))
    });
    let items = items.collect::<EmitResult<Vec<_>>>()?;
    let markers = operations.iter().map(marker);
    let shared = shared_parameters(root, &operations)?;
    Ok(quote! {
        use super::schema::*;
        use super::types;
        use crate::call::operation::{CountedList, List, Operation};
        pub use crate::call::spec::OperationSpec;
        use crate::call::spec::{Pagination, ParameterLocation, ParameterSpec, SendRequest};
        use crate::validate::{Bounds, Count, Format, Piece, Property, Required, Schema, StringRules};

        impl crate::Registry {
            #(#methods)*
        }

        /// Returns the tables of all operations, in the order of the spec.
        pub fn all() -> &'static [&'static OperationSpec] {
            &[#(#markers::SPEC),*]
        }

        #shared

        #(#items)*
    })
}

/// Emits the method of an operation and, if the operation fetches by identifier, the bulk
/// method.
fn methods(operation: &ApiOperation<'_>) -> TokenStream {
    let single = single_method(operation);
    let bulk = bulk_method(operation);
    quote!(#single #bulk)
}

/// Returns the indexed parameters that are or are not required.
fn parameters<'o, 'n>(
    operation: &'o ApiOperation<'n>,
    is_required: bool,
) -> impl Iterator<Item = (usize, &'o ApiParameter<'n>)> {
    let all = operation.parameters.iter().enumerate();
    all.filter(move |(_, parameter)| parameter.is_required == is_required)
}

fn single_method(operation: &ApiOperation<'_>) -> TokenStream {
    let root = operation.root;
    let arguments = parameters(operation, true)
        .map(|(index, parameter)| arguments::argument(root, index, parameter))
        .chain(operation.body.map(|schema| arguments::body_argument(root, schema)));
    let (declarations, passes): (Vec<_>, Vec<_>) =
        arguments.map(|Argument { declaration, pass }| (declaration, pass)).unzip();
    let (name, marker) = (format_ident!("{}", operation.id), marker(operation));
    let documentation = docs::attributes(&method_docs(operation));
    let deprecated = deprecated(operation.node);
    quote! {
        #documentation
        #deprecated
        pub fn #name(&self, #(#declarations),*) -> crate::Call<#marker> {
            crate::Call::new(self, #marker::SPEC)#(#passes)*
        }
    }
}

/// Emits the bulk method: `credit_batches_by_id(ids)` for `credit_batch(id)`, the operation
/// `GET /credit_batches/{id}`.
fn bulk_method(operation: &ApiOperation<'_>) -> Option<TokenStream> {
    let bulk = format_ident!("{}", operation.bulk_name()?);
    let single = format_ident!("{}", operation.id);
    let (_, argument) = parameters(operation, true).next()?;
    let name = crate::model::schemas::named_string_type(operation.root, argument.schema)?.0;
    let id = format_ident!("{name}");
    let output = arguments::output(operation.root, operation.response);
    let documentation = docs::attributes(&format!(
        "Calls [`{single}`](Self::{single}) for every identifier, several at a time\n\n\
         Results arrive in order of completion, each with its identifier. A failed call does not \
         stop the others."
    ));
    let deprecated = deprecated(operation.node);
    Some(quote! {
        #documentation
        #deprecated
        pub fn #bulk<'a, I>(&self, ids: I) -> crate::BulkResults<'a, types::#id, #output>
        where
            I: IntoIterator<Item = types::#id>,
            I::IntoIter: Send + 'a,
        {
            let registry = self.clone();
            crate::BulkResults::new(self.concurrency(), ids, move |id| {
                let call = registry.#single(&id);
                async move { (id, call.await) }
            })
        }
    })
}

/// Emits the type that stands for an operation, its table and its implementation of `Operation`.
fn implementation(
    generated: &ProgenitorOutput,
    operation: &ApiOperation<'_>,
) -> EmitResult<TokenStream> {
    let marker = marker(operation);
    let documentation = docs::attributes(&format!(
        "The operation of [`Registry::{0}`](crate::Registry::{0})",
        operation.id
    ));
    let output = arguments::output(operation.root, operation.response);
    let spec = spec(generated, operation)?;
    Ok(quote! {
        #documentation
        #[derive(Debug)]
        pub enum #marker {}

        impl #marker {
            const SPEC: &'static OperationSpec = #spec;
        }

        impl crate::validate::string_types::sealed::Sealed for #marker {}

        impl Operation for #marker {
            type Output = #output;
        }
    })
}

/// Emits the call of progenitor's method.
fn send(generated: &ProgenitorOutput, operation: &ApiOperation<'_>) -> EmitResult<TokenStream> {
    let method = generated
        .methods()
        .find(|method| method.sig.ident == operation.id)
        .ok_or_else(|| failure(operation, "progenitor generated no method"))?;
    let name = &method.sig.ident;
    let values = wire_values(operation, &method.sig)?;
    let arguments = if values.is_empty() { quote!(_) } else { quote!(arguments) };
    Ok(quote!(SendRequest(|client, #arguments| Box::pin(client.#name(#(#values),*)))))
}

/// Emits the arguments of progenitor's method in its order, which is not ours.
fn wire_values(
    operation: &ApiOperation<'_>,
    signature: &syn::Signature,
) -> EmitResult<Vec<TokenStream>> {
    let names = signature.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(syn::PatType { pat, .. }) => match &**pat {
            syn::Pat::Ident(pattern) => Some(pattern.ident.to_string()),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    });
    let value = |name: String| {
        if name == "body" {
            return Ok(quote!(arguments.body()));
        }
        let mut parameters = operation.parameters.iter().enumerate();
        let (index, parameter) = parameters
            .find(|(index, _)| lower::parameter_name(*index) == name)
            .ok_or_else(|| failure(operation, "progenitor generated an unknown argument"))?;
        let is_list = parameter.items(operation.root).is_some();
        let accessor = match (parameter.is_required, is_list) {
            (_, true) => quote!(many),
            (true, false) => quote!(one),
            (false, false) => quote!(optional),
        };
        let index = Literal::usize_unsuffixed(index);
        Ok(quote!(arguments.#accessor(#index)))
    };
    names.map(value).collect()
}

fn failure(operation: &ApiOperation<'_>, reason: &str) -> Box<Diagnostic> {
    let at = Pointer::root().descend(["paths", operation.path, operation.method]);
    internal(operation.node, &at, format!("`{}`: {reason}", operation.id))
}

/// Emits the table of an operation.
fn spec(generated: &ProgenitorOutput, operation: &ApiOperation<'_>) -> EmitResult<TokenStream> {
    let (root, name, path) = (operation.root, operation.id, operation.path);
    let method = operation.method.to_uppercase();
    let responses = operation.node.get("responses").into_iter().flat_map(Node::members);
    let statuses = responses.map(|response| &response.key);
    let needs_access_token = operation.needs_access_token();
    let text = |key| operation.node.get_str(key).unwrap_or_default();
    let (summary, description) = (text("summary"), text("description"));
    let parameters = operation.parameters.iter().map(|each| match shared_name(root, each) {
        Some(name) => Ok(quote!(SharedParameters::#name)),
        None => parameter(root, each),
    });
    let parameters = parameters.collect::<EmitResult<Vec<_>>>()?;
    let body = optional_schema(root, operation.body)?;
    let response = optional_schema(root, operation.response)?;
    let identity = optional(identity::parameter(operation).map(Literal::usize_unsuffixed));
    let pagination = optional(lists::pagination(operation).map(|table| quote!(&#table)));
    let send = send(generated, operation)?;
    Ok(quote! {
        &OperationSpec {
            name: #name,
            method: #method,
            path: #path,
            summary: #summary,
            description: #description,
            statuses: &[#(#statuses),*],
            needs_access_token: #needs_access_token,
            parameters: &[#(#parameters),*],
            body: #body,
            response: #response,
            identity: #identity,
            pagination: #pagination,
            send: #send,
        }
    })
}

/// Emits the table of each component that is a parameter of an operation.
fn shared_parameters(
    root: &Node,
    operations: &[ApiOperation<'_>],
) -> EmitResult<Option<TokenStream>> {
    let all = operations.iter().flat_map(|operation| &operation.parameters);
    let named = all.filter_map(|each| Some((shared_name(root, each)?, each)));
    let constant = |(name, each)| {
        let table = parameter(root, each)?;
        Ok(quote!(const #name: ParameterSpec = #table;))
    };
    let constants = named.collect::<BTreeMap<_, _>>().into_iter().map(constant);
    let constants = constants.collect::<EmitResult<Vec<_>>>()?;
    let is_any = !constants.is_empty();
    Ok(is_any.then(|| {
        quote! {
            /// Parameters of several operations.
            enum SharedParameters {}

            impl SharedParameters {
                #(#constants)*
            }
        }
    }))
}

/// Returns the name of the constant for a parameter that is a component, unless another component
/// has the same name.
fn shared_name(root: &Node, parameter: &ApiParameter<'_>) -> Option<Ident> {
    let components = root.get("components")?.get("parameters")?.members();
    let name = |member: &Member| member.key.to_shouty_snake_case();
    let component = components.iter().find(|member| ptr::eq(&member.node, parameter.node))?;
    let is_unique = components.iter().filter(|it| name(it) == name(component)).count() == 1;
    syn::parse_str(&name(component)).ok().filter(|_| is_unique)
}

/// Emits the table of a parameter.
fn parameter(root: &Node, parameter: &ApiParameter<'_>) -> EmitResult<TokenStream> {
    let ApiParameter { name, place, is_required, .. } = *parameter;
    let location = format_ident!("{}", place.to_upper_camel_case());
    let pointer = Pointer::root().child(place).child(name);
    let pointer = pointer.as_str();
    let description = parameter.node.get_str("description").unwrap_or_default();
    let schema = schema_tables::schema_ref(root, parameter.schema)?;
    Ok(quote! {
        ParameterSpec {
            name: #name,
            location: ParameterLocation::#location,
            pointer: #pointer,
            required: #is_required,
            description: #description,
            schema: #schema,
        }
    })
}

fn optional_schema(root: &Node, schema: Option<&Node>) -> EmitResult<TokenStream> {
    let schema = schema.map(|schema| schema_tables::schema_ref(root, schema)).transpose()?;
    Ok(optional(schema))
}

/// Emits a setter for each optional parameter.
fn setters(operation: &ApiOperation<'_>) -> Option<TokenStream> {
    let marker = marker(operation);
    let setters: Vec<_> = parameters(operation, false)
        .map(|(index, parameter)| {
            let Argument { declaration, pass } =
                arguments::argument(operation.root, index, parameter);
            let name = format_ident!("{}", parameter.argument());
            let text = docs::description(parameter.node.get_str("description").unwrap_or_default());
            let name_span = docs::code_span(parameter.name);
            let documentation = docs::attributes(&format!("Sets {name_span}.\n\n{text}"));
            let deprecated = deprecated(parameter.node);
            quote! {
                #documentation
                #deprecated
                pub fn #name(self, #declaration) -> Self {
                    self #pass
                }
            }
        })
        .collect();
    (!setters.is_empty()).then(|| quote!(impl crate::Call<#marker> { #(#setters)* }))
}

fn method_docs(operation: &ApiOperation<'_>) -> String {
    let text = |key| docs::description(operation.node.get_str(key).unwrap_or_default());
    let (method, path) = (operation.method.to_uppercase(), operation.path);
    let mut docs = format!("{}\n\n{}\n\n`{method} {path}`\n", text("summary"), text("description"));
    let mut add = |label: &str, node: &Node| {
        let description = node.get_str("description").unwrap_or_default();
        docs += &format!("\n{}", docs::item(label, description));
    };
    for (_, parameter) in parameters(operation, true) {
        add(&docs::code_span(&parameter.argument()), parameter.node);
    }
    let resolve = |node| reference::resolve(operation.root, node).unwrap_or(node);
    if let Some(body) = operation.node.get("requestBody") {
        add(&docs::code_span(BODY_ARGUMENT), resolve(body));
    }
    if operation.is_write() {
        docs += &format!("\n\n# Outcome\n\n{OUTCOME}");
    }
    docs += "\n\n# Errors\n\nAny call can fail with an [`Error`](crate::Error). The API documents \
             these error responses:\n";
    for response in operation.node.get("responses").into_iter().flat_map(Node::members) {
        if !response.key.starts_with('2') {
            let description = resolve(&response.node).get_str("description").unwrap_or_default();
            docs += &format!("\n{}", docs::item(&response.key, description));
        }
    }
    docs
}

/// The documentation of every operation that writes.
const OUTCOME: &str = "The request is sent once. It is repeated only if the connection failed \
                       before anything was sent. After any other failure, \
                       [`Error::outcome`](crate::Error::outcome) tells if the request took effect.";
