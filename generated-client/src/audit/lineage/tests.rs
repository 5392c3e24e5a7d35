//! Findings about lineages, and drawings of them.

use serde_json::{Value, json};

use super::fetch::FetchedBatches;
use super::{Lineage, NodeContent};
use crate::audit::Finding;
use crate::samples;
use crate::types::{CreditBatch, CreditBatchId};

/// Returns the identifier `ctb_` followed by the letter 16 times.
fn id(letter: char) -> CreditBatchId {
    format!("ctb_{}", letter.to_string().repeat(16)).parse().unwrap()
}

/// Replaces each identifier made by [`id`] with its letter.
fn abbreviated(text: &str) -> String {
    ('A'..='Z').fold(text.to_owned(), |text, letter| {
        text.replace(id(letter).as_str(), &letter.to_string())
    })
}

/// Returns a batch that is split if it has a left child. `relatives` are the letters of its
/// parent and its two children, or `-`.
fn batch(letter: char, kilograms: i64, relatives: &str) -> CreditBatch {
    let mut relatives = relatives.chars().map(|letter| (letter != '-').then(|| id(letter)));
    let [parent, left, right] = [(); 3].map(|()| relatives.next().flatten());
    let status = if left.is_some() { "split" } else { "active" };
    let batch = samples::credit_batch(&[
        ("/id", json!(id(letter))),
        ("/size", size(kilograms)),
        ("/parent_id", json!(parent)),
        ("/left_child_id", json!(left)),
        ("/right_child_id", json!(right)),
        ("/serial_number", json!("without a range")),
        ("/status", json!(status)),
    ]);
    serde_json::from_value(batch).unwrap()
}

fn size(kilograms: i64) -> Value {
    json!({ "credit_kgs": kilograms, "credits": kilograms as f64 / 1000.0 })
}

/// Returns a consistent lineage: A has the children B and C, and C has the children D and E.
fn family() -> Vec<CreditBatch> {
    vec![
        batch('A', 1000, "-BC"),
        batch('B', 400, "A--"),
        batch('C', 600, "ADE"),
        batch('D', 100, "C--"),
        batch('E', 500, "C--"),
    ]
}

/// A change to the batch with this letter: a JSON pointer and the new value.
type Edit = (char, &'static str, Value);

fn edited(mut batches: Vec<CreditBatch>, edits: &[Edit]) -> Vec<CreditBatch> {
    for (letter, pointer, value) in edits {
        let batch = batches.iter_mut().find(|batch| batch.id == id(*letter)).unwrap();
        let mut json = serde_json::to_value(&*batch).unwrap();
        *json.pointer_mut(pointer).unwrap() = value.clone();
        *batch = serde_json::from_value(json).unwrap();
    }
    batches
}

fn lineage(requested: char, batches: Vec<CreditBatch>) -> Lineage {
    lineage_without(requested, batches, &[])
}

fn lineage_without(requested: char, batches: Vec<CreditBatch>, absent: &[(char, &str)]) -> Lineage {
    let batches = batches.into_iter().map(|batch| (batch.id.clone(), batch)).collect();
    let absent =
        absent.iter().map(|(letter, reason)| (id(*letter), (*reason).to_owned())).collect();
    Lineage::new(id(requested), FetchedBatches { batches, absent, ..FetchedBatches::default() })
}

/// Returns the findings as text, with abbreviated identifiers.
fn findings(lineage: &Lineage) -> Vec<String> {
    lineage.findings().iter().map(|finding| abbreviated(&finding.to_string())).collect()
}

/// Returns the letter and the rule of each finding, as in `A split-children`.
fn rules(lineage: &Lineage) -> Vec<String> {
    let line = |finding: &Finding| format!("{} {}", finding.id, finding.rule);
    lineage.findings().iter().map(|finding| abbreviated(&line(finding))).collect()
}

fn sums(lineage: &Lineage) -> Vec<String> {
    lineage.sums().iter().map(|(status, sum)| format!("{status}: {sum}")).collect()
}

#[test]
fn accepts_a_consistent_lineage() {
    for requested in ['A', 'B', 'C', 'D', 'E'] {
        let lineage = lineage(requested, family());
        assert_eq!(findings(&lineage), [""; 0], "{requested}");
        assert_eq!(*lineage.origin(), id('A'));
        assert_eq!(*lineage.requested(), id(requested));
    }
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
            &["B named-once"],
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
            &["D named-once", "D names-parent"],
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
                "C acyclic",
                "A acyclic",
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
        assert_eq!(rules(&lineage('A', edited(family(), &edits))), expected, "{name}");
    }
}

