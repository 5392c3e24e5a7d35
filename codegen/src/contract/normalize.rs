//! Reads schemas of either dialect into one form.
//!
//! What only looks different becomes the same here: `nullable` and a `null` type
//! or alternative, an `allOf` and its elements side by side, alternatives of
//! different types and a list of types, a reference and what it refers to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::constraint::{Bound, Number, Range, Value, Words};
use super::graph::{Keyword, Step};
use crate::document::pointer::Pointer;
use crate::document::{Node, Value as Json};

/// References to references, and `allOf` in `allOf`, are followed this far.
const MAX_NESTING: usize = 100;

/// Schemas of which all apply to one value. None of them: any value will do.
pub(super) type Recipe<'s> = Vec<&'s Node>;

/// What a schema says about a value, without what it says about its parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema<'s> {
    /// The types apart from null; `None` is any.
    types: Option<Words>,
    null: bool,
    facts: BTreeMap<Keyword, Value>,
    pub(super) children: BTreeMap<Step, Recipe<'s>>,
    pub(super) required: BTreeSet<String>,
    pub(super) component: Option<String>,
    groups: Vec<Vec<Recipe<'s>>>,
}

impl<'s> Schema<'s> {
    fn fact(name: &'static str, text: String) -> Self {
        let facts = BTreeMap::from([(name.into(), Value::Text(text))]);
        Self { facts, ..Self::default() }
    }

    fn null_only() -> Self {
        Self { types: Some(Words::new()), null: true, ..Self::default() }
    }

    fn is_null_only(&self) -> bool {
        self.null && self.types.as_ref().is_some_and(Words::is_empty)
    }

    fn says_only_types(&self) -> bool {
        self.children.is_empty() && self.required.is_empty() && self.groups.is_empty()
    }

    fn admits_null(&self) -> bool {
        self.null || self.types.is_none()
    }

    /// The facts, with those about types, and the alternatives as children.
    pub(super) fn finish(mut self) -> Self {
        let null_only = self.is_null_only();
        if let Some(types) = self.types.take() {
            let types = if null_only { Words::from(["null".to_owned()]) } else { types };
            self.facts.insert("type".into(), Value::Types(without_covered(types)));
        }
        if self.null && !null_only {
            self.facts.insert("nullable".into(), Value::Permission);
        }
        for (group, alternatives) in self.groups.drain(..).enumerate() {
            for (index, recipe) in alternatives.into_iter().enumerate() {
                self.children.insert(Step::Alternative(group, index), recipe);
            }
        }
        self
    }

    pub(super) fn into_facts(self) -> BTreeMap<Keyword, Value> {
        self.facts
    }

