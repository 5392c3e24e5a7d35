//! Severities by values: the schemas of JSON bodies, compared as a whole.
//!
//! `judge` compares keyword by keyword. Here [`inclusion`](super::inclusion) decides for
//! each body of both documents whether every value that one side sends is accepted by
//! the other, and the severities follow.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::change::Change;
use super::compare::is_json;
use super::inclusion::{
    Dialect, Inclusion, InclusionChecker, InclusionOptions, SchemaDocument, UndeclaredProperties,
};
use super::place::Place;
use super::rules::{DiffRule, Level};
use crate::contract::{METHODS, WireDirection, media_type_name, path_template};
use crate::document::{Member, Node, Source, Value, reference};
use crate::styled::StyledText;

/// The number of steps that a pair of bodies may take.
const BODY_STEPS: u64 = 200_000;
/// The number of undecided pairs of bodies after which no more are tried.
const MAX_UNDECIDED: usize = 50;
/// The length at which a value is truncated in a message.
const MAX_WITNESS: usize = 200;
/// Keywords that do not affect values.
const ANNOTATIONS: [&str; 7] =
    ["description", "title", "example", "examples", "externalDocs", "xml", "summary"];

/// Parts of pointers below which schemas concern undeclared properties.
const OPEN_KEYWORDS: [&str; 5] = [
    "(additionalProperties",
    "(patternProperties",
    "(propertyNames",
    "(unevaluatedProperties",
    "(unevaluatedItems",
];
/// Keywords that apply to values of one type.
const TYPED_KEYWORDS: [(&str, &str); 14] = [
    ("maxLength", "string"),
    ("minLength", "string"),
    ("pattern", "string"),
    ("maximum", "number"),
    ("minimum", "number"),
    ("items", "array"),
    ("contains", "array"),
    ("maxContains", "array"),
    ("minContains", "array"),
    ("maxItems", "array"),
    ("minItems", "array"),
    ("unevaluatedItems", "array"),
    ("properties", "object"),
    ("required", "object"),
];

/// Corrects the severities of changes in JSON bodies, and adds what `judge` did not find.
pub(super) fn apply(base: &Source, revision: &Source, changes: &mut Vec<Change>) {
    let (base, revision) = (base.root(), revision.root());
    // A schema without values.
    let nothing = Node { position: base.position, value: Value::Bool(false) };
    let pairs = body_pairs(base, revision);
    let verdicts: Vec<Verdict> = judged([base, revision, &nothing], pairs);
    let numbers = verdicts.iter().enumerate();
    let by_place: HashMap<&Place, usize> =
        numbers.flat_map(|(index, v)| v.places.iter().map(move |place| (place, index))).collect();
    let mut affected: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); verdicts.len()];
    for (index, change) in changes.iter_mut().enumerate() {
        let found: Vec<Option<usize>> =
            change.origins.iter().map(|place| by_place.get(place).copied()).collect();
        let known = || found.iter().flatten();
        known().for_each(|verdict| _ = affected[*verdict].insert(index));
        let concerns_undeclared = OPEN_KEYWORDS.iter().any(|key| change.pointer.contains(key));
        let is_harmless = known().all(|verdict| {
            let verdict = &verdicts[*verdict];
            verdict.is_harmless() && (!concerns_undeclared || verdict.includes_undeclared)
        });
        let is_decided = !found.is_empty() && known().count() == found.len();
        if change.is_about_values && is_decided && is_harmless {
            change.lower();
        }
    }
    let explained = verdicts.iter().zip(&affected);
    let added: Vec<_> =
        explained.filter_map(|(verdict, affected)| verdict.explain(changes, affected)).collect();
    changes.extend(added);
}

/// The schemas of a body in both documents.
#[derive(Clone, Copy)]
struct BodyPair<'d> {
    base: &'d Node,
    revision: &'d Node,
    direction: WireDirection,
}

/// The answer for a pair of bodies, and all places that have it.
struct Verdict {
    places: Vec<Place>,
    direction: WireDirection,
    inclusion: Inclusion,
    /// True if also all values with undeclared properties are accepted.
    includes_undeclared: bool,
    /// True if the schemas may mean more, or something else, than their values tell.
    is_doubtful: bool,
}

