//! Builds the graph of a contract from a document.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::constraint::{Constraint, StringSet};
use super::graph::{ChildEdge, EXTERNAL_REFERENCE, EdgeLabel, Element, ElementId, Keyword};
use super::keywords::canonical;
use super::media_type::media_type_name;
use super::normalize::SchemaReader;
use super::references::{LimitExceeded, Limited, References, pointers_to};
use super::schema::AllOf;
use super::security;
use super::unread::{UnreadReference, excerpt};
use crate::document::diagnostic::{Diagnostic, Refusal};
use crate::document::pointer::Pointer;
use crate::document::{Member, Node, Source};

/// Documents with more elements are refused. Only combinations of `allOf` that no
/// API description has come near the limit.
const MAX_ELEMENTS: usize = 500_000;
/// The number of schemas that a named schema may include to be compared with them.
const MAX_BASES: usize = 1_000;
/// The number of unresolved references that are reported.
const MAX_UNRESOLVED: usize = 20;
/// The depth to which alternatives are compared for sorting. Alternatives that
/// differ only below it keep the order of the document.
const SIGNATURE_DEPTH: usize = 3;
/// The methods of OpenAPI 3.2; 3.0 has all but `query`.
pub(crate) const METHODS: [&str; 9] =
    ["delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];
/// Header parameters that OpenAPI ignores, since content negotiation and security
/// describe them.
pub(crate) const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// The elements of a document, and the parts of it that are not read.
pub(super) struct Built {
    /// The first element is the whole document.
    pub(super) elements: Vec<Element>,
    pub(super) unread: Vec<UnreadReference>,
}

/// Reads the elements of a document.
pub(super) fn read(source: &Source) -> Result<Built, Refusal> {
    let root = source.root();
    let version = version(source)?;
    let references = Rc::new(References::new(root));
    let names = named_schemas(root).map(|member| (&raw const member.node, member.key.as_str()));
    let ignores_siblings = version.starts_with("3.0");
    let builder = GraphBuilder {
        root,
        schemas: SchemaReader::new(Rc::clone(&references), names.collect(), ignores_siblings),
        references: Rc::clone(&references),
        elements: vec![Element::default()],
        known: HashMap::new(),
        pending: Vec::new(),
    };
    let elements = builder.build().map_err(|LimitExceeded { node, rule, message }| {
        let pointer = pointers_to(root, &[node]).remove(&std::ptr::from_ref(node));
        let pointer = pointer.unwrap_or_default();
        let help = "shorten the chain of references, or compare a smaller document".into();
        let position = node.position;
        Refusal::new(source.name(), vec![Diagnostic { rule, position, pointer, message, help }])
    })?;
    let [missing, external] = references.without_target();
    if missing.is_empty() {
        let unread = external.into_iter().map(|node| UnreadReference::new(source, node));
        return Ok(Built { elements, unread: unread.collect() });
    }
    Err(unresolved(source, &missing))
}

/// Reports references to places that do not exist.
fn unresolved(source: &Source, missing: &[&Node]) -> Refusal {
    let reported = &missing[..missing.len().min(MAX_UNRESOLVED)];
    let mut pointers = pointers_to(source.root(), reported);
    let diagnostic = |node: &&Node| {
        let reference = node.as_str().unwrap_or_default();
        let mut message = format!("unresolved reference `{}`", excerpt(reference));
        if missing.len() > reported.len() {
            message += &format!(" (1 of {})", missing.len());
        }
        Diagnostic {
            rule: "unresolved-reference",
            position: node.position,
            pointer: pointers.remove(&std::ptr::from_ref(*node)).unwrap_or_default(),
            message,
            help: "correct the reference, or add its target to the document".into(),
        }
    };
    Refusal::new(source.name(), reported.iter().map(diagnostic).collect())
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
    let diagnostic = Diagnostic { rule, position, pointer, message, help };
    Err(Refusal::new(source.name(), vec![diagnostic]))
}

struct GraphBuilder<'s> {
    root: &'s Node,
    references: Rc<References<'s>>,
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

    /// Reads the operations of a path item, and those of the path item that it refers to.
    fn path_item(
        &mut self,
        node: &'s Node,
        parent: &mut Element,
        label: impl Fn(String) -> EdgeLabel,
    ) -> Limited<'s, ()> {
        let target = self.references.resolve(node)?;
        if let Some(reference) = self.references.external(target) {
            let path_item = Element::from_external(reference);
            self.insert(parent, label("PATH ITEM".to_owned()), path_item, false);
        }
        let items = if std::ptr::eq(target, node) { vec![node] } else { vec![target, node] };
        let shared: Vec<&Node> =
            items.iter().flat_map(|item| elements_of(item, "parameters")).collect();
        for item in items {
            let known = item.members().iter().filter(|m| METHODS.contains(&m.key.as_str()));
            for member in known.chain(members(item, "additionalOperations")) {
                let mut operation = self.operation(&member.node, &shared)?;
                if member.node.get("servers").is_none() {
                    add_servers(item, &mut operation);
                }
                self.insert(parent, label(member.key.to_uppercase()), operation, false);
            }
        }
        Ok(())
    }

    fn operation(&mut self, node: &'s Node, shared: &[&'s Node]) -> Limited<'s, Element> {
        let mut operation = Element::default();
        if let Some(id) = node.get_str("operationId") {
            operation.facts.insert("operationId".into(), Constraint::Note(id.to_owned()));
        }
        add_deprecated(node, &mut operation);
        add_servers(node, &mut operation);
        let security = security::read(self.root, &self.references, node)?;
        operation.facts.insert("security".into(), security);
        for parameter in shared.iter().copied().chain(elements_of(node, "parameters")) {
            self.parameter(parameter, &mut operation)?;
        }
        if let Some(body) = node.get("requestBody") {
            let body = self.references.resolve(body)?;
            let element = self.content(body)?;
            let required = body.is_true("required");
            self.insert(&mut operation, EdgeLabel::RequestBody, element, required);
        }
        for response in members(node, "responses").filter(is_no_extension) {
            let element = self.response(&response.node)?;
            let status = response.key.to_uppercase();
            let status = if status == "DEFAULT" { "default".to_owned() } else { status };
            self.insert(&mut operation, EdgeLabel::Response(status), element, false);
        }
        for callback in members(node, "callbacks").filter(is_no_extension) {
            self.callback(callback, &mut operation)?;
        }
        Ok(operation)
    }

    fn callback(&mut self, callback: &'s Member, operation: &mut Element) -> Limited<'s, ()> {
        let node = self.references.resolve(&callback.node)?;
        if let Some(reference) = self.references.external(node) {
            let keyword = format!("callback {} · {EXTERNAL_REFERENCE}", callback.key);
            operation.facts.insert(keyword.into(), Constraint::Opaque(reference.to_owned()));
            return Ok(());
        }
        for path in node.members().iter().filter(is_no_extension) {
            self.path_item(&path.node, operation, |method| EdgeLabel::Incoming {
                name: format!("callback {} {}", callback.key, path.key),
                method,
            })?;
        }
        Ok(())
    }

    fn parameter(&mut self, node: &'s Node, operation: &mut Element) -> Limited<'s, ()> {
        let node = self.references.resolve(node)?;
        if let Some(reference) = self.references.external(node) {
            let label =
                EdgeLabel::Parameter { location: "external".into(), name: reference.to_owned() };
            self.insert(operation, label, Element::from_external(reference), false);
            return Ok(());
        }
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
        if node.get("content").is_none() {
            self.value(node.get("schema"), &mut element)?;
        }
        Ok(element)
    }

    /// Reads the media types under `content`.
    fn content(&mut self, node: &'s Node) -> Limited<'s, Element> {
        let mut element = match self.references.external(node) {
            Some(reference) => Element::from_external(reference),
            None => Element::default(),
        };
        for member in members(node, "content") {
            let mut media_type = Element::default();
            self.value(member.node.get("schema"), &mut media_type)?;
            if let Some(item) = member.node.get("itemSchema") {
                let edge = ChildEdge { element: self.schema_element(vec![item])?, required: false };
                media_type.children.insert(EdgeLabel::Keyword("itemSchema"), edge);
            }
            for encoding in members(&member.node, "encoding") {
                let keyword: Keyword = format!("encoding {}", encoding.key).into();
                media_type.facts.insert(keyword, Constraint::Opaque(canonical(&encoding.node)));
            }
            let mut label = EdgeLabel::MediaType(media_type_name(&member.key));
            if element.children.contains_key(&label) {
                // Two names differ only by parameters without an effect.
                label = EdgeLabel::MediaType(member.key.to_lowercase());
            }
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

    /// Reads the schema of a value. Without a schema, any value is allowed.
    fn value(&mut self, schema: Option<&'s Node>, parent: &mut Element) -> Limited<'s, ()> {
        let nodes = schema.into_iter().collect();
        let edge = ChildEdge { element: self.schema_element(nodes)?, required: false };
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

fn is_no_extension(member: &&Member) -> bool {
    !member.key.starts_with("x-")
}

fn elements_of<'s>(node: &'s Node, key: &str) -> &'s [Node] {
    node.get(key).map(Node::elements).unwrap_or_default()
}

fn string<'s>(node: &'s Node, key: &str) -> &'s str {
    node.get_str(key).unwrap_or_default()
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