    /// What must satisfy both says; `None` where one schema cannot say it.
    fn and(&self, other: &Self) -> Option<Self> {
        if self.interferes(other) || other.interferes(self) || other.overlooks(self) {
            return None;
        }
        let mut both = self.clone();
        (both.types, both.null) = self.types_in_both(other);
        for (keyword, value) in &other.facts {
            let value = match both.facts.remove(keyword) {
                Some(nearer) => nearer.and(value.clone()),
                None => value.clone(),
            };
            both.facts.insert(keyword.clone(), value);
        }
        for (step, recipe) in &other.children {
            let joined = both.children.entry(step.clone()).or_default();
            for &node in recipe {
                if !joined.iter().any(|there| std::ptr::eq(*there, node)) {
                    joined.push(node);
                }
            }
        }
        both.required.extend(other.required.iter().cloned());
        both.groups.extend(other.groups.iter().cloned());
        both.component = match (&self.component, &other.component) {
            (Some(_), Some(_)) => None,
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Some(both)
    }

    fn types_in_both(&self, other: &Self) -> (Option<Words>, bool) {
        match (&self.types, &other.types) {
            (None, None) => (None, self.null || other.null),
            (Some(a), Some(b)) => {
                let both = Value::Types(a.clone()).and(Value::Types(b.clone()));
                let Value::Types(types) = both else { return (None, false) };
                (Some(types), self.null && other.null)
            }
            (one, another) => {
                (one.clone().or_else(|| another.clone()), self.admits_null() && other.admits_null())
            }
        }
    }

    /// Whether a keyword here speaks of what its neighbours in the same schema leave
    /// unsaid, and `other` says more; or cannot be joined by "and".
    fn interferes(&self, other: &Self) -> bool {
        let unsaid = |step: &Step| match step {
            Step::Property(_) | Step::Keyed("patternProperties", _) => {
                !self.children.contains_key(step)
            }
            _ => false,
        };
        let not_joined = |keyword| self.has(keyword) && other.has(keyword);
        self.has("additionalProperties") && other.children.keys().any(unsaid)
            || self.has("items") && other.children.keys().any(is_prefix_item)
            || ["contains", "not", "if", "then", "else"].into_iter().any(not_joined)
    }

    fn has(&self, keyword: &'static str) -> bool {
        self.children.contains_key(&Step::Keyword(keyword))
    }

    /// Whether `unevaluated...` here, inside of `around`, does not see all of it.
    fn overlooks(&self, around: &Self) -> bool {
        let unevaluated = |step: &Step| {
            matches!(step, Step::Keyword("unevaluatedProperties" | "unevaluatedItems"))
        };
        self.children.keys().any(unevaluated) && !around.children.is_empty()
    }
}

fn is_prefix_item(step: &Step) -> bool {
    matches!(step, Step::Keyed("prefixItems", _))
}

/// A number includes the integers.
fn without_covered(mut types: Words) -> Words {
    if types.contains("number") {
        types.remove("integer");
    }
    types
}

/// Keywords that say nothing about values.
const ANNOTATIONS: [&str; 12] = [
    "title",
    "description",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "$schema",
    "$id",
    "$anchor",
    "$defs",
    "definitions",
    "summary",
];
/// Keywords that are read before the others, or after them.
const STRUCTURE: [&str; 8] =
    ["$ref", "type", "nullable", "enum", "const", "allOf", "anyOf", "oneOf"];
/// Keywords that hold one schema.
const HOLDS_ONE: [&str; 12] = [
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
    "additionalItems",
];
/// Keywords that hold schemas by name or number.
const HOLDS_MANY: [&str; 3] = ["prefixItems", "patternProperties", "dependentSchemas"];
/// Least, greatest, and what both are bounds of. A count has 0 as its least anyway.
const BOUNDS: [(&str, &str, &str); 5] = [
    ("minLength", "maxLength", "length"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "properties"),
    ("minContains", "maxContains", "contains"),
    ("minimum", "maximum", "value"),
];
/// Patterns that every text has.
const PATTERNS_OF_ANYTHING: [&str; 6] = ["", ".*", "^", "^.*", "^.*$", "^(?:.*)$"];

/// Reads the schemas of one document.
pub(super) struct Schemas<'s> {
    root: &'s Node,
    /// In OpenAPI 3.0 nothing beside `$ref` counts.
    lone_references: bool,
    known: HashMap<*const Node, Rc<Schema<'s>>>,
    /// The schemas being read just now, outermost first.
    open: Vec<*const Node>,
}

impl<'s> Schemas<'s> {
    pub(super) fn new(root: &'s Node, lone_references: bool) -> Self {
        Self { root, lone_references, known: HashMap::new(), open: Vec::new() }
    }

    /// The schema that `node` says everything of by referring to it, and what the
    /// last reference calls it; `node` itself where it says more.
    pub(super) fn follow(&self, node: &'s Node) -> (&'s Node, Option<String>) {
        let (mut node, mut name) = (node, None);
        for _ in 0..MAX_NESTING {
            let Some(at) = self.mere_reference(node) else { break };
            let Some(target) = self.root.find(&at) else { break };
            (node, name) = (target, at.last());
        }
        (node, name)
    }

