//! Random pairs of schemas, judged by another implementation of JSON Schema.
//!
//! `INCLUSION_PAIRS` sets the number of pairs, `INCLUSION_SEED` the first seed.

use codegen::diff::inclusion::Inclusion;
use codegen::document::{Node, Source};
use serde_json::{Map, Value as Json, json};

const PAIRS: u64 = 2_000;
/// Values that each pair is tried with, besides witnesses.
const VALUES: usize = 24;

/// A sequence of pseudo-random numbers (SplitMix64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }
}

const NAMES: &[&str] = &["a", "b", "ab", "c"];
const STRINGS: &[&str] = &["", "a", "b", "ab", "ba", "abc", "x1", "2000-01-01", "é😀"];
const PATTERNS: &[&str] =
    &["a", "^a", "b$", "^[ab]*$", "^(ab|c)+$", "^.{2,3}$", r"\d", "^[^a]*$", r"^\w?$", "x|^$"];
const FORMATS: &[&str] = &["date", "uuid", "ipv4", "date-time", "email"];
const NUMBERS: &[f64] = &[-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 0.1];
const STEPS: &[f64] = &[0.5, 1.0, 1.5, 2.0, 3.0];
const TYPES: &[&str] = &["null", "boolean", "integer", "number", "string", "array", "object"];

fn number(number: f64) -> Json {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

/// A random value with few parts.
fn value(random: &mut Seeded, depth: usize) -> Json {
    match random.below(if depth == 0 { 4 } else { 8 }) {
        0 => Json::Null,
        1 => json!(random.chance(50)),
        2 => number(*random.pick(NUMBERS)),
        3 => json!(random.pick(STRINGS)),
        4 | 5 => (0..random.below(4)).map(|_| value(random, depth - 1)).collect(),
        _ => {
            let names: Vec<_> = (0..random.below(4)).map(|_| *random.pick(NAMES)).collect();
            names.into_iter().map(|name| (name.to_owned(), value(random, depth - 1))).collect()
        }
    }
}

fn schemas(random: &mut Seeded, depth: usize, most: usize) -> Json {
    (0..=random.below(most)).map(|_| schema(random, depth)).collect()
}

fn named_schemas(random: &mut Seeded, depth: usize, names: &[&str]) -> Json {
    let names: Vec<_> = (0..=random.below(2)).map(|_| *random.pick(names)).collect();
    names.into_iter().map(|name| (name.to_owned(), schema(random, depth))).collect()
}

fn names(random: &mut Seeded) -> Json {
    let mut names: Vec<_> = NAMES.iter().filter(|_| random.chance(35)).collect();
    names.truncate(2);
    json!(names)
}

/// The keywords of each type, and those of all types.
const KEYWORDS: &[&[&str]] = &[
    &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    &["minLength", "maxLength", "pattern", "format"],
    &[
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "unevaluatedItems",
    ],
    &[
        "properties",
        "properties",
        "required",
        "required",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
    ],
    &["enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "$ref"],
];

/// Adds a keyword with a random value.
fn add_keyword(random: &mut Seeded, schema: &mut Map<String, Json>, keyword: &str, depth: usize) {
    let below = depth.saturating_sub(1);
    let value = match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            number(*random.pick(NUMBERS))
        }
        "multipleOf" => number(*random.pick(STEPS)),
        "pattern" => json!(random.pick(PATTERNS)),
        "format" => json!(random.pick(FORMATS)),
        "uniqueItems" => json!(random.chance(90)),
        "required" => names(random),
        "prefixItems" => schemas(random, below, 2),
        "allOf" | "anyOf" | "oneOf" => schemas(random, below, 3),
        "properties" | "dependentSchemas" => named_schemas(random, below, NAMES),
        "patternProperties" => named_schemas(random, below, PATTERNS),
        "dependentRequired" => json!({*random.pick(NAMES): names(random)}),
        "enum" => (0..=random.below(4)).map(|_| value(random, 1)).collect(),
        "const" => value(random, 2),
        "$ref" => json!(random.pick(&["#/$defs/o", "#/$defs/r", "#/$defs/t"])),
        keyword if keyword.starts_with("min") || keyword.starts_with("max") => {
            json!(random.below(4))
        }
        _ => self::schema(random, below),
    };
    if keyword == "contains" {
        for limit in ["minContains", "maxContains"] {
            if random.chance(50) {
                schema.insert(limit.into(), json!(random.below(3)));
            }
        }
    }
    if keyword == "if" {
        schema.insert("then".into(), self::schema(random, below));
        schema.insert("else".into(), self::schema(random, below));
    }
    schema.insert(keyword.into(), value);
}

