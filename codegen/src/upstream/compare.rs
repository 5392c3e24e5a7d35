//! Compares the facts of the spec with those of upstream.
//!
//! The names of schemas have no influence on the result, and neither has it whether a
//! schema is named: a named schema is compared with whatever upstream has in its place.
//! Names of the spec's schemas only tell where a difference is, so that a difference of
//! a schema is listed once and not at every place that refers to it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::divergences::{Difference, Divergences};
use super::lock::{Lock, is_same_operation};
use super::outline::{Layer, Outline, Outlines, SEPARATOR};
use crate::contract::{Contract, FactsError, SCHEMA, schema_owner};
use crate::document::diagnostic::Refusal;
use crate::styled::{OutputLine, Tone};

/// Keywords that belong to the place that refers to a schema unless the schema has them.
const KEYWORDS_OF_PLACES: [&str; 6] =
    ["default", "deprecated", "nullable", "readOnly", "required", "writeOnly"];
/// The number of places of a difference that are printed.
const MAX_PLACES: usize = 5;

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The number of upstream's operations that the spec has.
    pub covered: usize,
    /// Upstream's operations that the spec lacks.
    pub missing: Vec<String>,
    /// The number of differences with a reason.
    pub explained: usize,
    /// The differences without a reason.
    pub unexplained: Vec<Difference>,
    /// The entries of the list of divergences that explain no difference.
    pub stale: Option<Refusal>,
}

impl Comparison {
    /// Returns whether every difference has a reason and every reason is needed.
    pub fn is_clean(&self) -> bool {
        self.unexplained.is_empty() && self.stale.is_none()
    }
}

/// Compares the spec with the facts of upstream about the same operations.
///
/// # Errors
///
/// The facts of the spec cannot be listed.
pub fn compare(
    spec: &Contract,
    upstream: &Lock,
    divergences: &Divergences,
) -> Result<Comparison, FactsError> {
    let operations = spec.operations();
    let is_covered =
        |theirs: &&String| operations.iter().any(|ours| is_same_operation(ours, theirs));
    let (covered, missing): (Vec<_>, Vec<_>) = upstream.operations.iter().partition(is_covered);
    let differences = differences(&Outlines::of(&spec.facts()?), &Outlines::of(&upstream.facts));
    let (explained, unexplained) = divergences.explain(differences);
    Ok(Comparison {
        covered: covered.len(),
        missing: missing.into_iter().cloned().collect(),
        stale: divergences.stale(&explained),
        explained: explained.len(),
        unexplained,
    })
}

fn differences(ours: &Outlines, theirs: &Outlines) -> Vec<Difference> {
    let mut comparer = Comparer { ours, theirs, found: BTreeMap::new() };
    let is_owner = |owner: &&String| !owner.starts_with(&schema_owner(""));
    let owners: BTreeSet<&String> = ours.0.keys().chain(theirs.0.keys()).filter(is_owner).collect();
    for owner in owners {
        comparer.owner(owner);
    }
    let with_places = |(difference, places): (Difference, BTreeSet<String>)| Difference {
        places: places.into_iter().collect(),
        ..difference
    };
    comparer.found.into_iter().map(with_places).collect()
}

struct Comparer<'o> {
    ours: &'o Outlines,
    theirs: &'o Outlines,
    /// The differences, each with the places that it affects.
    found: BTreeMap<Difference, BTreeSet<String>>,
}

/// A place in a document, an operation or a named schema.
#[derive(Clone)]
struct FactPlace {
    owner: String,
    path: String,
}

impl FactPlace {
    fn child(&self, step: &str) -> Self {
        let is_in_pointer = step.starts_with('/')
            && self.path.rsplit(SEPARATOR).next().is_some_and(|last| last.starts_with('/'));
        let separator = if self.path.is_empty() || is_in_pointer { "" } else { SEPARATOR };
        Self { owner: self.owner.clone(), path: format!("{}{separator}{step}", self.path) }
    }
}

impl<'o> Comparer<'o> {
    /// Compares the document itself or an operation.
    fn owner(&mut self, owner: &str) {
        let location = FactPlace { owner: owner.to_owned(), path: String::new() };
        let (Some(ours), Some(theirs)) = (self.ours.0.get(owner), self.theirs.0.get(owner)) else {
            let presence = |outlines: &Outlines| outlines.0.get(owner).map(|_| String::new());
            let (ours, theirs) = (presence(self.ours), presence(self.theirs));
            self.add(&location, owner, ours, theirs);
            return;
        };
        let mut visited = HashSet::new();
        let parts = self.place(ours, theirs, &location, owner);
        for (ours, theirs, location) in parts {
            // The pairs of schemas are visited again for every part of an operation, so
            // that the parts are known for each difference.
            let part = format!("{owner}{SEPARATOR}{}", location.path);
            let mut pending = vec![(ours, theirs, location)];
            visited.clear();
            while let Some((ours, theirs, location)) = pending.pop() {
                if visited.insert((&raw const *ours, &raw const *theirs)) {
                    pending.extend(self.place(ours, theirs, &location, &part));
                }
            }
        }
    }

