//! The sentence that describes a change.

use std::fmt;

use super::rules::{ChangeKind, DiffRule, Level, Subject};
use super::scope::Scope;
use crate::contract::{Constraint, EdgeLabel, SetRelation, StringSet, WireDirection};
use crate::styled::StyledText;

/// The length at which a value is truncated in a sentence. `before` and `after` of a
/// change have the whole value.
const MAX_VALUE: usize = 60;

/// The details of a change.
#[derive(Clone, Copy)]
pub(super) enum Detail<'a> {
    /// An element was added or removed, or became required or optional.
    Presence,
    /// A status or media type was replaced by a more or less general status or media type.
    Label { base: &'a EdgeLabel },
    /// A fact was added, removed or changed.
    Fact { keyword: &'a str, base: Option<&'a Constraint>, revision: Option<&'a Constraint> },
}

/// The place of an element that changed: the path to it from a named schema or from the
/// document.
#[derive(Clone, Copy)]
pub(super) struct Subtree<'a> {
    pub(super) schema: Option<&'a str>,
    pub(super) path: &'a [&'a EdgeLabel],
    pub(super) scope: Scope,
}

/// Describes a change of an element, without the consequence.
pub(super) fn summary(path: Subtree, rule: &DiffRule, detail: Detail) -> StyledText {
    let text = match detail {
        Detail::Presence => element(path).plain(format!(" {}", rule.summary)),
        Detail::Label { base } => {
            let text = element(path).plain(" replaces ").append(code(base));
            text.plain(format!(" and {}", rule.summary))
        }
        Detail::Fact { keyword, base: Some(base), revision: Some(revision) } => {
            changed_fact(path, rule, keyword, base, revision)
        }
        Detail::Fact { keyword, base, revision } => {
            let is_added = revision.is_some();
            let text = element(path);
            match base.or(revision) {
                Some(value) => text.append(added_or_removed_fact(keyword, value, is_added)),
                None => text,
            }
        }
    };
    text.capitalized()
}

fn changed_fact(
    path: Subtree,
    rule: &DiffRule,
    keyword: &str,
    base: &Constraint,
    revision: &Constraint,
) -> StyledText {
    match (base, revision) {
        (Constraint::AnyOf(base), Constraint::AnyOf(revision)) => {
            let noun = value_noun(keyword);
            let gained = named_values(noun, revision.difference(base));
            let lost = named_values(noun, base.difference(revision));
            let text = element(path);
            match (gained, lost) {
                (Some(gained), Some(lost)) => {
                    text.plain(" gained ").append(gained).plain(" and lost ").append(lost)
                }
                (Some(gained), None) => text.plain(" gained ").append(gained),
                (None, Some(lost)) => text.plain(" lost ").append(lost),
                (None, None) => text,
            }
        }
        (Constraint::Credentials(_), Constraint::Credentials(_)) => {
            let text = element(path);
            if revision.is_no_credentials() {
                return text.plain(" no longer requires ").append(code(base));
            }
            let text = text.plain(" now requires ").append(code(revision));
            if base.is_no_credentials() {
                return text;
            }
            text.plain(" instead of ").append(code(base))
        }
        _ => {
            let text = StyledText::default().plain("the ").code(keyword).plain(" of ");
            let verb = if rule.is_condition() { "was changed" } else { rule.summary };
            let text = text.append(element(path)).plain(format!(" {verb}"));
            text.plain(" from ").append(code(base)).plain(" to ").append(code(revision))
        }
    }
}

fn added_or_removed_fact(keyword: &str, value: &Constraint, is_added: bool) -> StyledText {
    let text = StyledText::default();
    let verb = if is_added { " gained " } else { " lost " };
    match value {
        Constraint::AnyOf(values) if keyword == "enum" => {
            let verb =
                if is_added { " is now restricted to " } else { " is no longer restricted to " };
            let values = named_values("the value", values.iter());
            text.plain(verb)
                .append(values.unwrap_or_else(|| StyledText::default().plain("nothing")))
        }
        Constraint::AnyOf(values) => {
            let verb = if is_added { " now names " } else { " no longer names " };
            let values = named_values(value_noun(keyword), values.iter());
            text.plain(verb).append(values.unwrap_or_default())
        }
        Constraint::Permission if keyword == "nullable" => {
            text.plain(if is_added { " became nullable" } else { " is no longer nullable" })
        }
        Constraint::Note(_) if keyword == "deprecated" => {
            text.plain(if is_added { " became deprecated" } else { " is no longer deprecated" })
        }
        Constraint::Note(note) if note.is_empty() => {
            text.plain(if is_added { " became " } else { " is no longer " }).code(keyword)
        }
        Constraint::Limit | Constraint::Permission => text.plain(verb).code(keyword),
        value => text.plain(verb).append(code(format!("{keyword}: {value}"))),
    }
}

