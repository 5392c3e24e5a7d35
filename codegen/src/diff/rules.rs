//! The rules: what a change is called, and whether it breaks callers.
//!
//! One law explains most rows. A request may not become narrower: a value that was
//! fine yesterday is refused today. A response may not become wider: a value
//! arrives that callers do not know. The reverse of either is harmless. Rows that
//! depart from the law say why.

use std::fmt;

use serde::Serialize;

use crate::contract::{Direction, Effect};

/// How bad a change is for callers of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It breaks none.
    Info,
    /// It may break some.
    Warning,
    /// It breaks those who rely on what was promised.
    Breaking,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        })
    }
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Operation,
    DeprecatedOperation,
    /// A parameter, property, header or request body.
    Member,
    RequiredMember,
    /// A required property that has a default.
    DefaultedMember,
    Success,
    Failure,
    Status,
    MediaType,
    Alternative,
    /// An alternative where there was none to choose between.
    FirstAlternative,
    /// A schema under a keyword such as `contains`.
    Constraint,
    /// Anything under `not` or `if`.
    Condition,
    Type,
    Null,
    Format,
    Bound,
    Values,
    Pattern,
    Credentials,
    Servers,
    Serialization,
    ParameterDefault,
    Default,
    OperationId,
    Deprecation,
    Access,
    Discriminator,
    Keyword,
}

impl Subject {
    /// Whether it is about being there, and not about what is there.
    pub(super) fn is_member(self) -> bool {
        matches!(self, Self::Member | Self::RequiredMember | Self::DefaultedMember)
    }
}

/// How it has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    Added,
    Removed,
    BecameRequired,
    BecameOptional,
    Effect(Effect),
}

/// One row of the table of rules.
#[derive(Debug)]
pub struct Rule {
    /// What the rule is called. It does not change from release to release.
    pub id: &'static str,
    /// How bad the change is in a request.
    pub request: Level,
    /// How bad it is in a response.
    pub response: Level,
    /// What has happened, as the end of a sentence.
    pub says: &'static str,
    /// Why the levels are not those of the law; empty where they are.
    pub why: &'static str,
    subject: Subject,
    happening: Happening,
}

impl Rule {
    /// How bad the change is where values travel that way.
    pub fn level(&self, direction: Direction) -> Level {
        match direction {
            Direction::Request => self.request,
            Direction::Response => self.response,
        }
    }

    pub(super) fn of(subject: Subject, happening: Happening) -> &'static Self {
        RULES
            .iter()
            .find(|rule| rule.subject == subject && rule.happening == happening)
            .unwrap_or(&LAST_RESORT)
    }
}

const fn rule(
    id: &'static str,
    subject: Subject,
    happening: Happening,
    (request, response): (Level, Level),
    says: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, request, response, says, why, subject, happening }
}

const NARROWED: Happening = Happening::Effect(Effect::Narrowed);
const WIDENED: Happening = Happening::Effect(Effect::Widened);
const SHIFTED: Happening = Happening::Effect(Effect::Shifted);
const NOTED: Happening = Happening::Effect(Effect::Noted);

/// Whatever no row names is judged with caution.
static LAST_RESORT: Rule =
    rule("contract-changed", Subject::Keyword, NOTED, BREAKS, "changed", "what it does is unknown");

// The law: levels in a request, and in a response.
const HARMLESS: (Level, Level) = (Level::Info, Level::Info);
const NARROWER: (Level, Level) = (Level::Breaking, Level::Info);
const WIDER: (Level, Level) = (Level::Info, Level::Breaking);
const BREAKS: (Level, Level) = (Level::Breaking, Level::Breaking);
const MAY_BREAK: (Level, Level) = (Level::Warning, Level::Warning);

use Happening::{Added, BecameOptional, BecameRequired, Removed};
use Level::{Breaking, Info, Warning};