impl Verdict {
    fn is_harmless(&self) -> bool {
        self.inclusion == Inclusion::Yes && !self.is_doubtful
    }

    /// Shows the witness in the first breaking change of the body, or returns a change
    /// of its own if there is none.
    fn explain(&self, changes: &mut [Change], affected: &BTreeSet<usize>) -> Option<Change> {
        let is_here = |index: &&usize| changes[**index].direction == self.direction;
        let own: Vec<usize> = affected.iter().filter(is_here).copied().collect();
        match &self.inclusion {
            Inclusion::Yes => None,
            Inclusion::Unknown(reason) if own.is_empty() => {
                let message = self.subject().plain(" was changed, and the effect is not known: ");
                Some(self.change("values-undecided", message.code(reason.clone()).plain(".")))
            }
            Inclusion::Unknown(_) => None,
            Inclusion::No(witness) => {
                let witness = shortened(witness);
                if let Some(first) =
                    own.iter().find(|index| changes[**index].level == Level::Breaking)
                {
                    changes[*first].show_witness(witness);
                    return None;
                }
                let excuses = |index: &usize| {
                    DiffRule::with_id(changes[*index].rule).excuses_values(self.direction)
                };
                (!own.iter().any(excuses)).then(|| self.unexplained(witness))
            }
        }
    }

    /// Returns the change of a body of which no other change is breaking.
    fn unexplained(&self, witness: String) -> Change {
        let (rule, verb) = match self.direction {
            WireDirection::Request => ("values-excluded", " no longer accepts "),
            WireDirection::Response => ("values-introduced", " may now be "),
        };
        self.change(rule, self.subject().plain(verb).code(witness).plain("."))
    }

    fn subject(&self) -> StyledText {
        let parts = self.places.first().map(|place| &place.parts[..]).unwrap_or_default();
        match parts {
            [response, media_type] if self.direction == WireDirection::Response => {
                let text = StyledText::default().plain("Response ").code(response.clone());
                text.plain(" (").code(media_type.clone()).plain(")")
            }
            [_, media_type] => {
                let text = StyledText::default().plain("The request (");
                text.code(media_type.clone()).plain(")")
            }
            _ => StyledText::default().plain("The body"),
        }
    }

    fn change(&self, rule: &str, message: StyledText) -> Change {
        let rule = DiffRule::with_id(rule);
        let mut operations: Vec<_> =
            self.places.iter().map(|place| place.operation.clone()).collect();
        let mut places: Vec<_> = self.places.iter().filter_map(Place::display).collect();
        operations.sort();
        operations.dedup();
        places.sort();
        places.dedup();
        Change {
            rule: rule.id,
            level: rule.level(self.direction),
            schema: None,
            operations,
            places,
            direction: self.direction,
            pointer: String::new(),
            before: None,
            after: None,
            message,
            origins: self.places.clone(),
            is_about_values: true,
            shows_witness: true,
        }
    }
}

fn shortened(witness: &serde_json::Value) -> String {
    let mut text = witness.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_WITNESS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Decides every pair of bodies whose schemas differ, each pair of schemas once. A
/// sender's schema without values proves nothing: it is likely a mistake.
fn judged<'d>(
    [base, revision, nothing]: [&'d Node; 3],
    pairs: BTreeMap<Place, BodyPair<'d>>,
) -> Vec<Verdict> {
    let mut closed = checkers(base, revision, UndeclaredProperties::Unsent);
    let mut open = checkers(base, revision, UndeclaredProperties::Any);
    let mut known: HashMap<(*const Node, *const Node, WireDirection), Option<usize>> =
        HashMap::new();
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut undecided = 0;
    for (place, pair) in pairs {
        let BodyPair { base: old, revision: new, direction } = pair;
        let key = (std::ptr::from_ref(old), std::ptr::from_ref(new), direction);
        let index = *known.entry(key).or_insert_with(|| {
            let mut reach = Reach { base, revision, visited: HashSet::new() };
            if reach.is_same(old, new, 0) {
                return None;
            }
            let inclusion = if undecided > MAX_UNDECIDED {
                Inclusion::Unknown("too many schemas are too complex".into())
            } else {
                includes(closed.iter_mut(), pair)?
            };
            undecided += usize::from(matches!(inclusion, Inclusion::Unknown(_)));
            let is_vacuous = {
                let pair = match direction {
                    WireDirection::Request => BodyPair { revision: nothing, ..pair },
                    WireDirection::Response => BodyPair { base: nothing, ..pair },
                };
                inclusion == Inclusion::Yes
                    && includes(closed.iter_mut(), pair) == Some(Inclusion::Yes)
            };
            let includes_undeclared = inclusion == Inclusion::Yes
                && includes(open.iter_mut(), pair) == Some(Inclusion::Yes);
            let is_doubtful = is_vacuous || is_doubtful(base, old) || is_doubtful(revision, new);
            verdicts.push(Verdict {
                places: Vec::new(),
                direction,
                inclusion,
                includes_undeclared,
                is_doubtful,
            });
            Some(verdicts.len() - 1)
        });
        if let Some(index) = index {
            verdicts[index].places.push(place);
        }
    }
    verdicts
}

type DirectedChecker<'d> = (WireDirection, InclusionChecker<'d>);

