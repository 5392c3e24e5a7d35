//! What must not compile, with what the compiler says about it.

#![cfg(test)]

#[test]
fn misuse_of_types_does_not_compile() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
