//! The table of rules: the id of each change, and its effect on clients.
//!
//! Most rows follow from one principle. Requests may not become narrower: a value
//! that was accepted is rejected. Responses may not become wider: clients receive a
//! value that they do not know. The reverse of either is harmless. Rows that depart
//! from the principle give the reason.

use std::fmt;

use serde::Serialize;

use crate::contract::{SetRelation, WireDirection};

/// The severity of a change for clients of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No client breaks.
    Info,
    /// Some clients may break.
    Warning,
    /// Clients that rely on the contract break.
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

/// The treatment of rules that depart from the principle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// As they are written.
    #[default]
    Written,
    /// They give way to the values that are accepted.
    Strict,
}

/// The subject of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Operation,
    DeprecatedOperation,
    /// A parameter, property, header or request body.
    Member,
    RequiredMember,
    /// A required member that has a default.
    DefaultedMember,
    Success,
    Failure,
    Status,
    MediaType,
    Alternative,
    /// An alternative to a schema that was not one of several.
    FirstAlternative,
    /// A schema under a keyword such as `contains`.
    Subschema,
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
    /// A whole body, whose schemas were compared by their values.
    Body,
}

impl Subject {
    /// Returns whether the change concerns the presence of a member, not its value.
    pub(super) fn is_member(self) -> bool {
        matches!(self, Self::Member | Self::RequiredMember | Self::DefaultedMember)
    }
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    Added,
    Removed,
    BecameRequired,
    BecameOptional,
    /// A change of the set of allowed values.
    Values(SetRelation),
}

/// A row of the table of rules.
#[derive(Debug)]
pub struct DiffRule {
    /// The id of the rule. Ids are stable.
    pub id: &'static str,
    /// The severity in a request.
    pub request: Level,
    /// The severity in a response.
    pub response: Level,
    /// The change, as the predicate of a sentence.
    pub summary: &'static str,
    /// The reason if the severities depart from the principle, and otherwise empty.
    pub reason: &'static str,
    subject: Subject,
    kind: ChangeKind,
}

impl DiffRule {
    /// Returns the severity for values that travel in a direction.
    pub fn level(&self, direction: WireDirection) -> Level {
        match direction {
            WireDirection::Request => self.request,
            WireDirection::Response => self.response,
        }
    }

    /// Returns the severity without the policy about defaults.
    pub(super) fn strict_level(&self, direction: WireDirection) -> Level {
        match (self.subject, direction) {
            (Subject::DefaultedMember, WireDirection::Request) => Breaking,
            _ => self.level(direction),
        }
    }

    pub(super) fn is_of_discriminator(&self) -> bool {
        self.subject == Subject::Discriminator
    }

    pub(super) fn is_condition(&self) -> bool {
        self.subject == Subject::Condition
    }

    /// Returns whether the severity depends only on the values that a schema allows. The
    /// other rules of schemas are policies, or concern more than values.
    pub(super) fn is_about_values(&self) -> bool {
        match self.subject {
            Subject::Member | Subject::RequiredMember => {
                self.kind != Removed || self.response == Breaking
            }
            Subject::Alternative
            | Subject::FirstAlternative
            | Subject::Subschema
            | Subject::Condition
            | Subject::Type
            | Subject::Null
            | Subject::Format
            | Subject::Bound
            | Subject::Values
            | Subject::Pattern
            | Subject::Discriminator
            | Subject::Keyword => true,
            _ => false,
        }
    }

    /// Returns whether the change concerns the presence of a member, not its value.
    pub(super) fn is_member(&self) -> bool {
        self.subject.is_member()
    }

    /// Returns whether a response was added or removed.
    pub(super) fn is_about_responses(&self) -> bool {
        matches!(self.subject, Subject::Success | Subject::Failure)
    }

    /// Returns whether the change of values could not be compared by the keyword alone.
    /// Types, bounds and lists of values can: neither contains the other.
    pub(super) fn is_incomparable(&self) -> bool {
        use Subject::{Condition, Format, Keyword, Pattern};
        self.kind == INCOMPARABLE && matches!(self.subject, Condition | Format | Keyword | Pattern)
    }

    /// Returns whether the rule is a policy about schemas, which [`Policy::Strict`] omits.
    pub(super) fn is_policy_of_schemas(&self) -> bool {
        self.is_member() || self.subject == Subject::Access
    }