fn checkers<'d>(
    base: &'d Node,
    revision: &'d Node,
    undeclared: UndeclaredProperties,
) -> [DirectedChecker<'d>; 2] {
    let [base, revision] = [document(base), document(revision)];
    [WireDirection::Request, WireDirection::Response].map(|direction| {
        let options =
            InclusionOptions { direction: Some(direction), undeclared, step_limit: BODY_STEPS };
        let (sent, accepted) = match direction {
            WireDirection::Request => (base, revision),
            WireDirection::Response => (revision, base),
        };
        (direction, InclusionChecker::new(sent, accepted, options))
    })
}

/// Decides whether what is sent is accepted, by the checker for the direction.
fn includes<'c, 'd: 'c>(
    mut checkers: impl Iterator<Item = &'c mut DirectedChecker<'d>>,
    BodyPair { base, revision, direction }: BodyPair<'d>,
) -> Option<Inclusion> {
    let (_, checker) = checkers.find(|(known, _)| *known == direction)?;
    Some(match direction {
        WireDirection::Request => checker.includes(base, revision),
        WireDirection::Response => checker.includes(revision, base),
    })
}

fn document(root: &Node) -> SchemaDocument<'_> {
    let version = root.get_str("openapi").unwrap_or_default();
    let is_old = version.starts_with("3.0");
    SchemaDocument { root, dialect: if is_old { Dialect::OpenApi30 } else { Dialect::OpenApi31 } }
}

/// Compares what two schemas reach, apart from annotations.
struct Reach<'d> {
    base: &'d Node,
    revision: &'d Node,
    visited: HashSet<(*const Node, *const Node)>,
}

impl<'d> Reach<'d> {
    /// Schemas that are nested more deeply count as different.
    const MAX_DEPTH: usize = 200;

    fn is_same(&mut self, old: &'d Node, new: &'d Node, depth: usize) -> bool {
        if depth > Self::MAX_DEPTH {
            return false;
        }
        let has_members = !old.members().is_empty() || !new.members().is_empty();
        if has_members {
            return self.has_same_members(old, new, depth);
        }
        let (a, b) = (old.elements(), new.elements());
        if a.is_empty() && b.is_empty() {
            return old.to_json() == new.to_json();
        }
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(a, b, depth + 1))
    }

    fn has_same_members(&mut self, old: &'d Node, new: &'d Node, depth: usize) -> bool {
        if !self.visited.insert((std::ptr::from_ref(old), std::ptr::from_ref(new))) {
            return true;
        }
        let counts = |member: &&Member| !ANNOTATIONS.contains(&member.key.as_str());
        let keys = |node: &'d Node| node.members().iter().filter(counts).count();
        let is_same = keys(old) == keys(new)
            && old.members().iter().filter(counts).all(|member| {
                let other = new.get(&member.key);
                other.is_some_and(|other| self.is_same(&member.node, other, depth + 1))
            });
        match (reference::target(old), reference::target(new)) {
            _ if !is_same => false,
            (Some(a), Some(b)) => match (self.base.find(&a), self.revision.find(&b)) {
                (Some(a), Some(b)) => self.is_same(a, b, depth + 1),
                (a, b) => a.is_none() && b.is_none(),
            },
            _ => true,
        }
    }
}

