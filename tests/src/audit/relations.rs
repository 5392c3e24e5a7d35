//! Rules for the relations between batches.

use isometric_registry::audit::{
    AuditReport, AuditRule, Collection, MAX_KEPT, Records, findings_in,
};
use isometric_registry::types::CreditBatch;
use serde_json::{Value, json};

use super::family::{Edit, batch, edited, family, id, lines, rules, size};

fn report(batches: &[CreditBatch]) -> AuditReport {
    let mut records = Records::new();
    batches.iter().for_each(|batch| records.add(batch));
    records.report()
}

#[test]
fn accepts_a_consistent_lineage() {
    assert_eq!(lines(report(&family()).findings()), [""; 0]);
}

#[test]
fn reports_each_contradiction_by_its_rules() {
    let table: Vec<(&str, Vec<Edit>, &[&str])> = vec![
        (
            "active parent of two children",
            vec![('A', "/status", json!("active"))],
            &["A split-children", "A split-children"],
        ),
        (
            "negative child beside a larger one",
            vec![('B', "/size", size(-40)), ('C', "/size", size(1040)), ('E', "/size", size(940))],
            &["B negative-quantity", "B negative-quantity"],
        ),
        (
            "split batch with a right child only",
            vec![('A', "/left_child_id", Value::Null)],
            &["A split-children", "A names-child", "A kilograms-conserved"],
        ),
        ("kilograms lost in a split", vec![('D', "/size", size(99))], &["C kilograms-conserved"]),
        (
            "kilograms gained in two splits",
            vec![('C', "/size", size(601)), ('D', "/size", size(102))],
            &["A kilograms-conserved", "C kilograms-conserved"],
        ),
        (
            "child that names another parent",
            vec![('B', "/parent_id", json!(id('Z')))],
            &["B names-parent"],
        ),
        ("child that names no parent", vec![('E', "/parent_id", Value::Null)], &["E names-parent"]),
        (
            "child that names its grandparent as its parent",
            vec![('E', "/parent_id", json!(id('A')))],
            &["E names-parent"],
        ),
        (
            "the same child on both sides",
            vec![('A', "/right_child_id", json!(id('B'))), ('A', "/size", size(800))],
            &["B named-once", "A names-child"],
        ),
        (
            "child of two parents",
            vec![
                ('B', "/status", json!("split")),
                ('B', "/left_child_id", json!(id('D'))),
                ('B', "/right_child_id", json!(id('E'))),
                ('B', "/size", size(600)),
                ('A', "/size", size(1200)),
            ],
            &["D named-once", "E named-once", "D names-parent", "E names-parent"],
        ),
        (
            "grandchild that is also a child",
            vec![('A', "/left_child_id", json!(id('D'))), ('A', "/size", size(700))],
            &["D named-once", "D names-parent", "A names-child"],
        ),
        (
            "batch that is its own child",
            vec![
                ('D', "/status", json!("split")),
                ('D', "/left_child_id", json!(id('D'))),
                ('D', "/right_child_id", json!(id('B'))),
                ('B', "/parent_id", json!(id('D'))),
            ],
            &[
                "D own-relative",
                "D acyclic",
                "B named-once",
                "D named-once",
                "B names-parent",
                "D names-parent",
                "D kilograms-conserved",
            ],
        ),
        (
            "batch that is its own parent",
            vec![('D', "/parent_id", json!(id('D')))],
            &["D own-relative", "D names-parent"],
        ),
        (
            "descendant with an ancestor as a child",
            vec![
                ('E', "/status", json!("split")),
                ('E', "/left_child_id", json!(id('A'))),
                ('E', "/right_child_id", json!(id('C'))),
            ],
            &[
                "A acyclic",
                "C acyclic",
                "C named-once",
                "A names-parent",
                "C names-parent",
                "E kilograms-conserved",
            ],
        ),
        (
            "overlapping serial ranges",
            vec![
                ('B', "/serial_number", json!("S-0-400")),
                ('D', "/serial_number", json!("S-400-501")),
                ('E', "/serial_number", json!("S-500-1000")),
            ],
            &["E serials-disjoint"],
        ),
        (
            "serial ranges beyond that of the parent, and of another series",
            vec![
                ('C', "/serial_number", json!("S-400-1000")),
                ('D', "/serial_number", json!("S-399-500")),
                ('E', "/serial_number", json!("T-500-1000")),
            ],
            &["D serials-within-parent", "E serials-within-parent"],
        ),
        (
            "touching serial ranges, and equal ones of a parent",
            vec![
                ('A', "/serial_number", json!("S-0-1000")),
                ('C', "/serial_number", json!("S-400-1000")),
                ('B', "/serial_number", json!("S-0-400")),
                ('D', "/serial_number", json!("S-400-500")),
                ('E', "/serial_number", json!("S-501-1000")),
            ],
            &[],
        ),
        (
            "overlapping serial ranges of two series",
            vec![
                ('D', "/serial_number", json!("S-0-500")),
                ('E', "/serial_number", json!("T-0-500")),
            ],
            &[],
        ),
        (
            "supplier, project and issuance of one batch each",
            vec![
                ('B', "/supplier_id", json!("spl_0000000000000000")),
                ('C', "/project_id", json!("prj_0000000000000000")),
                ('D', "/issuance_id", json!("iss_0000000000000000")),
            ],
            &["B shared-supplier", "C shared-project", "D shared-issuance"],
        ),
        ("parent with an unknown status", vec![('A', "/status", json!("frozen"))], &[]),
    ];
    for (name, edits, expected) in table {
        let report = report(&edited(family(), &edits));
        assert_eq!(rules(report.findings()), expected, "{name}");
    }
}