    /// Returns whether some of the rules are policies that excuse values which one side
    /// sends and the other does not expect. In a response, alternatives that are only
    /// added or only removed do.
    pub(super) fn excuse_values<'r>(
        rules: impl IntoIterator<Item = &'r Self>,
        direction: WireDirection,
    ) -> bool {
        let (mut is_excused, mut is_added, mut is_removed) = (false, false, false);
        for rule in rules {
            match rule.subject {
                Subject::Alternative if rule.kind == Removed => is_removed = true,
                Subject::Alternative => is_added = true,
                Subject::DefaultedMember | Subject::Pattern | Subject::Access => {
                    is_excused |= rule.level(direction) == Warning;
                }
                _ => {}
            }
        }
        is_excused || direction == WireDirection::Response && is_added != is_removed
    }

    /// Returns the rule with an id.
    pub(super) fn with_id(id: &str) -> &'static Self {
        RULES.iter().find(|rule| rule.id == id).unwrap_or(&FALLBACK)
    }

    /// Returns the rule for a change. Changes without a rule count as breaking.
    pub(super) fn of(subject: Subject, kind: ChangeKind) -> &'static Self {
        RULES.iter().find(|rule| rule.subject == subject && rule.kind == kind).unwrap_or(&FALLBACK)
    }
}

const fn rule(
    id: &'static str,
    subject: Subject,
    kind: ChangeKind,
    (request, response): (Level, Level),
    summary: &'static str,
    reason: &'static str,
) -> DiffRule {
    DiffRule { id, request, response, summary, reason, subject, kind }
}

const NARROWED: ChangeKind = ChangeKind::Values(SetRelation::Narrowed);
const WIDENED: ChangeKind = ChangeKind::Values(SetRelation::Widened);
const INCOMPARABLE: ChangeKind = ChangeKind::Values(SetRelation::Incomparable);
const REMARK: ChangeKind = ChangeKind::Values(SetRelation::Unchanged);

static FALLBACK: DiffRule = rule(
    "contract-changed",
    Subject::Keyword,
    REMARK,
    BREAKS,
    "was changed",
    "the effect is unknown",
);

// Severities in a request and in a response.
const HARMLESS: (Level, Level) = (Level::Info, Level::Info);
const NARROWER: (Level, Level) = (Level::Breaking, Level::Info);
const WIDER: (Level, Level) = (Level::Info, Level::Breaking);
const BREAKS: (Level, Level) = (Level::Breaking, Level::Breaking);
const MAY_BREAK: (Level, Level) = (Level::Warning, Level::Warning);

use ChangeKind::{Added, BecameOptional, BecameRequired, Removed};
use Level::{Breaking, Info, Warning};

