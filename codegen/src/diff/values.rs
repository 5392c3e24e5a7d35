//! The values that travel between clients and the API: those of parameters, headers and
//! bodies, in pairs of both documents.
//!
//! What one side sends is matched with what the other side expects in its place: a status
//! with the same status, its range or `default`, a media type with the same or a range.

use std::collections::{BTreeMap, BTreeSet};

use super::align::media_type_covers;
use super::inclusion::{WireForm, WireSchema};
use super::place::Place;
use crate::contract::{IGNORED_HEADERS, METHODS, WireDirection, media_type_name, path_template};
use crate::document::resolver::{ReferenceTarget, Resolver};
use crate::document::{Member, Node, reference};

/// References to references that are followed.
const MAX_REFERENCES: usize = 100;
/// Callbacks of callbacks that are followed.
const MAX_CALLBACKS: usize = 3;

/// A value of one document.
#[derive(Clone, Debug)]
pub(super) struct WireValue<'d> {
    pub(super) schema: &'d Node,
    pub(super) form: WireForm,
    /// The members of a form that are JSON.
    pub(super) typed_fields: Vec<&'d str>,
    /// The media type object.
    pub(super) media_type: Option<&'d Node>,
}

impl WireValue<'_> {
    fn is_item(&self) -> bool {
        let item = self.media_type.and_then(|media_type| media_type.get("itemSchema"));
        item.is_some_and(|item| std::ptr::eq(item, self.schema))
    }

    pub(super) fn on_wire(&self) -> WireSchema<'_> {
        WireSchema { node: self.schema, form: self.form, typed_fields: &self.typed_fields }
    }
}

/// A value of both documents.
#[derive(Clone, Debug)]
pub(super) struct ValuePair<'d> {
    /// The place of the value first, then that of the revision that it is matched with.
    pub(super) places: Vec<Place>,
    pub(super) direction: WireDirection,
    pub(super) base: WireValue<'d>,
    pub(super) revision: WireValue<'d>,
}

impl ValuePair<'_> {
    /// Returns whether a body in XML has a component of another name, which is by default
    /// the name of the element.
    pub(super) fn is_renamed_xml(&self) -> bool {
        let is_xml = |place: &Place| place.parts.last().is_some_and(|part| part.ends_with("xml"));
        self.places.iter().any(is_xml) && names(self.base.schema) != names(self.revision.schema)
    }
}

/// Returns the names of the components that a schema consists of, or has as alternatives.
fn names(schema: &Node) -> BTreeSet<&str> {
    let alternatives = ["anyOf", "oneOf"].iter().flat_map(|keyword| elements(schema, keyword));
    std::iter::once(schema).chain(alternatives).filter_map(reference::schema_name).collect()
}

/// The values of two documents.
#[derive(Debug, Default)]
pub(super) struct ValuePairs<'d> {
    pub(super) list: Vec<ValuePair<'d>>,
    /// Responses that only one side names, and the other covers by a range or `default`.
    pub(super) covered: BTreeSet<Place>,
}

/// Matches the values of two documents. A missing schema is that of `anything`.
pub(super) fn pairs<'d>(base: &'d Node, revision: &'d Node, anything: &'d Node) -> ValuePairs<'d> {
    let resolvers = [base, revision].map(Resolver::new);
    let base = DocumentReader { root: base, anything, resolver: &resolvers[0] };
    let revision = DocumentReader { root: revision, anything, resolver: &resolvers[1] };
    let mut old: BTreeMap<_, _> =
        base.operations().into_iter().map(|operation| (operation.key.clone(), operation)).collect();
    let mut pairs = ValuePairs::default();
    for new in revision.operations() {
        if let Some(old) = old.remove(&new.key) {
            let matcher = OperationMatcher { base, revision, new: &new, direction: new.direction };
            matcher.add_to(&mut pairs, &old);
        }
    }
    pairs
}

/// An operation, and the names by which it is matched.
#[derive(Clone, Debug)]
pub(super) struct PlacedOperation<'d> {
    pub(super) key: Vec<String>,
    pub(super) place: Place,
    /// The direction of its requests.
    direction: WireDirection,
    path: &'d str,
    pub(super) item: &'d Node,
    pub(super) node: &'d Node,
}

impl PlacedOperation<'_> {
    /// Returns whether the API calls it.
    pub(super) fn is_incoming(&self) -> bool {
        self.direction == WireDirection::Response || !self.place.parts.is_empty()
    }
}

