//! What is found in a lineage, and how it is drawn.

use serde_json::{Value, json};

use super::fetch::Fetched;
use super::{Lineage, Node, SerialRange};
use crate::samples;
use crate::types::{CreditBatch, CreditBatchId};

/// `ctb_` and then the letter as often as it takes.
fn id(letter: char) -> CreditBatchId {
    format!("ctb_{}", letter.to_string().repeat(16)).parse().unwrap()
}

/// A batch by its letter, with what it holds, its parent and its children, each but the
/// first by their letter and `-` for none.
fn batch(letter: char, kilograms: i64, relatives: &str) -> CreditBatch {
    let mut relatives = relatives.chars().map(|letter| (letter != '-').then(|| id(letter)));
    let [parent, left, right] = [(); 3].map(|()| relatives.next().flatten());
    let status = if left.is_some() { "split" } else { "active" };
    let batch = samples::credit_batch(&[
        ("/id", json!(id(letter))),
        ("/size/credit_kgs", json!(kilograms)),
        ("/size/credits", json!(kilograms as f64 / 1000.0)),
        ("/parent_id", json!(parent)),
        ("/left_child_id", json!(left)),
        ("/right_child_id", json!(right)),
        ("/serial_number", json!("unreadable")),
        ("/status", json!(status)),
    ]);
    serde_json::from_value(batch).unwrap()
}

/// A holds B and C, and C holds D and E.
fn family() -> Vec<CreditBatch> {
    vec![
        batch('A', 1000, "-BC"),
        batch('B', 400, "A--"),
        batch('C', 600, "ADE"),
        batch('D', 100, "C--"),
        batch('E', 500, "C--"),
    ]
}

fn lineage(asked: char, batches: Vec<CreditBatch>) -> Lineage {
    lineage_with(asked, batches, &[])
}

fn lineage_with(asked: char, batches: Vec<CreditBatch>, absent: &[(char, &str)]) -> Lineage {
    let batches = batches.into_iter().map(|batch| (batch.id.clone(), batch)).collect();
    let absent = absent.iter().map(|(letter, why)| (id(*letter), (*why).to_owned())).collect();
    Lineage::new(id(asked), Fetched { batches, absent, ..Fetched::default() })
}

/// The findings, with `A` for the identifier of A.
fn findings(lineage: &Lineage) -> Vec<String> {
    lineage.findings().iter().map(|finding| short(&finding.to_string())).collect()
}

fn short(text: &str) -> String {
    let letters = 'A'..='Z';
    letters.fold(text.to_owned(), |text, letter| {
        text.replace(id(letter).as_str(), &letter.to_string())
    })
}

/// The batch of this letter with another value at the pointer.
fn change(batches: &mut [CreditBatch], letter: char, pointer: &str, value: Value) {
    let batch = batches.iter_mut().find(|batch| batch.id == id(letter)).unwrap();
    let mut json = serde_json::to_value(&*batch).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    *batch = serde_json::from_value(json).unwrap();
}

#[test]
fn a_family_in_order_has_no_findings_whoever_was_asked_for() {
    for asked in ['A', 'B', 'C', 'D', 'E'] {
        let lineage = lineage(asked, family());
        assert_eq!(findings(&lineage), [""; 0], "{asked}");
        assert_eq!(*lineage.origin(), id('A'));
        assert_eq!(*lineage.asked(), id(asked));
    }
}

#[test]
fn a_walk_comes_to_each_batch_before_its_children() {
    let lineage = lineage('E', family());
    let places: Vec<_> = lineage
        .walk()
        .map(|place| (place.depth, short(place.id.as_str()), place.is_last))
        .collect();
    let expected =
        [(0, "A", true), (1, "B", false), (1, "C", true), (2, "D", false), (2, "E", true)];
    assert_eq!(places, expected.map(|(depth, id, last)| (depth, id.to_owned(), last)));
    assert_eq!(lineage.children(&id('A')), [id('B'), id('C')]);
    assert_eq!(lineage.batches().len(), 5);
    assert_eq!(lineage.get(&id('D')).unwrap().size.credit_kgs, 100);
    assert_eq!(lineage.get(&id('Z')), None);
}

#[test]
fn it_is_summed_by_status() {
    let mut batches = family();
    change(&mut batches, 'B', "/status", json!("retired"));
    let sums = lineage('A', batches).sums();
    let lines: Vec<_> = sums.iter().map(|(status, sum)| format!("{status}: {sum}")).collect();
    assert_eq!(
        lines,
        [
            "active: 0.6 credits in 2 batches",
            "split: 1.6 credits in 2 batches",
            "retired: 0.4 credits in 1 batch"
        ]
    );
}

#[test]
fn it_is_drawn_as_text() {
    let lineage = lineage_with('C', family(), &[]);
    assert_eq!(
        short(&lineage.text().to_string()),
        "A  split  1 credits\n\
         ├── B  active  0.4 credits\n\
         └── C  split  0.6 credits  ← asked for\n    \
             ├── D  active  0.1 credits\n    \
             └── E  active  0.5 credits\n"
    );
}