    /// Compares the facts of a place, and returns the pairs of places inside it.
    fn place(
        &mut self,
        ours: &'o Outline,
        theirs: &'o Outline,
        location: &FactPlace,
        part: &str,
    ) -> Vec<(&'o Outline, &'o Outline, FactPlace)> {
        let (ours, theirs) = (self.ours.layers(ours), self.theirs.layers(theirs));
        for keyword in keys(&ours, &theirs, |outline| &outline.facts) {
            let (a, b) = (
                find(&ours, |outline| outline.facts.get(keyword)),
                find(&theirs, |outline| outline.facts.get(keyword)),
            );
            let value = |found: Option<(usize, &'o String)>| found.map(|(_, value)| value.clone());
            if keyword != SCHEMA && value(a) != value(b) {
                let (a_layer, b_layer) = (a.map(|(layer, _)| layer), b.map(|(layer, _)| layer));
                let is_of_place = KEYWORDS_OF_PLACES.contains(&keyword.as_str());
                let owner = owner(&ours, a_layer, &theirs, b_layer, is_of_place);
                let location = owner.map_or_else(|| location.clone(), schema_place);
                self.add(&location.child(keyword), part, value(a), value(b));
            }
        }
        let mut inner = Vec::new();
        for step in keys(&ours, &theirs, |outline| &outline.children) {
            let (a, b) = (
                find(&ours, |outline| outline.children.get(step)),
                find(&theirs, |outline| outline.children.get(step)),
            );
            let (a_layer, b_layer) = (a.map(|(layer, _)| layer), b.map(|(layer, _)| layer));
            let owner = owner(&ours, a_layer, &theirs, b_layer, false);
            let location = owner.map_or_else(|| location.clone(), schema_place).child(step);
            match (a, b) {
                (Some((_, a)), Some((_, b))) => inner.push((a, b, location)),
                (a, b) => self.one_sided(a.xor(b), a.is_some(), location, part),
            }
        }
        inner
    }

    /// Adds all facts of a place that only one side has.
    fn one_sided(
        &mut self,
        place: Option<(usize, &'o Outline)>,
        is_ours: bool,
        location: FactPlace,
        part: &str,
    ) {
        let mut pending: Vec<_> = place.map(|(_, place)| (place, location)).into_iter().collect();
        while let Some((place, location)) = pending.pop() {
            for (keyword, value) in &place.facts {
                let value = Some(value.clone());
                let (ours, theirs) = if is_ours { (value, None) } else { (None, value) };
                self.add(&location.child(keyword), part, ours, theirs);
            }
            let children = place.children.iter();
            pending.extend(children.map(|(step, child)| (child, location.child(step))));
        }
    }

    fn add(
        &mut self,
        location: &FactPlace,
        part: &str,
        ours: Option<String>,
        theirs: Option<String>,
    ) {
        let FactPlace { owner, path: subject } = location.clone();
        let difference = Difference { owner, subject, ours, theirs, places: Vec::new() };
        self.found.entry(difference).or_default().insert(part.to_owned());
    }
}

fn schema_place(name: &str) -> FactPlace {
    FactPlace { owner: schema_owner(name), path: String::new() }
}

fn keys<'o, V: 'o>(
    ours: &[Layer<'o>],
    theirs: &[Layer<'o>],
    map: impl Fn(&'o Outline) -> &'o BTreeMap<String, V>,
) -> BTreeSet<&'o String> {
    ours.iter().chain(theirs).flat_map(|(_, outline)| map(outline).keys()).collect()
}

/// Returns the nearest layer with some content, and the content.
fn find<'o, T>(
    layers: &[Layer<'o>],
    content: impl Fn(&'o Outline) -> Option<T>,
) -> Option<(usize, T)> {
    layers.iter().enumerate().find_map(|(index, (_, outline))| Some((index, content(outline)?)))
}

/// Returns the schema of the spec that a difference is attributed to; `None` for the
/// place that refers to it.
fn owner<'o>(
    ours: &[Layer<'o>],
    our_layer: Option<usize>,
    theirs: &[Layer<'o>],
    their_layer: Option<usize>,
    is_of_place: bool,
) -> Option<&'o str> {
    let is_added_by_reference = their_layer == Some(0) && theirs.len() > 1;
    match our_layer {
        Some(layer) => ours[layer].0,
        None if is_of_place || is_added_by_reference => None,
        None => ours.get(1).and_then(|(name, _)| *name),
    }
}

/// Renders a comparison as lines: the unexplained differences, the stale entries, the
/// verdict and the coverage.
pub fn text(comparison: &Comparison) -> Vec<OutputLine> {
    let status = |tone, word, text: String| OutputLine::Status { tone, word, text };
    let mut lines = Vec::new();
    for difference in &comparison.unexplained {
        let Difference { ours, theirs, .. } = difference;
        lines.push(OutputLine::Heading(difference.to_string()));
        lines.push(status(Tone::Neutral, "ours", side_text(ours.as_deref())));
        lines.push(status(Tone::Neutral, "theirs", side_text(theirs.as_deref())));
        if difference.schema().is_some() {
            lines.push(status(Tone::Neutral, "places", places_text(&difference.places)));
        }
    }
    if let Some(stale) = &comparison.stale {
        lines.push(OutputLine::Text(stale.to_string()));
    }
    let Comparison { covered, missing, explained, unexplained, .. } = comparison;
    let drift = unexplained.len();
    let tone = if comparison.is_clean() { Tone::Neutral } else { Tone::Error };
    let word = if drift == 0 { "Same" } else { "Drift" };
    let differences = format!("{drift} unexplained differences, {explained} explained");
    lines.push(status(tone, word, differences));
    let all = covered + missing.len();
    let coverage = format!("{covered} of {all} operations of upstream");
    lines.push(status(Tone::Neutral, "Coverage", coverage));
    lines
}

fn side_text(value: Option<&str>) -> String {
    match value {
        None => "absent",
        Some("") => "present",
        Some(value) => value,
    }
    .to_owned()
}

fn places_text(places: &[String]) -> String {
    let listed = places.iter().take(MAX_PLACES).cloned().collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => listed,
        others => format!("{listed} and {others} more"),
    }
}
