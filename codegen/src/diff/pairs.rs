//! Compares two contracts part by part, each pair of parts once.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::align::{self, Aligned, LEAST_LIKENESS};
use crate::contract::{
    Bound, Contract, Edge, Effect, Keyword, Number, Part, PartId, Range, Step, Value, Wire, Words,
};

/// Summaries of what was added or removed are cut here.
const MAX_SUMMARY: usize = 160;

/// One of the two contracts, with parts of its own for the comparison.
pub(super) struct Side<'c> {
    parts: Vec<Rc<Part>>,
    components: &'c Words,
}

impl<'c> Side<'c> {
    fn new(contract: &'c Contract) -> Self {
        Self { parts: contract.parts().to_vec(), components: contract.components() }
    }

    pub(super) fn part(&self, id: PartId) -> &Rc<Part> {
        &self.parts[id.0]
    }

    fn child(&self, step: Step, Edge { part, required }: Edge, choice: Choice) -> Child {
        let says = self.summary(part);
        Child { step, required, part: Rc::clone(self.part(part)), choice, says }
    }

    /// What a part says, in a few words.
    fn summary(&self, id: PartId) -> String {
        let part = self.part(id);
        if let Some(value) = part.children.get(&Step::Value) {
            return self.summary(value.part);
        }
        let facts = part.facts.iter().map(|(keyword, value)| match value.to_string() {
            text if text.is_empty() => keyword.to_string(),
            text => format!("{keyword} = {text}"),
        });
        let children = part.children.keys().map(Step::to_string);
        let mut summary = facts.chain(children).collect::<Vec<_>>().join(", ");
        if summary.is_empty() {
            summary = part.component.clone().unwrap_or_else(|| "anything".into());
        }
        if let Some((end, _)) = summary.char_indices().nth(MAX_SUMMARY) {
            summary.truncate(end);
            summary.push('…');
        }
        summary
    }

    fn add(&mut self, part: Part) -> Edge {
        self.parts.push(Rc::new(part));
        Edge { part: PartId(self.parts.len() - 1), required: false }
    }
}

/// Both contracts.
pub(super) struct Sides<'c> {
    pub(super) base: Side<'c>,
    pub(super) revision: Side<'c>,
}

/// What the names of the components say about two alternatives.
pub(super) enum Relation {
    Same,
    Different,
    Unknown,
}

impl Sides<'_> {
    /// A component that both documents have is one and the same. One that is new
    /// may be an old one renamed.
    pub(super) fn relation(&self, base: PartId, revision: PartId) -> Relation {
        let base = &self.base.part(base).component;
        let revision = &self.revision.part(revision).component;
        match (base, revision) {
            (Some(base), Some(revision)) if base == revision => Relation::Same,
            (Some(base), Some(revision))
                if self.revision.components.contains(base)
                    || self.base.components.contains(revision) =>
            {
                Relation::Different
            }
            _ => Relation::Unknown,
        }
    }
}

/// Which pair, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PairId(pub(super) usize);

/// A part of one contract and what it is in the other.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) base: Rc<Part>,
    pub(super) revision: Rc<Part>,
    pub(super) facts: Vec<FactChange>,
    pub(super) children: Vec<ChildChange>,
    /// Whether anything differs here or below.
    pub(super) differs: bool,
}

/// A fact that is not the same in both.
#[derive(Debug)]
pub(super) struct FactChange {
    pub(super) keyword: Keyword,
    pub(super) effect: Effect,
}

/// What has become of a child.
#[derive(Debug)]
pub(super) enum ChildChange {
    Removed(Child),
    Added(Child),
    /// It is in both, under the steps and required as given.
    Kept {
        base: (Step, bool),
        revision: (Step, bool),
        pair: PairId,
    },
}

/// A part that one contract has and the other has not.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) step: Step,
    pub(super) required: bool,
    pub(super) part: Rc<Part>,
    pub(super) choice: Choice,
    /// What it says, in a few words.
    pub(super) says: String,
}

/// What alternatives there are in the contract that does not have this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Others.
    Others,
    /// One schema, which is no alternative to anything.
    Single,
    /// None, and anything will do.
    Anything,
}

/// All pairs of parts that can be reached; the first is the two documents.
pub(super) struct Pairs<'c> {
    sides: Sides<'c>,
    known: HashMap<(PartId, PartId, Wire), PairId>,
    waiting: Vec<(PairId, PartId, PartId, Wire)>,
    pairs: Vec<Option<Pair>>,
}

