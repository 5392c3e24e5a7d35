//! The findings of the audit.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::rule::AuditRule;
use crate::validate::{Rule, Violation, excerpt};

/// The maximum length of an identifier that is displayed completely, in bytes.
const MAX_DISPLAYED_LENGTH: usize = 64;

/// A contradiction within a resource, or between resources.
///
/// A finding displays as one line without control characters. It serializes as an object with
/// the string members `rule`, `id`, `pointer` and `message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The violated rule.
    pub rule: AuditRule,
    /// The identifier of the resource.
    pub id: String,
    /// The JSON pointer (RFC 6901) of the property in the resource, empty for the resource
    /// as a whole.
    pub pointer: Cow<'static, str>,
    /// The contradiction, without the identifier and the pointer.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, id, pointer, message } = self;
        write!(f, "{}: ", escape_if_needed(id))?;
        if !pointer.is_empty() {
            write!(f, "{pointer}: ")?;
        }
        write!(f, "{rule}: {message}")
    }
}

/// The first violation of the spec in a resource, and the number of further ones.
///
/// Unknown enum values do not count: the API may add values at any time.
#[derive(Clone, Debug)]
pub(super) struct ViolationSummary {
    pub(super) pointer: String,
    pub(super) message: String,
}

impl ViolationSummary {
    pub(super) fn of(violations: &[Violation]) -> Option<Self> {
        let mut counted = violations.iter().filter(|violation| violation.rule != Rule::Enum);
        let first = counted.next()?;
        let mut message = format!("{}: {}", first.rule, first.message());
        match counted.count() {
            0 => {}
            others => message += &format!("; {others} more"),
        }
        Some(Self { pointer: first.pointer.clone(), message })
    }
}

/// Returns a string from the API unchanged if it is short and printable ASCII, and an escaped
/// excerpt otherwise.
pub(super) fn escape_if_needed(text: &str) -> Cow<'_, str> {
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_printable && text.len() <= MAX_DISPLAYED_LENGTH {
        text.into()
    } else {
        excerpt(text).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Finding;
    use crate::audit::AuditRule;

    fn finding(id: &str) -> Finding {
        Finding {
            rule: AuditRule::SplitChildren,
            id: id.to_owned(),
            pointer: "/status".into(),
            message: "a message".to_owned(),
        }
    }

    #[test]
    fn displays_id_pointer_rule_and_message() {
        let on_property = finding("ctb_1");
        assert_eq!(on_property.to_string(), "ctb_1: /status: split-children: a message");
        let on_resource = Finding { pointer: "".into(), ..on_property };
        assert_eq!(on_resource.to_string(), "ctb_1: split-children: a message");
    }

    #[test]
    fn escapes_and_truncates_displayed_identifiers() {
        let control = finding("\u{1b}[2J").to_string();
        assert_eq!(control, "\"\\u001b[2J\": /status: split-children: a message");
        assert!(finding(&"x".repeat(100_000)).to_string().len() < 200);
    }

    #[test]
    fn serializes_as_an_object() {
        assert_eq!(
            serde_json::to_value(finding("ctb_1")).unwrap(),
            json!({
                "rule": "split-children",
                "id": "ctb_1",
                "pointer": "/status",
                "message": "a message"
            })
        );
    }
}
