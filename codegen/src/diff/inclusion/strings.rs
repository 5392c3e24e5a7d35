//! Strings of some length that match patterns, do not match others, and have formats.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;
use std::rc::Rc;

use super::alternatives::first_found;
use super::automaton::{ActiveStates, Automaton};
use super::form::{Form, FormId, Literal, ScalarValue};
use super::{InclusionChecker, Search, formats};

/// Longer strings are not written out as witnesses.
const MAX_LENGTH: u64 = 2_000;
/// States of all automata together that are visited in one search.
const MAX_VISITED: usize = 20_000;

/// Patterns with their automata; `None` where there is none.
#[derive(Debug, Default)]
pub(super) struct Patterns(HashMap<Rc<str>, Option<Rc<Automaton>>>);

impl Patterns {
    pub(super) fn automaton(&mut self, pattern: &Rc<str>) -> Option<Rc<Automaton>> {
        let parse = || Automaton::parse(pattern).map(Rc::new);
        self.0.entry(Rc::clone(pattern)).or_insert_with(parse).clone()
    }

    /// Returns whether a string matches; `None` where the pattern is not understood.
    pub(super) fn matches(&mut self, pattern: &Rc<str>, text: &str) -> Option<bool> {
        Some(self.automaton(pattern)?.matches(text))
    }
}

/// Returns whether a string has a format; `None` where that is not known.
pub(super) fn has_format(patterns: &mut Patterns, name: &str, text: &str) -> Option<bool> {
    let format = formats::find(name)?;
    if format.examples.contains(&text) {
        return Some(true);
    }
    let matches = patterns.matches(&format.pattern.into(), text)?;
    (format.exact || !matches).then_some(matches)
}

/// Requirements on a string.
#[derive(Debug, Default)]
struct StringGoal {
    min: u64,
    max: Option<u64>,
    automata: Vec<(Rc<Automaton>, bool)>,
    excluded: BTreeSet<Rc<str>>,
    formats: Vec<(Rc<str>, bool)>,
    /// A pattern that is not understood.
    obstacle: Option<Rc<str>>,
}

/// Strings that stand for some string that satisfies an assertion that is not understood,
/// such as `<format sku>`.
pub(super) type Placeholders = HashMap<String, FormId>;

