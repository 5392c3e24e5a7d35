//! Whole reports as text, Markdown and JSON, and the sentences in them.

use codegen::diff::{Report, render};
use codegen::styled::{StyledText, plain_text};

use crate::{SHOP, edited, report};

/// Returns a report with changes of every severity in every operation.
fn mixed() -> Report {
    let revision = edited(
        SHOP,
        &[
            ("minLength: 8, maxLength: 8", "minLength: 8, maxLength: 12"),
            ("enum: [open, sent]", "enum: [open, sent, lost]"),
            ("maximum: 100", "maximum: 50"),
            ("        note: ", "        gift: {type: boolean}\n        note: "),
            ("        - {name: filter, in: query, schema: {type: string}}\n", ""),
            ("  - token: []", "  - {token: [], secret: []}"),
            ("pattern: '^[a-z]+$'", "pattern: '^(<b>|@you|`x`)+$'"),
        ],
    );
    report(SHOP, &revision)
}

fn note() -> StyledText {
    StyledText::default().plain("crate: major (").code("types::Order::gift").plain(" was added)")
}

fn text(report: &Report) -> String {
    plain_text(&render::text(report, &note()))
}

#[test]
fn renders_text() {
    insta::assert_snapshot!(text(&mixed()));
}

#[test]
fn renders_markdown() {
    insta::assert_snapshot!(render::markdown(&mixed(), &note()));
}

#[test]
fn serializes_as_json() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&mixed()).unwrap());
}

#[test]
fn renders_a_single_change() {
    let report = report(SHOP, &edited(SHOP, &[("maximum: 100", "maximum: 200")]));
    insta::assert_snapshot!(render::markdown(&report, &note()) + "\n" + &text(&report));
}

#[test]
fn renders_no_change() {
    let report = report(SHOP, SHOP);
    assert_eq!(
        render::markdown(&report, &note()),
        "**No change on the wire** · crate: major (`types::Order::gift` was added)\n"
    );
    assert_eq!(
        text(&report),
        "     Verdict no change on the wire; crate: major (`types::Order::gift` was added)\n"
    );
}

/// Edits of the shop whose messages, in both directions, are reviewed as a snapshot.
const EDITS: &[(&str, &str)] = &[
    ("  - url: https://example.com", "  - url: https://example.com\n  - url: https://example.org"),
    ("  - url: https://example.com", "  - url: https://example.org"),
    ("servers:\n  - url: https://example.com\n", ""),
    ("security:\n  - token: []\n", ""),
    ("  - token: []", "  - secret: []"),
    ("operationId: list_orders", "operationId: orders"),
    ("      deprecated: true\n", ""),
    ("{name: filter, in: query,", "{name: filter, in: query, required: true,"),
    ("{name: filter, in: query,", "{name: filter, in: query, style: pipeDelimited,"),
    ("{name: filter, in: query,", "{name: filter, in: query, allowReserved: true,"),
    (", default: 10", ", default: 20"),
    (", default: 10", ""),
    ("maximum: 100", "minimum: 5"),
    ("X-Total: {required: true, ", "X-Total: {"),
    ("            X-Total:", "            X-Page: {schema: {type: integer}}\n            X-Total:"),
    ("'201': {description: Created}", "'201': {content: {text/plain: {}}, description: Created}"),
    ("'201'", "'2XX'"),
    ("        '404': {$ref: '#/components/responses/Error'}\n", ""),
    (
        "application/json:\n              schema: {type: array",
        "'*/*':\n              schema: {type: array",
    ),
    ("enum: [open, sent]", "enum: [sent, lost, found]"),
    (", enum: [open, sent]", ""),
    ("note: {type: string, nullable: true", "note: {type: string"),
    ("note: {type: string,", "note: {type: string, format: uuid,"),
    ("note: {type: string,", "note: {type: string, readOnly: true,"),
    ("note: {type: string,", "note: {type: string, novel: 1,"),
    ("note: {type: string,", "note: {type: [string, integer],"),
    ("note: {type: string,", "note: {type: string, not: {maxLength: 3},"),
    ("amount: {type: number, minimum: 0", "amount: {type: array, items: {}, uniqueItems: true"),
    ("required: [id, status]", "required: [id, note]"),
    ("        - {$ref: '#/components/schemas/Card'}\n", ""),
    ("    Payment:\n", "    Payment:\n      discriminator: {propertyName: number}\n"),
    ("  /orders/{id}:", "  /packages/{id}:"),
];

