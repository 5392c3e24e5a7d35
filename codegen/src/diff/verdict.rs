//! Severities by values: what one side sends, compared with what the other accepts.
//!
//! `judge` compares keyword by keyword. Here [`inclusion`](super::inclusion) decides for
//! each value that travels whether all that one side sends is accepted by the other, and
//! the severities follow. A change without effect on the accepted values is dropped.

use std::collections::{BTreeSet, HashMap};

use super::change::Change;
use super::encodings;
use super::inclusion::{
    Dialect, Inclusion, InclusionChecker, InclusionOptions, SchemaDocument, UndeclaredProperties,
    WireForm, WireSchema,
};
use super::mistakes::is_doubtful;
use super::place::Place;
use super::rules::{DiffRule, Level, Policy};
use super::sameness::Reach;
use super::servers;
use super::values::{self, ValuePair, ValuePairs};
use crate::contract::WireDirection;
use crate::document::{Node, Source, Value};
use crate::styled::StyledText;

/// The number of steps that a pair of schemas may take.
const VALUE_STEPS: u64 = 200_000;
/// The number of undecided questions after which no more are tried.
const MAX_UNDECIDED: usize = 10;
/// The length at which a value is truncated in a message.
const MAX_WITNESS: usize = 200;
/// Parts of pointers below which schemas concern undeclared properties.
const OPEN_KEYWORDS: [&str; 10] = [
    "(not",
    "(if",
    "(then",
    "(else",
    "(dependentSchemas",
    "(additionalProperties",
    "(patternProperties",
    "(propertyNames",
    "(unevaluatedProperties",
    "(unevaluatedItems",
];
/// Corrects the severities of changes of values, and adds what `judge` did not find.
pub(super) fn apply(base: &Source, revision: &Source, policy: Policy, changes: &mut Vec<Change>) {
    let (base, revision) = (base.root(), revision.root());
    let position = base.position;
    let [nothing, anything] = [false, true].map(|any| Node { position, value: Value::Bool(any) });
    let pairs = values::pairs(base, revision, &anything);
    let verdicts = Judge::new(base, revision, &nothing).verdicts(&pairs);
    let verdicts = VerdictTable::new(verdicts, policy);
    let mut affected: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); verdicts.list.len()];
    let mut kept = Vec::new();
    for mut change in std::mem::take(changes) {
        let found = verdicts.at(&change);
        if found.is_complete && verdicts.is_without_effect(&change, &found) {
            continue;
        }
        if is_covered(&change, &pairs) {
            change.lower();
        }
        verdicts.correct(&mut change, &found);
        found.verdicts.iter().for_each(|verdict| _ = affected[*verdict].insert(kept.len()));
        kept.push(change);
    }
    let explained = verdicts.list.iter().zip(&affected);
    let added: Vec<_> = explained
        .filter_map(|(verdict, affected)| verdict.explain(&mut kept, affected, policy))
        .collect();
    kept.extend(added);
    kept.extend(servers::changes(base, revision));
    kept.extend(pairs.list.iter().flat_map(|pair| encodings::changes(base, revision, pair)));
    kept.extend(pairs.list.iter().filter_map(moved_to_content));
    *changes = kept;
}

/// Returns the change of a parameter or header that moved between `schema` and `content`,
/// if its values are written differently.
fn moved_to_content(pair: &ValuePair) -> Option<Change> {
    let [old, new] = [&pair.base, &pair.revision].map(|value| value.form == WireForm::Typed);
    let words = |is_typed| if is_typed { "content" } else { "schema" };
    let message = pair.places.first()?.subject().plain(" moved from ").code(words(old));
    let message =
        message.plain(" to ").code(words(new)).plain("; values are now written differently.");
    let rule = DiffRule::with_id("serialization-changed");
    let change = Change::of_places(rule, pair.direction, &pair.places[..1], message);
    (old != new).then_some(Change { is_about_values: false, ..change })
}

/// Returns whether a response was added or removed that the other side covers by a range
/// or `default`. What it contains is judged as a change of values.
fn is_covered(change: &Change, pairs: &ValuePairs) -> bool {
    DiffRule::with_id(change.rule).is_about_responses()
        && change.origins.iter().all(|place| pairs.covered.contains(place))
}