/// Returns whether a keyword does not apply to the type beside it.
fn has_foreign_keyword(node: &Node) -> bool {
    let Some(types) = node.get("type") else { return false };
    let has = |name: &str| {
        types.as_str() == Some(name)
            || types.elements().iter().any(|known| known.as_str() == Some(name))
    };
    let is_type = types.as_str().is_some() || !types.elements().is_empty();
    let applies = |name| has(name) || name == "number" && has("integer");
    let is_text = ["string", "number"].into_iter().any(applies);
    is_type && node.get("format").is_some() && !is_text
        || is_type
            && TYPED_KEYWORDS.iter().any(|(key, name)| node.get(key).is_some() && !applies(name))
}

/// Returns whether a discriminator, or a keyword that does not apply to the type beside
/// it, is reached from a schema.
fn is_doubtful(root: &Node, schema: &Node) -> bool {
    let mut visited = HashSet::new();
    let mut pending = vec![schema];
    while let Some(node) = pending.pop() {
        if !visited.insert(std::ptr::from_ref(node)) {
            continue;
        }
        if node.get("discriminator").is_some_and(|node| node.get("propertyName").is_some())
            || has_foreign_keyword(node)
        {
            return true;
        }
        pending.extend(node.members().iter().map(|member| &member.node));
        pending.extend(node.elements());
        pending.extend(reference::target(node).and_then(|target| root.find(&target)));
    }
    false
}

/// Returns the JSON bodies of both documents, by the revision's places.
fn body_pairs<'d>(base: &'d Node, revision: &'d Node) -> BTreeMap<Place, BodyPair<'d>> {
    let mut old_operations = HashMap::new();
    for (path, method, operation) in operations(base) {
        old_operations.insert((method.to_owned(), path_template(path)), operation);
    }
    let mut pairs = BTreeMap::new();
    for (path, method, new) in operations(revision) {
        let Some(old) = old_operations.get(&(method.to_owned(), path_template(path))) else {
            continue;
        };
        let old = bodies(base, old);
        for (parts, schema) in bodies(revision, new) {
            let direction = match parts[0].as_str() {
                "request" => WireDirection::Request,
                _ => WireDirection::Response,
            };
            if let Some(base) = old.get(&parts) {
                let operation = format!("{} {path}", method.to_uppercase());
                let pair = BodyPair { base, revision: schema, direction };
                pairs.insert(Place { operation, parts }, pair);
            }
        }
    }
    pairs
}

/// Returns the path, the method and the node of every operation.
fn operations(root: &Node) -> impl Iterator<Item = (&str, &str, &Node)> {
    let paths = root.get("paths").map(Node::members).unwrap_or_default().iter();
    paths.filter(|path| path.key.starts_with('/')).flat_map(move |path| {
        let item = reference::resolve(root, &path.node).unwrap_or(&path.node);
        let operations = item.members().iter().filter(|m| METHODS.contains(&m.key.as_str()));
        operations.map(|member| (path.key.as_str(), member.key.as_str(), &member.node))
    })
}

/// Returns the schemas of the JSON bodies of an operation, by `request` or status, and
/// media type.
fn bodies<'d>(root: &'d Node, operation: &'d Node) -> BTreeMap<Vec<String>, &'d Node> {
    let members = |key| operation.get(key).map(Node::members).unwrap_or_default();
    let request = operation.get("requestBody").map(|body| ("request".to_owned(), body));
    let responses = members("responses").iter().map(|member| {
        let status = member.key.to_uppercase();
        (if status == "DEFAULT" { "default".to_owned() } else { status }, &member.node)
    });
    let mut bodies = BTreeMap::new();
    for (part, body) in request.into_iter().chain(responses) {
        let body = reference::resolve(root, body).unwrap_or(body);
        for media_type in body.get("content").map(Node::members).unwrap_or_default() {
            let name = media_type_name(&media_type.key);
            if let Some(schema) = media_type.node.get("schema").filter(|_| is_json(&name)) {
                bodies.insert(vec![part.clone(), name], schema);
            }
        }
    }
    bodies
}