#[test]
fn reports_a_parent_that_does_not_name_its_child() {
    let mut batches = family();
    batches.push(batch('F', 100, "C--"));
    assert_eq!(rules(report(&batches).findings()), ["C names-child"]);
}

#[test]
fn reports_a_cycle_once_in_any_order() {
    let mut batches = vec![batch('A', 2, "BBC"), batch('B', 1, "AA-"), batch('C', 1, "A--")];
    for _ in 0..3 {
        batches.rotate_left(1);
        let found = rules(report(&batches).findings());
        assert_eq!(found.iter().filter(|line| line.ends_with(" acyclic")).count(), 1, "{found:?}");
    }
    let own_parent = report(&[batch('A', 1, "A--")]);
    assert_eq!(rules(own_parent.findings()), ["A own-relative", "A acyclic", "A names-child"]);
}

#[test]
fn findings_do_not_depend_on_the_order_of_batches() {
    let mut batches = edited(
        family(),
        &[
            ('A', "/left_child_id", json!(id('D'))),
            ('E', "/supplier_id", json!("spl_0000000000000000")),
            ('B', "/serial_number", json!("S-0-400")),
            ('D', "/serial_number", json!("S-300-500")),
        ],
    );
    let expected = lines(report(&batches).findings());
    assert!(expected.len() > 4, "{expected:?}");
    for _ in 0..5 {
        batches.rotate_left(1);
        assert_eq!(lines(report(&batches).findings()), expected);
    }
}

#[test]
fn messages_contain_both_sides_of_a_contradiction() {
    let edits = [
        ('A', "/status", json!("active")),
        ('B', "/parent_id", Value::Null),
        ('B', "/size", size(401)),
        ('D', "/serial_number", json!("S-400-501")),
        ('E', "/serial_number", json!("S-500-1000")),
        ('E', "/supplier_id", json!("spl_0000000000000000")),
    ];
    assert_eq!(
        lines(report(&edited(family(), &edits)).findings()),
        [
            "A: /left_child_id: split-children: is set, but the status is `active`, not `split`",
            "A: /right_child_id: split-children: is set, but the status is `active`, not `split`",
            "B: /parent_id: names-parent: is null, but \"A\" names this batch as a child",
            "A: /size/credit_kgs: kilograms-conserved: is 1000, but the children hold 1001 kg",
            "E: /serial_number: serials-disjoint: range 500-1000 overlaps 400-501 of \"D\"",
            "E: /supplier_id: shared-supplier: is \"spl_0000000000000000\", but the origin has \
             \"spl_1CC712KFS1S0YKPS\"",
        ]
    );
    let twins = vec![batch('A', 800, "-BB"), batch('B', 400, "A--")];
    assert_eq!(
        lines(report(&twins).findings()),
        ["B: named-once: is named as a child 2 times: by \"A\" and \"A\""]
    );
    let own_child = report(&[batch('A', 1, "A--")]);
    assert_eq!(
        lines(own_child.findings())[1..],
        [
            "A: acyclic: descends from itself, as a child of \"A\"",
            "A: names-child: does not name its child \"A\", which names it as the parent",
        ]
    );
}