/// Returns whether a whole parameter, header or body was added, removed or made required.
fn is_of_edge(change: &Change) -> bool {
    DiffRule::with_id(change.rule).is_member()
        && change.schema.is_none()
        && change.pointer.is_empty()
}

/// The verdicts on the values that a change concerns.
struct Found {
    verdicts: BTreeSet<usize>,
    /// True if all places of the change have a verdict.
    is_complete: bool,
}

struct VerdictTable {
    list: Vec<Verdict>,
    by_place: HashMap<Place, BTreeSet<usize>>,
    policy: Policy,
}

impl VerdictTable {
    fn new(list: Vec<Verdict>, policy: Policy) -> Self {
        let mut by_place: HashMap<Place, BTreeSet<usize>> = HashMap::new();
        for (index, verdict) in list.iter().enumerate() {
            for place in &verdict.places {
                by_place.entry(place.clone()).or_default().insert(index);
            }
        }
        Self { list, by_place, policy }
    }

    fn at(&self, change: &Change) -> Found {
        let found: Vec<_> = change.origins.iter().map(|place| self.by_place.get(place)).collect();
        Found {
            is_complete: !found.is_empty() && found.iter().all(Option::is_some),
            verdicts: found.into_iter().flatten().flatten().copied().collect(),
        }
    }

    fn all(&self, found: &Found, is_so: impl Fn(&Verdict) -> bool) -> bool {
        found.verdicts.iter().all(|index| is_so(&self.list[*index]))
    }

    /// Returns whether both sides allow the same values, before and after the change.
    fn is_without_effect(&self, change: &Change, found: &Found) -> bool {
        let rule = DiffRule::with_id(change.rule);
        let is_of_schema = change.is_about_values || rule.is_member();
        is_of_schema && !is_of_edge(change) && self.all(found, |verdict| verdict.is_same)
    }

    fn correct(&self, change: &mut Change, found: &Found) {
        let rule = DiffRule::with_id(change.rule);
        let concerns_undeclared = OPEN_KEYWORDS.iter().any(|key| change.pointer.contains(key))
            || [&change.before, &change.after]
                .into_iter()
                .flatten()
                .any(|fact| fact.starts_with("properties ="));
        let is_harmless = |verdict: &Verdict| {
            verdict.is_harmless() && (!concerns_undeclared || verdict.includes_undeclared)
        };
        if self.policy == Policy::Strict {
            change.level = rule.strict_level(change.direction);
        }
        let is_of_schema = change.is_about_values
            || self.policy == Policy::Strict
                && rule.is_policy_of_schemas()
                && !found.verdicts.is_empty();
        if is_of_schema && !is_of_edge(change) && found.is_complete && self.all(found, is_harmless)
        {
            change.lower();
        }
        let is_remapped =
            |verdict: &Verdict| verdict.inclusion == Inclusion::Yes && !verdict.includes_names;
        if rule.is_of_discriminator() && found.verdicts.iter().any(|v| is_remapped(&self.list[*v]))
        {
            change.level = Level::Breaking;
        }
        let unknown = found.verdicts.iter().find_map(|index| match &self.list[*index].inclusion {
            Inclusion::Unknown(reason) => Some(reason),
            _ => None,
        });
        let is_excluded = |verdict: &Verdict| !matches!(verdict.inclusion, Inclusion::No(_));
        if let Some(reason) = unknown
            && rule.is_incomparable()
            && self.all(found, is_excluded)
        {
            change.doubt(reason);
        }
    }
}

/// The answer for a pair of schemas, and all places that have it.
struct Verdict {
    places: Vec<Place>,
    direction: WireDirection,
    inclusion: Inclusion,
    /// True if both sides allow the same values.
    is_same: bool,
    /// True if also all values with undeclared properties are accepted.
    includes_undeclared: bool,
    /// True if also all properties that are sent are known to the other side.
    includes_names: bool,
    /// True if the schemas may mean more, or something else, than their values tell.
    is_doubtful: bool,
}

impl Verdict {
    fn is_harmless(&self) -> bool {
        self.inclusion == Inclusion::Yes && !self.is_doubtful
    }