    fn mere_reference(&self, node: &Node) -> Option<Pointer> {
        let at = Pointer::from_reference(node.get("$ref")?.as_str()?)?;
        let says_nothing = |key: &str| key == "$ref" || is_annotation(key);
        let mere = self.lone_references || node.members().iter().all(|m| says_nothing(&m.key));
        mere.then_some(at)
    }

    /// The one schema that says what all of `recipe` say.
    pub(super) fn joined(&mut self, recipe: &[&'s Node]) -> Schema<'s> {
        let mut joined = Schema::default();
        for node in recipe {
            self.join(&mut joined, node);
        }
        joined
    }

    fn join(&mut self, schema: &mut Schema<'s>, node: &'s Node) {
        let other = self.schema(node);
        if schema.is_unset() {
            *schema = (*other).clone();
        } else if let Some(both) = schema.and(&other) {
            *schema = both;
        } else {
            let index = schema.children.keys().filter(|s| matches!(s, Step::Element(_))).count();
            schema.children.insert(Step::Element(index), vec![node]);
        }
    }

    fn schema(&mut self, node: &'s Node) -> Rc<Schema<'s>> {
        let address = std::ptr::from_ref(node);
        if let Some(known) = self.known.get(&address) {
            return Rc::clone(known);
        }
        if self.open.contains(&address) || self.open.len() >= MAX_NESTING {
            return Rc::new(Schema::fact("endless reference", reference_or_json(node)));
        }
        self.open.push(address);
        let schema = Rc::new(self.read(node));
        self.open.pop();
        self.known.insert(address, Rc::clone(&schema));
        schema
    }

    fn read(&mut self, node: &'s Node) -> Schema<'s> {
        match &node.value {
            Json::Object(_) => {}
            Json::Null | Json::Bool(true) => return Schema::default(),
            Json::Bool(false) => {
                return Schema { types: Some(Words::new()), ..Schema::default() };
            }
            _ => return Schema::fact("not a schema", canonical(node)),
        }
        let reference = node.get("$ref").and_then(Node::as_str);
        if let (Some(reference), true) = (reference, self.lone_references) {
            return self.referred(reference);
        }
        let mut schema = own(node);
        if let Some(reference) = reference {
            let referred = self.referred(reference);
            match schema.is_unset() {
                true => schema = referred,
                false => match schema.and(&referred) {
                    Some(both) => schema = both,
                    None => {
                        schema.facts.insert("$ref".into(), Value::Text(reference.into()));
                    }
                },
            }
        }
        for element in elements(node, "allOf") {
            self.join(&mut schema, element);
        }
        for keyword in ["anyOf", "oneOf"] {
            let alternatives = self.alternatives(elements(node, keyword), keyword == "oneOf");
            match schema.is_unset() {
                true => schema = alternatives,
                false => match schema.and(&alternatives) {
                    Some(both) => schema = both,
                    None => schema.groups.push(recipes(elements(node, keyword))),
                },
            }
        }
        // Strictly, `nullable` beside an `allOf` or `oneOf` allows nothing that
        // they do not; whoever writes it there means that null is allowed.
        if node.get("nullable").and_then(Node::as_bool) == Some(true) && !schema.is_null_only() {
            schema.null = schema.types.is_some() || !schema.groups.is_empty();
        }
        schema
    }

    fn referred(&mut self, reference: &str) -> Schema<'s> {
        let target = Pointer::from_reference(reference).and_then(|at| {
            let target = self.root.find(&at)?;
            Some((at.last(), target))
        });
        match target {
            Some((name, target)) => {
                let mut schema = (*self.schema(target)).clone();
                schema.component = name;
                schema
            }
            None => Schema::fact("unresolved reference", reference.to_owned()),
        }
    }

    fn alternatives(&mut self, nodes: &'s [Node], exclusive: bool) -> Schema<'s> {
        let mut null = false;
        let mut alternatives = Vec::new();
        for node in nodes {
            let schema = self.schema(node);
            match schema.is_null_only() {
                true => null = true,
                false => alternatives.push((node, schema)),
            }
        }
        let mut schema = match &alternatives[..] {
            [] if null => return Schema::null_only(),
            [] => return Schema::default(),
            [(_, only)] => (**only).clone(),
            several => match as_one(several) {
                Some(one) => one,
                None => grouped(several, exclusive),
            },
        };
        schema.null |= null && (schema.types.is_some() || !schema.groups.is_empty());
        schema
    }
}

impl Schema<'_> {
    fn is_unset(&self) -> bool {
        self.types.is_none() && !self.null && self.facts.is_empty() && self.says_only_types()
    }
}

fn grouped<'s>(alternatives: &[(&'s Node, Rc<Schema<'s>>)], exclusive: bool) -> Schema<'s> {
    let group = alternatives.iter().map(|(node, _)| vec![*node]).collect();
    let mut schema = Schema { groups: vec![group], ..Schema::default() };
    if exclusive {
        schema.facts.insert("oneOf".into(), Value::Limit);
    }
    schema
}

/// Alternatives that differ by type alone are one schema with several types: every
/// other keyword speaks of values of one type only. So are mere lists of values.
fn as_one<'s>(alternatives: &[(&'s Node, Rc<Schema<'s>>)]) -> Option<Schema<'s>> {
    let mut one = (*alternatives.first()?.1).clone();
    one.component = None;
    for (_, next) in &alternatives[1..] {
        let types = next.types.as_ref()?;
        let (Some(here), true) = (&one.types, next.groups.is_empty() && one.groups.is_empty())
        else {
            return None;
        };
        let values = |schema: &Schema| match schema.facts.get("enum") {
            Some(Value::Choice(words)) => Some(words.clone()),
            _ => None,
        };
        let all_types = here | types;
        match (values(&one), values(next)) {
            (Some(a), Some(b)) => {
                let plain = |s: &Schema| s.facts.len() == 1 && s.says_only_types();
                if !(plain(&one) && plain(next)) {
                    return None;
                }
                one.facts.insert("enum".into(), Value::Choice(&a | &b));
            }
            (None, None) => {
                let overlap =
                    !here.is_disjoint(types) || without_covered(all_types.clone()) != all_types;
                let bare = |s: &Schema| s.facts.is_empty() && s.says_only_types();
                if overlap && !(bare(&one) && bare(next)) || !one.has_apart_from(next) {
                    return None;
                }
                one.facts.extend(next.facts.clone());
                one.children.extend(next.children.clone());
                one.required.extend(next.required.iter().cloned());
            }
            _ => return None,
        }
        one.types = Some(all_types);
        one.null |= next.null;
    }
    Some(one)
}

impl Schema<'_> {
    /// Whether the two have no keyword in common and none that is about all types.
    fn has_apart_from(&self, other: &Self) -> bool {
        let about_all = |schema: &Self| {
            schema.facts.values().any(|value| matches!(value, Value::Text(_)))
                || schema.children.keys().any(|step| {
                    matches!(step, Step::Keyword("not" | "if" | "then" | "else") | Step::Element(_))
                })
        };
        !about_all(self)
            && !about_all(other)
            && !self.facts.keys().any(|keyword| other.facts.contains_key(keyword))
            && !self.children.keys().any(|step| other.children.contains_key(step))
    }
}

fn elements<'s>(node: &'s Node, keyword: &str) -> &'s [Node] {
    node.get(keyword).map(Node::elements).unwrap_or_default()
}

