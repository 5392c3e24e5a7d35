//! Builds the graph of a contract from a document.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::constraint::{Constraint, StringSet};
use super::graph::{ChildEdge, EdgeLabel, Element, ElementId, Keyword};
use super::keywords::canonical;
use super::normalize::SchemaReader;
use super::references::{LimitExceeded, Limited, References, pointer_to};
use super::schema::AllOf;
use crate::document::diagnostic::{Diagnostic, Refusal};
use crate::document::pointer::Pointer;
use crate::document::{Member, Node, Source};

/// Documents with more elements are refused. Only combinations of `allOf` that no
/// API description has come near the limit.
const MAX_ELEMENTS: usize = 500_000;
/// The number of schemas that a named schema may include to be compared with them.
const MAX_BASES: usize = 1_000;
/// Combinations of flows of one alternative of `security` that are read.
const MAX_CREDENTIALS: usize = 1_000;
/// The depth to which alternatives are compared for sorting. Alternatives that
/// differ only below it keep the order of the document.
const SIGNATURE_DEPTH: usize = 3;
/// The methods of OpenAPI 3.2; 3.0 has all but `query`.
pub(crate) const METHODS: [&str; 9] =
    ["delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];
/// Header parameters that OpenAPI ignores, since content negotiation and security
/// describe them.
pub(crate) const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Reads the elements of a document; the first is the whole document.
pub(super) fn elements(source: &Source) -> Result<Vec<Element>, Refusal> {
    let root = source.root();
    let version = version(source)?;
    let references = References::new(root);
    let names = named_schemas(root).map(|member| (&raw const member.node, member.key.as_str()));
    let builder = GraphBuilder {
        root,
        references,
        schemas: SchemaReader::new(references, names.collect(), version.starts_with("3.0")),
        elements: vec![Element::default()],
        known: HashMap::new(),
        pending: Vec::new(),
    };
    builder.build().map_err(|LimitExceeded { node, rule, message }| {
        let pointer = pointer_to(root, node).unwrap_or_default();
        let help = "shorten the chain of references, or compare a smaller document".into();
        refusal(source, Diagnostic { rule, position: node.position, pointer, message, help })
    })
}

/// Returns the names of the schemas of a document.
pub(super) fn components(source: &Source) -> StringSet {
    named_schemas(source.root()).map(|member| member.key.clone()).collect()
}

fn named_schemas(root: &Node) -> impl Iterator<Item = &Member> {
    root.get("components").into_iter().flat_map(|components| members(components, "schemas"))
}

fn version(source: &Source) -> Result<&str, Refusal> {
    let root = source.root();
    let version = root.get("openapi");
    if let Some(text) = version.and_then(Node::as_str).filter(|text| text.starts_with("3.")) {
        return Ok(text);
    }
    let (position, pointer) = match version {
        Some(node) => (node.position, Pointer::root().child("openapi")),
        None => (root.position, Pointer::root()),
    };
    let found = match (version, root.get("swagger")) {
        (Some(node), _) => format!("OpenAPI {}", canonical(node)),
        (None, Some(node)) => format!("Swagger {}", canonical(node)),
        (None, None) => "a document without `openapi`".to_owned(),
    };
    let message = format!("unsupported document: expected OpenAPI 3, found {found}");
    let help = "OpenAPI 3.0, 3.1 and 3.2 are supported, such as `openapi: 3.0.3`".into();
    let rule = "unsupported-document";
    Err(refusal(source, Diagnostic { rule, position, pointer, message, help }))
}

fn refusal(source: &Source, diagnostic: Diagnostic) -> Refusal {
    Refusal::new(source.name(), vec![diagnostic])
}

struct GraphBuilder<'s> {
    root: &'s Node,
    references: References<'s>,
    schemas: SchemaReader<'s>,
    elements: Vec<Element>,
    /// The elements of schemas, by the nodes that they are read from.
    known: HashMap<Vec<*const Node>, ElementId>,
    /// The schemas that are yet to be read.
    pending: Vec<(ElementId, AllOf<'s>)>,
}

impl<'s> GraphBuilder<'s> {
    fn build(mut self) -> Limited<'s, Vec<Element>> {
        self.document()?;
        self.read_schemas()?;
        self.remove_empty_children();
        self.remove_null_of_parameters();
        self.share_named_schemas();
        Ok(self.elements)
    }

    fn document(&mut self) -> Limited<'s, ()> {
        let root = self.root;
        let mut whole = Element::default();
        add_servers(root, &mut whole);
        for path in members(root, "paths").filter(|path| path.key.starts_with('/')) {
            self.path_item(&path.node, &mut whole, |method| EdgeLabel::Operation {
                path: path.key.clone(),
                method,
            })?;
        }
        for webhook in members(root, "webhooks") {
            self.path_item(&webhook.node, &mut whole, |method| EdgeLabel::Incoming {
                name: format!("webhook {}", webhook.key),
                method,
            })?;
        }
        self.elements[0] = whole;
        Ok(())
    }

    fn read_schemas(&mut self) -> Limited<'s, ()> {
        while let Some((id, nodes)) = self.pending.pop() {
            let element = self.schema(&nodes)?;
            let name = self.elements[id.0].name.take();
            self.elements[id.0] = Element { name, ..element };
            if self.elements.len() > MAX_ELEMENTS {
                let message = format!("the document has more than {MAX_ELEMENTS} elements");
                return Err(LimitExceeded { node: self.root, rule: "too-many-elements", message });
            }
        }
        Ok(())
    }

    /// Removes children without constraints, and then sorts the alternatives.
    fn remove_empty_children(&mut self) {
        // A schema precedes the schemas that it contains, so that the reverse order
        // visits the inner ones first.
        for id in (0..self.elements.len()).rev() {
            let mut children = std::mem::take(&mut self.elements[id].children);
            children.retain(|label, edge| {
                label.constrains_when_empty() || !self.elements[edge.element.0].is_empty()
            });
            self.elements[id].children = children;
            self.sort_alternatives(id);
        }
    }

    /// Removes `nullable` from the values of parameters, which have no form for null.
    fn remove_null_of_parameters(&mut self) {
        let mut known: HashMap<ElementId, ElementId> = HashMap::new();
        for id in 0..self.elements.len() {
            for parameter in self.parameters(id) {
                let value = self.elements[parameter.0].children.get(&EdgeLabel::Value).copied();
                let Some(ChildEdge { element, required }) = value else { continue };
                if !self.elements[element.0].facts.contains_key("nullable") {
                    continue;
                }
                let element = *known.entry(element).or_insert_with(|| {
                    let mut copy = self.elements[element.0].clone();
                    copy.facts.remove("nullable");
                    if copy.name.take().is_some() {
                        copy.bases = vec![element];
                    }
                    self.elements.push(copy);
                    ElementId(self.elements.len() - 1)
                });
                let edge = ChildEdge { element, required };
                self.elements[parameter.0].children.insert(EdgeLabel::Value, edge);
            }
        }
    }

    fn parameters(&self, operation: usize) -> Vec<ElementId> {
        let children = self.elements[operation].children.iter();
        let is_parameter = |label: &EdgeLabel| matches!(label, EdgeLabel::Parameter { .. });
        children.filter(|(label, _)| is_parameter(label)).map(|(_, edge)| edge.element).collect()
    }

    /// Replaces every schema that only repeats a named one by the named one, and keeps
    /// only the bases that a schema contains completely.
    fn share_named_schemas(&mut self) {
        let ids = || (0..self.elements.len()).map(ElementId);
        let shared: Vec<ElementId> = ids().map(|id| self.repeated(id).unwrap_or(id)).collect();
        let bases: Vec<Vec<ElementId>> = ids().map(|id| self.contained_bases(id)).collect();
        for (element, bases) in self.elements.iter_mut().zip(bases) {
            element.bases = bases;
            for edge in element.children.values_mut() {
                edge.element = shared[edge.element.0];
            }
        }
    }

    fn repeated(&self, id: ElementId) -> Option<ElementId> {
        let element = &self.elements[id.0];
        let [base] = element.bases[..] else { return None };
        let repeats = element.name.is_none() && element.is_same(&self.elements[base.0]);
        repeats.then_some(base)
    }

    /// Returns the bases that a schema contains completely. A base that leads back to the
    /// schema is omitted: of two schemas that include each other, neither is the base.
    fn contained_bases(&self, id: ElementId) -> Vec<ElementId> {
        let element = &self.elements[id.0];
        let is_base = |base: &ElementId| {
            element.contains(&self.elements[base.0])
                && (element.name.is_none() || !self.leads_to(*base, id))
        };
        element.bases.iter().copied().filter(is_base).collect()
    }

    /// Returns whether a schema includes another by any number of steps, or so many that
    /// they are not searched.
    fn leads_to(&self, from: ElementId, to: ElementId) -> bool {
        let mut reached = HashSet::from([from]);
        let mut pending = vec![from];
        while let Some(at) = pending.pop() {
            if at == to || reached.len() > MAX_BASES {
                return true;
            }
            let bases = self.elements[at.0].bases.iter();
            pending.extend(bases.copied().filter(|base| reached.insert(*base)));
        }
        false
    }

    /// Numbers alternatives by their contents, since their order has no meaning.
    fn sort_alternatives(&mut self, id: usize) {
        for labels in numbered_labels(&self.elements[id]) {
            let children = &mut self.elements[id].children;
            let mut edges: Vec<ChildEdge> =
                labels.iter().filter_map(|label| children.remove(label)).collect();
            edges.sort_by_cached_key(|edge| self.signature(edge.element, SIGNATURE_DEPTH));
            self.elements[id].children.extend(labels.into_iter().zip(edges));
        }
    }

    fn signature(&self, id: ElementId, depth: usize) -> String {
        let element = &self.elements[id.0];
        let facts = element.facts.iter().map(|(keyword, value)| format!("{keyword}={value}\n"));
        let mut text: String = facts.collect();
        for (label, edge) in &element.children {
            text += &format!("{label} {}\n", edge.required);
            if depth > 0 {
                text += &self.signature(edge.element, depth - 1);
            }
        }
        text
    }

    fn path_item(
        &mut self,
        node: &'s Node,
        parent: &mut Element,
        label: impl Fn(String) -> EdgeLabel,
    ) -> Limited<'s, ()> {
        let item = self.references.resolve(node)?;
        let shared = elements_of(item, "parameters");
        let known = item.members().iter().filter(|m| METHODS.contains(&m.key.as_str()));
        for member in known.chain(members(item, "additionalOperations")) {
            let mut operation = self.operation(&member.node, shared)?;
            if member.node.get("servers").is_none() {
                add_servers(item, &mut operation);
            }
            self.insert(parent, label(member.key.to_uppercase()), operation, false);
        }
        Ok(())
    }

    fn operation(&mut self, node: &'s Node, shared: &'s [Node]) -> Limited<'s, Element> {
        let mut operation = Element::default();
        if let Some(id) = node.get_str("operationId") {
            operation.facts.insert("operationId".into(), Constraint::Note(id.to_owned()));
        }
        add_deprecated(node, &mut operation);
        add_servers(node, &mut operation);
        if let Some(value) = self.security(node)? {
            operation.facts.insert("security".into(), value);
        }
        for parameter in shared.iter().chain(elements_of(node, "parameters")) {
            self.parameter(parameter, &mut operation)?;
        }
        if let Some(body) = node.get("requestBody") {
            let body = self.references.resolve(body)?;
            let element = self.content(body)?;
            let required = body.is_true("required");
            self.insert(&mut operation, EdgeLabel::RequestBody, element, required);
        }
        for response in members(node, "responses").filter(|member| !member.key.starts_with("x-")) {
            let element = self.response(&response.node)?;
            let status = response.key.to_uppercase();
            let status = if status == "DEFAULT" { "default".to_owned() } else { status };
            self.insert(&mut operation, EdgeLabel::Response(status), element, false);
        }
        for callback in members(node, "callbacks") {
            for path in self.references.resolve(&callback.node)?.members() {
                self.path_item(&path.node, &mut operation, |method| EdgeLabel::Incoming {
                    name: format!("callback {} {}", callback.key, path.key),
                    method,
                })?;
            }
        }
        Ok(operation)
    }

    fn parameter(&mut self, node: &'s Node, operation: &mut Element) -> Limited<'s, ()> {
        let node = self.references.resolve(node)?;
        let (location, mut name) = (string(node, "in").to_owned(), string(node, "name").to_owned());
        if location == "header" {
            name.make_ascii_lowercase();
            if IGNORED_HEADERS.contains(&name.as_str()) {
                return Ok(());
            }
        }
        let default_style =
            if ["query", "cookie"].contains(&location.as_str()) { "form" } else { "simple" };
        let element = self.parameter_or_header(node, default_style)?;
        let required = node.is_true("required") || location == "path";
        self.insert(operation, EdgeLabel::Parameter { location, name }, element, required);
        Ok(())
    }

    /// Reads the serialization and the value of a parameter or header.
    fn parameter_or_header(&mut self, node: &'s Node, default_style: &str) -> Limited<'s, Element> {
        let mut element = self.content(node)?;
        add_deprecated(node, &mut element);
        let style = node.get_str("style").unwrap_or(default_style);
        let explode = node.get("explode").and_then(Node::as_bool).unwrap_or(style == "form");
        if style != default_style {
            element.facts.insert("style".into(), Constraint::Opaque(style.to_owned()));
        }
        if explode != (style == "form") {
            element.facts.insert("explode".into(), Constraint::Opaque(explode.to_string()));
        }
        for keyword in ["allowReserved", "allowEmptyValue"] {
            if node.is_true(keyword) {
                element.facts.insert(keyword.into(), Constraint::Permission);
            }
        }
        if let Some(schema) = node.get("schema") {
            self.value(schema, &mut element)?;
        }
        Ok(element)
    }

    /// Reads the media types under `content`.
    fn content(&mut self, node: &'s Node) -> Limited<'s, Element> {
        let mut element = Element::default();
        for member in members(node, "content") {
            let mut media_type = Element::default();
            let schema = member.node.get("schema").unwrap_or(&member.node);
            self.value(schema, &mut media_type)?;
            for encoding in members(&member.node, "encoding") {
                let keyword: Keyword = format!("encoding {}", encoding.key).into();
                media_type.facts.insert(keyword, Constraint::Opaque(canonical(&encoding.node)));
            }
            let label = EdgeLabel::MediaType(media_type_name(&member.key));
            self.insert(&mut element, label, media_type, false);
        }
        Ok(element)
    }

    fn response(&mut self, node: &'s Node) -> Limited<'s, Element> {
        let node = self.references.resolve(node)?;
        let mut response = self.content(node)?;
        for header in members(node, "headers") {
            let name = header.key.to_lowercase();
            // OpenAPI ignores this header: `content` describes it.
            if name == "content-type" {
                continue;
            }
            let node = self.references.resolve(&header.node)?;
            let element = self.parameter_or_header(node, "simple")?;
            let required = node.is_true("required");
            self.insert(&mut response, EdgeLabel::Header(name), element, required);
        }
        Ok(response)
    }

    /// Reads the alternative credentials of an operation, or else of the whole
    /// document. The names of security schemes are not part of the contract.
    fn security(&self, operation: &'s Node) -> Limited<'s, Option<Constraint>> {
        let Some(list) = operation.get("security").or_else(|| self.root.get("security")) else {
            return Ok(None);
        };
        let mut alternatives: BTreeSet<StringSet> = BTreeSet::new();
        for alternative in list.elements() {
            let mut combined = vec![StringSet::new()];
            for scheme in alternative.members() {
                let credentials = self.credentials(&scheme.key, &scheme.node)?;
                if combined.len() * credentials.len() > MAX_CREDENTIALS {
                    break;
                }
                let with = |known: &StringSet| {
                    credentials.iter().map(|more| known | more).collect::<Vec<_>>()
                };
                combined = combined.iter().flat_map(with).collect();
            }
            alternatives.extend(combined);
        }
        if alternatives.is_empty() {
            alternatives.insert(StringSet::new());
        }
        Ok(Some(Constraint::Credentials(alternatives)))
    }

    /// Returns the alternative credentials of a security scheme: one for each flow.
    fn credentials(&self, name: &str, scopes: &Node) -> Limited<'s, Vec<StringSet>> {
        let at = Pointer::root().descend(["components", "securitySchemes", name]);
        let Some(scheme) = self.root.find(&at) else {
            return Ok(vec![StringSet::from([format!("undefined scheme {name}")])]);
        };
        let scheme = self.references.resolve(scheme)?;
        let credential = match (string(scheme, "type"), string(scheme, "in")) {
            ("http", _) => format!("http {}", string(scheme, "scheme").to_lowercase()),
            ("apiKey", "header") => format!("header {}", string(scheme, "name").to_lowercase()),
            ("apiKey", location) => format!("{location} {}", string(scheme, "name")),
            ("openIdConnect", _) => format!("openIdConnect {}", string(scheme, "openIdConnectUrl")),
            (other, _) => other.to_owned(),
        };
        let scopes = scopes.elements().iter().filter_map(Node::as_str);
        let scopes: StringSet = scopes.map(|scope| format!("{credential} scope {scope}")).collect();
        let flows = members(scheme, "flows").filter(|_| credential == "oauth2");
        let mut alternatives: Vec<_> = flows.map(oauth_flow).collect();
        if alternatives.is_empty() {
            alternatives.push(credential);
        }
        let with_scopes = |credential: String| {
            std::iter::once(credential).chain(scopes.iter().cloned()).collect()
        };
        Ok(alternatives.into_iter().map(with_scopes).collect())
    }

    fn value(&mut self, schema: &'s Node, parent: &mut Element) -> Limited<'s, ()> {
        let edge = ChildEdge { element: self.schema_element(vec![schema])?, required: false };
        parent.children.insert(EdgeLabel::Value, edge);
        Ok(())
    }

    fn insert(&mut self, parent: &mut Element, label: EdgeLabel, child: Element, required: bool) {
        let element = ElementId(self.elements.len());
        self.elements.push(child);
        parent.children.insert(label, ChildEdge { element, required });
    }

    /// Returns the element of a schema, which is read later.
    fn schema_element(&mut self, mut nodes: AllOf<'s>) -> Limited<'s, ElementId> {
        let mut name = None;
        if let [node] = &mut nodes[..] {
            *node = self.schemas.follow(node)?;
            name = self.schemas.name(node).map(str::to_owned);
        }
        let key = nodes.iter().map(|node| std::ptr::from_ref(*node)).collect();
        Ok(*self.known.entry(key).or_insert_with(|| {
            let id = ElementId(self.elements.len());
            self.elements.push(Element { name, ..Element::default() });
            self.pending.push((id, nodes));
            id
        }))
    }

    fn schema(&mut self, nodes: &[&'s Node]) -> Limited<'s, Element> {
        let schema = self.schemas.merged(nodes)?.finish();
        let mut element = Element::default();
        for base in schema.bases {
            element.bases.push(self.schema_element(vec![base])?);
        }
        for (label, nodes) in schema.children {
            let required =
                matches!(&label, EdgeLabel::Property(name) if schema.required.contains(name));
            let edge = ChildEdge { element: self.schema_element(nodes)?, required };
            element.children.insert(label, edge);
        }
        for name in schema.required {
            let anything = self.schema_element(AllOf::new())?;
            let edge = ChildEdge { element: anything, required: true };
            element.children.entry(EdgeLabel::Property(name)).or_insert(edge);
        }
        element.facts = schema.facts;
        Ok(element)
    }
}

/// Returns the labels of alternatives and of `allOf` items, group by group, without
/// groups of a single label.
fn numbered_labels(element: &Element) -> Vec<Vec<EdgeLabel>> {
    let mut groups: BTreeMap<Option<usize>, Vec<EdgeLabel>> = BTreeMap::new();
    for label in element.children.keys() {
        let group = match label {
            EdgeLabel::Alternative(group, _) => Some(*group),
            EdgeLabel::AllOfItem(_) => None,
            _ => continue,
        };
        groups.entry(group).or_default().push(label.clone());
    }
    groups.into_values().filter(|labels| labels.len() > 1).collect()
}

fn members<'s>(node: &'s Node, key: &str) -> impl Iterator<Item = &'s Member> + use<'s> {
    node.get(key).map(Node::members).unwrap_or_default().iter()
}

fn elements_of<'s>(node: &'s Node, key: &str) -> &'s [Node] {
    node.get(key).map(Node::elements).unwrap_or_default()
}

fn string<'s>(node: &'s Node, key: &str) -> &'s str {
    node.get_str(key).unwrap_or_default()
}

/// Returns an OAuth flow with its URLs.
fn oauth_flow(flow: &Member) -> String {
    let urls = ["authorizationUrl", "deviceAuthorizationUrl", "tokenUrl"];
    let urls = urls.iter().filter_map(|keyword| flow.node.get_str(keyword));
    urls.fold(format!("oauth2 {}", flow.key), |text, url| format!("{text} {url}"))
}

fn add_deprecated(node: &Node, element: &mut Element) {
    if node.is_true("deprecated") {
        element.facts.insert("deprecated".into(), Constraint::Note(String::new()));
    }
}

fn add_servers(node: &Node, element: &mut Element) {
    let urls: StringSet = elements_of(node, "servers").iter().map(server).collect();
    if !urls.is_empty() {
        element.facts.insert("servers".into(), Constraint::AnyOf(urls));
    }
}

/// Returns the URL of a server and the values of its variables.
fn server(node: &Node) -> String {
    let mut text = string(node, "url").to_owned();
    let variables: BTreeMap<&str, &Node> =
        members(node, "variables").map(|m| (m.key.as_str(), &m.node)).collect();
    for (name, variable) in variables {
        for key in ["default", "enum"] {
            if let Some(value) = variable.get(key) {
                text += &format!(" {name}.{key}={}", canonical(value));
            }
        }
    }
    text
}

/// Normalizes case and the spaces after `;`, which have no meaning.
pub(crate) fn media_type_name(name: &str) -> String {
    name.split(';').map(str::trim).collect::<Vec<_>>().join(";").to_lowercase()
}
