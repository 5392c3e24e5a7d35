//! The search for a value that satisfies some forms and violates others.
//!
//! A goal is a set of literals. For each JSON type, conjunctions are opened and
//! assertions collected. A value that satisfies the assertions is proposed by the
//! module of the type, and only a disjunction that this value violates is branched on.
//!
//! A goal that comes up within itself is taken to have no value. If it has one, it has
//! one of least depth, which contains no other value of the same goal.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value as Json;

use super::alternatives::first_found;
use super::form::{Form, FormId, JsonType, Literal, ScalarValue, TypeSet};
use super::numbers::{NumberGoal, NumberLimit};
use super::strings::{Patterns, Placeholders};
use super::{InclusionChecker, Search};

/// Goals within goals, and decisions within decisions. It bounds the stack.
const MAX_DEPTH: usize = 160;
/// Alternatives of a `oneOf` of which no two may hold.
const MAX_PAIRED: usize = 256;
/// Goals whose results are kept.
const MAX_KNOWN: usize = 200_000;
/// Depth of a result that depends on no goal in progress.
const UNCONDITIONAL: usize = usize::MAX;

pub(super) const OUT_OF_STEPS: &str = "step budget";
/// Numbers with texts of some variety.
const TRIED_NUMBERS: [&str; 8] =
    ["0", "1", "-1", "7", "12", "1.5", "4294967297", "12345678901234567"];
const TOO_DEEP: &str = "the schemas are nested too deeply";

type Goal = Rc<[Literal]>;

/// State of the search.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) patterns: Patterns,
    pub(super) placeholders: Placeholders,
    steps_left: u64,
    depth: usize,
    known: HashMap<Goal, Known>,
    in_progress: HashMap<Goal, usize>,
    /// Goals without a value as long as goals in progress have none.
    provisional: Vec<Goal>,
    /// The outermost goal in progress that was come upon again.
    lowest_cut: usize,
}

/// Result of a goal and the outermost goal in progress that it depends on.
#[derive(Debug)]
struct Known {
    result: Search<Json>,
    cut: usize,
}

impl Memory {
    /// Prepares for a question.
    pub(super) fn begin(&mut self, steps: u64) {
        self.steps_left = steps;
        self.depth = 0;
        self.lowest_cut = UNCONDITIONAL;
        if self.known.len() > MAX_KNOWN {
            self.known.clear();
        }
    }