fn recipes(nodes: &[Node]) -> Vec<Recipe<'_>> {
    nodes.iter().map(|node| vec![node]).collect()
}

fn reference_or_json(node: &Node) -> String {
    node.get("$ref")
        .and_then(Node::as_str)
        .map_or_else(|| "nested too deeply".into(), str::to_owned)
}

/// What the keywords of `node` say, apart from those that bring in other schemas.
fn own(node: &Node) -> Schema<'_> {
    let mut schema = Schema::default();
    types(node, &mut schema);
    values(node, &mut schema);
    bounds(node, &mut schema.facts);
    for member in node.members() {
        let (key, value) = (member.key.as_str(), &member.node);
        if let Some(keyword) = HOLDS_ONE.iter().find(|keyword| **keyword == key) {
            one_child(keyword, value, &mut schema);
        } else if let Some(keyword) = HOLDS_MANY.iter().find(|keyword| **keyword == key) {
            many_children(keyword, value, &mut schema);
        } else {
            keyword(key, value, &mut schema);
        }
    }
    schema
}

fn types(node: &Node, schema: &mut Schema) {
    let Some(value) = node.get("type") else { return };
    let mut types: Words = match &value.value {
        Json::String(name) => Words::from([name.clone()]),
        Json::Array(names) => names.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        _ => {
            schema.facts.insert("type".into(), Value::Text(canonical(value)));
            return;
        }
    };
    let nullable = node.get("nullable").and_then(Node::as_bool) == Some(true);
    schema.null = types.remove("null") || nullable;
    schema.types = Some(types);
}