impl InclusionChecker<'_> {
    pub(super) fn solve_string(&mut self, assertions: &[Literal]) -> Search<String> {
        if let [Literal { form, holds: true }] = assertions
            && let Some(placeholder) = self.placeholder(*form)
        {
            return Search::Found(placeholder);
        }
        let mut goal = StringGoal::default();
        for literal in assertions {
            self.add_to_string(&mut goal, *literal);
        }
        let contained = |has: &str, lacks: &str| {
            has == lacks
                || formats::find(lacks).is_some_and(|format| format.contains.contains(&has))
        };
        let has = |(name, holds): &(Rc<str>, bool)| holds.then(|| Rc::clone(name));
        for name in goal.formats.iter().filter_map(has) {
            if goal.formats.iter().any(|(other, holds)| !holds && contained(&name, other)) {
                return Search::Empty;
            }
        }
        self.solve_formats(&mut goal)
    }

    /// A string for an assertion that is not understood, where it is the only one.
    fn placeholder(&mut self, form: FormId) -> Option<String> {
        let text = match &*self.forms.get(form) {
            Form::Format(name) if formats::find(name).is_none() => format!("<format {name}>"),
            Form::Pattern(pattern) if self.memory.patterns.automaton(pattern).is_none() => {
                format!("<pattern {pattern}>")
            }
            _ => return None,
        };
        self.memory.placeholders.insert(text.clone(), form);
        Some(text)
    }

    fn add_to_string(&mut self, goal: &mut StringGoal, literal: Literal) {
        let at_most = |goal: &mut StringGoal, max: u64| {
            goal.max = Some(goal.max.map_or(max, |other| other.min(max)));
        };
        match (&*self.forms.get(literal.form), literal.holds) {
            (Form::MinLength(min), true) => goal.min = goal.min.max(*min),
            (Form::MinLength(min), false) => at_most(goal, min.saturating_sub(1)),
            (Form::MaxLength(max), true) => at_most(goal, *max),
            (Form::MaxLength(max), false) => goal.min = goal.min.max(max.saturating_add(1)),
            (Form::Pattern(pattern), holds) => match self.memory.patterns.automaton(pattern) {
                Some(automaton) => goal.automata.push((automaton, holds)),
                None => goal.obstacle = Some(self.describe(literal.form)),
            },
            (Form::Format(name), holds) => goal.formats.push((Rc::clone(name), holds)),
            (Form::Scalars(scalars), false) => {
                goal.excluded.extend(scalars.iter().filter_map(|scalar| match scalar {
                    ScalarValue::String(text) => Some(Rc::clone(text)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }

    /// Searches among the examples of formats, or among all strings that match the
    /// patterns of the formats that are wanted, and not those of unwanted ones.
    fn solve_formats(&mut self, goal: &mut StringGoal) -> Search<String> {
        let mut examples = None;
        let mut inexact = None;
        for (name, holds) in goal.formats.clone() {
            let format = formats::find(&name);
            let automaton =
                format.and_then(|format| self.memory.patterns.automaton(&format.pattern.into()));
            let exact = format.is_some_and(|format| format.exact);
            if holds && !exact {
                examples = Some(format.map_or(&[][..], |format| format.examples));
            }
            if !exact {
                inexact = Some(format!("format `{name}` is not understood").into());
            }
            // A string may match the pattern of an unwanted inexact format and lack the
            // format, so that its pattern cannot prove that there is no string.
            match automaton {
                Some(automaton) if holds || exact => goal.automata.push((automaton, holds)),
                _ => {}
            }
        }
        match (self.search_string(goal), inexact) {
            (Search::Found(text), None) => Search::Found(text),
            (Search::Found(_), Some(reason)) => match self.solve_inexact(goal, examples) {
                Search::Empty => Search::Unclear(reason),
                result => result,
            },
            (result, _) => result,
        }
    }

    fn solve_inexact(
        &mut self,
        goal: &mut StringGoal,
        examples: Option<&'static [&'static str]>,
    ) -> Search<String> {
        if let Some(examples) = examples {
            return first_found(examples, |example| {
                if self.fits(goal, example) {
                    Search::Found((*example).to_owned())
                } else {
                    Search::Empty
                }
            });
        }
        for (name, holds) in goal.formats.clone() {
            if holds {
                continue;
            }
            let Some(format) = formats::find(&name) else { return Search::Empty };
            if let Some(automaton) = self.memory.patterns.automaton(&format.pattern.into()) {
                goal.automata.push((automaton, false));
            }
        }
        self.search_string(goal)
    }

    fn fits(&mut self, goal: &StringGoal, text: &str) -> bool {
        let length = text.chars().count() as u64;
        length >= goal.min
            && goal.max.is_none_or(|max| length <= max)
            && !goal.excluded.contains(text)
            && goal.automata.iter().all(|(automaton, holds)| automaton.matches(text) == *holds)
            && goal.formats.iter().all(|(name, holds)| {
                has_format(&mut self.memory.patterns, name, text) == Some(*holds)
            })
    }

    /// Searches a shortest string, in the product of all automata.
    fn search_string(&mut self, goal: &StringGoal) -> Search<String> {
        if goal.max.is_some_and(|max| goal.min > max) {
            return Search::Empty;
        }
        if goal.min > MAX_LENGTH {
            return Search::unclear("a string would be too long");
        }
        let found = self.search_product(goal);
        match (&found, &goal.obstacle) {
            (Search::Found(_), Some(reason)) => Search::Unclear(Rc::clone(reason)),
            _ => found,
        }
    }

    fn search_product(&mut self, goal: &StringGoal) -> Search<String> {
        let alphabet = goal.alphabet();
        let start = goal.automata.iter().map(|(automaton, _)| automaton.begin()).collect();
        let mut queue =
            VecDeque::from([Prefix { text: String::new(), length: 0, progress: start }]);
        let mut visited = HashSet::new();
        while let Some(prefix) = queue.pop_front() {
            if goal.ends_at(&prefix) {
                return Search::Found(prefix.text);
            }
            if goal.max.is_some_and(|max| prefix.length >= max) {
                continue;
            }
            for c in &alphabet {
                let next = goal.advance(&prefix, *c);
                if !goal.is_dead(&next) && visited.insert(goal.key(&next)) {
                    queue.push_back(next);
                }
            }
            if visited.len() > MAX_VISITED || !self.memory.spend(alphabet.len()) {
                return Search::unclear("the search for a string takes too many steps");
            }
        }
        Search::Empty
    }
}

/// The beginning of a string and where it leads all automata.
struct Prefix {
    text: String,
    length: u64,
    progress: Vec<ActiveStates>,
}

impl StringGoal {
    /// One character of each kind that some automaton or excluded string tells apart.
    fn alphabet(&self) -> Vec<char> {
        let ranges = self.automata.iter().flat_map(|(automaton, _)| automaton.ranges());
        let singles = self.excluded.iter().flat_map(|text| text.chars()).map(|c| (c, c));
        let mut starts = BTreeSet::from([0]);
        for (first, last) in ranges.chain(singles) {
            starts.extend([first as u32, last as u32 + 1]);
        }
        let ends = starts.iter().skip(1).copied().chain([char::MAX as u32 + 1]);
        let mut alphabet: Vec<_> =
            starts.iter().zip(ends).filter_map(|(start, end)| presentable(*start, end)).collect();
        alphabet.sort_by_key(|c| (!c.is_ascii_alphanumeric(), c.is_control(), *c));
        alphabet
    }

    fn advance(&self, prefix: &Prefix, c: char) -> Prefix {
        let progress = self.automata.iter().zip(&prefix.progress);
        Prefix {
            text: format!("{}{c}", prefix.text),
            length: prefix.length + 1,
            progress: progress.map(|((a, _), progress)| a.advance(progress, c)).collect(),
        }
    }

    fn ends_at(&self, prefix: &Prefix) -> bool {
        let mut automata = self.automata.iter().zip(&prefix.progress);
        prefix.length >= self.min
            && !self.excluded.contains(prefix.text.as_str())
            && automata.all(|((automaton, holds), progress)| {
                automaton.matches_at_end(progress, prefix.length == 0) == *holds
            })
    }

    /// Returns whether an unwanted match is already complete.
    fn is_dead(&self, prefix: &Prefix) -> bool {
        let mut automata = self.automata.iter().zip(&prefix.progress);
        automata.any(|((_, holds), progress)| !holds && progress.first() == Some(&0))
    }

    /// The state that decides how a prefix can go on. Of two alike the first is shorter,
    /// so that the other can be dropped.
    fn key(&self, prefix: &Prefix) -> (u64, Option<String>, Vec<ActiveStates>) {
        let text = prefix.text.as_str();
        let from = (Bound::Included(text), Bound::Unbounded);
        let next = self.excluded.range::<str, _>(from).next();
        let excluded = next.filter(|next| next.starts_with(text)).map(|_| text.to_owned());
        (prefix.length.min(self.min), excluded, prefix.progress.clone())
    }
}

/// A character from a range, a printable one if there is any.
fn presentable(start: u32, end: u32) -> Option<char> {
    let preferred = ['a', 'A', '0', ' '].into_iter().map(u32::from);
    let printable = preferred.chain(u32::from('!')..=u32::from('~')).chain([0xe9]);
    let mut inside = printable.filter(|c| (start..end).contains(c)).filter_map(char::from_u32);
    inside.next().or_else(|| (start..end).find_map(char::from_u32))
}
