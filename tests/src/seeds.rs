//! The seeds of the fuzz targets.

use std::fs;

use crate::fuzz::TARGETS;
use crate::spec::workspace;

#[test]
fn targets_accept_their_seeds() {
    for (name, target) in TARGETS {
        let folder = workspace().join("fuzz/seeds").join(name);
        let mut seeds: Vec<_> =
            fs::read_dir(folder).unwrap().map(|seed| seed.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            // Printed only if the test fails. The last seed is the one that failed.
            println!("{}", seed.display());
            target(&fs::read(seed).unwrap());
        }
    }
}

#[test]
fn each_target_has_a_fuzz_binary() {
    let mut files: Vec<_> = fs::read_dir(workspace().join("fuzz/fuzz_targets"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, TARGETS.map(|(name, _)| format!("{name}.rs")));
}
