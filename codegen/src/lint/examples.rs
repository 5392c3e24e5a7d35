//! Examples and defaults: whether they are what their schema describes.

use std::collections::HashSet;

use super::bounds::is_above;
use super::document::{Document, Site};
use super::findings::{Findings, Place};
use super::formats::FORMATS;
use super::grammar::{HEADER, MEDIA_TYPE, PARAMETER, SCHEMA};
use super::words::{cut, shown};
use crate::pattern::Pattern;
use crate::pointer::Pointer;
use crate::source::{Node, Value};

/// So many comparisons of a schema with a value are made for one example, and if
/// they do not suffice nothing is said about it. Schemas can refer to each other in
/// ways that take forever; those of a valid document take far fewer.
const MAX_STEPS: usize = 10_000;
/// Schemas within schemas are compared so deep.
const MAX_DEPTH: usize = 250;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for schema in document.all(&SCHEMA) {
        for key in ["default", "example"] {
            if let Some(value) = schema.get(key) {
                compare(document, schema, key, (schema.at(key), value), findings);
            }
        }
    }
    for object in [&HEADER, &MEDIA_TYPE, &PARAMETER] {
        for site in document.all(object) {
            let Some(schema) = document.child(site, "schema") else { continue };
            for example in examples(document, site) {
                compare(document, schema, "example", example, findings);
            }
        }
    }
}

/// The value under `example`, and those of the Example Objects under `examples`.
fn examples<'d>(document: &Document<'d>, site: &Site<'d>) -> Vec<(Place, &'d Node)> {
    let one = site.get("example").map(|value| (site.at("example"), value));
    let many = document.children(site, "examples").into_iter().filter_map(|example| {
        let example = document.resolve(example)?;
        Some((example.at("value"), example.get("value")?))
    });
    one.into_iter().chain(many).collect()
}

fn compare(
    document: &Document<'_>,
    schema: &Site<'_>,
    what: &str,
    (place, value): (Place, &Node),
    findings: &mut Findings,
) {
    let mut comparison = Comparison { document, steps: 0, depth: 0 };
    let fit = comparison.fits(schema, &place, value);
    if let Err(Mismatch { place, reason }) = fit
        && comparison.steps < MAX_STEPS
    {
        let message = format!("the {what} does not fit its schema: {reason}");
        findings.add(place, message, format!("correct the {what} or the schema"));
    }
}

struct Mismatch {
    place: Place,
    reason: String,
}

type Fit = Result<(), Mismatch>;

struct Comparison<'c, 'd> {
    document: &'c Document<'d>,
    steps: usize,
    depth: usize,
}

impl<'d> Comparison<'_, 'd> {
    fn fits(&mut self, schema: &Site<'d>, place: &Place, value: &Node) -> Fit {
        let Some(schema) = self.document.resolve(schema) else { return Ok(()) };
        if self.steps == MAX_STEPS || self.depth == MAX_DEPTH {
            self.steps = MAX_STEPS;
            return Ok(());
        }
        self.steps += 1;
        self.depth += 1;
        let fit = self.fits_resolved(schema, place, value);
        self.depth -= 1;
        fit
    }

    fn fits_resolved(&mut self, schema: &Site<'d>, place: &Place, value: &Node) -> Fit {
        let off = |reason| Err(Mismatch { place: place.clone(), reason });
        if value.value == Value::Null && schema.flag("nullable") {
            return Ok(());
        }
        if let Some(of) = schema.text("type").filter(|of| !is_of_type(value, of)) {
            return off(format!("expected `type: {of}`, found {}", shown(value)));
        }
        for rule in [text, number, length, members, known] {
            if let Some(reason) = rule(schema, value) {
                return off(reason);
            }
        }
        self.compositions(schema, place, value)?;
        self.parts(schema, place, value)
    }

    fn compositions(&mut self, schema: &Site<'d>, place: &Place, value: &Node) -> Fit {
        for part in self.document.children(schema, "allOf") {
            self.fits(part, place, value)?;
        }
        self.alternatives("anyOf", schema, place, value)?;
        match self.alternatives("oneOf", schema, place, value)? {
            0 | 1 => Ok(()),
            count => {
                let reason = format!("{} fits {count} alternatives of the `oneOf`", shown(value));
                Err(Mismatch { place: place.clone(), reason })
            }
        }
    }

    /// How many alternatives the value fits; an error where there are some and it
    /// fits none.
    fn alternatives(
        &mut self,
        key: &str,
        schema: &Site<'d>,
        place: &Place,
        value: &Node,
    ) -> Result<usize, Mismatch> {
        let alternatives = self.document.children(schema, key);
        let mut results: Vec<_> =
            alternatives.into_iter().map(|one| self.fits(one, place, value)).collect();
        let count = results.iter().filter(|result| result.is_ok()).count();
        if count > 0 || results.is_empty() {
            return Ok(count);
        }
        // A mismatch within the value says more than one of the value itself.
        if let Some(index) = results.iter().position(|result| is_deeper(result, place)) {
            return results.swap_remove(index).map(|()| 0);
        }
        let reason = format!("{} fits no alternative of the `{key}`", shown(value));
        Err(Mismatch { place: place.clone(), reason })
    }

    fn parts(&mut self, schema: &Site<'d>, place: &Place, value: &Node) -> Fit {
        if let Some(items) = self.document.child(schema, "items") {
            for (index, element) in value.elements().iter().enumerate() {
                let pointer = place.pointer.child(index);
                self.fits(items, &Place { position: element.position, pointer }, element)?;
            }
        }
        let properties = schema.place.pointer.child("properties");
        for member in value.members() {
            let property = self.document.site(&properties.child(&member.key));
            let additional = || self.document.child(schema, "additionalProperties");
            let Some(property) = property.or_else(additional) else { continue };
            let pointer = place.pointer.child(&member.key);
            self.fits(property, &Place { position: member.key_position, pointer }, &member.node)?;
        }
        Ok(())
    }
}

