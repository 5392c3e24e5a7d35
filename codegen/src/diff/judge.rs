//! Judges every difference of two contracts: its rule, severity and message.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::align;
use super::compare::{ChildChange, Counterpart, ElementPair, FactChange, PairId, UnmatchedChild};
use super::error::{DiffError, MAX_CHANGES};
use super::message::{self, Detail};
use super::rules::{ChangeKind, DiffRule, Level, Subject};
use super::sides::fact_text;
use crate::contract::{
    Constraint, EdgeLabel, Element, ElementLocation, MAX_DEPTH, SetRelation, WireDirection,
    deep_place,
};
use crate::styled::StyledText;

/// The number of visits to elements of one operation after which each element is
/// visited once only, however many paths lead to it.
const MANY_VISITS: usize = 10_000;

/// A change of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The id of the rule, a row of [`RULES`](super::rules::RULES).
    pub rule: &'static str,
    /// The severity for clients.
    pub level: Level,
    /// Method and path; empty for a change of the whole document.
    pub operation: String,
    /// The direction in which the value travels.
    #[serde(serialize_with = "serialize_direction")]
    pub direction: WireDirection,
    /// The place in the value; empty for the whole value, or without a value.
    pub pointer: String,
    /// The contract of the base.
    pub before: Option<String>,
    /// The contract of the revision.
    pub after: Option<String>,
    /// A sentence about the change.
    pub message: StyledText,
}

fn serialize_direction<S: serde::Serializer>(
    direction: &WireDirection,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(direction)
}

impl Change {
    /// Orders changes by operation, descending severity, and place.
    fn order(&self) -> impl Ord + '_ {
        let level = std::cmp::Reverse(self.level);
        let message = self.message.to_string();
        (&self.operation, level, self.direction, &self.pointer, self.rule, message)
    }
}

/// Returns the changes of all pairs that differ.
///
/// # Errors
///
/// There are too many changes, or a difference lies too deep to be reported.
pub(super) fn changes(pairs: &[ElementPair]) -> Result<Vec<Change>, DiffError> {
    let mut walk = ChangeWalk {
        pairs,
        path: Vec::new(),
        open: Vec::new(),
        in_required_parameter: false,
        visits: 0,
        visited: HashSet::new(),
        too_deep: HashMap::new(),
        changes: Vec::new(),
    };
    walk.pair(PairId(0), ValueContext::Normal)?;
    walk.end_operation()?;
    walk.changes.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(walk.changes)
}

/// The context of a value, as far as it affects the severity of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ValueContext {
    Normal,
    /// Below `not` or `if`.
    Condition,
    /// A `readOnly` property in a request, or a `writeOnly` property in a response.
    /// OpenAPI: it should not be sent, and `required` has no effect. Senders that
    /// include it nevertheless must send a valid value.
    NotExpected,
    /// A property that the revision makes `NotExpected`.
    NoLongerExpected,
}

/// A pair as seen on some path.
type Visit = (PairId, WireDirection, ValueContext);

struct ChangeWalk<'p> {
    pairs: &'p [ElementPair],
    /// The labels from the whole document to the current pair.
    path: Vec<&'p EdgeLabel>,
    /// The pairs on the path.
    open: Vec<PairId>,
    in_required_parameter: bool,
    visits: usize,
    /// The visits of the current operation.
    visited: HashSet<Visit>,
    /// Visits of the current operation that were omitted at the depth limit.
    too_deep: HashMap<Visit, DiffError>,
    changes: Vec<Change>,
}

/// A change that is not judged yet.
struct RawChange<'a> {
    subject: Subject,
    kind: ChangeKind,
    before: Option<String>,
    after: Option<String>,
    detail: Detail<'a>,
}

