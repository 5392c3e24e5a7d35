//! Lineages that are fetched: their batches, sums and drawings.

use std::collections::BTreeMap;

use isometric_registry::audit::lineage::{Lineage, NodeContent};
use isometric_registry::types::{CreditBatch, CreditBatchId};
use serde_json::{Value, json};

use super::family::{abbreviated, batch, edited, family, id, lines, rules};
use crate::end_to_end::{block_on, registry};
use crate::lineage::serve;

fn lineage(requested: char, batches: Vec<CreditBatch>) -> Lineage {
    let json = |batch: CreditBatch| (batch.id.to_string(), serde_json::to_value(batch).unwrap());
    lineage_of(&id(requested), batches.into_iter().map(json).collect())
}

fn lineage_of(requested: &CreditBatchId, batches: BTreeMap<String, Value>) -> Lineage {
    let server = serve(batches);
    block_on(async { registry(&server.base_url()).lineage(requested).await.unwrap() })
}

fn sums(lineage: &Lineage) -> Vec<String> {
    lineage.sums().iter().map(|(status, sum)| format!("{status}: {sum}")).collect()
}

#[test]
fn finds_the_same_lineage_from_every_batch() {
    for requested in ['A', 'B', 'C', 'D', 'E'] {
        let lineage = lineage(requested, family());
        assert_eq!(lines(lineage.findings()), [""; 0], "{requested}");
        assert_eq!(*lineage.origin(), id('A'));
        assert_eq!(*lineage.requested(), id(requested));
    }
}

#[test]
fn contains_the_requested_batch_even_if_its_parent_does_not_name_it() {
    let mut batches = family();
    batches.push(batch('F', 100, "C--"));
    let from_above = lineage('A', batches.clone());
    assert_eq!(rules(from_above.findings()), [""; 0]);
    let from_below = lineage('F', batches);
    assert_eq!(rules(from_below.findings()), ["C names-child"]);
    assert_eq!(from_below.children(&id('C')), [id('D'), id('E'), id('F')]);
    assert_eq!(from_below.walk().count(), 6);
}

#[test]
fn draws_each_batch_of_a_cycle_once() {
    let batches = vec![batch('A', 2, "BBC"), batch('B', 1, "AA-"), batch('C', 1, "A--")];
    for requested in ['A', 'B', 'C'] {
        let lineage = lineage(requested, batches.clone());
        assert_eq!(lineage.walk().filter(|node| node.batch().is_some()).count(), 3);
        assert!(lineage.text().to_string().contains("already drawn above"));
    }
}

#[test]
fn draws_absent_relatives() {
    let mut batches = family();
    batches.retain(|batch| batch.id != id('D'));
    let lineage = lineage('E', batches);
    assert_eq!(rules(lineage.findings()), ["D present"]);
    let absent = lineage.walk().find(|node| *node.id == id('D')).unwrap();
    assert!(matches!(absent.content, NodeContent::Absent(reason) if reason.contains("404")));
    assert!(lineage.text().to_string().contains("├── ctb_DDDDDDDDDDDDDDDD  absent"));
}

#[test]
fn the_origin_is_the_highest_ancestor_that_was_fetched() {
    let mut batches = family();
    batches.retain(|batch| ['C', 'D', 'E'].map(id).contains(&batch.id));
    let lineage = lineage('D', batches);
    assert_eq!(*lineage.origin(), id('C'));
    assert_eq!(rules(lineage.findings()), ["A present"]);
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
    let lineage = lineage('B', batches);
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
fn draws_long_lineages_with_bounded_indentation() {
    let name = |number: usize| -> CreditBatchId { format!("ctb_{number:016}").parse().unwrap() };
    let last = 100;
    let mut batches = BTreeMap::new();
    let mut link = batch('A', 1, "---");
    for number in 0..=last {
        link.id = name(number);
        link.parent_id = number.checked_sub(1).map(name);
        link.left_child_id = (number < last).then(|| name(number + 1));
        link.right_child_id.clone_from(&link.left_child_id);
        batches.insert(link.id.to_string(), serde_json::to_value(&link).unwrap());
    }
    let lineage = lineage_of(&name(last), batches);
    assert_eq!(*lineage.origin(), name(0));
    assert_eq!(lineage.walk().last().unwrap().depth, last);
    assert_eq!(lineage.dot().to_string().matches(" -> ").count(), last);
    let text = lineage.text().to_string();
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest < 250, "{longest}");
    let deepest = text.lines().last().unwrap();
    assert!(deepest.starts_with("[67] "), "{deepest}");
}
