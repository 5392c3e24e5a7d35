//! Reads a document into the parts of a contract.

use std::collections::{BTreeMap, HashMap};

use super::constraint::{Value, Words};
use super::graph::{Edge, Keyword, Part, PartId, Step};
use super::normalize::{Recipe, Schemas, canonical};
use crate::document::diagnostic::{Diagnostic, Position, Refusal};
use crate::document::pointer::Pointer;
use crate::document::{Node, Source};

/// A document that has more parts than this is refused: it combines schemas with
/// `allOf` in ways that no description of an API does.
const MAX_PARTS: usize = 500_000;
/// References to references are followed this far.
const MAX_REFERENCES: usize = 32;
/// Alternatives that differ only further inside than this stay in the order of the
/// text.
const SIGNATURE_DEPTH: usize = 3;
/// The methods of OpenAPI 3.2, of which 3.0 has all but `query`.
const METHODS: [&str; 9] =
    ["delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];
/// Header parameters that OpenAPI tells readers to ignore: content negotiation and
/// security describe them.
const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// The parts of a document; the first is the whole.
pub(super) fn read(source: &Source) -> Result<Vec<Part>, Refusal> {
    let root = source.root();
    let version = version(source)?;
    let mut reader = Reader {
        root,
        schemas: Schemas::new(root, version.starts_with("3.0")),
        parts: vec![Part::default()],
        known: HashMap::new(),
        waiting: Vec::new(),
    };
    reader.document();
    reader.finish().map_err(|message| {
        let help = "compare a smaller document".into();
        refusal(source, Position::START, Pointer::root(), message, help)
    })
}

/// The names of the schemas of a document.
pub(super) fn components(source: &Source) -> Words {
    let schemas = source.root().get("components").and_then(|node| node.get("schemas"));
    schemas.map(Node::members).unwrap_or_default().iter().map(|m| m.key.clone()).collect()
}

fn version(source: &Source) -> Result<&str, Refusal> {
    let root = source.root();
    let version = root.get("openapi");
    match version.and_then(Node::as_str) {
        Some(text) if text.starts_with("3.") => Ok(text),
        _ => {
            let (position, at) = match version {
                Some(node) => (node.position, Pointer::root().child("openapi")),
                None => (root.position, Pointer::root()),
            };
            let message = match (version, root.get("swagger")) {
                (Some(node), _) => format!("this is OpenAPI {}", canonical(node)),
                (None, Some(node)) => format!("this is Swagger {}", canonical(node)),
                (None, None) => "this is no OpenAPI document: it has no `openapi`".to_owned(),
            };
            let help = "OpenAPI 3.0, 3.1 and 3.2 can be read, such as `openapi: 3.0.3`".into();
            Err(refusal(source, position, at, message, help))
        }
    }
}

fn refusal(
    source: &Source,
    position: Position,
    pointer: Pointer,
    message: String,
    help: String,
) -> Refusal {
    Refusal::new(
        source.name(),
        vec![Diagnostic { rule: "unsupported-document", position, pointer, message, help }],
    )
}

struct Reader<'s> {
    root: &'s Node,
    schemas: Schemas<'s>,
    parts: Vec<Part>,
    /// The parts of schemas, by the schemas that they come from.
    known: HashMap<Vec<*const Node>, PartId>,
    /// The parts that are to be read still.
    waiting: Vec<(PartId, Recipe<'s>)>,
}

impl<'s> Reader<'s> {
    fn document(&mut self) {
        let root = self.root;
        let mut whole = Part::default();
        servers(root, &mut whole);
        for path in members(root, "paths").filter(|path| path.key.starts_with('/')) {
            let name = path.key.clone();
            self.path_item(&path.node, &mut whole, |method| Step::Operation {
                path: name.clone(),
                method,
            });
        }
        for webhook in members(root, "webhooks") {
            let name = format!("webhook {}", webhook.key);
            self.path_item(&webhook.node, &mut whole, |method| Step::Incoming {
                name: name.clone(),
                method,
            });
        }
        self.parts[0] = whole;
    }

    /// Reads schemas until none is waiting, and leaves out what says nothing.
    fn finish(mut self) -> Result<Vec<Part>, String> {
        while let Some((id, recipe)) = self.waiting.pop() {
            let part = self.schema(&recipe);
            let component = self.parts[id.0].component.take().or(part.component);
            self.parts[id.0] = Part { component, ..part };
            if self.parts.len() > MAX_PARTS {
                return Err(format!("the document has more than {MAX_PARTS} different parts"));
            }
        }
        // A schema is read before those in it, so that going backwards meets the
        // inner ones first.
        for id in (0..self.parts.len()).rev() {
            let mut children = std::mem::take(&mut self.parts[id].children);
            children.retain(|step, edge| {
                step.limits_by_standing_there() || !self.parts[edge.part.0].is_empty()
            });
            self.parts[id].children = children;
            self.sort_alternatives(id);
        }
        Ok(self.parts)
    }

    /// Alternatives have no names, and their order says nothing: they are numbered
    /// by what they say.
    fn sort_alternatives(&mut self, id: usize) {
        for group in groups(&self.parts[id]) {
            let children = &mut self.parts[id].children;
            let mut edges: Vec<Edge> =
                group.iter().filter_map(|step| children.remove(step)).collect();
            edges.sort_by_cached_key(|edge| self.signature(edge.part, SIGNATURE_DEPTH));
            self.parts[id].children.extend(group.into_iter().zip(edges));
        }
    }

    fn signature(&self, id: PartId, depth: usize) -> String {
        let part = &self.parts[id.0];
        let facts = part.facts.iter().map(|(keyword, value)| format!("{keyword}={value}\n"));
        let mut text: String = facts.collect();
        for (step, edge) in &part.children {
            text += &format!("{step} {}\n", edge.required);
            if depth > 0 {
                text += &self.signature(edge.part, depth - 1);
            }
        }
        text
    }

    fn path_item(&mut self, node: &'s Node, whole: &mut Part, step: impl Fn(String) -> Step) {
        let item = self.resolve(node);
        let shared = item.get("parameters").map(Node::elements).unwrap_or_default();
        let known = item.members().iter().filter(|m| METHODS.contains(&m.key.as_str()));
        let more = members(item, "additionalOperations");
        for member in known.chain(more) {
            let mut operation = self.operation(&member.node, shared);
            if !member.node.members().iter().any(|m| m.key == "servers") {
                servers(item, &mut operation);
            }
            let step = step(member.key.to_uppercase());
            self.insert(whole, step, operation, false);
        }
    }

    fn operation(&mut self, node: &'s Node, shared: &'s [Node]) -> Part {
        let mut operation = Part::default();
        if let Some(id) = node.get("operationId").and_then(Node::as_str) {
            operation.facts.insert("operationId".into(), Value::Note(id.to_owned()));
        }
        deprecated(node, &mut operation);
        servers(node, &mut operation);
        if let Some(value) = self.security(node) {
            operation.facts.insert("security".into(), value);
        }
        let own = node.get("parameters").map(Node::elements).unwrap_or_default();
        for parameter in shared.iter().chain(own) {
            self.parameter(parameter, &mut operation);
        }
        if let Some(body) = node.get("requestBody") {
            let body = self.resolve(body);
            let part = self.content(body);
            self.insert(&mut operation, Step::RequestBody, part, is_true(body, "required"));
        }
        for response in members(node, "responses").filter(|member| !member.key.starts_with("x-")) {
            let part = self.response(&response.node);
            let status = response.key.to_uppercase();
            let status = if status == "DEFAULT" { "default".to_owned() } else { status };
            self.insert(&mut operation, Step::Response(status), part, false);
        }
        for callback in members(node, "callbacks") {
            for path in self.resolve(&callback.node).members() {
                let name = format!("callback {} {}", callback.key, path.key);
                self.path_item(&path.node, &mut operation, |method| Step::Incoming {
                    name: name.clone(),
                    method,
                });
            }
        }
        operation
    }

    fn parameter(&mut self, node: &'s Node, operation: &mut Part) {
        let node = self.resolve(node);
        let text = |key| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let (location, mut name) = (text("in"), text("name"));
        if location == "header" {
            name.make_ascii_lowercase();
            if IGNORED_HEADERS.contains(&name.as_str()) {
                return;
            }
        }
        let usual =
            if ["query", "cookie"].contains(&location.as_str()) { "form" } else { "simple" };
        let part = self.carrier(node, usual);
        let required = is_true(node, "required") || location == "path";
        self.insert(operation, Step::Parameter { location, name }, part, required);
    }

    /// A parameter or header: how it is written, and the value that it carries.
    fn carrier(&mut self, node: &'s Node, usual_style: &str) -> Part {
        let mut part = self.content(node);
        deprecated(node, &mut part);
        let style = node.get("style").and_then(Node::as_str).unwrap_or(usual_style);
        let explode = node.get("explode").and_then(Node::as_bool).unwrap_or(style == "form");
        if style != usual_style {
            part.facts.insert("style".into(), Value::Text(style.to_owned()));
        }
        if explode != (style == "form") {
            part.facts.insert("explode".into(), Value::Text(explode.to_string()));
        }
        for keyword in ["allowReserved", "allowEmptyValue"] {
            if is_true(node, keyword) {
                part.facts.insert(keyword.into(), Value::Permission);
            }
        }
        if let Some(schema) = node.get("schema") {
            self.value(schema, &mut part);
        }
        part
    }

    /// The media types under `content`.
    fn content(&mut self, node: &'s Node) -> Part {
        let mut part = Part::default();
        for member in members(node, "content") {
            let mut media_type = Part::default();
            match member.node.get("schema") {
                Some(schema) => self.value(schema, &mut media_type),
                None => self.value(&member.node, &mut media_type),
            }
            for encoding in members(&member.node, "encoding") {
                let keyword: Keyword = format!("encoding {}", encoding.key).into();
                media_type.facts.insert(keyword, Value::Text(canonical(&encoding.node)));
            }
            self.insert(
                &mut part,
                Step::MediaType(media_type_name(&member.key)),
                media_type,
                false,
            );
        }
        part
    }

    fn response(&mut self, node: &'s Node) -> Part {
        let node = self.resolve(node);
        let mut response = self.content(node);
        for header in members(node, "headers") {
            let name = header.key.to_lowercase();
            // OpenAPI ignores it as a header: `content` says it.
            if name != "content-type" {
                let node = self.resolve(&header.node);
                let part = self.carrier(node, "simple");
                self.insert(&mut response, Step::Header(name), part, is_true(node, "required"));
            }
        }
        response
    }

    /// The alternatives of the operation, or else of the whole document, each as
    /// what it asks for; a scheme's name is the document's own affair.
    fn security(&self, operation: &Node) -> Option<Value> {
        let alternatives = operation.get("security").or_else(|| self.root.get("security"))?;
        let alternatives = alternatives.elements().iter().map(|alternative| {
            alternative.members().iter().flat_map(|m| self.credentials(&m.key, &m.node)).collect()
        });
        let mut alternatives: std::collections::BTreeSet<Words> = alternatives.collect();
        if alternatives.is_empty() {
            alternatives.insert(Words::new());
        }
        Some(Value::Credentials(alternatives))
    }

    fn credentials(&self, name: &str, scopes: &Node) -> Vec<String> {
        let at = Pointer::root().descend(["components", "securitySchemes", name]);
        let Some(scheme) = self.root.find(&at) else {
            return vec![format!("undefined scheme {name}")];
        };
        let scheme = self.resolve(scheme);
        let text = |key: &str| scheme.get(key).and_then(Node::as_str).unwrap_or_default();
        let what = match text("type") {
            "http" => format!("http {}", text("scheme").to_lowercase()),
            "apiKey" if text("in") == "header" => format!("header {}", text("name").to_lowercase()),
            "apiKey" => format!("{} {}", text("in"), text("name")),
            "openIdConnect" => format!("openIdConnect {}", text("openIdConnectUrl")),
            other => other.to_owned(),
        };
        let scopes = scopes.elements().iter().filter_map(Node::as_str);
        let scopes: Vec<String> = scopes.map(|scope| format!("{what} scope {scope}")).collect();
        std::iter::once(what).chain(scopes).collect()
    }

    /// Follows the references of anything but a schema. A reference that leads
    /// nowhere is left as it is, and its target's contents are then missing.
    fn resolve(&self, node: &'s Node) -> &'s Node {
        let mut node = node;
        for _ in 0..MAX_REFERENCES {
            let reference = node.get("$ref").and_then(Node::as_str);
            let target = reference.and_then(Pointer::from_reference);
            match target.and_then(|at| self.root.find(&at)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    fn value(&mut self, schema: &'s Node, part: &mut Part) {
        let id = self.schema_part(vec![schema]);
        part.children.insert(Step::Value, Edge { part: id, required: false });
    }

    fn insert(&mut self, parent: &mut Part, step: Step, part: Part, required: bool) {
        let id = PartId(self.parts.len());
        self.parts.push(part);
        parent.children.insert(step, Edge { part: id, required });
    }

    fn schema_part(&mut self, mut recipe: Recipe<'s>) -> PartId {
        let mut component = None;
        if let [node] = &mut recipe[..] {
            (*node, component) = self.schemas.follow(node);
        }
        let key = recipe.iter().map(|node| std::ptr::from_ref(*node)).collect();
        *self.known.entry(key).or_insert_with(|| {
            let id = PartId(self.parts.len());
            self.parts.push(Part { component, ..Part::default() });
            self.waiting.push((id, recipe));
            id
        })
    }

    fn schema(&mut self, recipe: &[&'s Node]) -> Part {
        let mut schema = self.schemas.joined(recipe).finish();
        let children = std::mem::take(&mut schema.children);
        let required = std::mem::take(&mut schema.required);
        let mut part = Part { component: schema.component.take(), ..Part::default() };
        for (step, recipe) in children {
            let required = matches!(&step, Step::Property(name) if required.contains(name));
            let edge = Edge { part: self.schema_part(recipe), required };
            part.children.insert(step, edge);
        }
        for name in required {
            let anything = self.schema_part(Recipe::new());
            let edge = Edge { part: anything, required: true };
            part.children.entry(Step::Property(name)).or_insert(edge);
        }
        part.facts = schema.into_facts();
        part
    }
}

/// The steps of a part to alternatives, and to elements of `allOf`, group by group;
/// none where there is only one.
fn groups(part: &Part) -> Vec<Vec<Step>> {
    let mut groups: BTreeMap<Option<usize>, Vec<Step>> = BTreeMap::new();
    for step in part.children.keys() {
        match step {
            Step::Alternative(group, _) => {
                groups.entry(Some(*group)).or_default().push(step.clone())
            }
            Step::Element(_) => groups.entry(None).or_default().push(step.clone()),
            _ => {}
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn members<'s>(node: &'s Node, key: &str) -> impl Iterator<Item = &'s crate::document::Member> {
    node.get(key).map(Node::members).unwrap_or_default().iter()
}

fn is_true(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
}

fn deprecated(node: &Node, part: &mut Part) {
    if is_true(node, "deprecated") {
        part.facts.insert("deprecated".into(), Value::Note(String::new()));
    }
}

fn servers(node: &Node, part: &mut Part) {
    let servers = node.get("servers").map(Node::elements).unwrap_or_default();
    let urls: Words = servers.iter().map(server).collect();
    if !urls.is_empty() {
        part.facts.insert("servers".into(), Value::Choice(urls));
    }
}

/// The URL, and what its variables can be.
fn server(node: &Node) -> String {
    let mut text = node.get("url").and_then(Node::as_str).unwrap_or_default().to_owned();
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

/// Names of media types are the same in any case, and so is a space after `;`.
fn media_type_name(name: &str) -> String {
    name.split(';').map(str::trim).collect::<Vec<_>>().join(";").to_lowercase()
}
