//! Severities by the values that travel.

use codegen::diff::{Level, Policy, Report};

use super::{found, report, report_with};

fn document(schema: &str) -> String {
    let media_type = format!("content: {{application/json: {{schema: {schema}}}}}");
    format!(
        "openapi: 3.1.0\npaths: {{/a: {{post: {{requestBody: {{{media_type}}}, \
         responses: {{'200': {{{media_type}}}}}}}}}}}\n"
    )
}

fn judged(base: &str, revision: &str) -> Report {
    report(&document(base), &document(revision))
}

#[test]
fn a_change_without_effect_on_values_is_harmless() {
    let report = judged("{type: boolean}", "{type: boolean, enum: [true, false]}");
    assert!(!report.breaking, "{:?}", found(&report));
    let rejects = |text: String| text.contains("may reject");
    assert!(!report.changes.iter().any(|change| rejects(change.message.to_string())));
}

#[test]
fn a_breaking_change_shows_a_value() {
    let report = judged("{type: string, enum: [a]}", "{type: string, enum: [a, b]}");
    let breaking: Vec<_> =
        report.changes.iter().filter(|change| change.level == Level::Breaking).collect();
    let [change] = breaking[..] else { panic!("{:?}", found(&report)) };
    assert_eq!(change.rule, "values-widened");
    assert!(change.message.to_string().ends_with("New: `\"b\"`."), "{}", change.message);
}

#[test]
fn a_keyword_foreign_to_its_type_stays_breaking() {
    let report = judged("{type: object, maxLength: 5}", "{type: object, maxLength: 4}");
    assert!(report.breaking, "{:?}", found(&report));
}

/// Worst levels of the change from one operation to another, and of the reverse; `-` for
/// no change.
type Case = (&'static str, &'static str, &'static str, &'static str);

const PARAMETERS: &[Case] = &[
    // Text has no types.
    ("schema: {type: integer}", "schema: {type: string}", "info", "breaking"),
    ("schema: {type: integer}", "schema: {type: string, format: date}", "breaking", "breaking"),
    ("schema: {type: boolean}", "schema: {type: string, maxLength: 5}", "info", "breaking"),
    ("schema: {enum: ['1', '2']}", "schema: {type: integer}", "info", "breaking"),
    ("schema: {enum: [1, 2]}", "schema: {type: string, enum: ['2', '1']}", "-", "-"),
    (
        "schema: {type: integer, minimum: 1}",
        "schema: {type: integer, minimum: 2}",
        "breaking",
        "info",
    ),
    ("schema: {type: [string, 'null']}", "schema: {type: string}", "-", "-"),
    (
        "schema: {type: integer, minimum: 1}",
        "schema: {type: integer, exclusiveMinimum: 0}",
        "-",
        "-",
    ),
    ("description: Any", "schema: {}", "-", "-"),
    // Lists repeat the name.
    ("schema: {type: string}", "schema: {type: array, items: {type: string}}", "info", "breaking"),
    (
        "schema: {type: array, items: {type: integer}}",
        "schema: {type: array, items: {type: string}}",
        "info",
        "breaking",
    ),
    ("schema: {type: string}, explode: false", "schema: {type: string}", "-", "-"),
    ("schema: {type: array}, explode: false", "schema: {type: array}", "breaking", "breaking"),
    // Content has types of its own.
    (
        "schema: {type: string}",
        "content: {application/json: {schema: {type: string}}}",
        "breaking",
        "breaking",
    ),
    (
        "content: {application/json: {schema: {type: integer}}}",
        "content: {application/json: {schema: {type: string}}}",
        "breaking",
        "breaking",
    ),
];

#[test]
fn judges_the_text_of_parameters() {
    assert_cases(PARAMETERS, |part| {
        format!("{{parameters: [{{name: p, in: query, {part}}}], responses: {{}}}}")
    });
}