impl<'p> ChangeWalk<'p> {
    fn pair(&mut self, id: PairId, context: ValueContext) -> Result<(), DiffError> {
        let pair = &self.pairs[id.0];
        if !pair.differs || self.open.contains(&id) {
            return Ok(());
        }
        let visit = (id, self.direction(), context);
        if self.path.len() > MAX_DEPTH {
            let error = self.too_deep_error(pair);
            self.too_deep.entry(visit).or_insert(error);
            return Ok(());
        }
        self.visits += 1;
        if !self.visited.insert(visit) && self.visits > MANY_VISITS {
            return Ok(());
        }
        self.open.push(id);
        for fact in &pair.facts {
            self.fact(pair, fact, context)?;
        }
        for child in &pair.children {
            self.child(child, context)?;
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, child: &'p ChildChange, context: ValueContext) -> Result<(), DiffError> {
        match child {
            ChildChange::Removed(child) => self.unmatched(child, ChangeKind::Removed, context)?,
            ChildChange::Added(child) => self.unmatched(child, ChangeKind::Added, context)?,
            ChildChange::Kept { base, revision, pair } => {
                if let EdgeLabel::Parameter { .. } = &revision.0 {
                    self.in_required_parameter = base.1 && revision.1;
                }
                self.path.push(&revision.0);
                let elements = &self.pairs[pair.0];
                let context = self.context_below(&elements.base, &elements.revision, context);
                self.edge(base, revision, &elements.revision, context)?;
                self.pair(*pair, context)?;
                if let EdgeLabel::Operation { .. } = &revision.0 {
                    self.end_operation()?;
                }
            }
        }
        self.path.pop();
        Ok(())
    }

    /// Fails if a visit was omitted at the depth limit and not made on another path.
    fn end_operation(&mut self) -> Result<(), DiffError> {
        let visited = std::mem::take(&mut self.visited);
        let too_deep = std::mem::take(&mut self.too_deep);
        self.visits = 0;
        match too_deep.into_iter().find(|(visit, _)| !visited.contains(visit)) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn too_deep_error(&self, pair: &ElementPair) -> DiffError {
        let open = self.open.iter().map(|id| &self.pairs[id.0]);
        let nearest_first = open.chain([pair]).rev();
        let component =
            nearest_first.into_iter().find_map(|pair| pair.revision.component.as_deref());
        let ElementLocation { operation, pointer, .. } = ElementLocation::of(&self.path);
        DiffError::TooDeep { operation, place: deep_place(component, &pointer) }
    }

    fn direction(&self) -> WireDirection {
        self.path.iter().fold(WireDirection::Request, |above, label| label.direction(above))
    }

    fn context_below(
        &self,
        base: &Element,
        revision: &Element,
        above: ValueContext,
    ) -> ValueContext {
        let unexpected = match self.direction() {
            WireDirection::Request => "readOnly",
            WireDirection::Response => "writeOnly",
        };
        let was_unexpected = base.facts.contains_key(unexpected);
        let is_unexpected = revision.facts.contains_key(unexpected);
        match self.path.last() {
            Some(EdgeLabel::Keyword("not" | "if")) => ValueContext::Condition,
            Some(EdgeLabel::Property(_)) if is_unexpected && !was_unexpected => {
                ValueContext::NoLongerExpected
            }
            Some(EdgeLabel::Property(_)) if is_unexpected || was_unexpected => {
                ValueContext::NotExpected
            }
            _ if above == ValueContext::NotExpected => ValueContext::Normal,
            _ => above,
        }
    }

    fn fact(
        &mut self,
        pair: &ElementPair,
        fact: &FactChange,
        context: ValueContext,
    ) -> Result<(), DiffError> {
        let keyword = fact.keyword.as_ref();
        let (base, revision) = (pair.base.facts.get(keyword), pair.revision.facts.get(keyword));
        let subject = self.subject_of(keyword, base.or(revision));
        let relation = if subject == Subject::Serialization {
            SetRelation::Incomparable
        } else {
            fact.relation
        };
        let change = RawChange {
            subject,
            kind: ChangeKind::Values(relation),
            before: base.map(|value| fact_text(keyword, value)),
            after: revision.map(|value| fact_text(keyword, value)),
            detail: Detail::Fact { keyword, base, revision },
        };
        self.report(change, context)
    }

    fn subject_of(&self, keyword: &str, value: Option<&Constraint>) -> Subject {
        match (keyword, value) {
            ("nullable", _) => Subject::Null,
            ("pattern", _) => Subject::Pattern,
            ("servers", _) => Subject::Servers,
            ("style" | "explode", _) => Subject::Serialization,
            ("operationId", _) => Subject::OperationId,
            ("deprecated", _) => Subject::Deprecation,
            ("readOnly" | "writeOnly", _) => Subject::Access,
            ("discriminator", _) => Subject::Discriminator,
            ("default", _) => match self.path[..] {
                // Clients cannot omit a required parameter.
                [.., EdgeLabel::Parameter { .. }, EdgeLabel::Value]
                    if !self.in_required_parameter =>
                {
                    Subject::ParameterDefault
                }
                _ => Subject::Default,
            },
            (_, Some(Constraint::Range(_) | Constraint::MultipleOf(_))) => Subject::Bound,
            (_, Some(Constraint::Types(_))) => Subject::Type,
            (_, Some(Constraint::Format(_))) => Subject::Format,
            (_, Some(Constraint::AnyOf(_))) => Subject::Values,
            (_, Some(Constraint::Credentials(_))) => Subject::Credentials,
            _ => Subject::Keyword,
        }
    }

    /// Reports changes of the edge to an element that both sides have.
    fn edge(
        &mut self,
        base: &(EdgeLabel, bool),
        revision: &(EdgeLabel, bool),
        element: &Element,
        context: ValueContext,
    ) -> Result<(), DiffError> {
        if base.1 != revision.1 {
            let (subject, kind) = if revision.1 {
                (required_member(element), ChangeKind::BecameRequired)
            } else {
                (Subject::Member, ChangeKind::BecameOptional)
            };
            let word = |required| if required { "required" } else { "optional" };
            let (before, after) = (Some(word(base.1).into()), Some(word(revision.1).into()));
            let change = RawChange { subject, kind, before, after, detail: Detail::Presence };
            self.report(change, context)?;
        }
        let subject = match &revision.0 {
            EdgeLabel::Response(_) => Subject::Status,
            EdgeLabel::MediaType(_) => Subject::MediaType,
            _ => return Ok(()),
        };
        if base.0 == revision.0 {
            return Ok(());
        }
        let is_wider = align::covers(&revision.0, &base.0);
        let relation = if is_wider { SetRelation::Widened } else { SetRelation::Narrowed };
        let change = RawChange {
            subject,
            kind: ChangeKind::Values(relation),
            before: Some(base.0.to_string()),
            after: Some(revision.0.to_string()),
            detail: Detail::Label { base: &base.0 },
        };
        self.report(change, context)
    }

    /// Reports a child that was added or removed. The child stays on the path.
    fn unmatched(
        &mut self,
        child: &'p UnmatchedChild,
        kind: ChangeKind,
        context: ValueContext,
    ) -> Result<(), DiffError> {
        let UnmatchedChild { label, required, element, counterpart, summary } = child;
        let is_removed = kind == ChangeKind::Removed;
        self.path.push(label);
        let context = self.context_below(element, element, context);
        let subject = match label {
            EdgeLabel::Operation { .. } | EdgeLabel::Incoming { .. } => {
                if is_removed && element.facts.contains_key("deprecated") {
                    Subject::DeprecatedOperation
                } else {
                    Subject::Operation
                }
            }
            EdgeLabel::Response(status) if status.starts_with(['1', '2', '3']) => Subject::Success,
            EdgeLabel::Response(_) => Subject::Failure,
            EdgeLabel::MediaType(_) => Subject::MediaType,
            EdgeLabel::Alternative(..) => match counterpart {
                Counterpart::AnyValue => Subject::Subschema,
                Counterpart::SingleSchema if !is_removed => Subject::FirstAlternative,
                _ => Subject::Alternative,
            },
            EdgeLabel::Keyword(_)
            | EdgeLabel::Keyed(..)
            | EdgeLabel::AllOfItem(_)
            | EdgeLabel::Value => Subject::Subschema,
            // A default does not matter to those who read a removed member.
            _ if *required && is_removed => Subject::RequiredMember,
            _ if *required => required_member(element),
            _ => Subject::Member,
        };
        let summary = Some(summary.clone());
        let (before, after) = if is_removed { (summary, None) } else { (None, summary) };
        self.report(RawChange { subject, kind, before, after, detail: Detail::Presence }, context)
    }

    fn report(&mut self, change: RawChange, context: ValueContext) -> Result<(), DiffError> {
        if self.changes.len() == MAX_CHANGES {
            return Err(DiffError::TooManyChanges);
        }
        let RawChange { mut subject, mut kind, before, after, detail } = change;
        let is_remark = kind == ChangeKind::Values(SetRelation::Unchanged);
        if context == ValueContext::Condition && !is_remark {
            subject = Subject::Condition;
            kind = ChangeKind::Values(SetRelation::Incomparable);
        }
        let rule = DiffRule::of(subject, kind);
        let direction = self.direction();
        let level = match context {
            ValueContext::NoLongerExpected if subject != Subject::Access => Level::Info,
            ValueContext::NotExpected if subject.is_member() => Level::Info,
            _ => rule.level(direction),
        };
        let message = message::summary(&self.path, rule, detail);
        let consequence = message::consequence(&self.path, subject, kind, level, direction);
        let location = ElementLocation::of(&self.path);
        self.changes.push(Change {
            rule: rule.id,
            level,
            operation: location.operation,
            direction,
            pointer: location.pointer,
            before,
            after,
            message: message.plain(consequence).plain("."),
        });
        Ok(())
    }
}

/// A required member that has a default is judged more leniently.
fn required_member(element: &Element) -> Subject {
    if element.facts.contains_key("default") {
        Subject::DefaultedMember
    } else {
        Subject::RequiredMember
    }
}