#[test]
fn messages_of_all_kinds() {
    let mut messages = String::new();
    for edit in EDITS {
        let shop = edited(SHOP, &[*edit]);
        for (base, revision) in [(SHOP, shop.as_str()), (shop.as_str(), SHOP)] {
            let mut known = Vec::new();
            for change in report(base, revision).changes {
                let message = format!("{} [{}]\n", change.message, change.rule);
                if !known.contains(&message) {
                    messages += &message;
                    known.push(message);
                }
            }
        }
        messages.push('\n');
    }
    insta::assert_snapshot!(messages);
}

#[test]
fn large_report_fits_into_a_comment() {
    let properties = |bound: usize| -> String {
        let property = |i| format!("        property_{i}: {{type: string, maxLength: {bound}}}\n");
        (0..1000).map(property).collect()
    };
    let with = |bound| edited(SHOP, &[("        note: ", &(properties(bound) + "        note: "))]);
    let report = report(&with(5), &with(6));
    // One change more: requests with so many properties are too complex to compare.
    assert_eq!(report.changes.len(), 2001);
    let markdown = render::markdown(&report, &note());
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.starts_with("**Breaking** · "), "{markdown}");
    assert!(markdown.contains("`cargo xtask diff` lists them all"), "{markdown}");
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
}

/// Removes code elements, and code spans with any number of backticks.
fn without_code(markdown: &str) -> String {
    let mut parts = markdown.split("<code>");
    let first = parts.next().unwrap_or_default().to_owned();
    let markdown =
        first + &parts.map(|part| part.split_once("</code>").unwrap().1).collect::<String>();
    let backticks = |text: &str| text.len() - text.trim_start_matches('`').len();
    let mut text = String::new();
    let mut rest = markdown.as_str();
    while let Some(start) = rest.find('`') {
        text += &rest[..start];
        let fence = backticks(&rest[start..]);
        let mut end = start + fence;
        loop {
            end += rest[end..].find('`').unwrap_or_else(|| panic!("no end: {}", &rest[start..]));
            let length = backticks(&rest[end..]);
            end += length;
            if length == fence {
                break;
            }
        }
        rest = &rest[end..];
    }
    text + rest
}

#[test]
fn markup_of_a_document_stays_text() {
    let markup = "`![x](https://evil.example/) #1 @you <b> ``[click](https://evil.example)";
    let quoted = format!("'{markup}'");
    for (old, new) in [
        ("enum: [open, sent]", format!("enum: [open, sent, {quoted}]")),
        (
            "            application/json:\n              schema: {type: array",
            format!("            {quoted}:\n              schema: {{type: array"),
        ),
        ("operationId: list_orders", format!("operationId: {quoted}")),
        ("  /orders:", format!("  '/{markup}':")),
        ("        note: ", format!("        {quoted}: {{type: string}}\n        note: ")),
        ("{name: filter,", format!("{{name: {quoted},")),
        ("'404'", quoted.clone()),
        ("https://example.com", quoted.clone()),
        ("X-Total", quoted.clone()),
    ] {
        let markdown = render::markdown(&report(SHOP, &edited(SHOP, &[(old, &new)])), &note());
        let text = without_code(&markdown);
        for live in ["https", "#1", "@you", "<b>", "[click]"] {
            assert!(!text.contains(live), "{new}: {live} in {markdown}");
        }
    }
}