fn schema(random: &mut Seeded, depth: usize) -> Json {
    if random.chance(6) {
        return json!(random.chance(60));
    }
    let mut schema = Map::new();
    let group = random.below(4);
    if random.chance(70) {
        let types: [&[&str]; 4] = [&["number", "integer"], &["string"], &["array"], &["object"]];
        let mut names = vec![*random.pick(types[group])];
        if random.chance(25) {
            names.push(*random.pick(TYPES));
            names.sort_unstable();
            names.dedup();
        }
        schema.insert("type".into(), if names.len() == 1 { json!(names[0]) } else { json!(names) });
    }
    // Now and then a schema is dense.
    let most = if random.chance(30) { 8 } else { 4 };
    for _ in 0..random.below(most) {
        let group = if random.chance(25) { 4 } else { group };
        let keyword = random.pick(KEYWORDS[group]);
        if depth > 0 || !nests(keyword) {
            add_keyword(random, &mut schema, keyword, depth);
        }
    }
    Json::Object(schema)
}

fn nests(keyword: &str) -> bool {
    let flat = [
        "dependentRequired",
        "enum",
        "const",
        "$ref",
        "required",
        "pattern",
        "format",
        "multipleOf",
        "uniqueItems",
    ];
    !flat.contains(&keyword)
        && !keyword.contains("Min")
        && !keyword.contains("Max")
        && !keyword.starts_with("min")
        && !keyword.starts_with("max")
}

/// Changes one keyword somewhere, or wraps a schema in what should mean the same.
fn mutate(random: &mut Seeded, schema: &Json, depth: usize) -> Json {
    let Json::Object(members) = schema else { return self::schema(random, 1) };
    let mut members = members.clone();
    let inner: Vec<_> = members
        .iter()
        .filter(|(key, value)| value.is_object() && !VALUED.contains(&key.as_str()))
        .map(|(key, _)| key.clone())
        .collect();
    if random.chance(30)
        && let Some(tweaked) = tweak(random, &members, depth)
    {
        return tweaked;
    }
    match random.below(10) {
        0 => json!({"allOf": [schema]}),
        1 => json!({"anyOf": [schema, self::schema(random, 1)]}),
        2 => json!({"oneOf": [schema, self::schema(random, 1)]}),
        3 => json!({"not": {"not": schema}}),
        4 if !members.is_empty() => {
            let key = members.keys().nth(random.below(members.len())).unwrap().clone();
            members.remove(&key);
            Json::Object(members)
        }
        5 | 6 if !inner.is_empty() => {
            let key = random.pick(&inner).clone();
            let changed = if MAPS.contains(&key.as_str()) {
                mutate_member(random, &members[&key], depth)
            } else {
                mutate(random, &members[&key], depth)
            };
            members.insert(key, changed);
            Json::Object(members)
        }
        _ => {
            let group = random.below(5);
            let keyword = *random.pick(KEYWORDS[group]);
            add_keyword(random, &mut members, keyword, depth);
            Json::Object(members)
        }
    }
}