    /// Takes steps from the budget. Returns whether there were enough.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.steps_left = self.steps_left.saturating_sub(steps as u64);
        self.steps_left > 0
    }

    /// Goes one level down, unless the budget or the depth is exhausted.
    pub(super) fn enter(&mut self) -> Result<(), Rc<str>> {
        if !self.spend(1) {
            return Err(OUT_OF_STEPS.into());
        }
        if self.depth >= MAX_DEPTH {
            return Err(TOO_DEEP.into());
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn recall(&mut self, goal: &Goal) -> Option<Search<Json>> {
        if let Some(known) = self.known.get(goal) {
            self.lowest_cut = self.lowest_cut.min(known.cut);
            return Some(known.result.clone());
        }
        let depth = *self.in_progress.get(goal)?;
        self.lowest_cut = self.lowest_cut.min(depth);
        Some(Search::Empty)
    }

    /// Keeps the result of a goal, and settles what depended on it.
    fn settle(&mut self, goal: Goal, result: &Search<Json>, depth: usize, mark: usize) {
        let empty = *result == Search::Empty;
        let cut = if empty && self.lowest_cut < depth { self.lowest_cut } else { UNCONDITIONAL };
        for dependent in self.provisional.split_off(mark) {
            if !empty {
                self.known.remove(&dependent);
            } else if let Some(known) = self.known.get_mut(&dependent) {
                known.cut = if known.cut < depth { known.cut.min(cut) } else { cut };
                if known.cut != UNCONDITIONAL {
                    self.provisional.push(dependent);
                }
            }
        }
        if cut != UNCONDITIONAL {
            self.provisional.push(Rc::clone(&goal));
        }
        if !matches!(result, Search::Unclear(_)) {
            self.known.insert(goal, Known { result: result.clone(), cut });
        }
        self.lowest_cut = cut;
    }
}

/// Assumptions about a value of one type.
struct Branch {
    json_type: JsonType,
    truth: HashMap<FormId, bool>,
    assumed: Vec<FormId>,
    assertions: Vec<Literal>,
    choices: Vec<Literal>,
    settled: HashSet<usize>,
}

/// Lengths of the lists of a [`Branch`], to return to.
type Checkpoint = (usize, usize, usize);

impl Branch {
    fn new(json_type: JsonType) -> Self {
        Self {
            json_type,
            truth: HashMap::new(),
            assumed: Vec::new(),
            assertions: Vec::new(),
            choices: Vec::new(),
            settled: HashSet::new(),
        }
    }

    fn checkpoint(&self) -> Checkpoint {
        (self.assumed.len(), self.assertions.len(), self.choices.len())
    }

    fn restore(&mut self, (assumed, assertions, choices): Checkpoint) {
        for form in self.assumed.drain(assumed..) {
            self.truth.remove(&form);
        }
        self.assertions.truncate(assertions);
        self.choices.truncate(choices);
    }

    /// Returns whether a literal about other types, or about few values, is as it
    /// should be for this type; `None` where it depends on the value.
    fn by_type(&self, form: &Form, holds: bool) -> Option<bool> {
        let has = |types: TypeSet| types.contains(self.json_type);
        match form {
            Form::Types(types) => Some(has(*types) == holds),
            Form::Scalars(scalars) if !scalars.iter().any(|s| s.json_type() == self.json_type) => {
                Some(!holds)
            }
            form => form.subject().filter(|types| !has(*types)).map(|_| holds),
        }
    }
}

impl InclusionChecker<'_> {
    /// Searches a value that satisfies all literals.
    pub(super) fn solve(&mut self, mut goal: Vec<Literal>) -> Search<Json> {
        for literal in &mut goal {
            literal.form = self.read_through(literal.form);
        }
        goal.sort_unstable();
        goal.dedup();
        if goal.windows(2).any(|pair| pair[0].form == pair[1].form) {
            return Search::Empty;
        }
        let goal: Goal = goal.into();
        if let Some(result) = self.memory.recall(&goal) {
            return result;
        }
        if !self.memory.spend(goal.len()) {
            return Search::unclear(OUT_OF_STEPS);
        }
        if let Err(reason) = self.memory.enter() {
            return Search::Unclear(reason);
        }
        let result = self.solve_new(goal);
        self.memory.leave();
        result
    }

    /// The form that a deferred one stands for, so that equal goals look the same.
    fn read_through(&mut self, mut form: FormId) -> FormId {
        while let Form::Deferred(index) = &*self.forms.get(form)
            && self.memory.spend(1)
        {
            form = self.read_deferred(*index);
        }
        form
    }

    fn solve_new(&mut self, goal: Goal) -> Search<Json> {
        let depth = self.memory.in_progress.len();
        let mark = self.memory.provisional.len();
        let outer_cut = std::mem::replace(&mut self.memory.lowest_cut, UNCONDITIONAL);
        self.memory.in_progress.insert(Rc::clone(&goal), depth);
        let wanted = goal.iter().filter(|literal| literal.holds);
        let possible = wanted.fold(TypeSet::ALL, |types, literal| {
            types.intersection(self.forms.possible_types(literal.form))
        });
        let types = JsonType::ALL.into_iter().filter(|json_type| possible.contains(*json_type));
        let result = first_found(types, |json_type| self.solve_type(json_type, &goal));
        self.memory.in_progress.remove(&goal);
        self.memory.settle(goal, &result, depth, mark);
        self.memory.lowest_cut = self.memory.lowest_cut.min(outer_cut);
        result
    }

    fn solve_type(&mut self, json_type: JsonType, goal: &[Literal]) -> Search<Json> {
        let mut branch = Branch::new(json_type);
        if goal.iter().all(|literal| self.assume(&mut branch, *literal)) {
            self.split(&mut branch)
        } else {
            Search::Empty
        }
    }

    /// Adds a literal to what is assumed. Returns whether that is no contradiction.
    fn assume(&mut self, branch: &mut Branch, literal: Literal) -> bool {
        let mut pending = vec![literal];
        while let Some(literal) = pending.pop() {
            self.memory.spend(1);
            match branch.truth.insert(literal.form, literal.holds) {
                Some(holds) if holds == literal.holds => continue,
                Some(holds) => {
                    branch.truth.insert(literal.form, holds);
                    return false;
                }
                None => branch.assumed.push(literal.form),
            }
            let form = self.forms.get(literal.form);
            match (branch.by_type(&form, literal.holds), &*form) {
                (Some(true), _) => {}
                (Some(false), _) => return false,
                (_, Form::Not(inner)) => {
                    pending.push(Literal { form: *inner, ..literal }.negated())
                }
                (_, Form::Deferred(index)) => {
                    pending.push(Literal { form: self.read_deferred(*index), ..literal });
                }
                (_, Form::All(parts)) if literal.holds => {
                    pending.extend(parts.iter().map(|p| Literal::yes(*p)))
                }
                (_, Form::Any(parts)) if !literal.holds => {
                    pending.extend(parts.iter().map(|p| Literal::no(*p)))
                }
                (_, Form::All(_) | Form::Any(_) | Form::One(_)) => branch.choices.push(literal),
                _ => branch.assertions.push(literal),
            }
        }
        true
    }

    /// Proposes a value, and branches on the first choice that it violates.
    fn split(&mut self, branch: &mut Branch) -> Search<Json> {
        if let Err(reason) = self.memory.enter() {
            return Search::Unclear(reason);
        }
        self.memory.spend(branch.assertions.len());
        let proposal = self.propose(branch.json_type, &branch.assertions);
        let result = match (&proposal, self.next_choice(branch, &proposal)) {
            (Search::Empty, _) | (_, None) => proposal,
            (_, Some(index)) => self.decide(branch, index),
        };
        self.memory.leave();
        result
    }

    /// The first choice that a proposed value violates, or else one of which that is
    /// not known.
    fn next_choice(&mut self, branch: &Branch, proposal: &Search<Json>) -> Option<usize> {
        let mut open = (0..branch.choices.len()).filter(|index| !branch.settled.contains(index));
        let Search::Found(value) = proposal else { return open.next() };
        let mut doubtful = None;
        for index in open {
            match self.accepts(branch.choices[index], value) {
                Some(true) => {}
                Some(false) => return Some(index),
                None => doubtful = doubtful.or(Some(index)),
            }
        }
        doubtful
    }

    fn decide(&mut self, branch: &mut Branch, index: usize) -> Search<Json> {
        let Some(alternatives) = self.alternatives(branch.choices[index]) else {
            return Search::unclear("a `oneOf` has too many alternatives that may overlap");
        };
        branch.settled.insert(index);
        let result = first_found(alternatives, |alternative| {
            let checkpoint = branch.checkpoint();
            let result = if alternative.into_iter().all(|l| self.assume(branch, l)) {
                self.split(branch)
            } else {
                Search::Empty
            };
            branch.restore(checkpoint);
            result
        });
        branch.settled.remove(&index);
        result
    }

    /// The ways in which a combination can come out as it should.
    fn alternatives(&mut self, choice: Literal) -> Option<Vec<Vec<Literal>>> {
        let literals = |parts: &[FormId], holds| {
            parts.iter().map(|form| Literal { form: *form, holds }).collect::<Vec<_>>()
        };
        Some(match &*self.forms.get(choice.form) {
            Form::All(parts) | Form::Any(parts) => {
                literals(parts, choice.holds).into_iter().map(|literal| vec![literal]).collect()
            }
            Form::One(parts) if choice.holds => {
                let one = |chosen: usize| {
                    let mut all = literals(parts, false);
                    all[chosen].holds = true;
                    all.swap(0, chosen);
                    all
                };
                // The literals of all alternatives together are quadratic.
                (parts.len() <= MAX_PAIRED * 4).then(|| (0..parts.len()).map(one).collect())?
            }
            Form::One(parts) if parts.len() <= MAX_PAIRED => {
                let mut alternatives = vec![literals(parts, false)];
                for (index, first) in parts.iter().enumerate().take(parts.len() - 1) {
                    let later = self.forms.any(parts[index + 1..].iter().copied());
                    alternatives.push(vec![Literal::yes(*first), Literal::yes(later)]);
                }
                alternatives
            }
            _ => return None,
        })
    }

    /// Searches a value of a type that satisfies assertions.
    fn propose(&mut self, json_type: JsonType, assertions: &[Literal]) -> Search<Json> {
        let opaque = assertions.iter().find_map(|l| match &*self.forms.get(l.form) {
            Form::Opaque { reason, .. } => Some(Rc::clone(reason)),
            _ => None,
        });
        let proposal = match (self.candidates(json_type, assertions), json_type) {
            (Some(candidates), _) => self.choose(candidates, assertions),
            (None, JsonType::Number) => self.solve_number(assertions),
            (None, JsonType::String) => self.solve_string(assertions).map(Json::String),
            (None, JsonType::Array) => self.solve_array(assertions).map(Json::Array),
            (None, _) => self.solve_object(assertions).map(Json::Object),
        };
        match (proposal, opaque) {
            (Search::Found(_), Some(reason)) => Search::Unclear(reason),
            (proposal, _) => proposal,
        }
    }

    /// The only values that come into question, where they can be listed.
    fn candidates(&self, json_type: JsonType, assertions: &[Literal]) -> Option<Vec<ScalarValue>> {
        match json_type {
            JsonType::Null => return Some(vec![ScalarValue::Null]),
            JsonType::Boolean => return Some([true, false].map(ScalarValue::Boolean).to_vec()),
            _ => {}
        }
        assertions.iter().filter(|literal| literal.holds).find_map(|literal| {
            let form = self.forms.get(literal.form);
            let Form::Scalars(scalars) = &*form else { return None };
            let fitting = scalars.iter().filter(|scalar| scalar.json_type() == json_type);
            Some(fitting.cloned().collect())
        })
    }

    fn choose(&mut self, candidates: Vec<ScalarValue>, assertions: &[Literal]) -> Search<Json> {
        first_found(candidates, |scalar| {
            let Some(value) = scalar.to_json() else {
                return Search::unclear("a number is out of range");
            };
            let mut unclear = None;
            for assertion in assertions {
                match self.accepts(*assertion, &value) {
                    Some(true) => {}
                    Some(false) => return Search::Empty,
                    None => unclear = Some(self.describe(assertion.form)),
                }
            }
            unclear.map_or(Search::Found(value), Search::Unclear)
        })
    }

    /// The reason why an assertion cannot be evaluated.
    pub(super) fn describe(&self, form: FormId) -> Rc<str> {
        match &*self.forms.get(form) {
            Form::Opaque { reason, .. } => Rc::clone(reason),
            Form::Pattern(pattern) => format!("pattern `{pattern}` is not understood").into(),
            Form::Format(format) => format!("format `{format}` is not understood").into(),
            _ => "an assertion could not be evaluated".into(),
        }
    }

    /// Searches a number. Where its text matters, a few numbers are tried.
    fn solve_number(&mut self, assertions: &[Literal]) -> Search<Json> {
        let found = self.number_goal(assertions).solve().map(Json::Number);
        let is_text = |l: &Literal| matches!(&*self.forms.get(l.form), Form::Text { .. });
        let Search::Found(first) = &found else { return found };
        if !assertions.iter().any(is_text) {
            return found;
        }
        let tried = TRIED_NUMBERS.iter().filter_map(|text| text.parse().ok()).map(Json::Number);
        for number in std::iter::once(first.clone()).chain(tried) {
            if assertions.iter().all(|literal| self.accepts(*literal, &number) == Some(true)) {
                return Search::Found(number);
            }
        }
        Search::unclear("the text of numbers is not compared")
    }

    fn number_goal(&self, assertions: &[Literal]) -> NumberGoal {
        let mut goal = NumberGoal::default();
        let flipped = |limit: &NumberLimit| NumberLimit { exclusive: !limit.exclusive, ..*limit };
        for literal in assertions {
            match (&*self.forms.get(literal.form), literal.holds) {
                (Form::Minimum(limit), true) => goal.raise_low(*limit),
                (Form::Minimum(limit), false) => goal.lower_high(flipped(limit)),
                (Form::Maximum(limit), true) => goal.lower_high(*limit),
                (Form::Maximum(limit), false) => goal.raise_low(flipped(limit)),
                (Form::SinglePrecision, single) => goal.single = Some(single),
                (Form::MultipleOf(step), true) => goal.multiples.push(*step),
                (Form::MultipleOf(step), false) => goal.non_multiples.push(*step),
                (Form::Scalars(scalars), false) => {
                    goal.excluded.extend(scalars.iter().filter_map(|scalar| match scalar {
                        ScalarValue::Number(number) => Some(*number),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
        goal
    }
}