impl<'c> Pairs<'c> {
    pub(super) fn of(base: &'c Contract, revision: &'c Contract) -> Vec<Pair> {
        let sides = Sides { base: Side::new(base), revision: Side::new(revision) };
        let mut all = Self { sides, known: HashMap::new(), waiting: Vec::new(), pairs: Vec::new() };
        let whole = PartId::default();
        all.pair(whole, whole, Wire::Typed);
        while let Some((id, base, revision, wire)) = all.waiting.pop() {
            all.pairs[id.0] = Some(all.compare(base, revision, wire));
        }
        let mut pairs: Vec<Pair> = all.pairs.into_iter().flatten().collect();
        spread_differences(&mut pairs);
        pairs
    }

    fn pair(&mut self, base: PartId, revision: PartId, wire: Wire) -> PairId {
        *self.known.entry((base, revision, wire)).or_insert_with(|| {
            let id = PairId(self.pairs.len());
            self.pairs.push(None);
            self.waiting.push((id, base, revision, wire));
            id
        })
    }

    fn compare(&mut self, base: PartId, revision: PartId, wire: Wire) -> Pair {
        let mut base = Rc::clone(self.sides.base.part(base));
        let mut revision = Rc::clone(self.sides.revision.part(revision));
        let choice = match (has_alternatives(&base), has_alternatives(&revision)) {
            (false, true) => self.sides.base.as_alternative(&mut base, &revision),
            (true, false) => self.sides.revision.as_alternative(&mut revision, &base),
            _ => Choice::Others,
        };
        let least_likeness = if choice == Choice::Single { 0.0 } else { LEAST_LIKENESS };
        let aligned = align::children(&self.sides, &base, &revision, least_likeness);
        let children: Vec<_> =
            aligned.into_iter().map(|aligned| self.child(aligned, wire, choice)).collect();
        let mut facts = changed_facts(&base, &revision, wire);
        // What `oneOf` adds to `anyOf` is nothing where one side has neither.
        facts.retain(|fact| choice == Choice::Others || fact.keyword != "oneOf");
        let differs = |child: &ChildChange| match child {
            ChildChange::Kept { base, revision, .. } => kept_differs(base, revision),
            ChildChange::Added(_) | ChildChange::Removed(_) => true,
        };
        let differs = !facts.is_empty() || children.iter().any(differs);
        Pair { base, revision, facts, children, differs }
    }

    fn child(&mut self, aligned: Aligned, wire: Wire, choice: Choice) -> ChildChange {
        match aligned {
            Aligned::Removed(step, edge) => {
                ChildChange::Removed(self.sides.base.child(step, edge, choice))
            }
            Aligned::Added(step, edge) => {
                ChildChange::Added(self.sides.revision.child(step, edge, choice))
            }
            Aligned::Both((base_step, base), (step, revision)) => {
                let base_part = self.adapted((&base_step, base.part), (&step, revision.part));
                let pair = self.pair(base_part, revision.part, wire_below(&step, wire));
                let base = (base_step, base.required);
                ChildChange::Kept { base, revision: (step, revision.required), pair }
            }
        }
    }
}

/// Whether the way to a part differs in more than what numbers or names it for
/// the document alone.
fn kept_differs((base, was): &(Step, bool), (revision, is): &(Step, bool)) -> bool {
    was != is || base != revision && matches!(revision, Step::Response(_) | Step::MediaType(_))
}

fn wire_below(step: &Step, around: Wire) -> Wire {
    let json = |name: &str| {
        let name = name.split(';').next().unwrap_or_default();
        name.ends_with("/json") || name.ends_with("+json") || name.ends_with('*')
    };
    match step {
        Step::Parameter { .. } | Step::Header(_) => Wire::Text,
        Step::MediaType(name) => {
            if json(name) {
                Wire::Typed
            } else {
                Wire::Text
            }
        }
        _ => around,
    }
}