/// `enum` and `const`. Whether null is among the values is said by `nullable`.
fn values(node: &Node, schema: &mut Schema) {
    let listed = node.get("enum").map(Node::elements);
    let constant = node.get("const").map(std::slice::from_ref);
    for values in [listed, constant].into_iter().flatten() {
        let null = values.iter().any(|value| value.value == Json::Null);
        let others = || values.iter().filter(|value| value.value != Json::Null);
        if null && others().next().is_none() {
            *schema = Schema::null_only();
            return;
        }
        if schema.types.is_none() {
            let types = others().map(|value| type_of(value).to_owned()).collect();
            schema.types = Some(without_covered(types));
            schema.null = null;
        }
        let words = Value::Choice(others().map(canonical).collect());
        let words = match schema.facts.remove("enum") {
            Some(there) => there.and(words),
            None => words,
        };
        schema.facts.insert("enum".into(), words);
    }
}

/// `1.0` is an integer too.
fn type_of(value: &Node) -> &'static str {
    match number(value) {
        Some(Number::Integer(_)) => "integer",
        _ => value.type_name(),
    }
}

fn bounds(node: &Node, facts: &mut BTreeMap<Keyword, Value>) {
    for (least, greatest, of) in BOUNDS {
        let counted = of != "value";
        let bound = |keyword: &str, exclusive| {
            let at = node.get(keyword).and_then(number)?;
            Some(Bound { at, exclusive })
        };
        let flag = |keyword: &str| node.get(keyword).and_then(Node::as_bool) == Some(true);
        let mut range = Range {
            least: bound(least, !counted && flag("exclusiveMinimum"))
                .filter(|least| !(counted && least.at == Number::Integer(0) && of != "contains")),
            greatest: bound(greatest, !counted && flag("exclusiveMaximum")),
        };
        if !counted {
            range = range.and(Range {
                least: bound("exclusiveMinimum", true),
                greatest: bound("exclusiveMaximum", true),
            });
        }
        if range != Range::default() {
            facts.insert(of.into(), Value::Range(range));
        }
    }
}

fn one_child<'s>(keyword: &'static str, node: &'s Node, schema: &mut Schema<'s>) {
    let everything = matches!(node.value, Json::Null | Json::Bool(true));
    if keyword == "items" && matches!(node.value, Json::Array(_)) {
        // The form of older drafts.
        many_children("prefixItems", node, schema);
    } else if !everything || Step::Keyword(keyword).limits_by_standing_there() {
        schema.children.insert(Step::Keyword(keyword), vec![node]);
    }
}

fn many_children<'s>(keyword: &'static str, node: &'s Node, schema: &mut Schema<'s>) {
    for (index, element) in node.elements().iter().enumerate() {
        schema.children.insert(Step::Keyed(keyword, index.to_string()), vec![element]);
    }
    for member in node.members() {
        schema.children.insert(Step::Keyed(keyword, member.key.clone()), vec![&member.node]);
    }
}

