//! Compares the graphs of two contracts, every pair of elements once.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::align::{self, Aligned, MIN_SIMILARITY};
use super::error::{DiffError, MAX_CHANGES};
use super::inclusion::WireForm;
use super::sides::{Side, Sides};
use crate::contract::{
    Bound, ChildEdge, Constraint, Contract, EdgeLabel, Element, ElementId, JsonNumber, Keyword,
    Range, SetRelation, StringSet, ValueEncoding,
};

/// An index into the list of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PairId(pub(super) usize);

/// An element of the base and its counterpart in the revision.
#[derive(Debug)]
pub(super) struct ElementPair {
    pub(super) base: Rc<Element>,
    pub(super) revision: Rc<Element>,
    pub(super) facts: Vec<FactChange>,
    /// The children, ordered by [`ChildChange::key`].
    pub(super) children: Vec<ChildChange>,
    /// The name of the revision's schema, if both sides are named schemas.
    pub(super) schema: Option<String>,
    /// The pairs of named schemas that the two sides include.
    pub(super) bases: Vec<PairId>,
    /// The encoding of the value.
    pub(super) encoding: ValueEncoding,
    /// True if anything differs here or below.
    pub(super) differs: bool,
}

impl ElementPair {
    /// Returns whether another pair has the same change of a fact.
    pub(super) fn shares_fact(&self, keyword: &Keyword, other: &Self) -> bool {
        self.base.facts.get(keyword) == other.base.facts.get(keyword)
            && self.revision.facts.get(keyword) == other.revision.facts.get(keyword)
    }

    /// Returns whether this pair has the same change of a child.
    pub(super) fn has_child(&self, child: &ChildChange) -> bool {
        let found = self.children.binary_search_by(|other| other.key().cmp(&child.key()));
        found.is_ok_and(|index| self.children[index].is_same(child))
    }
}

/// A fact that was added, removed or changed.
#[derive(Debug)]
pub(super) struct FactChange {
    pub(super) keyword: Keyword,
    pub(super) relation: SetRelation,
}

/// The fate of a child.
#[derive(Debug)]
pub(super) enum ChildChange {
    Removed(UnmatchedChild),
    Added(UnmatchedChild),
    /// A child of both sides, each with its label and whether it is required.
    Kept {
        base: (EdgeLabel, bool),
        revision: (EdgeLabel, bool),
        pair: PairId,
    },
}

impl ChildChange {
    /// Orders children: those that were removed, added and kept, by label.
    fn key(&self) -> (usize, &EdgeLabel) {
        match self {
            Self::Removed(child) => (0, &child.label),
            Self::Added(child) => (1, &child.label),
            Self::Kept { revision, .. } => (2, &revision.0),
        }
    }

    /// Returns whether the edge to the child differs, not only what is below it.
    pub(super) fn edge_differs(&self) -> bool {
        match self {
            Self::Kept { base, revision, .. } => edge_differs(base, revision),
            Self::Added(_) | Self::Removed(_) => true,
        }
    }

    /// Returns whether two changes with equal keys are the same.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Removed(a), Self::Removed(b)) | (Self::Added(a), Self::Added(b)) => {
                a.required == b.required && Rc::ptr_eq(&a.element, &b.element)
            }
            (
                Self::Kept { base, revision, pair },
                Self::Kept { base: other_base, revision: other_revision, pair: other_pair },
            ) => base == other_base && revision == other_revision && pair == other_pair,
            _ => false,
        }
    }
}

/// A child that only one side has.
#[derive(Debug)]
pub(super) struct UnmatchedChild {
    pub(super) label: EdgeLabel,
    pub(super) required: bool,
    pub(super) element: Rc<Element>,
    pub(super) counterpart: Counterpart,
    pub(super) summary: String,
}

/// The schema of the side without an alternative that only the other side has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counterpart {
    /// Alternatives, or the question does not arise.
    Alternatives,
    SingleSchema,
    /// A schema that allows any value.
    AnyValue,
}