/// All rules.
#[rustfmt::skip]
pub static RULES: &[DiffRule] = &[
    rule("operation-added", Subject::Operation, Added, HARMLESS, "was added", ""),
    rule("operation-removed", Subject::Operation, Removed, BREAKS, "was removed", ""),
    rule("deprecated-operation-removed", Subject::DeprecatedOperation, Removed, MAY_BREAK, "was deprecated and is now removed", "the deprecation announced the removal"),
    rule("operation-id-changed", Subject::OperationId, REMARK, MAY_BREAK, "was changed", "it is not sent, but generated clients name methods after it"),
    rule("servers-narrowed", Subject::Servers, NARROWED, BREAKS, "lost a server", "clients may use the removed server"),
    rule("servers-widened", Subject::Servers, WIDENED, HARMLESS, "gained a server", ""),
    rule("servers-changed", Subject::Servers, INCOMPARABLE, BREAKS, "gained a server and lost another", "clients may use the removed server"),
    rule("authentication-tightened", Subject::Credentials, NARROWED, NARROWER, "requires more credentials", "oasdiff calls every security change harmless; a call without the additional credential fails"),
    rule("authentication-relaxed", Subject::Credentials, WIDENED, HARMLESS, "requires fewer credentials", ""),
    rule("authentication-changed", Subject::Credentials, INCOMPARABLE, BREAKS, "requires other credentials", "see authentication-tightened"),

    rule("optional-added", Subject::Member, Added, HARMLESS, "was added and is optional", "clients ignore unknown members and need not send new ones"),
    rule("required-added", Subject::RequiredMember, Added, NARROWER, "was added and is required", ""),
    rule("defaulted-added", Subject::DefaultedMember, Added, (Warning, Info), "was added and is required, with a default", "a server that applies the default accepts requests without the member"),
    rule("optional-removed", Subject::Member, Removed, MAY_BREAK, "was removed; it was optional", "clients can do without an optional member by contract, but not always in practice"),
    rule("required-removed", Subject::RequiredMember, Removed, (Warning, Breaking), "was removed; it was required", "most APIs ignore a removed member in requests"),
    rule("became-required", Subject::RequiredMember, BecameRequired, NARROWER, "became required", ""),
    rule("defaulted-became-required", Subject::DefaultedMember, BecameRequired, (Warning, Info), "became required, with a default", "see defaulted-added"),
    rule("became-optional", Subject::Member, BecameOptional, WIDER, "became optional", ""),

    rule("response-added", Subject::Success, Added, HARMLESS, "was added", "clients must handle undocumented statuses anyway"),
    rule("error-response-added", Subject::Failure, Added, HARMLESS, "was added", "see response-added"),
    rule("response-removed", Subject::Success, Removed, BREAKS, "was removed", "clients wait for a response that no longer arrives"),
    rule("error-response-removed", Subject::Failure, Removed, MAY_BREAK, "was removed", "only clients that rely on the error break"),
    rule("status-narrowed", Subject::Status, NARROWED, NARROWER, "covers fewer statuses", ""),
    rule("status-widened", Subject::Status, WIDENED, WIDER, "covers more statuses", ""),
    rule("media-type-added", Subject::MediaType, Added, HARMLESS, "was added", "clients choose the media type"),
    rule("media-type-removed", Subject::MediaType, Removed, BREAKS, "was removed", ""),
    rule("media-type-narrowed", Subject::MediaType, NARROWED, NARROWER, "is more specific", ""),
    rule("media-type-widened", Subject::MediaType, WIDENED, WIDER, "is more general", ""),

    rule("alternative-added", Subject::Alternative, Added, (Info, Warning), "was added as an alternative", "clients that distinguish alternatives should handle unknown ones"),
    rule("alternatives-introduced", Subject::FirstAlternative, Added, WIDER, "was added as an alternative to a single schema", ""),
    rule("alternative-removed", Subject::Alternative, Removed, NARROWER, "was removed from the alternatives", ""),
    rule("constraint-added", Subject::Subschema, Added, NARROWER, "was added as a constraint", ""),
    rule("constraint-removed", Subject::Subschema, Removed, WIDER, "was removed as a constraint", ""),
    rule("condition-changed", Subject::Condition, INCOMPARABLE, BREAKS, "was changed inside `not` or `if`", "the effect of a condition depends on the schemas around it"),

    rule("type-narrowed", Subject::Type, NARROWED, NARROWER, "was narrowed", ""),
    rule("type-widened", Subject::Type, WIDENED, WIDER, "was widened", ""),
    rule("type-changed", Subject::Type, INCOMPARABLE, BREAKS, "was changed", ""),
    rule("became-nullable", Subject::Null, WIDENED, WIDER, "became nullable", ""),
    rule("became-not-nullable", Subject::Null, NARROWED, NARROWER, "is no longer nullable", ""),
    rule("format-narrowed", Subject::Format, NARROWED, NARROWER, "was narrowed", ""),
    rule("format-widened", Subject::Format, WIDENED, WIDER, "was widened", ""),
    rule("format-changed", Subject::Format, INCOMPARABLE, BREAKS, "was changed", ""),
    rule("bound-tightened", Subject::Bound, NARROWED, NARROWER, "was tightened", ""),
    rule("bound-relaxed", Subject::Bound, WIDENED, WIDER, "was relaxed", ""),
    rule("bound-moved", Subject::Bound, INCOMPARABLE, BREAKS, "was changed", ""),
    rule("values-narrowed", Subject::Values, NARROWED, NARROWER, "lost an enum value, or became an enum", "oasdiff also calls a request breaking that loses its whole enum; all values that were valid still are"),
    rule("values-widened", Subject::Values, WIDENED, WIDER, "gained an enum value, or is no longer an enum", "oasdiff only warns; clients that match on the values break"),
    rule("values-changed", Subject::Values, INCOMPARABLE, BREAKS, "gained an enum value and lost another", ""),
    rule("pattern-tightened", Subject::Pattern, NARROWED, NARROWER, "was tightened", ""),
    rule("pattern-relaxed", Subject::Pattern, WIDENED, (Info, Warning), "was relaxed", "only clients that validate responses notice"),
    rule("pattern-changed", Subject::Pattern, INCOMPARABLE, (Breaking, Warning), "was changed", "two patterns cannot be compared; see also pattern-relaxed"),

    rule("parameter-default-changed", Subject::ParameterDefault, REMARK, BREAKS, "was changed", "calls without the parameter have a different meaning"),
    rule("default-changed", Subject::Default, REMARK, (Warning, Info), "was changed", "messages without the value have a different meaning, but few receivers apply defaults"),
    rule("serialization-changed", Subject::Serialization, INCOMPARABLE, BREAKS, "was changed", "values are written differently"),
    rule("access-changed", Subject::Access, REMARK, MAY_BREAK, "was changed", "it restricts who may send the property, not its values"),
    rule("discriminator-changed", Subject::Discriminator, REMARK, MAY_BREAK, "was changed", "which values lead to an alternative is compared by their values"),
    rule("deprecation-changed", Subject::Deprecation, REMARK, HARMLESS, "was changed", "deprecated elements still work"),
    rule("keyword-narrowed", Subject::Keyword, NARROWED, NARROWER, "was added or tightened", ""),
    rule("keyword-widened", Subject::Keyword, WIDENED, WIDER, "was removed or relaxed", ""),
    rule("keyword-changed", Subject::Keyword, INCOMPARABLE, BREAKS, "was changed", "the effect is unknown"),

    rule("values-excluded", Subject::Body, NARROWED, NARROWER, "no longer allows a value", ""),
    rule("values-introduced", Subject::Body, WIDENED, WIDER, "allows a new value", ""),
    rule("values-undecided", Subject::Body, INCOMPARABLE, MAY_BREAK, "was changed with an effect that is not known", "the schemas are too complex to be compared by their values"),
];

