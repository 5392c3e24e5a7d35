//! Schemas of OpenAPI 3.0 and 3.1 read into forms, keyword by keyword.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::constants::number;
use super::context::{ContextId, Contexts, ObjectContext};
use super::form::{Form, FormId, JsonType, NameSelector, TypeSet};
use super::numbers::{NumberLimit, Rational};
use super::search::OUT_OF_STEPS;
use super::wire_form::WireForm;
use super::{Dialect, InclusionChecker, InclusionOptions, SchemaDocument, WireSchema, formats};
use crate::document::resolver::{ReferenceTarget, Resolver};
use crate::document::{Member, Node, Value};

/// Schemas within schemas that are read at once; deeper ones are read when needed.
const MAX_DEPTH: usize = 40;

/// A schema, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct PlacedSchema<'d> {
    pub(super) node: &'d Node,
    /// The document: 0 for what is sent, 1 for what is accepted.
    pub(super) side: usize,
    /// Facts from surrounding schemas about the same object's properties.
    pub(super) context: ContextId,
    /// The form in which the value is written.
    pub(super) wire: WireForm,
    /// Set if the schema applies to the same value as the one that it stands in.
    pub(super) is_in_place: bool,
}

impl<'d> PlacedSchema<'d> {
    pub(super) fn node(&self) -> &'d Node {
        self.node
    }

    /// A schema for the same value.
    pub(super) fn in_place(&self, node: &'d Node) -> Self {
        Self { node, is_in_place: true, ..self.clone() }
    }

    /// A schema for a member of the value.
    pub(super) fn part(&self, node: &'d Node) -> Self {
        self.part_as(self.wire.of_member(), node)
    }

    /// A schema for an element of the value.
    pub(super) fn element(&self, node: &'d Node) -> Self {
        self.part_as(self.wire.of_element(), node)
    }

    fn part_as(&self, wire: WireForm, node: &'d Node) -> Self {
        let context = ContextId::default();
        Self { context, wire, is_in_place: false, ..self.in_place(node) }
    }

    pub(super) fn key(&self) -> SchemaKey {
        let node = std::ptr::from_ref(self.node).addr();
        (node, self.side, self.context, self.wire, self.is_in_place)
    }
}

/// Everything that decides how a schema is read, beginning with the address of its node.
pub(super) type SchemaKey = (usize, usize, ContextId, WireForm, bool);

/// The schemas in progress that are applied to the same value, outermost first.
#[derive(Debug, Default)]
struct InPlaceChain {
    keys: Vec<SchemaKey>,
    /// Those that were met again, and are read without alternatives.
    bare: Vec<SchemaKey>,
    /// Set if the outermost one can be put off in turn.
    can_wait: bool,
    /// Set if one of them had to be put off, being in progress for another value.
    is_cut: bool,
    /// Of how many schemas of the chain what was read last may be a consequence.
    outer: usize,
}

impl InPlaceChain {
    /// Returns whether what is read will not be used.
    fn is_abandoned(&self) -> bool {
        self.can_wait && self.is_cut
    }
}

