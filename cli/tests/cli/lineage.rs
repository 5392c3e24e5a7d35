//! The `lineage` command.

use isometric_registry_simulator::Simulator;

use crate::{ID, UNKNOWN, assert_snapshot, run, transcript, with_simulator};

const FORMATS: [&str; 4] = ["text", "mermaid", "dot", "json"];

#[test]
fn prints_a_lineage_in_each_format() {
    for format in FORMATS {
        let output = run(&["--offline", "lineage", ID, "--format", format]);
        assert_snapshot(&format!("lineage-{format}"), &output);
    }
}

#[test]
fn accepts_connection_options_before_and_after_the_command() {
    let before = run(&["--offline", "lineage", ID]);
    assert_eq!(run(&["lineage", "--offline", ID]), before);
    assert_eq!(run(&["lineage", ID, "--offline"]), before);
    assert_eq!(run(&["--retries", "0", "lineage", ID, "--offline"]), before);
}

#[test]
fn prints_findings_in_each_format() {
    let simulator = Simulator::start().unwrap();
    simulator.corrupt_by_removing(&"ctb_DMPTA0000SIM000M".parse().unwrap()).unwrap();
    for format in FORMATS {
        let output = with_simulator(&simulator, &["lineage", ID, "--format", format]).output();
        assert_snapshot(&format!("lineage-findings-{format}"), &transcript(&output.unwrap()));
    }
}

#[test]
fn suggests_existing_batches_of_the_simulator() {
    assert_snapshot("lineage-unknown", &run(&["--offline", "lineage", UNKNOWN]));
}
