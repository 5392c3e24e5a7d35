//! The effect of spec edits on the generated crate, by Cargo's version rules. The edits of the
//! frozen document were also checked by `cargo semver-checks` on both crates.

use codegen::document::Source;
use codegen::semver::{self, Semver};
use serde_json::{Value, json};

use crate::spec::{one_operation, source, spec};

/// An edit of the spec, the expected level, and the result of `cargo semver-checks`
/// 0.51, which looks for breaking changes only.
struct Case {
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    ours: Semver,
    theirs: Theirs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    Major,
    NothingBreaks,
}

const CASES: &[Case] = &[
    Case {
        name: "a property is removed",
        edits: &[
            ("        - ccp_approved\n", ""),
            (
                "        ccp_approved:\n          type: boolean\n          description: >-\n            Whether the batch comes from a project approved under the Core Carbon\n            Principles of the Integrity Council for the Voluntary Carbon Market\n          example: true\n",
                "",
            ),
            ("        ccp_approved: true\n", ""),
        ],
        ours: Semver::Major,
        theirs: Theirs::Major,
    },
    Case {
        name: "a property is added",
        edits: &[(
            "        supplier_id:\n          allOf:",
            "        vintage:\n          type: integer\n          format: int64\n          description: The year of the removal\n        supplier_id:\n          allOf:",
        )],
        ours: Semver::Minor,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "an operation is renamed",
        edits: &[("operationId: credit_batch", "operationId: batch")],
        ours: Semver::Major,
        theirs: Theirs::Major,
    },
    Case {
        name: "an identifier type is renamed",
        edits: &[("DeliveryId", "ShipmentId")],
        ours: Semver::Major,
        theirs: Theirs::Major,
    },
    Case {
        name: "an identifier type is added",
        edits: &[(
            "    CountryCode:\n",
            "    OrderId:\n      type: string\n      minLength: 20\n      maxLength: 37\n      pattern: ^ord_[0-9A-Za-z]+$\n      description: Identifies an order\n    CountryCode:\n",
        )],
        ours: Semver::Minor,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "an enum value is added",
        edits: &[("enum: [active, split, retired]", "enum: [active, split, retired, cancelled]")],
        ours: Semver::Minor,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "a bound is changed",
        edits: &[("maxLength: 37", "maxLength: 36")],
        ours: Semver::Patch,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "a description is changed",
        edits: &[("description: Identifies a credit batch", "description: Names a credit batch")],
        ours: Semver::Patch,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "a query parameter is added",
        edits: &[(
            "            $ref: '#/components/schemas/CreditBatchId'\n      # The page",
            "            $ref: '#/components/schemas/CreditBatchId'\n        - name: as_of\n          in: query\n          description: When\n          schema:\n            type: string\n      # The page",
        )],
        ours: Semver::Minor,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "a schema is removed with its property",
        edits: &[
            ("        - carbon_removal_data\n", ""),
            (
                "        carbon_removal_data:\n          oneOf:\n            - $ref: '#/components/schemas/CarbonRemovalData'\n            - $ref: '#/components/schemas/NullValue'\n          description: How the batch's net removal was arrived at, where that is known\n",
                "",
            ),
        ],
        ours: Semver::Major,
        theirs: Theirs::Major,
    },
    Case {
        name: "an operation is added",
        edits: &[(
            "\ncomponents:\n",
            "\n  /organisations/{id}:\n    get:\n      operationId: organisation\n      summary: Fetch an organisation\n      description: Answers with the organisation.\n      parameters:\n        - name: id\n          in: path\n          required: true\n          description: The organisation\n          schema:\n            $ref: '#/components/schemas/OrganisationId'\n      responses:\n        '200':\n          description: The organisation\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Organisation'\n        '404':\n          $ref: '#/components/responses/NotFound'\n\ncomponents:\n",
        )],
        ours: Semver::Minor,
        theirs: Theirs::NothingBreaks,
    },
    Case {
        name: "an alternative of an error is removed",
        edits: &[(
            "        - title: Message\n          type: string\n          description: One sentence about the whole request\n          example: Not authenticated\n",
            "        - title: Number\n          type: integer\n          format: int64\n          description: One number about the whole request\n          example: 7\n",
        )],
        ours: Semver::Major,
        theirs: Theirs::Major,
    },
];

/// Returns the fixture with all occurrences of some texts replaced.
fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(one_operation(), |text, (before, after)| {
        assert!(text.contains(before), "the fixture lacks {before:?}");
        text.replace(before, after)
    })
}

#[test]
fn edits_have_expected_levels() {
    for case in CASES {
        let verdict = semver::compare(&source(&one_operation()), &source(&edited(case.edits)));
        assert_eq!(verdict.level, Some(case.ours), "{}: {}", case.name, verdict.reason);
    }
}

#[test]
fn agrees_with_cargo_semver_checks_on_breaking_changes() {
    for case in CASES {
        assert_eq!(case.ours == Semver::Major, case.theirs == Theirs::Major, "{}", case.name);
    }
}

#[test]
fn equal_documents_are_no_change() {
    let named = Source::parse("same.yaml", &one_operation()).unwrap();
    assert_eq!(semver::compare(&source(&one_operation()), &named).level, Some(Semver::None));
    let commented = format!("# A comment.\n{}", one_operation());
    assert_eq!(
        semver::compare(&source(&one_operation()), &source(&commented)).level,
        Some(Semver::None)
    );
}

#[test]
fn gives_reason_if_no_crate_can_be_generated() {
    let foreign = source("openapi: 3.1.0\ninfo: {title: X, version: v0}\npaths: {}\n");
    let verdict = semver::compare(&source(&one_operation()), &foreign);
    assert_eq!(verdict.level, None);
    assert!(verdict.reason.to_string().contains("OpenAPI 3.1.0"), "{}", verdict.reason);
}

/// Additions to the spec of the client that must be minor releases: a name, the pointer of an
/// object or array, a new key of the object, and the value.
fn additions() -> [(&'static str, &'static str, &'static str, Value); 5] {
    let text = json!({ "type": "string", "description": "X" });
    let parameter = json!({ "name": "colour", "in": "query", "description": "X", "schema": text });
    let mut list = source(&spec()).root().to_json()["paths"]["/transferees"].clone();
    list["get"]["operationId"] = "payees".into();
    [
        ("an optional query parameter", "/paths/~1issuances/get/parameters", "", parameter),
        (
            "an optional request property",
            "/components/schemas/CreateRetirement/properties",
            "colour",
            text.clone(),
        ),
        ("a response property", "/components/schemas/Issuance/properties", "colour", text),
        ("an enum value", "/components/schemas/CreditBatchStatus/enum", "", "cancelled".into()),
        ("a list operation", "/paths", "/payees", list),
    ]
}

#[test]
fn additions_to_the_spec_are_minor() {
    for (name, pointer, key, value) in additions() {
        let mut edited = source(&spec()).root().to_json();
        match edited.pointer_mut(pointer).unwrap() {
            Value::Array(elements) => elements.push(value),
            Value::Object(members) => assert_eq!(members.insert(key.to_owned(), value), None),
            other => panic!("{pointer}: {other}"),
        }
        let verdict = semver::compare(&source(&spec()), &source(&edited.to_string()));
        assert_eq!(verdict.level, Some(Semver::Minor), "{name}: {}", verdict.reason);
    }
}