#[test]
fn reports_a_parent_that_does_not_name_its_child() {
    let mut batches = family();
    batches.push(batch('F', 100, "C--"));
    let from_above = lineage('A', batches[..5].to_vec());
    assert_eq!(rules(&from_above), [""; 0]);
    let from_below = lineage('F', batches);
    assert_eq!(rules(&from_below), ["C names-child"]);
    assert_eq!(from_below.children(&id('C')), [id('D'), id('E'), id('F')]);
    assert_eq!(from_below.walk().count(), 6);
}

#[test]
fn reports_a_cycle_once_from_every_batch() {
    let batches = vec![batch('A', 2, "BBC"), batch('B', 1, "AA-"), batch('C', 1, "A--")];
    for requested in ['A', 'B', 'C'] {
        let lineage = lineage(requested, batches.clone());
        let found = rules(&lineage);
        assert_eq!(found.iter().filter(|line| line.ends_with(" acyclic")).count(), 1, "{found:?}");
        assert_eq!(lineage.walk().filter(|node| node.batch().is_some()).count(), 3);
        assert!(lineage.text().to_string().contains("already drawn above"));
    }
    let own_parent = lineage('A', vec![batch('A', 1, "A--")]);
    assert_eq!(rules(&own_parent), ["A own-relative", "A acyclic", "A names-child"]);
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
        findings(&lineage('A', edited(family(), &edits))),
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
        findings(&lineage('A', twins)),
        ["B: named-once: is named as a child 2 times: by \"A\" and \"A\""]
    );
    let own_child = lineage('A', vec![batch('A', 1, "A--")]);
    assert_eq!(
        findings(&own_child)[1..],
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
    let found = findings(&lineage('A', batches));
    let expected = format!("is {max}, but the children hold {} kg", 2 * i128::from(max));
    assert!(found.last().unwrap().ends_with(&expected), "{found:?}");
}

#[test]
fn reports_absent_relatives() {
    let mut batches = family();
    batches.retain(|batch| batch.id != id('D'));
    let lineage = lineage_without('E', batches, &[('D', "404 Not Found")]);
    assert_eq!(findings(&lineage), ["D: present: not fetched: 404 Not Found"]);
    let absent = lineage.walk().find(|node| *node.id == id('D')).unwrap();
    assert_eq!(absent.content, NodeContent::Absent("404 Not Found"));
    assert!(lineage.text().to_string().contains("├── ctb_DDDDDDDDDDDDDDDD  absent"));
}

#[test]
fn the_origin_is_the_highest_ancestor_that_was_fetched() {
    let mut batches = family();
    batches.retain(|batch| ['C', 'D', 'E'].map(id).contains(&batch.id));
    let lineage = lineage_without('D', batches, &[('A', "403 Forbidden")]);
    assert_eq!(*lineage.origin(), id('C'));
    assert_eq!(rules(&lineage), ["A present"]);
}

#[test]
fn walks_from_the_origin_down() {
    let lineage = lineage('E', family());
    let nodes: Vec<_> = lineage
        .walk()
        .map(|node| (node.depth, abbreviated(node.id.as_str()), node.is_last))
        .collect();
    let expected =
        [(0, "A", true), (1, "B", false), (1, "C", true), (2, "D", false), (2, "E", true)];
    assert_eq!(nodes, expected.map(|(depth, id, last)| (depth, id.to_owned(), last)));
    assert_eq!(lineage.children(&id('A')), [id('B'), id('C')]);
    assert_eq!(lineage.batches().len(), 5);
    assert_eq!(lineage.get(&id('D')).unwrap().size.credit_kgs, 100);
    assert_eq!(lineage.get(&id('Z')), None);
}

#[test]
fn sums_count_the_credits_of_a_batch_with_children_once() {
    let retired_leaf = ('B', "/status", json!("retired"));
    let expected = [
        "active: 0.6 credits in 2 batches",
        "split: 1.6 credits in 2 batches",
        "retired: 0.4 credits in 1 batch",
    ];
    for status in ["split", "active", "retired", "frozen"] {
        let edits = [retired_leaf.clone(), ('A', "/status", json!(status))];
        assert_eq!(sums(&lineage('A', edited(family(), &edits))), expected, "{status}");
    }
}