/// Compares two contracts. The first pair is that of the whole documents.
///
/// # Errors
///
/// There are more differences than a report may have.
pub(super) fn pairs(base: &Contract, revision: &Contract) -> Result<Vec<ElementPair>, DiffError> {
    let sides = Sides::new(base, revision);
    let mut builder = PairBuilder { sides, known: HashMap::new(), pending: Vec::new(), count: 0 };
    let whole = ElementId::default();
    builder.pair(whole, whole, ValueEncoding::Json);
    let mut pairs = BTreeMap::new();
    let mut differences = 0;
    while let Some((id, base, revision, encoding)) = builder.pending.pop() {
        let pair = builder.compare(base, revision, encoding)?;
        differences += own_differences(&pair);
        if differences > MAX_CHANGES {
            return Err(DiffError::TooManyChanges);
        }
        pairs.insert(id.0, pair);
    }
    // Every index from 0 on was pending once.
    let mut pairs: Vec<ElementPair> = pairs.into_values().collect();
    propagate_differences(&mut pairs);
    Ok(pairs)
}

/// Counts the differences of a pair without those below its children.
fn own_differences(pair: &ElementPair) -> usize {
    pair.facts.len() + pair.children.iter().filter(|child| child.edge_differs()).count()
}

/// Returns whether the edges to a child differ. Labels that are only numbers or names
/// within the document may differ.
fn edge_differs(
    (base, was_required): &(EdgeLabel, bool),
    (revision, is_required): &(EdgeLabel, bool),
) -> bool {
    was_required != is_required
        || base != revision && matches!(revision, EdgeLabel::Response(_) | EdgeLabel::MediaType(_))
}

struct PairBuilder<'c> {
    sides: Sides<'c>,
    known: HashMap<(ElementId, ElementId, ValueEncoding), PairId>,
    pending: Vec<(PairId, ElementId, ElementId, ValueEncoding)>,
    count: usize,
}