#[test]
fn reports_kilograms_beyond_64_bits() {
    let max = i64::MAX;
    let mut batches =
        vec![batch('A', 1000, "-BC"), batch('B', 1000, "A--"), batch('C', 1000, "A--")];
    for batch in &mut batches {
        batch.size.credit_kgs = max;
    }
    let found = lines(report(&batches).findings());
    let expected = format!("is {max}, but the children hold {} kg", 2 * i128::from(max));
    assert!(found.last().unwrap().ends_with(&expected), "{found:?}");
}

#[test]
fn ignores_resources_beyond_the_limit() {
    let mut records = Records::with_limit(1 << 20);
    let delivery = Collection::DeliveryBatches;
    let mut batch = batch('A', 1, "---");
    for number in 0..10_000 {
        batch.id = format!("ctb_{number:016}").parse().unwrap();
        records.add_listed(delivery, "dlv_1C454ZXA61S03Z9T", &batch);
    }
    records.complete(delivery, "dlv_1C454ZXA61S03Z9T");
    let report = records.report();
    let count = report.resources().find(|(name, _)| *name == "CreditBatch").unwrap().1;
    assert!((1_000..10_000).contains(&count), "{count}");
    let unchecked = &report.not_checked().first;
    assert_eq!(unchecked[0].reason, "an audit is limited to 1 MiB of facts");
    assert!(!report.rules().any(|(rule, _)| rule == AuditRule::BatchesTotal));
}

#[test]
fn keeps_the_first_findings_of_each_rule_and_counts_all() {
    let mut records = Records::new();
    let mut batch = batch('A', -1, "---");
    for number in (0..3_000).rev() {
        batch.id = format!("ctb_{number:016}").parse().unwrap();
        records.add(&batch);
    }
    let report = records.report();
    let (_, result) =
        report.rules().find(|(rule, _)| *rule == AuditRule::NegativeQuantity).unwrap();
    assert_eq!((result.checked, result.count), (3_000, 6_000));
    assert_eq!(result.findings.len(), MAX_KEPT);
    assert_eq!(result.findings[0].id, "ctb_0000000000000000");
}

#[test]
fn long_identifiers_are_truncated() {
    let mut records = Records::new();
    let id = "x".repeat(100_000);
    let mut json = serde_json::to_value(batch('A', -1, "---")).unwrap();
    json["id"] = json!(id);
    let json = serde_json::to_vec(&json).unwrap();
    records.add_listed_json(Collection::DeliveryBatches, "dlv_1C454ZXA61S03Z9T", &json);
    let report = records.report();
    assert!(report.findings().count() > 2);
    assert!(report.findings().all(|finding| finding.to_string().len() < 400));
}

#[test]
fn findings_within_a_resource_are_found_by_type_name() {
    let mut batch = serde_json::to_value(batch('A', 1, "---")).unwrap();
    batch["status"] = json!("retired");
    let (found, _) = findings_in("CreditBatch", batch.to_string().as_bytes()).unwrap();
    assert_eq!(
        rules(&found),
        ["A retired-retirement", "A retired-retirement", "A retired-beneficiary"]
    );
    let (found, violations) = findings_in("CreditBatch", b"{").unwrap();
    assert_eq!((found.len(), violations.len()), (0, 1));
    assert_eq!(findings_in("PageInfo", b"{}"), None);
}