impl Side<'_> {
    /// Makes `part` the only alternative of a part that is otherwise as `other`, so
    /// that one schema can be compared with several to choose from.
    fn as_alternative(&mut self, part: &mut Rc<Part>, other: &Part) -> Choice {
        let stays = |keyword: &Keyword| *keyword == "nullable" || other.facts.contains_key(keyword);
        let (facts, own_facts): (BTreeMap<_, _>, BTreeMap<_, _>) =
            part.facts.clone().into_iter().partition(|(keyword, _)| stays(keyword));
        let (mut children, own_children): (BTreeMap<_, _>, BTreeMap<_, _>) =
            part.children.clone().into_iter().partition(|(s, _)| other.children.contains_key(s));
        let component = part.component.clone();
        let alternative = Part { facts: own_facts, children: own_children, component };
        if alternative.is_empty() {
            return Choice::Anything;
        }
        children.insert(Step::Alternative(0, 0), self.add(alternative));
        *part = Rc::new(Part { facts, children, component: None });
        Choice::Single
    }

    /// An operation with its path parameters called as in another path.
    fn with_path(&mut self, id: PartId, path: &str, there: &str) -> PartId {
        let mut operation = Part::clone(self.part(id));
        let step = |name: &str| Step::Parameter { location: "path".into(), name: name.into() };
        let names = align::template_names(path).zip(align::template_names(there));
        let renamed: Vec<_> = names
            .filter_map(|(old, new)| Some((step(new), operation.children.remove(&step(old))?)))
            .collect();
        operation.children.extend(renamed);
        self.add(operation).part
    }

    /// The types of the value that a parameter carries, and the way to it.
    fn carried(&self, parameter: PartId) -> Option<(Edge, Words)> {
        let parameter = self.part(parameter);
        let styled = ["style", "explode"].iter().any(|key| parameter.facts.contains_key(*key));
        let value = *parameter.children.get(&Step::Value).filter(|_| !styled)?;
        match self.part(value.part).facts.get("type") {
            Some(Value::Types(types)) => Some((value, types.clone())),
            _ => None,
        }
    }
}

impl Pairs<'_> {
    /// The base's part as it has to be for the comparison with the revision's.
    fn adapted(&mut self, base: (&Step, PartId), revision: (&Step, PartId)) -> PartId {
        match (base.0, revision.0) {
            (Step::Operation { path, .. }, Step::Operation { path: there, .. })
                if path != there =>
            {
                self.sides.base.with_path(base.1, path, there)
            }
            (Step::Parameter { location, .. }, _)
                if ["query", "cookie"].contains(&location.as_str()) =>
            {
                self.repeated(base.1, revision.1).unwrap_or(base.1)
            }
            _ => base.1,
        }
    }

    /// A parameter with one value as a parameter with a list of one, where the
    /// revision has a list: in a query or cookie both are written alike, unless
    /// they have a style of their own.
    fn repeated(&mut self, base: PartId, revision: PartId) -> Option<PartId> {
        let list = Words::from(["array".to_owned()]);
        let (value, types) = self.sides.base.carried(base)?;
        let (_, revision_types) = self.sides.revision.carried(revision)?;
        if revision_types != list || types.contains("array") || types.contains("object") {
            return None;
        }
        let one = Some(Bound { at: Number::Integer(1), exclusive: false });
        let mut facts = BTreeMap::from([
            ("type".into(), Value::Types(list)),
            ("items".into(), Value::Range(Range { least: one, greatest: one })),
        ]);
        let side = &mut self.sides.base;
        let mut element = Part::clone(side.part(value.part));
        if let Some(nullable) = element.facts.get("nullable") {
            facts.insert("nullable".into(), nullable.clone());
        }
        if types.contains("string") {
            // Any text will do: nothing is left to tell numbers apart from it.
            let text = Words::from(["string".to_owned()]);
            element.facts.insert("type".into(), Value::Types(text));
        }
        let children = BTreeMap::from([(Step::Keyword("items"), side.add(element))]);
        let array = side.add(Part { facts, children, component: None });
        let mut parameter = Part::clone(side.part(base));
        parameter.children.insert(Step::Value, array);
        Some(side.add(parameter).part)
    }
}

fn has_alternatives(part: &Part) -> bool {
    part.children.keys().any(|step| matches!(step, Step::Alternative(0, _)))
}

fn changed_facts(base: &Part, revision: &Part, wire: Wire) -> Vec<FactChange> {
    let gone = base.facts.iter().filter_map(|(keyword, value)| {
        let effect = match revision.facts.get(keyword) {
            Some(there) => value.change(there, wire)?,
            None => value.appearance().reversed(),
        };
        Some(FactChange { keyword: keyword.clone(), effect })
    });
    let new = revision.facts.iter().filter(|(keyword, _)| !base.facts.contains_key(*keyword));
    let new = new.map(|(keyword, value)| FactChange {
        keyword: keyword.clone(),
        effect: value.appearance(),
    });
    gone.chain(new).collect()
}

/// A pair differs where anything below it does.
fn spread_differences(pairs: &mut [Pair]) {
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); pairs.len()];
    for (id, pair) in pairs.iter().enumerate() {
        for child in &pair.children {
            if let ChildChange::Kept { pair, .. } = child {
                above[pair.0].push(id);
            }
        }
    }
    let mut waiting: Vec<usize> = (0..pairs.len()).filter(|id| pairs[*id].differs).collect();
    while let Some(id) = waiting.pop() {
        for &parent in &above[id] {
            if !std::mem::replace(&mut pairs[parent].differs, true) {
                waiting.push(parent);
            }
        }
    }
}
