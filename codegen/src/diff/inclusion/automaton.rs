//! Finite automata of patterns that read the same in ECMA-262 and in Rust.

use regex_syntax::ast::{
    self, Assertion, AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem,
    GroupKind, HexLiteralKind, LiteralKind, Repetition, RepetitionKind, RepetitionRange,
    SpecialLiteralKind,
};

/// Longer patterns are not understood.
const MAX_LENGTH: usize = 1_000;
/// States of the largest automaton.
const MAX_STATES: usize = 3_000;

/// Syntax that Rust and ECMA-262 read differently: an open range, and `]` as a member.
const UNLIKE: &[&str] = &["{,", "[]", "[^]"];

const DIGITS: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACES: &[(char, char)] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];
const LINE_ENDS: &[(char, char)] = &[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];

type Ranges = Vec<(char, char)>;

/// A nondeterministic automaton. State 0 is the match.
#[derive(Debug)]
pub(super) struct Automaton {
    states: Vec<AutomatonState>,
    start: usize,
}

#[derive(Debug)]
enum AutomatonState {
    Match,
    Character(Ranges, usize),
    Either(Vec<usize>),
    TextStart(usize),
    TextEnd(usize),
}

/// The states that an automaton is in after some characters, sorted.
///
/// A match anywhere in a string suffices. After one, only state 0 is left.
pub(super) type ActiveStates = Vec<usize>;

impl Automaton {
    /// Builds the automaton of a pattern. Returns `None` for a pattern that is invalid,
    /// that has no automaton, or that Rust and ECMA-262 may read differently.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        if pattern.len() > MAX_LENGTH || UNLIKE.iter().any(|text| pattern.contains(text)) {
            return None;
        }
        let ast = ast::parse::Parser::new().parse(pattern).ok()?;
        let mut automaton = Self { states: vec![AutomatonState::Match], start: 0 };
        automaton.start = automaton.build(&ast, 0)?;
        regress::Regex::new(pattern).ok()?;
        Some(automaton)
    }

    /// Adds states that read what `ast` matches and go on with `next`.
    fn build(&mut self, ast: &Ast, next: usize) -> Option<usize> {
        match ast {
            Ast::Empty(_) => Some(next),
            Ast::Dot(_) => self.add(AutomatonState::Character(complement(LINE_ENDS), next)),
            Ast::Literal(literal) => {
                let c = character(literal)?;
                self.add(AutomatonState::Character(vec![(c, c)], next))
            }
            Ast::ClassPerl(class) => self.add(AutomatonState::Character(perl(class), next)),
            Ast::ClassBracketed(class) => {
                let ranges = normalized(set(&class.kind)?);
                let ranges = if class.negated { complement(&ranges) } else { ranges };
                self.add(AutomatonState::Character(ranges, next))
            }
            Ast::Assertion(assertion) => self.assertion(assertion, next),
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => None,
                _ => self.build(&group.ast, next),
            },
            Ast::Concat(concat) => {
                concat.asts.iter().rev().try_fold(next, |next, ast| self.build(ast, next))
            }
            Ast::Alternation(alternation) => {
                let starts: Option<Vec<_>> =
                    alternation.asts.iter().map(|ast| self.build(ast, next)).collect();
                self.add(AutomatonState::Either(starts?))
            }
            Ast::Repetition(repetition) => self.repetition(repetition, next),
            Ast::Flags(_) | Ast::ClassUnicode(_) => None,
        }
    }

    fn add(&mut self, state: AutomatonState) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= MAX_STATES).then_some(self.states.len() - 1)
    }

    fn assertion(&mut self, assertion: &Assertion, next: usize) -> Option<usize> {
        match assertion.kind {
            AssertionKind::StartLine => self.add(AutomatonState::TextStart(next)),
            AssertionKind::EndLine => self.add(AutomatonState::TextEnd(next)),
            _ => None,
        }
    }

    fn repetition(&mut self, repetition: &Repetition, next: usize) -> Option<usize> {
        let (min, max) = match repetition.op.kind {
            RepetitionKind::ZeroOrOne => (0, Some(1)),
            RepetitionKind::ZeroOrMore => (0, None),
            RepetitionKind::OneOrMore => (1, None),
            RepetitionKind::Range(RepetitionRange::Exactly(n)) => (n, Some(n)),
            RepetitionKind::Range(RepetitionRange::AtLeast(min)) => (min, None),
            RepetitionKind::Range(RepetitionRange::Bounded(min, max)) => (min, Some(max)),
        };
        let mut start = match max {
            Some(_) => next,
            None => {
                let hub = self.add(AutomatonState::Match)?;
                let body = self.build(&repetition.ast, hub)?;
                self.states[hub] = AutomatonState::Either(vec![body, next]);
                hub
            }
        };
        for _ in min..max.unwrap_or(min) {
            let body = self.build(&repetition.ast, start)?;
            start = self.add(AutomatonState::Either(vec![body, next]))?;
        }
        for _ in 0..min {
            start = self.build(&repetition.ast, start)?;
        }
        Some(start)
    }

    /// The progress before the first character.
    pub(super) fn begin(&self) -> ActiveStates {
        self.close(vec![self.start], true, false)
    }

    /// The progress after one more character.
    pub(super) fn advance(&self, progress: &ActiveStates, c: char) -> ActiveStates {
        if progress.first() == Some(&0) {
            return vec![0];
        }
        let mut reached = vec![self.start];
        for state in progress {
            if let AutomatonState::Character(ranges, next) = &self.states[*state]
                && ranges.iter().any(|(first, last)| (*first..=*last).contains(&c))
            {
                reached.push(*next);
            }
        }
        self.close(reached, false, false)
    }

    /// Returns whether the string matches if it ends here.
    pub(super) fn matches_at_end(&self, progress: &ActiveStates, is_empty: bool) -> bool {
        self.close(progress.clone(), is_empty, true).first() == Some(&0)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let progress = text.chars().fold(self.begin(), |progress, c| self.advance(&progress, c));
        self.matches_at_end(&progress, text.is_empty())
    }

    /// Follows what needs no character. Where the text ends, ends are followed too.
    fn close(&self, reached: Vec<usize>, at_start: bool, at_end: bool) -> ActiveStates {
        let mut pending = reached;
        let mut seen = vec![false; self.states.len()];
        let mut progress = Vec::new();
        while let Some(state) = pending.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            match &self.states[state] {
                AutomatonState::Match => return vec![0],
                AutomatonState::Character(..) => progress.push(state),
                AutomatonState::Either(next) => pending.extend(next),
                AutomatonState::TextStart(next) if at_start => pending.push(*next),
                AutomatonState::TextStart(_) => {}
                AutomatonState::TextEnd(next) if at_end => pending.push(*next),
                AutomatonState::TextEnd(_) => progress.push(state),
            }
        }
        progress.sort_unstable();
        progress
    }

    /// All ranges of characters that the automaton tells from others.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (char, char)> + '_ {
        let classes = self.states.iter().filter_map(|state| match state {
            AutomatonState::Character(ranges, _) => Some(ranges),
            _ => None,
        });
        classes.flatten().copied()
    }
}