fn keyword<'s>(key: &str, node: &'s Node, schema: &mut Schema<'s>) {
    let said = node.as_bool() != Some(false);
    let text = || node.as_str().map_or_else(|| canonical(node), str::to_owned);
    let (keyword, value): (Keyword, Value) = match key {
        "required" => {
            let names = node.elements().iter().filter_map(Node::as_str).map(str::to_owned);
            schema.required.extend(names);
            return;
        }
        "properties" => {
            for member in node.members() {
                schema.children.insert(Step::Property(member.key.clone()), vec![&member.node]);
            }
            return;
        }
        "discriminator" => {
            let property = node.get("propertyName").and_then(Node::as_str).unwrap_or_default();
            ("discriminator".into(), Value::Note(discriminator(property, node)))
        }
        "pattern" if PATTERNS_OF_ANYTHING.contains(&text().as_str()) => return,
        "pattern" => ("pattern".into(), Value::Demand(Words::from([text()]))),
        "format" => ("format".into(), Value::Format(text())),
        "multipleOf" => match number(node) {
            Some(number) => ("multipleOf".into(), Value::Multiple(number)),
            None => ("multipleOf".into(), Value::Text(text())),
        },
        "uniqueItems" if said => ("uniqueItems".into(), Value::Limit),
        "readOnly" if said => ("readOnly".into(), Value::Note(String::new())),
        "writeOnly" if said => ("writeOnly".into(), Value::Note(String::new())),
        "deprecated" if said => ("deprecated".into(), Value::Note(String::new())),
        "default" => ("default".into(), Value::Note(canonical(node))),
        "dependentRequired" => {
            for member in node.members() {
                let names = member.node.elements().iter().filter_map(Node::as_str);
                let names = names.map(str::to_owned).collect();
                let keyword = format!("dependentRequired {}", member.key);
                schema.facts.insert(keyword.into(), Value::Demand(names));
            }
            return;
        }
        "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => return,
        "exclusiveMinimum" | "exclusiveMaximum" if node.as_bool().is_some() => return,
        _ if is_annotation(key) || STRUCTURE.contains(&key) => return,
        _ if is_bound(key) && number(node).is_some() => return,
        _ => (key.to_owned().into(), Value::Text(text())),
    };
    schema.facts.insert(keyword, value);
}

fn is_annotation(key: &str) -> bool {
    key.starts_with("x-") || ANNOTATIONS.contains(&key)
}

fn is_bound(key: &str) -> bool {
    key.starts_with("exclusive")
        || BOUNDS.iter().any(|(least, greatest, _)| [*least, *greatest].contains(&key))
}

/// The property that tells alternatives apart, and the values that are mapped.
/// What they are mapped to are components, whose names are no facts.
fn discriminator(property: &str, node: &Node) -> String {
    let mapping = node.get("mapping").map(Node::members).unwrap_or_default();
    let mut values: Vec<&str> = mapping.iter().map(|member| member.key.as_str()).collect();
    values.sort_unstable();
    match values.is_empty() {
        true => property.to_owned(),
        false => format!("{property}: {}", values.join(" | ")),
    }
}

fn number(node: &Node) -> Option<Number> {
    match node.value {
        Json::Integer(number) => Some(Number::Integer(number)),
        Json::Float(number) => Some(Number::from_float(number)),
        _ => None,
    }
}

/// The JSON of a value, with keys in order and numbers in one form.
pub(super) fn canonical(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match &node.value {
        Json::Array(elements) => format!("[{}]", list(elements.iter().map(canonical).collect())),
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.key.cmp(&b.key));
            let member =
                |m: &&crate::document::Member| format!("{}:{}", quoted(&m.key), canonical(&m.node));
            format!("{{{}}}", list(members.iter().map(member).collect()))
        }
        Json::String(text) => quoted(text),
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(_) | Json::Float(_) => {
            number(node).map(|number| number.to_string()).unwrap_or_default()
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
