//! What must not compile, with what the compiler says about it.

#![cfg(test)]

#[test]
fn misuse_of_types_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/building_a_batch.rs");
    cases.compile_fail("ui/mixing_identifiers.rs");
}