/// Reads one document.
#[derive(Clone, Copy)]
struct DocumentReader<'r, 'd> {
    root: &'d Node,
    anything: &'d Node,
    resolver: &'r Resolver<'d>,
}

/// Returns the operations, webhooks and callbacks of a document.
pub(super) fn operations(root: &Node) -> Vec<PlacedOperation<'_>> {
    DocumentReader { root, anything: root, resolver: &Resolver::new(root) }.operations()
}

impl<'d> DocumentReader<'_, 'd> {
    fn operations(self) -> Vec<PlacedOperation<'d>> {
        let mut operations = Vec::new();
        for path in members(self.root, "paths").iter().filter(|path| path.key.starts_with('/')) {
            let item = self.resolved(&path.node);
            for (method, node) in methods(item) {
                let key = vec![method.clone(), path_template(&path.key).join("{}")];
                let place =
                    Place { operation: format!("{method} {}", path.key), parts: Vec::new() };
                let direction = WireDirection::Request;
                operations.push(PlacedOperation {
                    key,
                    place,
                    direction,
                    path: &path.key,
                    item,
                    node,
                });
            }
        }
        for webhook in members(self.root, "webhooks") {
            let item = self.resolved(&webhook.node);
            for (method, node) in methods(item) {
                let operation = format!("{method} webhook {}", webhook.key);
                let key = vec![operation.clone()];
                let place = Place { operation, parts: Vec::new() };
                let direction = WireDirection::Response;
                operations.push(PlacedOperation { key, place, direction, path: "", item, node });
            }
        }
        self.add_callbacks(&mut operations);
        operations
    }

    fn add_callbacks(self, operations: &mut Vec<PlacedOperation<'d>>) {
        let mut outer = 0..operations.len();
        for _ in 0..MAX_CALLBACKS {
            for index in outer.clone() {
                let callbacks = self.callbacks(&operations[index]);
                operations.extend(callbacks);
            }
            outer = outer.end..operations.len();
        }
    }

    fn callbacks(self, operation: &PlacedOperation<'d>) -> Vec<PlacedOperation<'d>> {
        let mut callbacks = Vec::new();
        for callback in members(operation.node, "callbacks") {
            for path in self.resolved(&callback.node).members() {
                let item = self.resolved(&path.node);
                for (method, node) in methods(item) {
                    let name = format!("{method} callback {} {}", callback.key, path.key);
                    let mut called = PlacedOperation { item, node, path: "", ..operation.clone() };
                    called.direction = called.direction.reversed();
                    called.key.push(name.clone());
                    called.place.parts.push(name);
                    callbacks.push(called);
                }
            }
        }
        callbacks
    }

    fn resolved(self, node: &'d Node) -> &'d Node {
        let mut end = node;
        for _ in 0..MAX_REFERENCES {
            match end.get_str("$ref").map(|reference| self.resolver.target(end, reference)) {
                Some(ReferenceTarget::Node(next)) => end = next,
                _ => break,
            }
        }
        end
    }

    /// Returns the parameters by name, or in a path by their order, with their labels.
    fn parameters(self, operation: &PlacedOperation<'d>) -> BTreeMap<String, (String, &'d Node)> {
        let names: Vec<_> = operation.path.split(['{', '}']).skip(1).step_by(2).collect();
        let mut parameters = BTreeMap::new();
        let own = elements(operation.node, "parameters").iter();
        for node in elements(operation.item, "parameters").iter().chain(own) {
            let node = self.resolved(node);
            let location = node.get_str("in").unwrap_or_default();
            let mut name = node.get_str("name").unwrap_or_default().to_owned();
            if location == "header" {
                name.make_ascii_lowercase();
                if IGNORED_HEADERS.contains(&name.as_str()) {
                    continue;
                }
            }
            let label = format!("{location} {name}");
            let index = names.iter().position(|known| *known == name);
            let key = match index.filter(|_| location == "path") {
                Some(index) => format!("path {index}"),
                None => label.clone(),
            };
            parameters.insert(key, (label, node));
        }
        parameters
    }

    /// Returns the value of a parameter or header that has no `content`.
    fn value(self, node: &'d Node, default_style: &str) -> WireValue<'d> {
        let schema = node.get("schema").unwrap_or(self.anything);
        let style = node.get_str("style").unwrap_or(default_style);
        let explode = node.get("explode").and_then(Node::as_bool).unwrap_or(style == "form");
        let form = match (style, explode) {
            ("form", true) | ("deepObject", _) => WireForm::Text,
            _ => WireForm::JoinedText,
        };
        WireValue { schema, form, typed_fields: Vec::new(), media_type: None }
    }

    /// Returns the values under `content`, by media type.
    fn contents(self, node: &'d Node) -> BTreeMap<String, Vec<WireValue<'d>>> {
        let content = members(node, "content").iter().map(|member| {
            let name = media_type_name(&member.key);
            let form = WireForm::of_media_type(&name);
            // The items of a stream are read one by one, whatever is around them.
            let schemas = [("schema", form), ("itemSchema", WireForm::Typed)];
            let found = schemas.map(|(key, form)| Some((member.node.get(key)?, form)));
            let mut schemas: Vec<_> = found.into_iter().flatten().collect();
            if schemas.is_empty() {
                schemas.push((self.anything, form));
            }
            let typed_fields = typed_fields(&member.node);
            let value = |(schema, form)| WireValue {
                schema,
                form,
                typed_fields: typed_fields.clone(),
                media_type: Some(&member.node),
            };
            (name, schemas.into_iter().map(value).collect())
        });
        content.collect()
    }

    fn headers(self, response: &'d Node) -> BTreeMap<String, &'d Node> {
        let headers = members(response, "headers").iter();
        let named = headers.map(|header| (header.key.to_lowercase(), self.resolved(&header.node)));
        named.filter(|(name, _)| name != "content-type").collect()
    }

    fn responses(self, operation: &PlacedOperation<'d>) -> BTreeMap<String, &'d Node> {
        let responses = members(operation.node, "responses").iter();
        let responses = responses.filter(|member| !member.key.starts_with("x-"));
        let status = |member: &Member| match member.key.to_uppercase().as_str() {
            "DEFAULT" => "default".to_owned(),
            status => status.to_owned(),
        };
        responses.map(|member| (status(member), self.resolved(&member.node))).collect()
    }
}

/// Returns the fields of a form that are said to be JSON.
fn typed_fields(media_type: &Node) -> Vec<&str> {
    let encodings = members(media_type, "encoding").iter();
    let is_typed = |member: &&Member| {
        let names = member.node.get_str("contentType").unwrap_or("text/plain");
        names.split(',').all(|name| WireForm::of_media_type(name) == WireForm::Typed)
    };
    encodings.filter(is_typed).map(|member| member.key.as_str()).collect()
}

/// Matches the values of an operation.
struct OperationMatcher<'m, 'd> {
    base: DocumentReader<'m, 'd>,
    revision: DocumentReader<'m, 'd>,
    new: &'m PlacedOperation<'d>,
    direction: WireDirection,
}

impl<'d> OperationMatcher<'_, 'd> {
    fn add_to(&self, pairs: &mut ValuePairs<'d>, old: &PlacedOperation<'d>) {
        let old_parameters = self.base.parameters(old);
        for (key, (label, new)) in self.revision.parameters(self.new) {
            if let Some((_, old)) = old_parameters.get(&key) {
                let is_form = ["query", "cookie"].iter().any(|location| key.starts_with(location));
                let style = if is_form { "form" } else { "simple" };
                self.add_values(pairs, self.direction, &[self.place(&[&label])], (old, new), style);
            }
        }
        if let (Some(old), Some(new)) =
            (old.node.get("requestBody"), self.new.node.get("requestBody"))
        {
            let (old, new) = (self.base.resolved(old), self.revision.resolved(new));
            self.add_contents(pairs, self.direction, &[self.place(&["request"])], (old, new));
        }
        let responses = (self.base.responses(old), self.revision.responses(self.new));
        let statuses: BTreeSet<_> = responses.0.keys().chain(responses.1.keys()).collect();
        for status in statuses {
            let found = (covering(&responses.0, status), covering(&responses.1, status));
            if let (Some(old), Some(new)) = found {
                self.add_response(pairs, status, old, new);
            }
        }
    }

    fn add_response(
        &self,
        pairs: &mut ValuePairs<'d>,
        status: &str,
        (old_status, old): (&str, &'d Node),
        (new_status, new): (&str, &'d Node),
    ) {
        let direction = self.direction.reversed();
        let places = [self.place(&[status]), self.place(&[new_status])];
        let is_matched = self.add_contents(pairs, direction, &places, (old, new));
        if is_matched && old_status != new_status {
            pairs.covered.insert(places[0].clone());
        }
        let (old, new) = (self.base.headers(old), self.revision.headers(new));
        for (name, new) in new {
            if let Some(old) = old.get(&name) {
                let label = format!("header {name}");
                let places = places.each_ref().map(|place| place.below(&label));
                self.add_values(pairs, direction, &places, (old, new), "simple");
            }
        }
    }

    /// Adds the values of a parameter or header.
    fn add_values(
        &self,
        pairs: &mut ValuePairs<'d>,
        direction: WireDirection,
        places: &[Place],
        (old, new): (&'d Node, &'d Node),
        style: &str,
    ) {
        let contents = (self.base.contents(old), self.revision.contents(new));
        if !contents.0.is_empty() && !contents.1.is_empty() {
            self.add_contents(pairs, direction, places, (old, new));
            return;
        }
        let only = |contents: BTreeMap<_, Vec<WireValue<'d>>>, otherwise| {
            contents.into_values().flatten().next().unwrap_or(otherwise)
        };
        pairs.list.push(ValuePair {
            places: places.to_vec(),
            direction,
            base: only(contents.0, self.base.value(old, style)),
            revision: only(contents.1, self.revision.value(new, style)),
        });
    }

    /// Adds the contents that both sides have. Returns whether the revision has all of the
    /// base.
    fn add_contents(
        &self,
        pairs: &mut ValuePairs<'d>,
        direction: WireDirection,
        places: &[Place],
        (old, new): (&'d Node, &'d Node),
    ) -> bool {
        let (old, new) = (self.base.contents(old), self.revision.contents(new));
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let mut is_matched = true;
        for name in names {
            let (Some((_, bases)), Some((new_name, revisions))) =
                (media_type(&old, name), media_type(&new, name))
            else {
                is_matched &= !old.contains_key(name);
                continue;
            };
            let below = |place: &Place| [name, new_name].map(|name| place.below(name));
            let places: Vec<_> = places.iter().flat_map(below).collect();
            // A range of media types takes the form of what it is matched with.
            let on_wire = |value: &WireValue<'d>| match value.form {
                _ if value.is_item() => value.clone(),
                _ => WireValue { form: WireForm::of_media_type(name), ..value.clone() },
            };
            for (base, revision) in bases.iter().zip(revisions) {
                pairs.list.push(ValuePair {
                    places: places.clone(),
                    direction,
                    base: on_wire(base),
                    revision: on_wire(revision),
                });
            }
        }
        is_matched
    }

    fn place(&self, parts: &[&str]) -> Place {
        parts.iter().fold(self.new.place.clone(), |place, part| place.below(part))
    }
}

/// Returns the response that covers a status: the same, its range, or `default`.
fn covering<'r, 'd>(
    responses: &'r BTreeMap<String, &'d Node>,
    status: &str,
) -> Option<(&'r str, &'d Node)> {
    let range = format!("{}XX", status.get(..1).unwrap_or_default());
    let found =
        [status, &range, "default"].into_iter().find_map(|status| responses.get_key_value(status));
    found.map(|(status, node)| (status.as_str(), *node))
}

/// Returns the contents of a media type, or else those of the narrowest range.
fn media_type<'r, 'd>(
    contents: &'r BTreeMap<String, Vec<WireValue<'d>>>,
    name: &str,
) -> Option<(&'r String, &'r Vec<WireValue<'d>>)> {
    let covering = || {
        let covering = contents.iter().filter(|(outer, _)| media_type_covers(outer, name));
        covering.max_by_key(|(outer, _)| (!outer.contains('*'), outer.len()))
    };
    contents.get_key_value(name).or_else(covering)
}

fn methods(item: &Node) -> impl Iterator<Item = (String, &Node)> {
    let known = item.members().iter().filter(|member| METHODS.contains(&member.key.as_str()));
    let methods = known.chain(members(item, "additionalOperations"));
    methods.map(|member| (member.key.to_uppercase(), &member.node))
}

fn members<'d>(node: &'d Node, key: &str) -> &'d [Member] {
    node.get(key).map(Node::members).unwrap_or_default()
}

fn elements<'d>(node: &'d Node, key: &str) -> &'d [Node] {
    node.get(key).map(Node::elements).unwrap_or_default()
}