fn is_deeper(result: &Fit, place: &Place) -> bool {
    let length = |pointer: &Pointer| pointer.as_str().len();
    matches!(result, Err(mismatch) if length(&mismatch.place.pointer) > length(&place.pointer))
}

fn is_of_type(value: &Node, of: &str) -> bool {
    match of {
        "number" => matches!(value.value, Value::Integer(_) | Value::Float(_)),
        "array" | "boolean" | "integer" | "object" | "string" => value.type_name() == of,
        _ => true,
    }
}

fn text(schema: &Site<'_>, value: &Node) -> Option<String> {
    let text = value.as_str()?;
    let count = text.chars().count() as i128;
    let bound = |key| schema.get(key).and_then(Node::as_integer);
    let shown = cut(text);
    if let Some(min) = bound("minLength").filter(|min| count < *min) {
        return Some(format!("`{shown}` has {count} characters, and `minLength` is {min}"));
    }
    if let Some(max) = bound("maxLength").filter(|max| count > *max) {
        return Some(format!("`{shown}` has {count} characters, and `maxLength` is {max}"));
    }
    let pattern = schema.text("pattern").and_then(|pattern| Pattern::parse(pattern).ok());
    let pattern = pattern.filter(|pattern| !pattern.matches(text))?;
    Some(format!("`{shown}` does not match the `pattern`: {pattern}"))
}

fn number(schema: &Site<'_>, value: &Node) -> Option<String> {
    if !is_of_type(value, "number") {
        return None;
    }
    let found = shown(value);
    let outside = |bound: &Node, low: &Node, high: &Node, exclusive| {
        match schema.flag(exclusive) {
            true => !is_above(high, low),
            false => is_above(low, high),
        }
        .then(|| shown(bound))
    };
    if let Some(bound) =
        schema.get("minimum").and_then(|min| outside(min, min, value, "exclusiveMinimum"))
    {
        return Some(format!("{found} is not above the `minimum` of {bound}"));
    }
    if let Some(bound) =
        schema.get("maximum").and_then(|max| outside(max, value, max, "exclusiveMaximum"))
    {
        return Some(format!("{found} is not below the `maximum` of {bound}"));
    }
    let factor =
        schema.get("multipleOf").and_then(Node::as_integer).filter(|factor| *factor > 0)?;
    let rest = value.as_integer()?.checked_rem(factor)?;
    (rest != 0).then(|| format!("{found} is no multiple of `{factor}`"))
}

fn length(schema: &Site<'_>, value: &Node) -> Option<String> {
    let (count, noun, low, high) = match &value.value {
        Value::Array(elements) => (elements.len(), "elements", "minItems", "maxItems"),
        Value::Object(members) => (members.len(), "properties", "minProperties", "maxProperties"),
        _ => return None,
    };
    let bound = |key| schema.get(key).and_then(Node::as_integer);
    if let Some(min) = bound(low).filter(|min| (count as i128) < *min) {
        return Some(format!("there are {count} {noun}, and `{low}` is {min}"));
    }
    if let Some(max) = bound(high).filter(|max| count as i128 > *max) {
        return Some(format!("there are {count} {noun}, and `{high}` is {max}"));
    }
    let elements = value.elements().iter().map(|element| element.to_json().to_string());
    let mut seen = HashSet::new();
    let repeated =
        schema.flag("uniqueItems") && !elements.into_iter().all(|text| seen.insert(text));
    repeated.then(|| "an element is there twice, against `uniqueItems`".to_owned())
}

fn members(schema: &Site<'_>, value: &Node) -> Option<String> {
    if !is_of_type(value, "object") {
        return None;
    }
    let required = schema.get("required").map(Node::elements).unwrap_or_default();
    let mut names = required.iter().filter_map(Node::as_str);
    if let Some(name) = names.find(|name| value.get(name).is_none()) {
        return Some(format!("the required property `{}` is missing", cut(name)));
    }
    let closed = schema.get("additionalProperties").and_then(Node::as_bool) == Some(false);
    let properties = schema.get("properties");
    let is_known = |key: &str| properties.is_some_and(|properties| properties.get(key).is_some());
    let mut unknown = value.members().iter().filter(|member| closed && !is_known(&member.key));
    unknown.next().map(|member| format!("there is no property `{}`", cut(&member.key)))
}

fn known(schema: &Site<'_>, value: &Node) -> Option<String> {
    if let Some(values) = schema.get("enum").map(Node::elements)
        && !values.iter().any(|known| known.to_json() == value.to_json())
    {
        return Some(format!("{} is not in the `enum`", shown(value)));
    }
    let (of, name) = (schema.text("type")?, schema.text("format")?);
    let format = FORMATS.iter().find(|format| (format.of, format.name) == (of, name))?;
    (!(format.fits)(value)).then(|| format!("{} does not have the format `{name}`", shown(value)))
}
