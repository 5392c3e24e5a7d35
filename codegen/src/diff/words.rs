//! Says what changed in one sentence.

use std::fmt;

use super::rules::{Happening, Level};
use crate::contract::{Direction, Effect, Step, Value};

/// Longer values are cut in a sentence; `before` and `after` have all of them.
const MAX_VALUE: usize = 60;

/// One sentence about one change.
pub(super) struct Sentence<'a> {
    /// The way to the part that changed.
    pub(super) steps: &'a [&'a Step],
    /// What about it; empty for the part itself.
    pub(super) keyword: &'a str,
    pub(super) says: &'a str,
    pub(super) detail: &'a str,
    pub(super) consequence: &'a str,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = part(self.steps);
        let subject = match self.keyword {
            "" | "nullable" => part,
            "security" => format!("the authentication of {part}"),
            "servers" => format!("the servers of {part}"),
            keyword => format!("the `{keyword}` of {part}"),
        };
        let Self { says, detail, consequence, .. } = self;
        let text = format!("{subject} {says}{detail}{consequence}.");
        let mut characters = text.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        write!(f, "{}{}", first.collect::<String>(), characters.as_str())
    }
}

/// What a part is called in a sentence.
fn part(steps: &[&Step]) -> String {
    let mut place = "the operation".to_owned();
    let mut pointer = String::new();
    if steps.is_empty() {
        return "the API".into();
    }
    for step in steps {
        match step {
            Step::Parameter { location, name } => place = format!("{location} parameter `{name}`"),
            Step::RequestBody => place = "the request".into(),
            Step::Response(status) => place = format!("response {status}"),
            Step::Header(name) => place = format!("header `{name}` of {place}"),
            Step::MediaType(name) => place = format!("{place} ({name})"),
            Step::Incoming { name, .. } => place = format!("the {name}"),
            Step::Operation { .. } | Step::Value => {}
            inside => pointer += &inside.to_string(),
        }
    }
    match pointer.is_empty() {
        true => place,
        false => format!("`{pointer}` in {place}"),
    }
}

/// From what to what.
pub(super) fn difference(base: Option<&Value>, revision: Option<&Value>) -> String {
    match (base, revision) {
        (Some(Value::Choice(base)), Some(Value::Choice(revision))) => {
            let new = listed(revision.difference(base).collect(), "new");
            let gone = listed(base.difference(revision).collect(), "gone");
            [new, gone].into_iter().flatten().collect()
        }
        (Some(base), Some(revision)) => format!(", from {} to {}", code(base), code(revision)),
        (Some(Value::Limit | Value::Permission), None)
        | (None, Some(Value::Limit | Value::Permission)) => String::new(),
        (Some(base), None) => format!(": {} went away", code(base)),
        (None, Some(revision)) => format!(": {} is new", code(revision)),
        (None, None) => String::new(),
    }
}

fn listed(words: Vec<&String>, state: &str) -> Option<String> {
    let verb = if words.len() == 1 { "is" } else { "are" };
    let words: Vec<String> = words.into_iter().map(code).collect();
    (!words.is_empty()).then(|| format!(", {} {verb} {state}", words.join(" and ")))
}

fn code(value: impl fmt::Display) -> String {
    let mut text = value.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_VALUE) {
        text.truncate(end);
        text.push('…');
    }
    format!("`{text}`")
}

/// What that means for callers, where it means something bad.
pub(super) fn consequence(
    level: Level,
    direction: Direction,
    happening: Happening,
) -> &'static str {
    if level != Level::Breaking {
        return "";
    }
    match (happening, direction) {
        (Happening::Removed, _) => "; callers that rely on it break",
        (Happening::Effect(Effect::Noted), _) => "; the same calls mean something else now",
        (Happening::Effect(Effect::Shifted), _) => "; what was right before may be wrong now",
        (_, Direction::Request) => "; the API refuses calls that it accepted",
        (_, Direction::Response) => "; callers may get what the contract ruled out",
    }
}