/// Every rule there is.
#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    rule("operation-added", Subject::Operation, Added, HARMLESS, "is new", ""),
    rule("operation-removed", Subject::Operation, Removed, BREAKS, "went away", ""),
    rule("deprecated-operation-removed", Subject::DeprecatedOperation, Removed, MAY_BREAK, "was deprecated and went away", "callers had been told"),
    rule("operation-id-changed", Subject::OperationId, NOTED, MAY_BREAK, "changed", "nothing on the wire has it, but generated clients name their methods after it"),
    rule("servers-narrowed", Subject::Servers, NARROWED, BREAKS, "became fewer", "callers may be using the one that went away"),
    rule("servers-widened", Subject::Servers, WIDENED, HARMLESS, "became more", ""),
    rule("servers-changed", Subject::Servers, SHIFTED, BREAKS, "changed", "callers may be using the one that went away"),
    rule("authentication-tightened", Subject::Credentials, NARROWED, NARROWER, "asks for more", "the corpus calls every change of security harmless; a call without the new credential fails"),
    rule("authentication-relaxed", Subject::Credentials, WIDENED, HARMLESS, "asks for less", ""),
    rule("authentication-changed", Subject::Credentials, SHIFTED, BREAKS, "asks for something else", "as for authentication-tightened"),

    rule("optional-added", Subject::Member, Added, HARMLESS, "is new and optional", "callers ignore what they do not know, and nobody has to send it"),
    rule("required-added", Subject::RequiredMember, Added, NARROWER, "is new and required", ""),
    rule("defaulted-added", Subject::DefaultedMember, Added, (Warning, Info), "is new and required, with a default", "a receiver that fills in defaults does not miss it"),
    rule("optional-removed", Subject::Member, Removed, MAY_BREAK, "was optional and went away", "who sent or read it can do without by contract, not always in fact"),
    rule("required-removed", Subject::RequiredMember, Removed, (Warning, Breaking), "was required and went away", "sent all the same, most APIs ignore it"),
    rule("became-required", Subject::RequiredMember, BecameRequired, NARROWER, "became required", ""),
    rule("defaulted-became-required", Subject::DefaultedMember, BecameRequired, (Warning, Info), "became required, with a default", "as for defaulted-added"),
    rule("became-optional", Subject::Member, BecameOptional, WIDER, "became optional", ""),

    rule("response-added", Subject::Success, Added, HARMLESS, "is new", "callers have to be ready for undocumented statuses anyway"),
    rule("error-response-added", Subject::Failure, Added, HARMLESS, "is new", "as for response-added"),
    rule("response-removed", Subject::Success, Removed, BREAKS, "went away", "what callers wait for does not come any more"),
    rule("error-response-removed", Subject::Failure, Removed, MAY_BREAK, "went away", "one error less breaks only those who rely on it"),
    rule("status-narrowed", Subject::Status, NARROWED, NARROWER, "stands for fewer statuses", ""),
    rule("status-widened", Subject::Status, WIDENED, WIDER, "stands for more statuses", ""),
    rule("media-type-added", Subject::MediaType, Added, HARMLESS, "is new", "callers choose among media types"),
    rule("media-type-removed", Subject::MediaType, Removed, BREAKS, "went away", ""),
    rule("media-type-narrowed", Subject::MediaType, NARROWED, NARROWER, "became more specific", ""),
    rule("media-type-widened", Subject::MediaType, WIDENED, WIDER, "became more general", ""),

    rule("alternative-added", Subject::Alternative, Added, (Info, Warning), "is a new alternative", "who tells alternatives apart is ready for one that is unknown, or should be"),
    rule("alternatives-introduced", Subject::FirstAlternative, Added, WIDER, "is a new alternative, where there was nothing to choose", ""),
    rule("alternative-removed", Subject::Alternative, Removed, NARROWER, "is no alternative any more", ""),
    rule("constraint-added", Subject::Constraint, Added, NARROWER, "is a new constraint", ""),
    rule("constraint-removed", Subject::Constraint, Removed, WIDER, "is no constraint any more", ""),
    rule("condition-changed", Subject::Condition, SHIFTED, BREAKS, "changed under `not` or `if`", "what that lets through cannot be told from it alone"),

    rule("type-narrowed", Subject::Type, NARROWED, NARROWER, "became narrower", ""),
    rule("type-widened", Subject::Type, WIDENED, WIDER, "became wider", ""),
    rule("type-changed", Subject::Type, SHIFTED, BREAKS, "changed", ""),
    rule("became-nullable", Subject::Null, WIDENED, WIDER, "can be null now", ""),
    rule("became-not-nullable", Subject::Null, NARROWED, NARROWER, "cannot be null any more", ""),
    rule("format-narrowed", Subject::Format, NARROWED, NARROWER, "became narrower", ""),
    rule("format-widened", Subject::Format, WIDENED, WIDER, "became wider", ""),
    rule("format-changed", Subject::Format, SHIFTED, BREAKS, "changed", ""),
    rule("bound-tightened", Subject::Bound, NARROWED, NARROWER, "was tightened", ""),
    rule("bound-relaxed", Subject::Bound, WIDENED, WIDER, "was relaxed", ""),
    rule("bound-moved", Subject::Bound, SHIFTED, BREAKS, "moved", ""),
    rule("values-narrowed", Subject::Values, NARROWED, NARROWER, "became fewer", "the corpus calls it breaking too where a request's list goes away altogether; every value that was fine is fine still"),
    rule("values-widened", Subject::Values, WIDENED, WIDER, "became more", "the corpus only warns; callers that match on the values break"),
    rule("values-changed", Subject::Values, SHIFTED, BREAKS, "changed", ""),
    rule("pattern-tightened", Subject::Pattern, NARROWED, NARROWER, "was tightened", ""),
    rule("pattern-relaxed", Subject::Pattern, WIDENED, (Info, Warning), "was relaxed", "only callers that check what they receive notice"),
    rule("pattern-changed", Subject::Pattern, SHIFTED, (Breaking, Warning), "changed", "as for pattern-relaxed; two patterns cannot be compared"),

    rule("parameter-default-changed", Subject::ParameterDefault, NOTED, BREAKS, "changed", "calls that leave the parameter out mean something else now"),
    rule("default-changed", Subject::Default, NOTED, (Warning, Info), "changed", "messages that leave the value out mean something else now, but few receivers fill in defaults"),
    rule("serialization-changed", Subject::Serialization, SHIFTED, BREAKS, "changed", "how a value is written is not more or less, but different"),
    rule("access-changed", Subject::Access, NOTED, MAY_BREAK, "changed", "it says who may write the property, not which values it has"),
    rule("discriminator-changed", Subject::Discriminator, NOTED, MAY_BREAK, "changed", "it is a hint to readers and changes no value"),
    rule("deprecation-changed", Subject::Deprecation, NOTED, HARMLESS, "changed", "a deprecated part works as before"),
    rule("keyword-narrowed", Subject::Keyword, NARROWED, NARROWER, "appeared or was tightened", ""),
    rule("keyword-widened", Subject::Keyword, WIDENED, WIDER, "went away or was relaxed", ""),
    rule("keyword-changed", Subject::Keyword, SHIFTED, BREAKS, "changed", "which values it allows now cannot be told"),
];

const INTRODUCTION: &str = "\
# The rules of `cargo xtask diff`

Written by `cargo xtask diff --rules`; the table in the code is
`codegen/src/diff/rules.rs`.

One law explains most rows. A request may not become narrower: a value that was fine
yesterday is refused today. A response may not become wider: a value arrives that
callers do not know. The reverse of either is harmless. The last column says why a
row departs from the law, and where it departs from the levels of the recorded
corpus.

What stands under `not` or `if` is `condition-changed`, whatever it is. In a request
a `readOnly` property, and in a response a `writeOnly` one, is not waited for: that
it comes, goes, or is required there is `info`.

| Rule | The part | In a request | In a response | Why |
| --- | --- | --- | --- | --- |
";

/// The table of rules in Markdown, for `docs/diff-rules.md`.
pub fn markdown() -> String {
    let row = |Rule { id, request, response, says, why, .. }: &Rule| {
        format!("| `{id}` | {says} | {request} | {response} | {why} |\n")
    };
    INTRODUCTION.to_owned() + &RULES.iter().map(row).collect::<String>()
}
