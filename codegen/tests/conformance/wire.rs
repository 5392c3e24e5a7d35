//! Wire tests.

#[test]
fn x() {}