    /// Shows the witness in the first breaking change of the value, or returns a change
    /// of its own if there is none.
    fn explain(
        &self,
        changes: &mut [Change],
        affected: &BTreeSet<usize>,
        policy: Policy,
    ) -> Option<Change> {
        let is_here = |index: &&usize| changes[**index].direction == self.direction;
        let own: Vec<usize> = affected.iter().filter(is_here).copied().collect();
        match &self.inclusion {
            Inclusion::Yes => None,
            Inclusion::Unknown(reason) => {
                let is_told = own.iter().any(|index| changes[*index].level > Level::Info);
                let message = self.subject().plain(" was changed, and the effect is not known: ");
                let change =
                    self.change("values-undecided", message.code(reason.clone()).plain("."));
                (!is_told).then_some(change)
            }
            Inclusion::No(witness) => {
                let witness = shortened(witness);
                let is_breaking = |index: &&usize| changes[**index].level == Level::Breaking;
                if let Some(first) = own.iter().find(is_breaking) {
                    changes[*first].show_witness(witness);
                    return None;
                }
                let own = own.iter().map(|index| DiffRule::with_id(changes[*index].rule));
                let is_excused =
                    policy == Policy::Written && DiffRule::excuse_values(own, self.direction);
                (!is_excused).then(|| self.unexplained(witness))
            }
        }
    }

    /// Returns the change of a value of which no other change is breaking.
    fn unexplained(&self, witness: String) -> Change {
        let (rule, verb) = match self.direction {
            WireDirection::Request => ("values-excluded", " no longer accepts "),
            WireDirection::Response => ("values-introduced", " may now be "),
        };
        self.change(rule, self.subject().plain(verb).code(witness).plain("."))
    }

    fn subject(&self) -> StyledText {
        self.places.first().map(Place::subject).unwrap_or_default()
    }

    fn change(&self, rule: &str, message: StyledText) -> Change {
        Change::of_places(DiffRule::with_id(rule), self.direction, &self.places[..1], message)
    }
}

fn shortened(witness: &serde_json::Value) -> String {
    let mut text = witness.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_WITNESS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The question that an [`InclusionChecker`] answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    direction: WireDirection,
    /// True for the reverse: what is accepted may also be sent.
    is_reversed: bool,
    undeclared: UndeclaredProperties,
}

/// Decides every pair of values whose schemas differ, each pair of schemas once.
struct Judge<'d> {
    base: &'d Node,
    revision: &'d Node,
    /// A schema without values.
    nothing: &'d Node,
    checkers: HashMap<Question, InclusionChecker<'d>>,
    /// The checker that the others share their documents with.
    first: Option<InclusionChecker<'d>>,
    reach: Reach<'d>,
    undecided: usize,
}

impl<'d> Judge<'d> {
    fn new(base: &'d Node, revision: &'d Node, nothing: &'d Node) -> Self {
        let reach = Reach::new(base, revision);
        let checkers = HashMap::new();
        Self { base, revision, nothing, checkers, first: None, reach, undecided: 0 }
    }

    fn verdicts(mut self, pairs: &'d ValuePairs<'d>) -> Vec<Verdict> {
        let mut known = HashMap::new();
        let mut verdicts: Vec<Verdict> = Vec::new();
        for pair in &pairs.list {
            let [base, revision] = [&pair.base, &pair.revision].map(|value| {
                (std::ptr::from_ref(value.schema), value.form, value.typed_fields.clone())
            });
            let index = *known.entry((base, revision, pair.direction)).or_insert_with(|| {
                verdicts.push(self.verdict(pair));
                verdicts.len() - 1
            });
            verdicts[index].places.extend(pair.places.iter().cloned());
        }
        verdicts
    }