/// State of reading schemas.
#[derive(Debug)]
pub(super) struct Normalizer<'d> {
    documents: [SchemaDocument<'d>; 2],
    references: [Rc<Resolver<'d>>; 2],
    pub(super) options: InclusionOptions,
    known: HashMap<SchemaKey, FormId>,
    in_progress: HashSet<SchemaKey>,
    deferred: Vec<PlacedSchema<'d>>,
    deferred_ids: HashMap<SchemaKey, usize>,
    opaque_count: usize,
    chain: InPlaceChain,
    pub(super) contexts: Contexts<'d>,
}

impl<'d> Normalizer<'d> {
    pub(super) fn new(documents: [SchemaDocument<'d>; 2], options: InclusionOptions) -> Self {
        let references = documents.map(|document| Rc::new(Resolver::new(document.root)));
        Self::with_references(documents, references, options)
    }

    /// A reader of the same documents, which may change sides.
    pub(super) fn another(&self, is_swapped: bool, options: InclusionOptions) -> Self {
        let (mut documents, mut references) = (self.documents, self.references.clone());
        if is_swapped {
            documents.swap(0, 1);
            references.swap(0, 1);
        }
        Self::with_references(documents, references, options)
    }

    fn with_references(
        documents: [SchemaDocument<'d>; 2],
        references: [Rc<Resolver<'d>>; 2],
        options: InclusionOptions,
    ) -> Self {
        Self {
            documents,
            references,
            options,
            known: HashMap::new(),
            in_progress: HashSet::new(),
            deferred: Vec::new(),
            deferred_ids: HashMap::new(),
            opaque_count: 0,
            chain: InPlaceChain::default(),
            contexts: Contexts::default(),
        }
    }

    /// Returns whether what is read will not be used.
    pub(super) fn is_abandoned(&self) -> bool {
        self.chain.is_abandoned()
    }

    pub(super) fn is_30(&self, schema: &PlacedSchema<'d>) -> bool {
        self.documents[schema.side].dialect == Dialect::OpenApi30
    }

    /// The schema of a property.
    fn member(&self, schema: &PlacedSchema<'d>, property: &'d Member) -> PlacedSchema<'d> {
        let part = schema.part(&property.node);
        let is_typed = self.contexts.list[schema.context.0].typed.contains(&*property.key);
        if is_typed { PlacedSchema { wire: WireForm::Typed, ..part } } else { part }
    }

    pub(super) fn root(&self, side: usize) -> &'d Node {
        self.documents[side].root
    }

    /// The target of a reference that stands in a schema.
    pub(super) fn resolve(&self, schema: &PlacedSchema<'d>, reference: &str) -> Option<&'d Node> {
        match self.references[schema.side].target(schema.node, reference) {
            ReferenceTarget::Node(node) => Some(node),
            ReferenceTarget::OtherDocument | ReferenceTarget::Missing => None,
        }
    }

    /// The schema that `keyword` refers to. The error names what cannot be resolved.
    pub(super) fn target(
        &self,
        schema: &PlacedSchema<'d>,
        keyword: &str,
    ) -> Option<Result<PlacedSchema<'d>, String>> {
        let reference = schema.node.get(keyword)?.as_str()?;
        let references = &self.references[schema.side];
        let target = match keyword {
            "$dynamicRef" => match references.dynamic_targets(schema.node, reference).as_deref() {
                Ok([only]) => Some(*only),
                _ => None,
            },
            _ => match references.target(schema.node, reference) {
                ReferenceTarget::Node(node) => Some(node),
                _ => None,
            },
        };
        let side = ["sent", "accepted"][schema.side];
        let unresolved = || {
            if reference.starts_with('#') {
                format!("the reference `{reference}` of the {side} schema cannot be resolved")
            } else {
                // Anything outside the documents is taken to be the same for both.
                format!("the external reference `{reference}` is not followed")
            }
        };
        Some(
            target
                .map(|node| PlacedSchema { node, is_in_place: true, ..schema.clone() })
                .ok_or_else(unresolved),
        )
    }
}

/// Reads one keyword. Returns `None` where its value is malformed.
type ReadKeyword =
    for<'c, 'd> fn(&'c mut InclusionChecker<'d>, &'c PlacedSchema<'d>, &'d Node) -> Option<FormId>;

/// All keywords that refuse values. What is not listed is an annotation.
const KEYWORDS: &[(&str, ReadKeyword)] = &[
    ("$dynamicRef", |c, schema, _| c.reference(schema, "$dynamicRef")),
    ("$ref", |c, schema, _| c.reference(schema, "$ref")),
    ("additionalProperties", |c, schema, node| c.additional_properties(schema, node)),
    ("allOf", |c, schema, node| c.in_place(schema, node).map(|parts| c.forms.all(parts))),
    ("anyOf", |c, schema, node| c.read_alternatives(schema, node).map(|parts| c.forms.any(parts))),
    ("const", |c, _, node| c.values(std::slice::from_ref(node))),
    ("contains", |c, schema, node| c.contains(schema, node)),
    ("contentEncoding", |c, _, node| c.encoding(node.as_str()?)),
    ("contentMediaType", |c, _, node| c.content_type(node.as_str()?)),
    ("contentSchema", |c, schema, node| c.content_schema(schema, node)),
    ("dependentRequired", |c, schema, node| c.dependent_required(schema, node)),
    ("dependentSchemas", |c, schema, node| c.dependent_schemas(schema, node)),
    ("enum", |c, _, node| c.values(array(node)?)),
    ("exclusiveMaximum", |c, schema, node| c.exclusive(schema, node, Form::Maximum)),
    ("exclusiveMinimum", |c, schema, node| c.exclusive(schema, node, Form::Minimum)),
    ("format", |c, _, node| c.format(node.as_str()?)),
    ("if", |c, schema, node| c.condition(schema, node)),
    ("items", |c, schema, node| c.items(schema, node)),
    ("maxItems", |c, _, node| c.count(node, Form::MaxItems)),
    ("maxLength", |c, _, node| c.count(node, Form::MaxLength)),
    ("maxProperties", |c, _, node| c.count(node, Form::MaxMembers)),
    ("maximum", |c, schema, node| c.bound(schema, node, "exclusiveMaximum", Form::Maximum)),
    ("minItems", |c, _, node| c.count(node, Form::MinItems)),
    ("minLength", |c, _, node| c.count(node, Form::MinLength)),
    ("minProperties", |c, _, node| c.count(node, Form::MinMembers)),
    ("minimum", |c, schema, node| c.bound(schema, node, "exclusiveMinimum", Form::Minimum)),
    ("multipleOf", |c, _, node| c.multiple_of(node)),
    ("not", |c, schema, node| {
        let inner = c.read(&schema.in_place(node));
        Some(c.forms.not(inner))
    }),
    ("oneOf", |c, schema, node| c.one_of(schema, node)),
    ("pattern", |c, _, node| Some(c.forms.intern(Form::Pattern(node.as_str()?.into())))),
    ("patternProperties", |c, schema, node| c.pattern_properties(schema, node)),
    ("prefixItems", |c, schema, node| c.prefix_items(schema, node)),
    ("properties", |c, schema, node| c.properties(schema, node)),
    ("propertyNames", |c, schema, node| {
        let names = c.read(&schema.part(node));
        Some(c.forms.intern(Form::Names(names)))
    }),
    ("required", |c, schema, node| c.required(schema, node)),
    ("type", |c, _, node| c.type_names(node)),
    ("unevaluatedItems", |c, schema, node| Some(c.unevaluated_items(schema, node))),
    ("unevaluatedProperties", |c, schema, node| Some(c.unevaluated_properties(schema, node))),
    ("uniqueItems", |c, _, node| {
        Some(if node.as_bool()? { c.forms.intern(Form::Unique) } else { c.forms.always() })
    }),
];

impl<'d> InclusionChecker<'d> {
    /// Reads a schema of one of the two documents.
    pub(super) fn normalize(&mut self, side: usize, schema: WireSchema<'d>) -> FormId {
        let typed = schema.typed_fields.iter().copied().collect();
        let context = ObjectContext { typed, ..ObjectContext::default() };
        let context = self.normalizer.contexts.intern(context);
        let WireSchema { node, form: wire, .. } = schema;
        self.read(&PlacedSchema { node, side, context, wire, is_in_place: false })
    }

    /// Reads a schema that was put off.
    pub(super) fn read_deferred(&mut self, index: usize) -> FormId {
        let schema = self.normalizer.deferred[index].clone();
        let in_progress = std::mem::take(&mut self.normalizer.in_progress);
        let form = self.read_apart(&schema);
        self.normalizer.in_progress = in_progress;
        form
    }

    pub(super) fn read(&mut self, schema: &PlacedSchema<'d>) -> FormId {
        if let Some(form) = self.normalizer.known.get(&schema.key()) {
            return *form;
        }
        if schema.is_in_place { self.read_in_chain(schema) } else { self.read_apart(schema) }
    }

    /// Reads a schema as the outermost one for its value.
    fn read_apart(&mut self, schema: &PlacedSchema<'d>) -> FormId {
        if let Some(form) = self.normalizer.known.get(&schema.key()) {
            return *form;
        }
        let can_wait = !self.normalizer.in_progress.is_empty();
        let chain = InPlaceChain { can_wait, ..InPlaceChain::default() };
        let outer = std::mem::replace(&mut self.normalizer.chain, chain);
        let form = self.read_in_chain(schema);
        let chain = std::mem::replace(&mut self.normalizer.chain, outer);
        // Put off as a whole, it is later read with all its alternatives in sight.
        if chain.is_abandoned() { self.defer(schema) } else { form }
    }

    fn read_in_chain(&mut self, schema: &PlacedSchema<'d>) -> FormId {
        let key = schema.key();
        if !self.memory.spend(1 + schema.node.members().len()) {
            return self.opaque(TypeSet::ALL, OUT_OF_STEPS);
        }
        if self.normalizer.chain.is_abandoned() {
            return self.forms.never();
        }
        if let Some(index) = self.normalizer.chain.keys.iter().position(|other| *other == key) {
            self.normalizer.chain.outer = self.normalizer.chain.outer.max(index + 1);
            return self.read_bare(schema);
        }
        let deep = self.normalizer.in_progress.len() >= MAX_DEPTH;
        if deep || !self.normalizer.in_progress.insert(key) {
            self.normalizer.chain.is_cut = true;
            return self.defer(schema);
        }
        let position = self.normalizer.chain.keys.len();
        self.normalizer.chain.keys.push(key);
        let outer = std::mem::take(&mut self.normalizer.chain.outer);
        let form = self.read_value(schema, true);
        self.normalizer.chain.keys.truncate(position);
        self.normalizer.in_progress.remove(&key);
        let chain = &mut self.normalizer.chain;
        chain.outer = chain.outer.min(position);
        if chain.outer == 0 && !chain.is_cut && self.memory.spend(0) {
            self.normalizer.known.insert(key, form);
        }
        let chain = &mut self.normalizer.chain;
        chain.outer = chain.outer.max(outer);
        form
    }

    fn defer(&mut self, schema: &PlacedSchema<'d>) -> FormId {
        let deferred = &mut self.normalizer.deferred;
        let next = deferred.len();
        let index = *self.normalizer.deferred_ids.entry(schema.key()).or_insert(next);
        if index == next {
            deferred.push(schema.clone());
        }
        self.forms.intern(Form::Deferred(index))
    }

    /// Reads a schema that leads back to itself in place, as in `Pet: {oneOf: [Cat]}` and
    /// `Cat: {allOf: [Pet]}`. JSON Schema gives this no meaning. Authors mean `Pet`
    /// without its alternatives.
    fn read_bare(&mut self, schema: &PlacedSchema<'d>) -> FormId {
        let key = schema.key();
        if self.normalizer.chain.bare.contains(&key) {
            return self.opaque(TypeSet::ALL, "a schema refers to itself in place");
        }
        self.normalizer.chain.bare.push(key);
        let form = self.read_value(schema, false);
        self.normalizer.chain.bare.pop();
        form
    }

    fn read_value(&mut self, schema: &PlacedSchema<'d>, alternatives: bool) -> FormId {
        match &schema.node.value {
            Value::Bool(true) => self.forms.always(),
            Value::Bool(false) => self.forms.never(),
            Value::Object(_) => {
                let schema = &self.normalizer.with_context(schema);
                let keywords = self.read_keywords(schema, alternatives);
                let keywords = self.with_absent_text(schema, keywords);
                self.closed(schema, keywords)
            }
            _ => self.opaque(TypeSet::ALL, "a schema is no object"),
        }
    }

    fn read_keywords(&mut self, schema: &PlacedSchema<'d>, alternatives: bool) -> FormId {
        let is_30 = self.normalizer.is_30(schema);
        if is_30 && let Some(form) = self.reference(schema, "$ref") {
            return form;
        }
        let mut parts = Vec::new();
        for member in schema.node.members() {
            let keyword = member.key.as_str();
            let Ok(index) = KEYWORDS.binary_search_by_key(&keyword, |row| row.0) else { continue };
            if alternatives || !["anyOf", "oneOf"].contains(&keyword) {
                let part = KEYWORDS[index].1(self, schema, &member.node);
                let part = part.unwrap_or_else(|| self.malformed(schema, keyword));
                parts.push(self.with_texts(schema, keyword, part));
            }
        }
        let all = self.forms.all(parts);
        let all = self.with_single_element(schema, all);
        // Strictly, null is allowed only where `type` stands beside, but authors mean it.
        match schema.node.get("nullable").and_then(Node::as_bool) {
            Some(true) if is_30 => {
                let null = self.forms.types(JsonType::Null);
                self.forms.any([null, all])
            }
            _ => all,
        }
    }

    /// An assertion that may differ from every other one.
    pub(super) fn opaque(&mut self, types: TypeSet, reason: &str) -> FormId {
        self.normalizer.opaque_count += 1;
        let identity = format!("#{}", self.normalizer.opaque_count);
        self.opaque_as(types, reason, &identity)
    }

    /// An assertion that is the same as all others of its identity.
    pub(super) fn opaque_as(&mut self, types: TypeSet, reason: &str, identity: &str) -> FormId {
        self.forms.intern(Form::Opaque { types, reason: reason.into(), identity: identity.into() })
    }

    fn malformed(&mut self, schema: &PlacedSchema<'d>, keyword: &str) -> FormId {
        let side = ["sent", "accepted"][schema.side];
        self.opaque(TypeSet::ALL, &format!("`{keyword}` of the {side} schema is not understood"))
    }

    fn reference(&mut self, schema: &PlacedSchema<'d>, keyword: &str) -> Option<FormId> {
        Some(match self.normalizer.target(schema, keyword)? {
            Ok(target) => self.read(&target),
            Err(reason) => self.opaque_as(TypeSet::ALL, &reason, &reason),
        })
    }

    pub(super) fn in_place(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &'d Node,
    ) -> Option<Vec<FormId>> {
        let parts = array(node)?;
        Some(parts.iter().map(|part| self.read(&schema.in_place(part))).collect())
    }

    /// Reads `oneOf`. Of texts, which have no types, more than one alternative may hold.
    fn one_of(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let parts = self.read_alternatives(schema, node)?;
        let is_text = Self::accepts_text(schema);
        Some(if is_text { self.forms.any(parts) } else { self.forms.one(parts) })
    }

    fn type_names(&mut self, node: &Node) -> Option<FormId> {
        let names = match &node.value {
            Value::Array(names) => names.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let names: Vec<_> = names.iter().map(Node::as_str).collect::<Option<_>>()?;
        let types: Vec<_> = names.iter().map(|name| type_named(name)).collect::<Option<_>>()?;
        let mut parts = vec![self.forms.types(TypeSet::from_iter(types))];
        if names.contains(&"integer") && !names.contains(&"number") {
            parts.push(self.forms.intern(Form::MultipleOf(Rational::ONE)));
        }
        Some(self.forms.all(parts))
    }

    fn values(&mut self, values: &[Node]) -> Option<FormId> {
        let mut constants = Vec::new();
        for value in values {
            constants.push(self.constant(value)?);
        }
        Some(self.forms.any(constants))
    }

    fn count(&mut self, node: &Node, form: fn(u64) -> Form) -> Option<FormId> {
        let count = number(node)?.to_json()?;
        let count = count.as_u64().or_else(|| {
            let float = count.as_f64()?;
            (float >= u64::MAX as f64).then_some(u64::MAX)
        });
        Some(self.forms.intern(form(count?)))
    }

    /// A bound, which a Boolean beside it makes exclusive in OpenAPI 3.0.
    fn bound(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &Node,
        exclusive: &str,
        form: fn(NumberLimit) -> Form,
    ) -> Option<FormId> {
        let exclusive = self.normalizer.is_30(schema)
            && schema.node.get(exclusive).and_then(Node::as_bool) == Some(true);
        let limit = NumberLimit { value: number(node)?, exclusive };
        Some(self.forms.intern(form(limit)))
    }

    fn exclusive(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &Node,
        form: fn(NumberLimit) -> Form,
    ) -> Option<FormId> {
        if self.normalizer.is_30(schema) && node.as_bool().is_some() {
            return Some(self.forms.always());
        }
        let limit = NumberLimit { value: number(node)?, exclusive: true };
        Some(self.forms.intern(form(limit)))
    }

    fn multiple_of(&mut self, node: &Node) -> Option<FormId> {
        let step = number(node).filter(|step| step.is_positive())?;
        Some(self.forms.intern(Form::MultipleOf(step)))
    }

    fn format(&mut self, name: &str) -> Option<FormId> {
        let strings = match name {
            "byte" => self.forms.intern(Form::Format("base64".into())),
            name if formats::WITHOUT_EFFECT.contains(&name) => self.forms.always(),
            name => self.forms.intern(Form::Format(name.into())),
        };
        let without_effect = formats::WITHOUT_EFFECT.iter().chain(formats::NUMBERS);
        let is_of_strings =
            formats::find(name).is_some() || without_effect.into_iter().any(|other| *other == name);
        let integers = formats::INTEGERS.iter().find(|(format, ..)| *format == name);
        let numbers = match integers {
            Some((_, min, max)) => {
                let limit =
                    |bound| NumberLimit { value: Rational::integer(bound), exclusive: false };
                let ends = [Form::Minimum(limit(*min)), Form::Maximum(limit(*max))];
                let ends = ends.map(|end| self.forms.intern(end));
                self.forms.all(ends)
            }
            None if name == "float" => self.forms.intern(Form::SinglePrecision),
            None if is_of_strings => self.forms.always(),
            None => {
                let reason = format!("format `{name}` is not understood");
                self.opaque_as(JsonType::Number.into(), &reason, &reason)
            }
        };
        Some(self.forms.all([strings, numbers]))
    }

    fn encoding(&mut self, name: &str) -> Option<FormId> {
        Some(match name.to_ascii_lowercase().as_str() {
            "7bit" | "8bit" | "binary" => self.forms.always(),
            name => self.forms.intern(Form::Format(name.into())),
        })
    }

    fn content_type(&mut self, name: &str) -> Option<FormId> {
        Some(match name {
            "application/octet-stream" => self.forms.always(),
            name => self.forms.intern(Form::Format(name.into())),
        })
    }

    fn content_schema(&mut self, schema: &PlacedSchema<'d>, node: &Node) -> Option<FormId> {
        let types = JsonType::String.into();
        Some(self.opaque_by_text(schema, node, types, "`contentSchema` is not understood"))
    }

    /// An assertion that is the same wherever it has the same text, without references,
    /// the targets of which may differ.
    pub(super) fn opaque_by_text(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &Node,
        types: TypeSet,
        reason: &str,
    ) -> FormId {
        let text = node.to_json().to_string();
        if text.contains("$ref") || text.contains("$dynamicRef") {
            return self.opaque(types, reason);
        }
        let dialect = self.normalizer.documents[schema.side].dialect;
        self.opaque_as(types, reason, &format!("{reason} {dialect:?} {text}"))
    }

    fn condition(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let condition = self.read(&schema.in_place(node));
        let otherwise = self.forms.not(condition);
        let mut parts = Vec::new();
        for (keyword, unless) in [("then", otherwise), ("else", condition)] {
            if let Some(branch) = schema.node.get(keyword) {
                let branch = self.read(&schema.in_place(branch));
                parts.push(self.forms.any([unless, branch]));
            }
        }
        Some(self.forms.all(parts))
    }

    fn items(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let prefix = schema.node.get("prefixItems").map_or(0, |node| node.elements().len());
        if array(node).is_some() {
            return None;
        }
        let item = self.read(&schema.element(node));
        Some(self.forms.intern(Form::Items(prefix, None, item)))
    }

    fn prefix_items(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for (index, item) in array(node)?.iter().enumerate() {
            let item = self.read(&schema.element(item));
            parts.push(self.forms.intern(Form::Items(index, Some(index + 1), item)));
        }
        Some(self.forms.all(parts))
    }

    fn contains(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let item = self.read(&schema.element(node));
        let limit = |keyword| match schema.node.get(keyword) {
            Some(node) => number(node)?.to_json()?.as_u64().map(Some),
            None => Some(None),
        };
        let mut parts = Vec::new();
        match limit("minContains")?.unwrap_or(1) {
            0 => {}
            min => parts.push(self.forms.intern(Form::Contains(item, min))),
        }
        if let Some(max) = limit("maxContains")? {
            parts.push(self.forms.intern(Form::ContainsMax(item, max)));
        }
        Some(self.forms.all(parts))
    }

    fn required(&mut self, schema: &PlacedSchema<'d>, node: &Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for name in array(node)? {
            let name = name.as_str()?;
            if !self.normalizer.is_unsent(schema, name) {
                parts.push(self.forms.intern(Form::Required(name.into())));
            }
        }
        Some(self.forms.all(parts))
    }

    fn properties(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for property in object(node)?.members() {
            let name = property.key.as_str();
            let value = match (self.normalizer.is_unsent(schema, name), schema.side) {
                (true, 0) => self.forms.never(),
                (true, _) => continue,
                (false, _) => self.read(&self.normalizer.member(schema, property)),
            };
            let selector = NameSelector::Name(name.into());
            parts.push(self.forms.intern(Form::Members(selector, value)));
        }
        Some(self.forms.all(parts))
    }

    fn pattern_properties(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for property in object(node)?.members() {
            let value = self.read(&schema.part(&property.node));
            let selector = NameSelector::Pattern(property.key.as_str().into());
            parts.push(self.forms.intern(Form::Members(selector, value)));
        }
        Some(self.forms.all(parts))
    }

    fn additional_properties(
        &mut self,
        schema: &PlacedSchema<'d>,
        node: &'d Node,
    ) -> Option<FormId> {
        let value = self.read(&schema.part(node));
        let selector = NameSelector::Rest {
            names: keys(schema.node, "properties").collect(),
            patterns: keys(schema.node, "patternProperties").collect(),
        };
        Some(self.forms.intern(Form::Members(selector, value)))
    }

    /// Reads the schema for what no other keyword is about.
    pub(super) fn read_part(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> FormId {
        self.read(&schema.part(node))
    }

    fn dependent_required(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for member in object(node)?.members() {
            let required = self.required(schema, &member.node)?;
            let present = self.forms.intern(Form::Required(member.key.as_str().into()));
            let absent = self.forms.not(present);
            parts.push(self.forms.any([absent, required]));
        }
        Some(self.forms.all(parts))
    }

    fn dependent_schemas(&mut self, schema: &PlacedSchema<'d>, node: &'d Node) -> Option<FormId> {
        let mut parts = Vec::new();
        for member in object(node)?.members() {
            let dependent = self.read(&schema.in_place(&member.node));
            let present = self.present(&member.key);
            let absent = self.forms.not(present);
            parts.push(self.forms.any([absent, dependent]));
        }
        Some(self.forms.all(parts))
    }

    /// The form of objects that have a member.
    pub(super) fn present(&mut self, name: &str) -> FormId {
        let parts =
            [self.forms.types(JsonType::Object), self.forms.intern(Form::Required(name.into()))];
        self.forms.all(parts)
    }
}

fn type_named(name: &str) -> Option<JsonType> {
    Some(match name {
        "null" => JsonType::Null,
        "boolean" => JsonType::Boolean,
        "integer" | "number" => JsonType::Number,
        "string" => JsonType::String,
        "array" => JsonType::Array,
        "object" => JsonType::Object,
        _ => return None,
    })
}

fn array(node: &Node) -> Option<&[Node]> {
    match &node.value {
        Value::Array(elements) => Some(elements),
        _ => None,
    }
}

fn object(node: &Node) -> Option<&Node> {
    matches!(node.value, Value::Object(_)).then_some(node)
}

/// The names of the members of a keyword's value.
pub(super) fn keys<'d>(node: &'d Node, keyword: &str) -> impl Iterator<Item = Rc<str>> + 'd {
    let members = node.get(keyword).map_or(&[][..], Node::members);
    members.iter().map(|member| member.key.as_str().into())
}
