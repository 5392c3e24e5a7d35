//! Severities by the values that JSON bodies allow.

use codegen::diff::{Level, Report};

use super::{found, report};

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
