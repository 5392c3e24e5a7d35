//! The seeds of the fuzz targets, each of which a target must take.

use std::fs;

use crate::fuzz::TARGETS;
use crate::spec::workspace;

#[test]
fn every_target_takes_its_seeds() {
    for (name, target) in TARGETS {
        let folder = workspace().join("fuzz/seeds").join(name);
        let mut seeds: Vec<_> =
            fs::read_dir(folder).unwrap().map(|seed| seed.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            // Captured unless the test fails: then the last one is the one that did it.
            println!("{}", seed.display());
            target(&fs::read(seed).unwrap());
        }
    }
}

#[test]
fn every_target_can_be_fuzzed() {
    let mut files: Vec<_> = fs::read_dir(workspace().join("fuzz/fuzz_targets"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, TARGETS.map(|(name, _)| format!("{name}.rs")));
}