/// Moves a number by one, or changes one schema of a list.
fn tweak(random: &mut Seeded, members: &Map<String, Json>, depth: usize) -> Option<Json> {
    let lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
    let fits = |(key, value): &(&String, &Json)| {
        value.is_i64() && *key != "const" || lists.contains(&key.as_str())
    };
    let keys: Vec<_> = members.iter().filter(fits).map(|(key, _)| key).collect();
    let key = (!keys.is_empty()).then(|| *random.pick(&keys))?;
    let mut members = members.clone();
    match &mut members[key] {
        Json::Array(schemas) => {
            let index = random.below(schemas.len());
            schemas[index] = mutate(random, &schemas[index], depth);
        }
        number => {
            let least =
                if key.contains("imum") { i64::MIN } else { i64::from(key == "multipleOf") };
            let moved = number.as_i64()? + if random.chance(50) { 1 } else { -1 };
            *number = json!(moved.max(least));
        }
    }
    Some(Json::Object(members))
}

/// Keywords whose objects hold no schemas.
const VALUED: &[&str] = &["const", "dependentRequired"];
/// Keywords whose objects hold schemas by name.
const MAPS: &[&str] = &["properties", "patternProperties", "dependentSchemas"];

fn mutate_member(random: &mut Seeded, map: &Json, depth: usize) -> Json {
    let mut map = map.as_object().unwrap().clone();
    for value in map.values_mut() {
        if random.chance(60) {
            *value = mutate(random, value, depth);
        }
    }
    Json::Object(map)
}

/// A random schema as the root of a document, with definitions for its references.
fn document(random: &mut Seeded, schema: &Json) -> Json {
    let mut schema = schema.clone();
    if let Json::Object(members) = &mut schema {
        members.insert("$defs".into(), json!({
            "r": {"type": "object", "properties": {"a": {"$ref": "#/$defs/r"}, "b": {"type": "integer"}}, "required": (if random.chance(50) { ["b"] } else { ["a"] })},
            "o": {"type": "object", "additionalProperties": {"$ref": "#/$defs/o"}, "maxProperties": 1 + random.below(2)},
            "t": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/t"}}]},
        }));
    }
    schema
}

/// A schema, as both implementations read it.
struct Judged {
    text: String,
    node: Node,
    judge: jsonschema::Validator,
}

impl Judged {
    fn new(schema: &Json) -> Self {
        let text = schema.to_string();
        let judge = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(schema)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        let node = Source::parse("a.json", &text).unwrap().root().clone();
        Self { text, node, judge }
    }
}

fn decide(sent: &Judged, accepted: &Judged) -> Inclusion {
    use codegen::diff::inclusion::{Dialect, InclusionChecker, InclusionOptions, SchemaDocument};
    let document = |root| SchemaDocument { root, dialect: Dialect::OpenApi31 };
    InclusionChecker::new(
        document(&sent.node),
        document(&accepted.node),
        InclusionOptions::default(),
    )
    .includes(&sent.node, &accepted.node)
}

/// Counts of the answers.
#[derive(Debug, Default)]
struct Tallies {
    yes: u64,
    no: u64,
    unknown: u64,
    reasons: std::collections::BTreeMap<String, u64>,
    faults: Vec<String>,
}

#[test]
fn the_judge_never_disagrees() {
    let variable = |name, default| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (pairs, first) = (variable("INCLUSION_PAIRS", PAIRS), variable("INCLUSION_SEED", 0));
    let mut tallies = Tallies::default();
    for seed in first..first + pairs {
        pair(seed, &mut tallies);
    }
    let faults = std::mem::take(&mut tallies.faults);
    println!("{pairs} pairs: {tallies:#?}");
    let shown: Vec<_> = faults.iter().take(10).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} disagreements:\n{}", faults.len(), shown.join("\n"));
    assert!(tallies.unknown * 20 < pairs, "{tallies:?}");
    assert!(tallies.yes.min(tallies.no) * 10 > pairs, "{tallies:?}");
}