#[test]
fn draws_text() {
    assert_eq!(
        abbreviated(&lineage('C', family()).text().to_string()),
        "A  split  1 credits\n\
         ├── B  active  0.4 credits\n\
         └── C  split  0.6 credits  ← requested\n    \
             ├── D  active  0.1 credits\n    \
             └── E  active  0.5 credits\n"
    );
}

#[test]
fn draws_mermaid() {
    let batches = vec![batch('A', 1000, "-BC"), batch('B', 400, "A--")];
    let lineage = lineage_without('B', batches, &[('C', "404 Not Found")]);
    assert_eq!(
        abbreviated(&lineage.mermaid().to_string()),
        "flowchart TD\n    \
             n0[\"A<br/>split<br/>1 credits\"]\n    \
             n1[\"B<br/>active<br/>0.4 credits\"]\n    \
             style n1 stroke-width:4px\n    \
             n0 --> n1\n    \
             n2[\"C<br/>absent<br/>see the findings\"]\n    \
             n0 --> n2\n"
    );
}

#[test]
fn draws_dot() {
    let batches = vec![batch('A', 1000, "-BC"), batch('B', 400, "A--"), batch('C', 600, "A--")];
    assert_eq!(
        abbreviated(&lineage('A', batches).dot().to_string()),
        "digraph lineage {\n    \
             node [shape=box];\n    \
             n0 [label=\"A\\nsplit\\n1 credits\", penwidth=4];\n    \
             n1 [label=\"B\\nactive\\n0.4 credits\"];\n    \
             n0 -> n1;\n    \
             n2 [label=\"C\\nactive\\n0.6 credits\"];\n    \
             n0 -> n2;\n\
         }\n"
    );
}

#[test]
fn escapes_strings_from_the_api_in_drawings() {
    let edits = [('A', "/status", json!("\"];\u{1b}[2J<script>\\\n"))];
    let lineage = lineage('A', edited(vec![batch('A', 1000, "---")], &edits));
    let drawings =
        [lineage.text().to_string(), lineage.mermaid().to_string(), lineage.dot().to_string()];
    for drawing in &drawings {
        assert!(!drawing.contains('\u{1b}'), "{drawing}");
    }
    assert_eq!(drawings[0].lines().count(), 1);
    assert_eq!(drawings[1].lines().count(), 3);
    assert_eq!(drawings[1].matches('"').count(), 2);
    assert!(!drawings[1].contains("<script"), "{}", drawings[1]);
    assert!(drawings[2].contains(r#"\n\"\\\"];\\u001b[2J<script>\\\\\\n\"\n"#), "{}", drawings[2]);
}

#[test]
fn serializes_the_batches_the_sums_and_the_findings() {
    let edits = [('E', "/supplier_id", json!("spl_0000000000000000"))];
    let value = serde_json::to_value(lineage('D', edited(family(), &edits))).unwrap();
    assert_eq!(value["requested"], json!(id('D')));
    assert_eq!(value["origin"], json!(id('A')));
    assert_eq!(value["batches"][1]["id"], json!(id('B')));
    assert_eq!(value["sums"]["split"], json!({ "batches": 2, "credit_kgs": 1600 }));
    assert_eq!(value["findings"][0]["rule"], "shared-supplier");
    assert_eq!(value["findings"][0]["id"], json!(id('E')));
    assert_eq!(value["findings"][0]["pointer"], "/supplier_id");
}

#[test]
fn draws_ten_thousand_generations_without_recursion_and_with_bounded_indentation() {
    let name = |number: usize| -> CreditBatchId { format!("ctb_{number:016}").parse().unwrap() };
    let last = 10_000;
    let mut fetched = FetchedBatches::default();
    let mut link = batch('A', 1, "---");
    for number in 0..=last {
        link.id = name(number);
        link.parent_id = number.checked_sub(1).map(name);
        link.left_child_id = (number < last).then(|| name(number + 1));
        link.right_child_id.clone_from(&link.left_child_id);
        fetched.batches.insert(link.id.clone(), link.clone());
    }
    let lineage = Lineage::new(name(last), fetched);
    assert_eq!(*lineage.origin(), name(0));
    assert_eq!(lineage.walk().last().unwrap().depth, last);
    assert_eq!(lineage.dot().to_string().matches(" -> ").count(), last);
    let text = lineage.text().to_string();
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest < 250, "{longest}");
    let deepest = text.lines().last().unwrap();
    assert!(deepest.starts_with("[9967] "), "{deepest}");
}