impl PairBuilder<'_> {
    /// Returns the pair of two elements, which is compared later.
    fn pair(&mut self, base: ElementId, revision: ElementId, encoding: ValueEncoding) -> PairId {
        *self.known.entry((base, revision, encoding)).or_insert_with(|| {
            let id = PairId(self.count);
            self.count += 1;
            self.pending.push((id, base, revision, encoding));
            id
        })
    }

    fn compare(
        &mut self,
        base: ElementId,
        revision: ElementId,
        encoding: ValueEncoding,
    ) -> Result<ElementPair, DiffError> {
        let (schema, bases) = self.named_schemas(base, revision, encoding);
        let (base_id, revision_id) = (base, revision);
        let mut base = Rc::clone(self.sides.base.element(base_id));
        let mut revision = Rc::clone(self.sides.revision.element(revision_id));
        let counterpart = match (has_alternatives(&base), has_alternatives(&revision)) {
            (false, true) => {
                let wrapped = self.sides.base.as_alternative(base_id, &revision);
                replace_by_counterpart(&mut base, wrapped)
            }
            (true, false) => {
                let wrapped = self.sides.revision.as_alternative(revision_id, &base);
                replace_by_counterpart(&mut revision, wrapped)
            }
            _ => Counterpart::Alternatives,
        };
        let min_similarity =
            if counterpart == Counterpart::SingleSchema { 0.0 } else { MIN_SIMILARITY };
        let aligned = align::children(&self.sides, &base, &revision, min_similarity);
        let is_unmatched = |aligned: &&Aligned| !matches!(aligned, Aligned::Both(..));
        if aligned.iter().filter(is_unmatched).count() > MAX_CHANGES {
            return Err(DiffError::TooManyChanges);
        }
        let mut children: Vec<_> =
            aligned.into_iter().map(|aligned| self.child(aligned, encoding, counterpart)).collect();
        children.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut facts = changed_facts(&base, &revision, encoding);
        // The difference of `oneOf` and `anyOf` does not matter if one side has neither.
        facts.retain(|fact| counterpart == Counterpart::Alternatives || fact.keyword != "oneOf");
        if self.sides.base.is_scalar(&base) && self.sides.revision.is_scalar(&revision) {
            facts.retain(|fact| fact.keyword != "explode");
        }
        let mut pair = ElementPair {
            base,
            revision,
            facts,
            children,
            schema,
            bases,
            encoding,
            differs: false,
        };
        pair.differs = own_differences(&pair) > 0;
        Ok(pair)
    }

    /// Returns the name of a pair of named schemas, and the pairs of named schemas that
    /// the two sides include.
    fn named_schemas(
        &mut self,
        base: ElementId,
        revision: ElementId,
        encoding: ValueEncoding,
    ) -> (Option<String>, Vec<PairId>) {
        let Sides { base: left, revision: right } = &self.sides;
        let (base_element, revision_element) = (left.element(base), right.element(revision));
        let names = base_element.name.as_ref().and(revision_element.name.clone());
        let (outer, inner) = match &names {
            Some(_) => (base_element.bases.clone(), revision_element.bases.clone()),
            None => (left.named(base), right.named(revision)),
        };
        let mut pairs = Vec::new();
        for a in &outer {
            let same = |b: &&ElementId| left.name(*a) == right.name(**b);
            let only = || if let ([_], [b]) = (&outer[..], &inner[..]) { Some(b) } else { None };
            pairs.extend(inner.iter().find(same).or_else(only).map(|b| (*a, *b)));
        }
        let bases = pairs.into_iter().map(|(a, b)| self.pair(a, b, encoding)).collect();
        (names, bases)
    }

    fn child(
        &mut self,
        aligned: Aligned,
        encoding: ValueEncoding,
        counterpart: Counterpart,
    ) -> ChildChange {
        let Sides { base, revision } = &self.sides;
        match aligned {
            Aligned::Removed(label, edge) => {
                ChildChange::Removed(unmatched(base, label, edge, counterpart))
            }
            Aligned::Added(label, edge) => {
                ChildChange::Added(unmatched(revision, label, edge, counterpart))
            }
            Aligned::Both((base_label, base), (label, revision)) => {
                let base_element =
                    self.adapted((&base_label, base.element), (&label, revision.element));
                let encoding = encoding_below(&label, encoding);
                let pair = self.pair(base_element, revision.element, encoding);
                let base = (base_label, base.required);
                ChildChange::Kept { base, revision: (label, revision.required), pair }
            }
        }
    }

    /// Returns the element of the base in the form that the revision's element has,
    /// if the two forms are equivalent on the wire.
    fn adapted(
        &mut self,
        base: (&EdgeLabel, ElementId),
        revision: (&EdgeLabel, ElementId),
    ) -> ElementId {
        match (base.0, revision.0) {
            (EdgeLabel::Operation { path, .. }, EdgeLabel::Operation { path: other, .. })
                if path != other =>
            {
                self.sides.base.with_path(base.1, path, other)
            }
            (EdgeLabel::Parameter { location, .. }, _)
                if ["query", "cookie"].contains(&location.as_str()) =>
            {
                self.as_list_parameter(base.1, revision.1).unwrap_or(base.1)
            }
            _ => base.1,
        }
    }

    /// Returns a parameter with a single value as a parameter with a list of one value,
    /// if the revision has a list. In a query or cookie both are written alike, unless
    /// they have a serialization style of their own.
    fn as_list_parameter(&mut self, base: ElementId, revision: ElementId) -> Option<ElementId> {
        let list = StringSet::from(["array".to_owned()]);
        let (value, types) = self.sides.base.parameter_value(base)?;
        let (_, revision_types) = self.sides.revision.parameter_value(revision)?;
        if revision_types != list || types.contains("array") || types.contains("object") {
            return None;
        }
        let one = Some(Bound { at: JsonNumber::Integer(1), exclusive: false });
        let mut facts = BTreeMap::from([
            ("type".into(), Constraint::Types(list)),
            ("items".into(), Constraint::Range(Range { least: one, greatest: one })),
        ]);
        let side = &mut self.sides.base;
        let item = Element::clone(side.element(value.element));
        let mut item = Element { name: None, bases: side.named(value.element), ..item };
        if let Some(nullable) = item.facts.get("nullable") {
            facts.insert("nullable".into(), nullable.clone());
        }
        if types.contains("string") {
            // Text of any type is a string.
            let string = StringSet::from(["string".to_owned()]);
            item.facts.insert("type".into(), Constraint::Types(string));
        }
        let children = BTreeMap::from([(EdgeLabel::Keyword("items"), side.add(item))]);
        let array = side.add(Element { facts, children, ..Element::default() });
        let mut parameter = Element::clone(side.element(base));
        parameter.children.insert(EdgeLabel::Value, array);
        Some(side.add(parameter).element)
    }
}