fn pair(seed: u64, tallies: &mut Tallies) {
    let random = &mut Seeded(seed);
    let depth = 1 + random.below(3);
    let first = schema(random, depth);
    let second = match random.below(5) {
        0 => schema(random, depth),
        times => (0..times.min(3)).fold(first.clone(), |schema, _| mutate(random, &schema, depth)),
    };
    let mut definitions = Seeded(seed / 2);
    let [first, second] =
        [first, second].map(|schema| Judged::new(&document(&mut definitions, &schema)));
    let mut values: Vec<_> = (0..VALUES).map(|_| value(random, 3)).collect();
    for (sent, accepted) in [(&first, &second), (&second, &first)] {
        let inclusion = decide(sent, accepted);
        if let Inclusion::No(witness) = &inclusion {
            values.insert(0, witness.clone());
        }
        if inclusion == Inclusion::Yes {
            values.extend(samples(random, sent));
        }
        let disagrees = |value: &&Json| {
            let is_new = sent.judge.is_valid(value) && !accepted.judge.is_valid(value);
            match &inclusion {
                Inclusion::Yes => is_new,
                Inclusion::No(witness) => witness == *value && !is_new,
                Inclusion::Unknown(_) => false,
            }
        };
        if let Some(value) = values.iter().find(disagrees) {
            let (sent, accepted) = (&sent.text, &accepted.text);
            let fault = format!("seed {seed}: {inclusion:?}, but {value}\n  {sent}\n  {accepted}");
            tallies.faults.push(fault);
        }
        tallies.count(inclusion);
    }
    let fault = |value: &Json| evaluation(&first, value).map(|text| format!("seed {seed}: {text}"));
    tallies.faults.extend(values.iter().take(6).filter_map(fault));
}

impl Tallies {
    fn count(&mut self, inclusion: Inclusion) {
        match inclusion {
            Inclusion::Yes => self.yes += 1,
            Inclusion::No(_) => self.no += 1,
            Inclusion::Unknown(reason) => {
                self.unknown += 1;
                *self.reasons.entry(reason).or_default() += 1;
            }
        }
    }
}

/// Some values of a schema: each other than those before, or a value of another schema
/// too; and values that differ from them in one place.
fn samples(random: &mut Seeded, schema: &Judged) -> Vec<Json> {
    let mut values = Vec::new();
    for _ in 0..3 {
        let known = Judged::new(&json!({"not": {"not": {"enum": values}}}));
        let other =
            Judged::new(&document(&mut Seeded(0), &json!({"not": self::schema(random, 2)})));
        for accepted in [known, other] {
            if let Inclusion::No(value) = decide(schema, &accepted) {
                values.push(value);
            }
        }
    }
    let near = |value: &Json| (0..12).map(|_| edited(random, value)).collect::<Vec<_>>();
    let near: Vec<_> = values.iter().flat_map(near).collect();
    values.extend(near);
    values
}

/// A value with one place changed, added or removed.
fn edited(random: &mut Seeded, value: &Json) -> Json {
    match value {
        Json::Array(elements) => {
            let mut elements = elements.clone();
            let index = random.below(elements.len() + 1);
            match (random.below(3), index < elements.len()) {
                (0, true) => _ = elements.remove(index),
                (1, true) => elements[index] = edited(random, &elements[index]),
                _ => elements.insert(index, self::value(random, 1)),
            }
            Json::Array(elements)
        }
        Json::Object(members) => {
            let mut members = members.clone();
            let key = members.keys().nth(random.below(members.len() + 1)).cloned();
            match (random.below(3), key) {
                (0, Some(key)) => _ = members.remove(&key),
                (1, Some(key)) => members[&key] = edited(random, &members[&key]),
                _ => _ = members.insert((*random.pick(NAMES)).into(), self::value(random, 1)),
            }
            Json::Object(members)
        }
        _ => self::value(random, 1),
    }
}

/// Says where the two implementations disagree on whether a schema accepts a value.
fn evaluation(schema: &Judged, value: &Json) -> Option<String> {
    let expected = schema.judge.is_valid(value);
    let found = match decide(&Judged::new(&json!({"const": value})), schema) {
        Inclusion::Yes => true,
        Inclusion::No(_) => false,
        Inclusion::Unknown(_) => return None,
    };
    (found != expected).then(|| format!("accepts {value}: {found}\n  {}", schema.text))
}
