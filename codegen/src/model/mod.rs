//! The operations of a document and the names that generated code derives from them.
//!
//! The lint checks the derived names, and the generator uses them. The document may still be
//! invalid: what is missing is left out.

pub(crate) mod names;
pub(crate) mod schemas;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::document::{Member, Node, reference};

/// Methods of an operation in a Path Item Object.
const METHODS: &[&str] = &["get", "put", "post", "delete", "patch"];

/// Methods of calls, whose names setters of parameters cannot have.
const CALL_METHODS: &[&str] = &[
    "block",
    "clone",
    "count",
    "into_future",
    "items",
    "new",
    "pages",
    "response",
    "with",
    "with_body",
];

/// The extension that marks a paged list.
pub(crate) const PAGINATION: &str = "x-pagination";

/// The argument for a request body.
pub(crate) const BODY_ARGUMENT: &str = "request";

/// An operation of the document.
pub(crate) struct ApiOperation<'n> {
    pub root: &'n Node,
    pub id: &'n str,
    /// The method in lower case.
    pub method: &'n str,
    pub path: &'n str,
    pub node: &'n Node,
    /// The path parameters in the order of the path, then the others in document order.
    pub parameters: Vec<ApiParameter<'n>>,
    /// The schema of the request body.
    pub body: Option<&'n Node>,
    /// The schema of successful responses, unless they have no content.
    pub response: Option<&'n Node>,
}

/// A parameter of an operation.
pub(crate) struct ApiParameter<'n> {
    pub node: &'n Node,
    pub name: &'n str,
    /// The place: `path`, `query` or `header`.
    pub place: &'n str,
    pub is_required: bool,
    pub schema: &'n Node,
}

/// Returns all operations in document order.
pub(crate) fn operations(root: &Node) -> Vec<ApiOperation<'_>> {
    let paths = root.get("paths").into_iter().flat_map(Node::members);
    paths.flat_map(|path| in_path(root, path)).collect()
}

/// Returns the operations of a path in document order.
pub(crate) fn in_path<'n>(root: &'n Node, path: &'n Member) -> Vec<ApiOperation<'n>> {
    let operations = path.node.members().iter();
    let operations = operations.filter(|member| METHODS.contains(&member.key.as_str()));
    operations.filter_map(|member| ApiOperation::new(root, path, member)).collect()
}

impl<'n> ApiOperation<'n> {
    fn new(root: &'n Node, path: &'n Member, member: &'n Member) -> Option<Self> {
        let node = &member.node;
        let body = node.get("requestBody").and_then(|body| content_schema(root, body));
        Some(Self {
            root,
            id: node.get_str("operationId")?,
            method: &member.key,
            path: &path.key,
            node,
            parameters: parameters(root, path, node),
            body,
            response: success(node).and_then(|response| content_schema(root, response)),
        })
    }

    /// Returns the name of the type that stands for the operation.
    pub(crate) fn marker(&self) -> String {
        format!("{}Operation", self.id.to_upper_camel_case())
    }

    /// Returns the name of the bulk method: `credit_batches_by_id` of an operation
    /// `GET /credit_batches/{id}`, whose only argument is an identifier.
    pub(crate) fn bulk_name(&self) -> Option<String> {
        let mut required = self.parameters.iter().filter(|parameter| parameter.is_required);
        let (Some(argument), None, None) = (required.next(), required.next(), self.body) else {
            return None;
        };
        let (before, last) = self.path.rsplit_once('/')?;
        let collection = before.rsplit('/').next()?;
        let is_by_id = self.method == "get" && last == format!("{{{}}}", argument.name);
        let is_collection = !collection.is_empty() && !collection.contains('{');
        let rules = schemas::named_string_type(self.root, argument.schema)?.1;
        if !is_by_id || !is_collection || !rules.values.is_empty() {
            return None;
        }
        let collection = collection.to_snake_case();
        let is_identifier = collection.starts_with(|first: char| first.is_ascii_lowercase());
        Some(format!("{}_by_id", if is_identifier { &collection } else { self.id }))
    }

    /// Returns whether a call needs an access token: no alternative of `security` does without
    /// the bearer scheme.
    pub(crate) fn needs_access_token(&self) -> bool {
        let security = self.node.get("security").or_else(|| self.root.get("security"));
        let schemes = self.root.get("components").and_then(|node| node.get("securitySchemes"));
        let is_bearer = |name: &str| {
            schemes.and_then(|all| all.get(name)).and_then(|it| it.get_str("type")) == Some("http")
        };
        let alternatives = security.map(Node::elements).unwrap_or_default();
        !alternatives.is_empty()
            && alternatives
                .iter()
                .all(|needed| needed.members().iter().any(|scheme| is_bearer(&scheme.key)))
    }

    pub(crate) fn is_write(&self) -> bool {
        self.method != "get"
    }
}

impl ApiParameter<'_> {
    /// Returns the name of the argument or the setter.
    pub(crate) fn argument(&self) -> String {
        let name = names::argument(self.name);
        let is_taken = !self.is_required && CALL_METHODS.contains(&name.as_str());
        if is_taken { format!("{name}_") } else { name }
    }

    /// Returns the schema of the elements, if the parameter is an array.
    pub(crate) fn items<'n>(&'n self, root: &'n Node) -> Option<&'n Node> {
        let schema = schemas::unwrap_alias(root, self.schema);
        schema.get("items").filter(|_| schema.get_str("type") == Some("array"))
    }
}

fn parameters<'n>(root: &'n Node, path: &'n Member, operation: &'n Node) -> Vec<ApiParameter<'n>> {
    let listed = |node: &'n Node| node.get("parameters").map(Node::elements).unwrap_or_default();
    let resolve = |node: &'n Node| ApiParameter::new(reference::resolve(root, node)?);
    let own: Vec<_> = listed(operation).iter().filter_map(resolve).collect();
    let is_overridden = |shared: &ApiParameter<'_>| {
        own.iter().any(|own| (own.name, own.place) == (shared.name, shared.place))
    };
    let shared = listed(&path.node).iter().filter_map(resolve);
    let mut all: Vec<_> = shared.filter(|shared| !is_overridden(shared)).collect();
    all.extend(own);
    let position = |parameter: &ApiParameter<'_>| {
        let in_path = path.key.find(&format!("{{{}}}", parameter.name));
        in_path.filter(|_| parameter.place == "path").unwrap_or(usize::MAX)
    };
    all.sort_by_key(position);
    all
}

impl<'n> ApiParameter<'n> {
    fn new(node: &'n Node) -> Option<Self> {
        Some(Self {
            node,
            name: node.get_str("name")?,
            place: node.get_str("in")?,
            is_required: node.is_true("required"),
            schema: node.get("schema")?,
        })
    }
}

/// Returns the first successful response, or the default response in its place.
fn success(operation: &Node) -> Option<&Node> {
    let responses = operation.get("responses")?;
    let listed = responses.members().iter().find(|member| member.key.starts_with('2'));
    listed.map(|member| &member.node).or_else(|| responses.get("default"))
}

/// Returns the schema of a request body or a response.
fn content_schema<'n>(root: &'n Node, node: &'n Node) -> Option<&'n Node> {
    let content = reference::resolve(root, node)?.get("content")?;
    content.members().first()?.node.get("schema")
}
