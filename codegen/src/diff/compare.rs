//! Goes from the whole document to everything that differs and says what it is.

use std::collections::HashSet;

use super::align;
use super::pairs::{Child, ChildChange, Choice, FactChange, Pair, PairId};
use super::rules::{Happening, Level, Rule, Subject};
use super::{Change, MAX_CHANGES, TooManyChanges, words};
use crate::contract::{Direction, Effect, MAX_STEPS, Part, Step, Value, Way};

/// After so many visits to parts of one operation, each part is gone into once
/// only, however many ways lead to it.
const MANY_VISITS: usize = 10_000;

pub(super) fn changes(pairs: &[Pair]) -> Result<Vec<Change>, TooManyChanges> {
    let mut walk = Walk {
        pairs,
        steps: Vec::new(),
        open: Vec::new(),
        in_required_parameter: false,
        visits: 0,
        visited: HashSet::new(),
        changes: Vec::new(),
    };
    walk.pair(PairId(0), Carried::Normally)?;
    walk.changes.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(walk.changes)
}

/// What has to be known about the way to a part in order to judge a change there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carried {
    Normally,
    /// Below `not` or `if`.
    AsCondition,
    /// In this direction the other side does not wait for it: a `readOnly` property
    /// in a request, a `writeOnly` one in a response. It "should not" be sent, says
    /// OpenAPI, and to be required does not take effect; whoever sends it all the
    /// same has to send what is allowed.
    Unneeded,
    /// From now on it should not be sent, and nothing else matters.
    NoLonger,
}

struct Walk<'p> {
    pairs: &'p [Pair],
    steps: Vec<&'p Step>,
    open: Vec<PairId>,
    in_required_parameter: bool,
    visits: usize,
    visited: HashSet<PairId>,
    changes: Vec<Change>,
}

/// A change before it is judged and put in words.
struct Finding<'a> {
    subject: Subject,
    happening: Happening,
    /// The keyword; empty where it is the part itself that changed.
    keyword: &'a str,
    before: Option<String>,
    after: Option<String>,
    /// From what to what, as part of a sentence.
    detail: String,
}