const BODIES: &[Case] = &[
    (
        "application/x-ndjson: {schema: {type: integer}}",
        "application/x-ndjson: {schema: {type: string}}",
        "breaking",
        "breaking",
    ),
    (
        "application/geo+json-seq: {schema: {type: integer}}",
        "application/geo+json-seq: {schema: {type: string}}",
        "breaking",
        "breaking",
    ),
    (
        "application/yaml: {schema: {type: integer}}",
        "application/yaml: {schema: {type: number}}",
        "info",
        "breaking",
    ),
    (
        "text/plain: {schema: {type: integer}}",
        "text/plain: {schema: {type: string}}",
        "info",
        "breaking",
    ),
    (
        "application/xml: {schema: {properties: {a: {type: integer}}}}",
        "application/xml: {schema: {properties: {a: {type: string}}}}",
        "info",
        "breaking",
    ),
    (
        "application/xml: {schema: {properties: {a: {type: array}}}}",
        "application/xml: {schema: {properties: {a: {type: string}}}}",
        "breaking",
        "info",
    ),
    // Objects in forms are JSON, scalars are text.
    (
        "multipart/form-data: {schema: {properties: {a: {type: integer}}}}",
        "multipart/form-data: {schema: {properties: {a: {type: string}}}}",
        "info",
        "breaking",
    ),
    (
        "multipart/form-data: {schema: {properties: {a: {type: array, items: {properties: {b: {type: integer}}}}}}}",
        "multipart/form-data: {schema: {properties: {a: {type: array, items: {properties: {b: {type: string}}}}}}}",
        "breaking",
        "breaking",
    ),
    (
        "multipart/form-data: {schema: {properties: {a: {type: object}}}, encoding: {a: {contentType: application/json}}}",
        "multipart/form-data: {schema: {properties: {a: {type: object}}}}",
        "-",
        "-",
    ),
    (
        "multipart/form-data: {schema: {properties: {a: {type: object}}}, encoding: {a: {contentType: application/xml}}}",
        "multipart/form-data: {schema: {properties: {a: {type: object}}}}",
        "breaking",
        "breaking",
    ),
    (
        "application/json: {schema: {type: string}}",
        "application/*: {schema: {type: integer}}",
        "breaking",
        "breaking",
    ),
    (
        "text/event-stream: {itemSchema: {enum: [a]}}",
        "text/event-stream: {itemSchema: {enum: [a, b]}}",
        "info",
        "breaking",
    ),
];

#[test]
fn judges_bodies_as_they_are_written() {
    assert_cases(BODIES, |part| {
        format!("{{requestBody: {{content: {{{part}}}}}, responses: {{}}}}")
    });
}

const RESPONSES: &[Case] = &[
    ("default: {?integer}", "default: {?integer}, '404': {?string}", "breaking", "breaking"),
    ("default: {?integer}", "default: {?integer}, '404': {?integer}", "info", "info"),
    ("4XX: {?integer}, '404': {?number}", "4XX: {?integer}", "info", "breaking"),
    ("'2XX': {?integer}", "'2XX': {?integer}, '201': {?string}", "breaking", "breaking"),
    (
        "'200': {headers: {H: {schema: {type: string}}}}",
        "'200': {headers: {H: {schema: {type: integer}}}}",
        "info",
        "breaking",
    ),
];

#[test]
fn judges_responses_by_range_and_default() {
    assert_cases(RESPONSES, |part| {
        let mut part = part.to_owned();
        for name in ["integer", "number", "string"] {
            let content = format!("content: {{application/json: {{schema: {{type: {name}}}}}}}");
            part = part.replace(&format!("?{name}"), &content);
        }
        format!("{{responses: {{{part}}}}}")
    });
}

const SERVERS: &[Case] = &[
    ("", "servers: [{url: /}],", "-", "-"),
    ("servers: [{url: 'https://a.example'}],", "", "breaking", "breaking"),
    (
        "servers: [{url: 'https://{z}.example', variables: {z: {default: a, enum: [a, b]}}}],",
        "servers: [{url: 'https://b.example'}, {url: 'https://a.example'}],",
        "-",
        "-",
    ),
    (
        "servers: [{url: 'https://{z}.example', variables: {z: {default: a, enum: [a, b]}}}],",
        "servers: [{url: 'https://{z}.example', variables: {z: {default: a}}}],",
        "info",
        "breaking",
    ),
];

#[test]
fn judges_servers_as_sets() {
    assert_cases(SERVERS, |part| format!("{{{part} responses: {{}}}}"));
}

const SECURITY: &[Case] = &[
    ("[]", "[{}]", "-", "-"),
    ("[{}]", "[{}, {key: []}]", "-", "-"),
    ("[{key: []}]", "[]", "info", "breaking"),
    ("[{key: []}]", "[{key: []}, {sso: []}]", "info", "breaking"),
    ("[{one: []}]", "[{sso: []}]", "info", "breaking"),
    ("[{one: []}]", "[{other: []}]", "breaking", "breaking"),
];

