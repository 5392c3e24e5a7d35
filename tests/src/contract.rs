//! The contract of the spec as a snapshot, one fact per line, which shows every drift.

use codegen::contract::Contract;

use crate::spec::{one_operation, source, spec};

fn contract(text: &str) -> String {
    let contract = Contract::of(&source(text)).unwrap_or_else(|refusal| panic!("{refusal}"));
    contract.to_text().unwrap()
}

#[test]
fn facts_of_the_spec() {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(contract(&spec()));
    });
}

#[test]
fn ignores_comments_descriptions_and_examples() {
    let reworded: String = one_operation()
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| match line.split_once("description: Identifies") {
            Some((indent, _)) => format!("{indent}description: Reworded\n"),
            None => format!("{line}\n"),
        })
        .collect::<String>()
        .replace("example: GBR", "example: USA");
    assert_ne!(reworded, one_operation());
    assert_eq!(contract(&reworded), contract(&one_operation()));
}

#[test]
fn ignores_order_of_properties() {
    let owner = "        domain:
          type: string
          nullable: true
          description: The organisation's internet domain, where it has one
          example: isometric.com
";
    let name = "        name:
          type: string
          description: The organisation's name
          example: Isometric
";
    let reordered = one_operation().replace(owner, "").replace(name, &format!("{name}{owner}"));
    assert_ne!(reordered, one_operation());
    assert_eq!(contract(&reordered), contract(&one_operation()));
}

#[test]
fn contains_every_change_on_the_wire() {
    let changes = [
        ("maxLength: ", "maxLength: 1"),
        ("pattern: ^ctb_", "pattern: ^ctx_"),
        ("        - beneficiary\n", ""),
        ("enum: [active, split, retired]", "enum: [active, split, retired, cancelled]"),
        ("          type: string\n          nullable: true", "          type: string"),
        ("format: int64", "format: int32"),
        ("  /credit_batches/{id}:", "  /credit-batches/{id}:"),
        ("        5XX:", "        '503':"),
        ("name: x-client-secret", "name: x-secret"),
        ("https://api.isometric.com/registry/v0", "https://api.isometric.com/registry/v1"),
    ];
    for (before, after) in changes {
        assert!(one_operation().contains(before), "{before}");
        let changed = one_operation().replacen(before, after, 1);
        assert_ne!(contract(&changed), contract(&one_operation()), "{before} -> {after}");
    }
}