impl<'p> Walk<'p> {
    fn pair(&mut self, id: PairId, carried: Carried) -> Result<(), TooManyChanges> {
        let pair = &self.pairs[id.0];
        if !pair.differs || self.open.contains(&id) || self.steps.len() > MAX_STEPS {
            return Ok(());
        }
        self.visits += 1;
        if !self.visited.insert(id) && self.visits > MANY_VISITS {
            return Ok(());
        }
        self.open.push(id);
        for fact in &pair.facts {
            self.fact(pair, fact, carried)?;
        }
        for child in &pair.children {
            self.child(child, carried)?;
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, child: &'p ChildChange, carried: Carried) -> Result<(), TooManyChanges> {
        match child {
            ChildChange::Removed(child) => self.gone_or_new(child, Happening::Removed, carried)?,
            ChildChange::Added(child) => self.gone_or_new(child, Happening::Added, carried)?,
            ChildChange::Kept { base, revision, pair } => {
                match &revision.0 {
                    Step::Operation { .. } => {
                        self.visits = 0;
                        self.visited.clear();
                    }
                    Step::Parameter { .. } => self.in_required_parameter = base.1 && revision.1,
                    _ => {}
                }
                self.steps.push(&revision.0);
                let parts = &self.pairs[pair.0];
                let carried = self.carried(&parts.base, &parts.revision, carried);
                self.step(base, revision, &parts.revision, carried)?;
                self.pair(*pair, carried)?;
            }
        }
        self.steps.pop();
        Ok(())
    }

    fn direction(&self) -> Direction {
        self.steps.iter().fold(Direction::Request, |around, step| step.direction(around))
    }

    fn carried(&self, base: &Part, revision: &Part, around: Carried) -> Carried {
        let restricted = |part: &Part| match self.direction() {
            Direction::Request => part.facts.contains_key("readOnly"),
            Direction::Response => part.facts.contains_key("writeOnly"),
        };
        match self.steps.last() {
            Some(Step::Keyword("not" | "if")) => Carried::AsCondition,
            Some(Step::Property(_)) if restricted(revision) && !restricted(base) => {
                Carried::NoLonger
            }
            Some(Step::Property(_)) if restricted(revision) || restricted(base) => {
                Carried::Unneeded
            }
            _ if around == Carried::Unneeded => Carried::Normally,
            _ => around,
        }
    }

    fn fact(
        &mut self,
        pair: &Pair,
        fact: &FactChange,
        carried: Carried,
    ) -> Result<(), TooManyChanges> {
        let keyword = fact.keyword.as_ref();
        let (base, revision) = (pair.base.facts.get(keyword), pair.revision.facts.get(keyword));
        let said = |value: &Value| match value.to_string() {
            text if text.is_empty() => keyword.to_owned(),
            text => format!("{keyword} = {text}"),
        };
        let subject = self.subject_of(keyword, base.or(revision));
        let effect = if subject == Subject::Serialization { Effect::Shifted } else { fact.effect };
        let finding = Finding {
            subject,
            happening: Happening::Effect(effect),
            keyword,
            before: base.map(said),
            after: revision.map(said),
            detail: words::difference(base, revision),
        };
        self.report(finding, carried)
    }

    fn subject_of(&self, keyword: &str, value: Option<&Value>) -> Subject {
        match (keyword, value) {
            ("nullable", _) => Subject::Null,
            ("pattern", _) => Subject::Pattern,
            ("servers", _) => Subject::Servers,
            ("style" | "explode", _) => Subject::Serialization,
            ("operationId", _) => Subject::OperationId,
            ("deprecated", _) => Subject::Deprecation,
            ("readOnly" | "writeOnly", _) => Subject::Access,
            ("discriminator", _) => Subject::Discriminator,
            ("default", _) => match self.steps[..] {
                // Nobody can leave a required parameter out.
                [.., Step::Parameter { .. }, Step::Value] if !self.in_required_parameter => {
                    Subject::ParameterDefault
                }
                _ => Subject::Default,
            },
            (_, Some(Value::Range(_) | Value::Multiple(_))) => Subject::Bound,
            (_, Some(Value::Types(_))) => Subject::Type,
            (_, Some(Value::Format(_))) => Subject::Format,
            (_, Some(Value::Choice(_))) => Subject::Values,
            (_, Some(Value::Credentials(_))) => Subject::Credentials,
            _ => Subject::Keyword,
        }
    }

    /// A change of the way to a part that is in both.
    fn step(
        &mut self,
        base: &(Step, bool),
        revision: &(Step, bool),
        part: &Part,
        carried: Carried,
    ) -> Result<(), TooManyChanges> {
        if base.1 != revision.1 {
            let (subject, happening) = match revision.1 {
                true => (required_member(part), Happening::BecameRequired),
                false => (Subject::Member, Happening::BecameOptional),
            };
            let word = |required| if required { "required" } else { "optional" };
            let (before, after) = (Some(word(base.1).into()), Some(word(revision.1).into()));
            let detail = String::new();
            let finding = Finding { subject, happening, keyword: "", before, after, detail };
            self.report(finding, carried)?;
        }
        let subject = match &revision.0 {
            Step::Response(_) => Subject::Status,
            Step::MediaType(_) => Subject::MediaType,
            _ => return Ok(()),
        };
        if base.0 == revision.0 {
            return Ok(());
        }
        let wider = align::covers(&revision.0, &base.0);
        let effect = if wider { Effect::Widened } else { Effect::Narrowed };
        let (before, after) = (Some(base.0.to_string()), Some(revision.0.to_string()));
        let finding = Finding {
            subject,
            happening: Happening::Effect(effect),
            keyword: "",
            detail: format!(", and was `{}`", base.0),
            before,
            after,
        };
        self.report(finding, carried)
    }

    fn gone_or_new(
        &mut self,
        child: &'p Child,
        happening: Happening,
        carried: Carried,
    ) -> Result<(), TooManyChanges> {
        let Child { step, required, part, choice, says } = child;
        self.steps.push(step);
        let carried = self.carried(part, part, carried);
        let subject = match step {
            Step::Operation { .. } | Step::Incoming { .. } => operation(part, happening),
            Step::Response(status) if status.starts_with(['1', '2', '3']) => Subject::Success,
            Step::Response(_) => Subject::Failure,
            Step::MediaType(_) => Subject::MediaType,
            Step::Alternative(..) => match choice {
                Choice::Anything => Subject::Constraint,
                Choice::Single if happening == Happening::Added => Subject::FirstAlternative,
                _ => Subject::Alternative,
            },
            Step::Keyword(_) | Step::Keyed(..) | Step::Element(_) | Step::Value => {
                Subject::Constraint
            }
            _ if *required => required_member(part),
            _ => Subject::Member,
        };
        // A required property that goes away was required, default or not.
        let subject = match (subject, happening) {
            (Subject::DefaultedMember, Happening::Removed) => Subject::RequiredMember,
            (subject, _) => subject,
        };
        let there = Some(says.clone());
        let (before, after) = match happening {
            Happening::Removed => (there, None),
            _ => (None, there),
        };
        let detail = String::new();
        self.report(Finding { subject, happening, keyword: "", before, after, detail }, carried)
    }

    fn report(&mut self, finding: Finding, carried: Carried) -> Result<(), TooManyChanges> {
        if self.changes.len() == MAX_CHANGES {
            return Err(TooManyChanges);
        }
        let noted = finding.happening == Happening::Effect(Effect::Noted);
        let rule = match carried {
            Carried::AsCondition if !noted => {
                Rule::of(Subject::Condition, Happening::Effect(Effect::Shifted))
            }
            _ => Rule::of(finding.subject, finding.happening),
        };
        let direction = self.direction();
        let level = match carried {
            Carried::NoLonger if finding.subject != Subject::Access => Level::Info,
            Carried::Unneeded if finding.subject.is_member() => Level::Info,
            _ => rule.level(direction),
        };
        let way = Way::of(&self.steps);
        let message = words::Sentence {
            steps: &self.steps,
            keyword: finding.keyword,
            says: rule.says,
            detail: &finding.detail,
            consequence: words::consequence(level, direction, finding.happening),
        };
        self.changes.push(Change {
            rule: rule.id,
            level,
            operation: way.operation,
            direction,
            pointer: way.pointer,
            before: finding.before,
            after: finding.after,
            message: message.to_string(),
        });
        Ok(())
    }
}

fn required_member(part: &Part) -> Subject {
    match part.facts.contains_key("default") {
        true => Subject::DefaultedMember,
        false => Subject::RequiredMember,
    }
}

fn operation(part: &Part, happening: Happening) -> Subject {
    match happening == Happening::Removed && part.facts.contains_key("deprecated") {
        true => Subject::DeprecatedOperation,
        false => Subject::Operation,
    }
}