fn has_alternatives(element: &Element) -> bool {
    element.children.keys().any(|label| matches!(label, EdgeLabel::Alternative(0, _)))
}

/// Replaces a single schema by one that has it as an alternative; `None` if the schema
/// allows any value.
fn replace_by_counterpart(element: &mut Rc<Element>, wrapped: Option<Element>) -> Counterpart {
    let Some(wrapped) = wrapped else { return Counterpart::AnyValue };
    *element = Rc::new(wrapped);
    Counterpart::SingleSchema
}

fn unmatched(
    side: &Side,
    label: EdgeLabel,
    ChildEdge { element, required }: ChildEdge,
    counterpart: Counterpart,
) -> UnmatchedChild {
    let summary = side.summary(element);
    let element = Rc::clone(side.element(element));
    UnmatchedChild { label, required, element, counterpart, summary }
}

fn encoding_below(label: &EdgeLabel, above: ValueEncoding) -> ValueEncoding {
    match label {
        EdgeLabel::MediaType(name) if WireForm::of_media_type(name) == WireForm::Typed => {
            ValueEncoding::Json
        }
        EdgeLabel::Parameter { .. } | EdgeLabel::Header(_) | EdgeLabel::MediaType(_) => {
            ValueEncoding::Text
        }
        _ => above,
    }
}

/// Returns whether a fact depends on others, so that it is compared elsewhere.
fn is_compared_elsewhere(keyword: &Keyword) -> bool {
    *keyword == "servers" || keyword.starts_with("encoding ")
}

fn changed_facts(base: &Element, revision: &Element, encoding: ValueEncoding) -> Vec<FactChange> {
    let is_here = |(keyword, _): &(&Keyword, &Constraint)| !is_compared_elsewhere(keyword);
    let kept_or_removed = base.facts.iter().filter(is_here).filter_map(|(keyword, value)| {
        let relation = match revision.facts.get(keyword) {
            Some(changed) => value.change(changed, encoding)?,
            None => value.when_added().reversed(),
        };
        Some(FactChange { keyword: keyword.clone(), relation })
    });
    let added = revision
        .facts
        .iter()
        .filter(is_here)
        .filter(|(keyword, _)| !base.facts.contains_key(*keyword));
    let added = added.map(|(keyword, value)| FactChange {
        keyword: keyword.clone(),
        relation: value.when_added(),
    });
    kept_or_removed.chain(added).collect()
}

/// Marks all pairs above a difference.
fn propagate_differences(pairs: &mut [ElementPair]) {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); pairs.len()];
    for (id, pair) in pairs.iter().enumerate() {
        for child in &pair.children {
            if let ChildChange::Kept { pair, .. } = child {
                parents[pair.0].push(id);
            }
        }
    }
    let mut pending: Vec<usize> = (0..pairs.len()).filter(|id| pairs[*id].differs).collect();
    while let Some(id) = pending.pop() {
        for &parent in &parents[id] {
            if !std::mem::replace(&mut pairs[parent].differs, true) {
                pending.push(parent);
            }
        }
    }
}