fn value_noun(keyword: &str) -> &'static str {
    match keyword {
        "servers" => "the server",
        "enum" => "the enum value",
        _ => "the value",
    }
}

/// Lists values after a noun in singular or plural; `None` if there are no values.
fn named_values<'a>(noun: &str, values: impl Iterator<Item = &'a String>) -> Option<StyledText> {
    let values: StringSet = values.cloned().collect();
    let plural = if values.len() == 1 { "" } else { "s" };
    let mut text = StyledText::default().plain(format!("{noun}{plural} "));
    for (index, value) in values.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == values.len() => " and ",
            _ => ", ",
        };
        text = text.plain(separator).append(code(value));
    }
    (!values.is_empty()).then_some(text)
}

/// Names the element at the end of a path.
fn element(Subtree { schema, path, scope }: Subtree) -> StyledText {
    let new = StyledText::default;
    let mut place = match schema {
        Some(name) => new().code(name).plain(message_kind(scope)),
        None if path.is_empty() => new().plain("the API"),
        None => new().plain("the operation"),
    };
    let mut pointer = String::new();
    for label in path {
        match label {
            EdgeLabel::Parameter { location, name } => {
                place = new().plain(location_name(location)).plain(" parameter ").code(name);
            }
            EdgeLabel::RequestBody => place = new().plain("the request"),
            EdgeLabel::Response(status) => place = new().plain("response ").code(status),
            EdgeLabel::Header(name) => {
                place = new().plain("header ").code(name).plain(" of ").append(place);
            }
            EdgeLabel::MediaType(name) => place = place.plain(" (").code(name).plain(")"),
            EdgeLabel::Incoming { name, .. } => place = new().plain("the ").code(name),
            EdgeLabel::Operation { .. } | EdgeLabel::Value => {}
            label => pointer += &label.to_string(),
        }
    }
    let preposition = if schema.is_some() { " of " } else { " in " };
    if pointer.is_empty() { place } else { new().code(pointer).plain(preposition).append(place) }
}

/// Names the messages that contain a schema, in the direction of a change.
fn message_kind(scope: Scope) -> &'static str {
    match (scope.is_incoming, scope.direction) {
        (false, WireDirection::Request) => " in requests",
        (false, WireDirection::Response) => " in responses",
        (true, WireDirection::Request) => " in answers to the API",
        (true, WireDirection::Response) => " in requests of the API",
    }
}

fn location_name(location: &str) -> &'static str {
    match location {
        "query" => "query",
        "header" => "header",
        "path" => "path",
        "cookie" => "cookie",
        _ => "unknown",
    }
}

fn code(value: impl fmt::Display) -> StyledText {
    let mut text = value.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_VALUE) {
        text.truncate(end);
        text.push('…');
    }
    StyledText::default().code(text)
}

/// Returns the consequence of a breaking change for clients.
pub(super) fn consequence(
    subject: Subject,
    kind: ChangeKind,
    level: Level,
    scope: Scope,
) -> &'static str {
    use WireDirection::{Request, Response};
    if level != Level::Breaking {
        return "";
    }
    match (subject, kind, scope.direction) {
        (Subject::Servers, ..) => "; clients that use an unlisted server break",
        (Subject::Credentials, ..) => "; the API rejects calls with the old credentials",
        (Subject::Serialization, ..) => "; values are now written differently",
        (_, ChangeKind::Removed, _) => "; clients that rely on it break",
        (_, ChangeKind::Values(SetRelation::Unchanged), _) => {
            "; the same calls now have a different meaning"
        }
        (_, ChangeKind::Values(SetRelation::Incomparable), _) => {
            "; values that were valid may now be invalid"
        }
        (_, _, Request) if scope.is_incoming => "; the API may reject answers that it accepted",
        (_, _, Request) => "; the API may reject requests that it accepted",
        (Subject::Null, _, Response) => "; clients may receive null",
        (_, ChangeKind::BecameOptional, Response) => "; clients may not receive it",
        (Subject::Values, _, Response) => "; clients may receive a value they do not know",
        (_, _, Response) => "; clients may receive values that were excluded before",
    }
}
