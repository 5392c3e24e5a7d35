//! Programs that must not compile, with the compiler's messages.

#![cfg(test)]

#[test]
fn rejects_misuse_of_types() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/building_a_batch.rs");
    cases.compile_fail("ui/mixing_identifiers.rs");
}