#[test]
fn it_is_drawn_as_mermaid() {
    let batches = vec![batch('A', 1000, "-BC"), batch('B', 400, "A--")];
    let lineage = lineage_with('B', batches, &[('C', "it was answered 404")]);
    assert_eq!(
        short(&lineage.mermaid().to_string()),
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
fn it_is_drawn_as_dot() {
    let batches = vec![batch('A', 1000, "-BC"), batch('B', 400, "A--"), batch('C', 600, "A--")];
    assert_eq!(
        short(&lineage('A', batches).dot().to_string()),
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
fn a_drawing_is_what_it_is_whatever_the_api_says() {
    let mut batches = vec![batch('A', 1000, "---")];
    change(&mut batches, 'A', "/status", json!("\"];\u{1b}[2J<script>\\\n"));
    let lineage = lineage('A', batches);
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
fn a_lineage_serializes_as_what_a_program_needs() {
    let mut batches = family();
    change(&mut batches, 'E', "/supplier_id", json!("spl_0000000000000000"));
    let value = serde_json::to_value(lineage('D', batches)).unwrap();
    assert_eq!(value["asked"], json!(id('D')));
    assert_eq!(value["origin"], json!(id('A')));
    assert_eq!(value["batches"][1]["id"], json!(id('B')));
    assert_eq!(value["sums"]["split"], json!({ "batches": 2, "credit_kgs": 1600 }));
    assert_eq!(value["findings"][0]["rule"], "shared-supplier");
    assert_eq!(value["findings"][0]["id"], json!(id('E')));
}

#[test]
fn what_is_not_there_is_found() {
    let mut batches = family();
    batches.retain(|batch| batch.id != id('D'));
    let lineage = lineage_with('E', batches, &[('D', "it was answered 404")]);
    assert_eq!(findings(&lineage), ["D: present: is not there: it was answered 404"]);
    let absent = lineage.walk().find(|place| *place.id == id('D')).unwrap();
    assert_eq!(absent.node, Node::Absent("it was answered 404"));
    assert!(lineage.text().to_string().contains("├── ctb_DDDDDDDDDDDDDDDD  absent"));
}

#[test]
fn without_its_parent_the_first_batch_that_is_there_is_the_origin() {
    let mut batches = family();
    batches.retain(|batch| ['C', 'D', 'E'].map(id).contains(&batch.id));
    let lineage = lineage_with('D', batches, &[('A', "it was answered 403")]);
    assert_eq!(*lineage.origin(), id('C'));
    assert_eq!(findings(&lineage), ["A: present: is not there: it was answered 403"]);
}

#[test]
fn a_batch_that_descends_from_itself_is_found() {
    let batches = vec![batch('A', 2, "BBC"), batch('B', 1, "AA-"), batch('C', 1, "A--")];
    for asked in ['A', 'B', 'C'] {
        let lineage = lineage(asked, batches.clone());
        let found = findings(&lineage);
        let cycle = |line: &&String| line.contains(": acyclic: descends from itself");
        assert_eq!(found.iter().filter(cycle).count(), 1, "{found:?}");
        assert_eq!(lineage.walk().filter(|place| place.batch().is_some()).count(), 3);
        assert!(lineage.text().to_string().contains("drawn above already"));
    }
}

#[test]
fn a_batch_that_is_its_own_parent_is_found() {
    let lineage = lineage('A', vec![batch('A', 1, "A--")]);
    assert_eq!(
        findings(&lineage),
        [
            "A: acyclic: descends from itself: it is a child of \"A\"",
            "A: names-child: does not name \"A\" as a child, which names it as its parent"
        ]
    );
}

#[test]
fn a_batch_of_two_parents_is_found() {
    let mut batches = family();
    batches[1] = batch('B', 400, "ADF");
    batches.push(batch('F', 300, "B--"));
    assert_eq!(
        findings(&lineage('A', batches)),
        [
            "D: named-once: is named as a child 2 times: by \"B\" and \"C\"",
            "D: names-parent: names \"C\" as its parent, and is a child of \"B\""
        ]
    );
    let twins = vec![batch('A', 800, "-BB"), batch('B', 400, "A--")];
    assert_eq!(
        findings(&lineage('A', twins)),
        ["B: named-once: is named as a child 2 times: by \"A\" and \"A\""]
    );
}

#[test]
fn a_child_that_names_another_parent_is_found() {
    let mut batches = family();
    change(&mut batches, 'B', "/parent_id", json!(id('Z')));
    change(&mut batches, 'E', "/parent_id", Value::Null);
    assert_eq!(
        findings(&lineage('A', batches)),
        [
            "B: names-parent: names \"Z\" as its parent, and is a child of \"A\"",
            "E: names-parent: names none as its parent, and is a child of \"C\""
        ]
    );
}

#[test]
fn a_parent_that_does_not_name_its_child_is_found() {
    let mut batches = family();
    batches.push(batch('F', 100, "C--"));
    let lineage = lineage('F', batches);
    assert_eq!(
        findings(&lineage),
        ["C: names-child: does not name \"F\" as a child, which names it as its parent"]
    );
    assert_eq!(lineage.children(&id('C')), [id('D'), id('E'), id('F')]);
    assert_eq!(lineage.walk().count(), 6);
}

#[test]
fn kilograms_that_come_or_go_in_a_split_are_found() {
    let mut batches = family();
    change(&mut batches, 'D', "/size/credit_kgs", json!(101));
    assert_eq!(
        findings(&lineage('A', batches)),
        ["C: kilograms-conserved: held 600 kg, and its children hold 601 kg"]
    );
    let full = i64::MAX;
    let batches = vec![batch('A', full, "-BC"), batch('B', full, "A--"), batch('C', full, "A--")];
    assert_eq!(findings(&lineage('A', batches)).len(), 1);
}

#[test]
fn serial_numbers_of_two_batches_are_found() {
    let mut batches = family();
    for (letter, serial) in [
        ('A', "S-0-1000"),
        ('B', "S-0-400"),
        ('C', "S-400-1000"),
        ('D', "S-400-501"),
        ('E', "S-500-1000"),
    ] {
        change(&mut batches, letter, "/serial_number", json!(serial));
    }
    assert_eq!(
        findings(&lineage('A', batches.clone())),
        ["E: serials-disjoint: has the serial numbers 500 to 1000, and \"D\" has 400 to 501"]
    );
    change(&mut batches, 'E', "/serial_number", json!("T-500-1000"));
    assert_eq!(findings(&lineage('A', batches)), [""; 0]);
}

#[test]
fn a_supplier_project_or_issuance_of_its_own_is_found() {
    let mut batches = family();
    change(&mut batches, 'B', "/supplier_id", json!("spl_0000000000000000"));
    change(&mut batches, 'C', "/project_id", json!("prj_0000000000000000"));
    change(&mut batches, 'D', "/issuance_id", json!("iss_0000000000000000"));
    assert_eq!(
        findings(&lineage('A', batches)),
        [
            "B: shared-supplier: has the supplier \"spl_0000000000000000\", and the origin has \
             \"spl_1CC712KFS1S0YKPS\"",
            "C: shared-project: has the project \"prj_0000000000000000\", and the origin has \
             \"prj_1CTWZQGKE1S0VAXA\"",
            "D: shared-issuance: has the issuance \"iss_0000000000000000\", and the origin has \
             \"iss_1EWT8R5FY1S0GFCY\""
        ]
    );
}

#[test]
fn a_batch_that_comes_under_another_identifier_is_found() {
    let mut batches = vec![batch('A', 1, "---")];
    let mut fetched = Fetched::default();
    fetched.batches.insert(id('B'), batches.remove(0));
    let lineage = Lineage::new(id('B'), fetched);
    assert_eq!(findings(&lineage), ["B: identity: is answered with \"A\""]);
}

#[test]
fn a_chain_of_ten_thousand_generations_needs_no_stack() {
    let name = |number: usize| -> CreditBatchId { format!("ctb_{number:016}").parse().unwrap() };
    let last = 10_000;
    let mut fetched = Fetched::default();
    let mut link = batch('A', 1, "---");
    for number in 0..=last {
        link.id = name(number);
        link.parent_id = number.checked_sub(1).map(name);
        link.left_child_id = (number < last).then(|| name(number + 1));
        fetched.batches.insert(link.id.clone(), link.clone());
    }
    let lineage = Lineage::new(name(last), fetched);
    assert_eq!(*lineage.origin(), name(0));
    assert!(lineage.findings().is_empty());
    assert_eq!(lineage.walk().last().unwrap().depth, last);
    assert_eq!(lineage.dot().to_string().matches(" -> ").count(), last);
}

#[test]
fn a_range_is_read_from_a_serial_number_that_ends_in_one() {
    let range = SerialRange::read("ISO-1-BSTORE-GBR-F5X7-2024-78177-81177").unwrap();
    assert_eq!(range.series, "ISO-1-BSTORE-GBR-F5X7-2024");
    assert_eq!((range.first, range.last), (78177, 81177));
    let unreadable = [
        "",
        "-",
        "--",
        "1-2",
        "-1-2",
        "A-2-1",
        "A-1-",
        "A--1",
        "A-+1-2",
        "A-1-99999999999999999999",
        "A-1-２",
    ];
    for text in unreadable {
        assert_eq!(SerialRange::read(text), None, "{text}");
    }
}

#[test]
fn ranges_overlap_where_they_have_units_in_common() {
    let overlap = |one: &str, other: &str| {
        let (one, other) = (SerialRange::read(one).unwrap(), SerialRange::read(other).unwrap());
        assert_eq!(one.overlaps(&other), other.overlaps(&one));
        one.overlaps(&other)
    };
    assert!(overlap("A-1-5", "A-4-9"));
    assert!(overlap("A-1-9", "A-4-5"));
    assert!(overlap("A-1-9", "A-4-4"));
    assert!(overlap("A-4-4", "A-4-4"));
    assert!(!overlap("A-1-5", "A-5-9"));
    assert!(!overlap("A-1-5", "A-6-9"));
    assert!(!overlap("A-1-5", "B-1-5"));
}
