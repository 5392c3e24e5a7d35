//! `lineage`: a credit batch with all its relatives.

use isometric_registry_simulator::Simulator;

use crate::{ID, UNKNOWN, asking, assert_shown, run, shown};

#[test]
fn a_lineage_is_drawn_in_each_format() {
    for format in ["text", "mermaid", "dot", "json"] {
        let output = run(&["--offline", "lineage", ID, "--format", format]);
        assert_shown(&format!("lineage-{format}"), &output);
    }
}

#[test]
fn options_stand_before_the_command_or_after_it() {
    let before = run(&["--offline", "lineage", ID]);
    assert_eq!(run(&["lineage", "--offline", ID]), before);
    assert_eq!(run(&["lineage", ID, "--offline"]), before);
    assert_eq!(run(&["--retries", "0", "lineage", ID, "--offline"]), before);
}

#[test]
fn findings_are_told_of_and_the_lineage_is_drawn_all_the_same() {
    let simulator = Simulator::start().unwrap();
    simulator.corrupt_by_removing(&"ctb_DMPTA0000SIM000M".parse().unwrap()).unwrap();
    for format in ["text", "mermaid", "dot", "json"] {
        let output = asking(&simulator, &["lineage", ID, "--format", format]).output().unwrap();
        assert_shown(&format!("lineage-findings-{format}"), &shown(&output));
    }
}

#[test]
fn a_batch_that_is_not_there_comes_with_some_that_are() {
    assert_shown("lineage-unknown", &run(&["--offline", "lineage", UNKNOWN]));
}