#[test]
fn judges_credentials_as_alternatives() {
    let flow = |url: &str| format!("{{tokenUrl: 'https://{url}.example', scopes: {{}}}}");
    let schemes = format!(
        "components: {{securitySchemes: {{key: {{type: apiKey, in: header, name: key}}, \
         one: {{type: oauth2, flows: {{password: {a}}}}}, \
         other: {{type: oauth2, flows: {{password: {b}}}}}, \
         sso: {{type: oauth2, flows: {{password: {a}, clientCredentials: {a}}}}}}}}}\n",
        a = flow("a"),
        b = flow("b"),
    );
    assert_cases(SECURITY, |part| format!("{{security: {part}, responses: {{}}}}}}}}\n{schemes}#"));
}

#[track_caller]
fn assert_cases(cases: &[Case], operation: impl Fn(&str) -> String) {
    for (base, revision, there, back) in cases {
        let document =
            |part| format!("openapi: 3.1.0\npaths: {{/a: {{post: {}}}}}\n", operation(part));
        let [base, revision] = [base, revision].map(|part| document(part));
        for (base, revision, expected) in [(&base, &revision, there), (&revision, &base, back)] {
            let found = report(base, revision);
            let worst = found.changes.iter().map(|change| change.level).max();
            let worst = worst.map_or("-".to_owned(), |level| level.to_string());
            assert_eq!(worst, **expected, "{base}{revision}{:?}", found.changes);
        }
    }
}

fn union(mapping: &str, gas: &str) -> String {
    let reference = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
    format!(
        "openapi: 3.0.3\npaths: {{/a: {{get: {{responses: {{'200': {{content: {{application/json: \
         {{schema: {{oneOf: [{}, {}], discriminator: {{propertyName: fuel{mapping}}}}}}}}}}}}}}}}}}}\n\
         components:\n  schemas:\n    \
         Electric: {{type: object, required: [fuel], properties: {{fuel: {{type: string}}, amps: {{type: integer}}}}}}\n    \
         {gas}: {{type: object, required: [fuel], properties: {{fuel: {{type: string}}, bars: {{type: number}}}}}}\n",
        reference("Electric"),
        reference(gas),
    )
}

#[test]
fn discriminators_name_the_alternatives() {
    let plain = union("", "Gas");
    assert!(report(&plain, &union("", "Propane")).breaking);
    let kept = union(", mapping: {Gas: '#/components/schemas/Propane'}", "Propane");
    assert_eq!(report(&plain, &kept).changes, []);
    let mapped = |e: &str, g: &str| {
        let target = |name| format!("'#/components/schemas/{name}'");
        union(&format!(", mapping: {{e: {}, g: {}}}", target(e), target(g)), "Gas")
    };
    let swapped = report(&mapped("Electric", "Gas"), &mapped("Gas", "Electric"));
    assert!(swapped.breaking, "{:?}", found(&swapped));
}

#[test]
fn an_unknown_effect_is_a_warning_with_its_reason() {
    let pattern = |text: &str| format!("{{type: string, pattern: '^(?={text})x+$'}}");
    let report = judged(&pattern("a"), &pattern("b"));
    assert!(!report.breaking, "{:?}", report.changes);
    let warnings = report.changes.iter().filter(|change| change.level == Level::Warning);
    let reasons: Vec<_> = warnings.map(|change| change.message.to_string()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("is not understood")), "{reasons:?}");
}

#[test]
fn strict_follows_the_values() {
    let without = "{type: object, properties: {a: {type: integer, default: 6}}}";
    let with = "{type: object, required: [a], properties: {a: {type: integer, default: 6}}}";
    let optional = "{type: object, properties: {}}";
    let judge = |base: &str, revision: &str, policy| {
        let report = report_with(&document(base), &document(revision), policy);
        report.changes.iter().map(|change| change.level).max()
    };
    assert_eq!(judge(without, with, Policy::Written), Some(Level::Warning));
    assert_eq!(judge(without, with, Policy::Strict), Some(Level::Breaking));
    assert_eq!(judge(without, optional, Policy::Written), Some(Level::Warning));
    assert_eq!(judge(without, optional, Policy::Strict), Some(Level::Info));
}