const INTRODUCTION: &str = "\
# The rules of `cargo xtask diff`

Written by `cargo xtask diff --rules` from the table in `codegen/src/diff/rules.rs`.

Most rows follow from one principle. Requests may not become narrower: a value that
was accepted is rejected. Responses may not become wider: clients receive a value that
they do not know. The reverse of either is harmless. The last column gives the reason
for a row that departs from the principle or from oasdiff's severities.

## Values decide

Each value that travels is also compared as a whole: those of parameters, headers and
bodies, also of webhooks and callbacks. The question is whether every value that one
side sends is accepted by the other.

- Yes, in both directions: a change of the schema is no finding.
- Yes: the changes of the schema are `info`.
- No: the report shows a value that is not accepted, beside the first breaking change, or
  as `values-excluded` or `values-introduced` if no other change is breaking.
- Unknown: a change that its keyword cannot decide either is a `warning` with the reason,
  and so is `values-undecided` if there is no other.

Values are compared as they are written. JSON, YAML, CBOR, MessagePack and sequences of
them have types. Elsewhere `1` is a number and a string alike: a parameter of type
`string` accepts what `integer` sends. Objects within forms and multipart bodies are JSON.
A list that repeats its name accepts a single value. A status is matched with the same
status, its range or `default`, a media type with the same or a range. `discriminator`
limits the values that lead to an alternative: those of `mapping`, or the name of its
component. Servers are those of the operation, its path or the document, or `/`, with
their variables expanded; each OAuth flow with its URLs is an alternative.

Properties that the sender does not declare count as not sent, except for changes of
keywords that concern them (`additionalProperties`, `propertyNames`, `not` and the like).
`readOnly` properties are not expected in requests, `writeOnly` ones not in responses.

## Policies

Some rules depart from what values tell. `cargo xtask diff --strict` omits those in the
first list.

- `required` with a default is a `warning` in a request.
- A removed optional member is a `warning`.
- `access-changed` is a `warning`, also where a required property is no longer `readOnly`.
- A new alternative in a response is a `warning`, and its new values are no finding.
- A relaxed `pattern` in a response is a `warning`.

These hold always:

- The types of a parameter that lists `string` and others are told apart.
- The pattern of a property that is not expected is compared: receivers check whatever is
  present.
- Schemas that are likely mistakes keep the severities of their keywords: those without
  any value, with keywords that do not apply to their type (`maxLength` beside
  `type: object`), with a part of an `allOf` that forbids the properties of another, and
  components in XML with another name, which is the name of the element.

## Evidence

`codegen/tests/inclusion/random.rs` compares random pairs of schemas, and has every answer
judged by the `jsonschema` crate. `INCLUSION_PAIRS=100000 INCLUSION_SEED=1 cargo test -p
codegen --test inclusion random` checks 100,000 pairs: no \"yes\" is disproved by a
value, and every \"no\" has a value that the crate confirms.
`codegen/tests/diff/rewritings.rs` checks rewritings that mean the same: shuffled,
renamed, inlined, wrapped in `allOf`, lifted to 3.1, parameters hoisted. `DIFF_CORPUS=FILE
cargo test -p codegen --test diff -- --ignored` does so for other documents. Of the
650 pairs of documents that the rules were measured with, 4 (0.6 %) have a change with an
unknown effect: patterns with lookaround, encodings and external references.

## Rules

| Rule | Change | In a request | In a response | Reason |
| --- | --- | --- | --- | --- |
";

/// Returns the table of rules as Markdown, for `docs/diff-rules.md`.
pub fn markdown() -> String {
    let row = |DiffRule { id, request, response, summary, reason, .. }: &DiffRule| {
        format!("| `{id}` | {summary} | {request} | {response} | {reason} |\n")
    };
    INTRODUCTION.to_owned() + &RULES.iter().map(row).collect::<String>()
}
