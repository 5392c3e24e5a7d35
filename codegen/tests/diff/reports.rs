//! Whole reports, as people and programs read them.

use codegen::diff::Report;
use codegen::diff::render::{self, Colour};
use codegen::semver::Semver;

use crate::{SHOP, edited, report};

/// A little of everything: each operation changes, for the better and the worse.
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
    report(SHOP, &revision).with_semver(Some(Semver::Major), "`types::Order::gift` is new")
}

#[test]
fn a_report_as_text() {
    insta::assert_snapshot!(render::text(&mixed(), Colour::Never));
}

#[test]
fn a_report_as_markdown() {
    insta::assert_snapshot!(render::markdown(&mixed()));
}

#[test]
fn a_report_as_json() {
    insta::assert_snapshot!(render::json(&mixed()));
}

#[test]
fn a_report_of_one_change() {
    let revision = edited(SHOP, &[("maximum: 100", "maximum: 200")]);
    let report = report(SHOP, &revision).with_semver(Some(Semver::Patch), "only checks change");
    insta::assert_snapshot!(format!(
        "{}\n{}",
        render::markdown(&report),
        render::text(&report, Colour::Never)
    ));
}

#[test]
fn a_report_of_no_change() {
    let report = report(SHOP, SHOP).with_semver(Some(Semver::None), "the crate does not change");
    assert_eq!(
        render::markdown(&report),
        "**No change on the wire** · crate: none (the crate does not change)\n"
    );
    assert_eq!(
        render::text(&report, Colour::Never),
        "     Verdict no change on the wire; crate: none (the crate does not change)\n"
    );
}

#[test]
fn a_report_of_thousands_of_changes_fits_into_a_comment() {
    let properties = |bound: usize| -> String {
        let property = |i| format!("        property_{i}: {{type: string, maxLength: {bound}}}\n");
        (0..1000).map(property).collect()
    };
    let with = |bound| edited(SHOP, &[("        note: ", &(properties(bound) + "        note: "))]);
    let report = report(&with(5), &with(6));
    assert_eq!(report.changes.len(), 2000);
    let markdown = render::markdown(&report);
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.starts_with("**Breaking** · "), "{markdown}");
    assert!(markdown.contains("`cargo xtask diff` lists them all"), "{markdown}");
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
}