/// The character of a literal, where it is written alike in both syntaxes.
fn character(literal: &ast::Literal) -> Option<char> {
    let shared = match &literal.kind {
        LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous => true,
        LiteralKind::HexFixed(kind) => *kind != HexLiteralKind::UnicodeLong,
        LiteralKind::Special(kind) => *kind != SpecialLiteralKind::Bell,
        _ => false,
    };
    shared.then_some(literal.c)
}

fn perl(class: &ClassPerl) -> Ranges {
    let ranges = match class.kind {
        ClassPerlKind::Digit => DIGITS,
        ClassPerlKind::Space => SPACES,
        ClassPerlKind::Word => WORD,
    };
    if class.negated { complement(ranges) } else { ranges.to_vec() }
}

/// The ranges of a class. Only Rust nests classes, subtracts them and names them.
fn set(set: &ClassSet) -> Option<Ranges> {
    let ClassSet::Item(item) = set else { return None };
    set_item(item)
}

fn set_item(item: &ClassSetItem) -> Option<Ranges> {
    match item {
        ClassSetItem::Literal(literal) => character(literal).map(|c| vec![(c, c)]),
        ClassSetItem::Range(range) => {
            Some(vec![(character(&range.start)?, character(&range.end)?)])
        }
        ClassSetItem::Perl(class) => Some(perl(class)),
        ClassSetItem::Union(union) => {
            let ranges: Option<Vec<_>> = union.items.iter().map(set_item).collect();
            Some(ranges?.concat())
        }
        _ => None,
    }
}

/// The same characters in ascending ranges that do not overlap.
fn normalized(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut result: Ranges = Vec::new();
    for (first, last) in ranges {
        match result.last_mut() {
            Some(previous) if first <= previous.1 => previous.1 = previous.1.max(last),
            _ => result.push((first, last)),
        }
    }
    result
}

/// All other characters, for ascending ranges.
fn complement(ranges: &[(char, char)]) -> Ranges {
    let mut result = Vec::new();
    let mut start = Some('\0');
    for (first, last) in ranges {
        if let Some(from) = start
            && let Some(to) = before(*first)
            && from <= to
        {
            result.push((from, to));
        }
        start = after(*last);
    }
    result.extend(start.map(|start| (start, char::MAX)));
    result
}

fn before(c: char) -> Option<char> {
    ('\0'..c).next_back()
}

fn after(c: char) -> Option<char> {
    (c..=char::MAX).nth(1)
}