    fn verdict(&mut self, pair: &'d ValuePair<'d>) -> Verdict {
        let ValuePair { base, revision, direction, .. } = pair;
        let mut verdict = Verdict {
            places: Vec::new(),
            direction: *direction,
            inclusion: Inclusion::Yes,
            is_same: true,
            includes_undeclared: true,
            includes_names: true,
            is_doubtful: false,
        };
        let is_written_alike =
            base.form == revision.form && base.typed_fields == revision.typed_fields;
        if is_written_alike && self.reach.is_same_schema(base.schema, revision.schema) {
            return verdict;
        }
        let question = Question {
            direction: *direction,
            is_reversed: false,
            undeclared: UndeclaredProperties::Unsent,
        };
        verdict.inclusion = self.includes(question, pair);
        // Without undeclared properties, a value may fit one alternative of several that
        // would otherwise all accept it, and exclude each other.
        let any = Question { undeclared: UndeclaredProperties::Any, ..question };
        if let Inclusion::No(_) = verdict.inclusion
            && self.includes(any, pair) == Inclusion::Yes
            && !self.is_vacuous(any, pair)
        {
            verdict.inclusion = Inclusion::Yes;
        }
        verdict.is_same = false;
        if verdict.inclusion == Inclusion::Yes {
            verdict.includes_undeclared = self.includes(any, pair) == Inclusion::Yes;
            verdict.is_doubtful = self.is_vacuous(question, pair)
                || pair.is_renamed_xml()
                || is_doubtful(self.base, base.schema)
                || is_doubtful(self.revision, revision.schema);
            let named = Question { undeclared: UndeclaredProperties::Unknown, ..question };
            verdict.includes_names = self.includes(named, pair) == Inclusion::Yes;
            verdict.is_same = verdict.includes_undeclared
                && verdict.includes_names
                && !verdict.is_doubtful
                && self.is_same(question, pair);
        }
        verdict
    }

    /// Returns whether all that is accepted, and all properties that are known there,
    /// belong to what is sent.
    fn is_same(&mut self, question: Question, pair: &'d ValuePair<'d>) -> bool {
        [UndeclaredProperties::Any, UndeclaredProperties::Unknown].into_iter().all(|undeclared| {
            let question = Question { is_reversed: true, undeclared, ..question };
            self.includes(question, pair) == Inclusion::Yes
        })
    }

    /// Returns whether the sender's schema has no values, which is likely a mistake.
    fn is_vacuous(&mut self, question: Question, pair: &'d ValuePair<'d>) -> bool {
        let nothing = WireSchema::typed(self.nothing);
        let sides = match question.direction {
            WireDirection::Request => (pair.base.on_wire(), nothing),
            WireDirection::Response => (nothing, pair.revision.on_wire()),
        };
        self.decide(question, sides) == Inclusion::Yes
    }

    fn includes(&mut self, question: Question, pair: &'d ValuePair<'d>) -> Inclusion {
        self.decide(question, (pair.base.on_wire(), pair.revision.on_wire()))
    }

    fn decide(
        &mut self,
        question: Question,
        (base, revision): (WireSchema<'d>, WireSchema<'d>),
    ) -> Inclusion {
        let Question { direction, is_reversed, undeclared } = question;
        let is_of_base = (direction == WireDirection::Request) != is_reversed;
        let options =
            InclusionOptions { direction: Some(direction), undeclared, step_limit: VALUE_STEPS };
        let documents = [document(self.base), document(self.revision)];
        let first = self.first.get_or_insert_with(|| {
            let [base, revision] = documents;
            InclusionChecker::new(base, revision, options)
        });
        if self.undecided > MAX_UNDECIDED {
            return Inclusion::Unknown("too many schemas are too complex".into());
        }
        let checker =
            self.checkers.entry(question).or_insert_with(|| first.another(!is_of_base, options));
        let [sent, accepted] = in_order(is_of_base, [base, revision]);
        let inclusion = checker.includes_on_wire(sent, accepted);
        self.undecided += usize::from(matches!(inclusion, Inclusion::Unknown(_)));
        inclusion
    }
}

/// Returns the sides as sent and accepted.
fn in_order<T>(is_of_base: bool, [base, revision]: [T; 2]) -> [T; 2] {
    if is_of_base { [base, revision] } else { [revision, base] }
}

fn document(root: &Node) -> SchemaDocument<'_> {
    let version = root.get_str("openapi").unwrap_or_default();
    let is_old = version.starts_with("3.0");
    SchemaDocument { root, dialect: if is_old { Dialect::OpenApi30 } else { Dialect::OpenApi31 } }
}
