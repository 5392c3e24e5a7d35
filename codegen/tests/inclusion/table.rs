//! Cases: two schemas and whether one includes the other.

use codegen::contract::WireDirection;
use codegen::diff::inclusion::{Dialect, Inclusion, InclusionOptions, UndeclaredProperties};

use crate::{decide, parse};

/// Both answers: whether the first schema is included in the second, and the reverse.
/// `?` stands for unknown.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// Schemas of OpenAPI 3.1.
const CASES: &[Case] = &[
    // Types, enumerations and null.
    ("{type: string}", "{}", "yes", "no"),
    ("true", "{}", "yes", "yes"),
    ("false", "{type: string}", "yes", "no"),
    ("{type: integer}", "{type: number}", "yes", "no"),
    ("{type: [integer, string]}", "{anyOf: [{type: string}, {type: integer}]}", "yes", "yes"),
    (
        "{type: [string, 'null'], enum: [a, b]}",
        "{type: [string, 'null'], enum: [a, b, null]}",
        "yes",
        "no",
    ),
    ("{type: [string, 'null'], enum: [a, b]}", "{type: string, enum: [b, a]}", "yes", "yes"),
    ("{type: [string, 'null']}", "{}", "yes", "no"),
    ("{enum: [1, a, null]}", "{enum: [1.0, a, null, b]}", "yes", "no"),
    (
        "{const: {a: [1, 2]}}",
        "{type: object, properties: {a: {type: array, items: {type: integer}}}}",
        "yes",
        "no",
    ),
    ("{enum: [{a: 1}, {a: 2}]}", "{enum: [{a: 2}, {a: 1}, []]}", "yes", "no"),
    ("{type: boolean}", "{enum: [true, false]}", "yes", "yes"),
    // Numbers.
    ("{type: integer, minimum: 1}", "{type: integer, exclusiveMinimum: 0}", "yes", "yes"),
    ("{type: number, minimum: 1}", "{type: number, exclusiveMinimum: 0}", "yes", "no"),
    ("{type: integer, format: int32}", "{type: number, format: double}", "yes", "no"),
    ("{type: integer, format: int32}", "{type: integer, format: int64}", "yes", "no"),
    ("{type: integer, minimum: 0}", "{type: integer, enum: [1, 2]}", "no", "yes"),
    ("{type: number, multipleOf: 0.001}", "{type: number, multipleOf: 5000000}", "no", "yes"),
    ("{multipleOf: 6}", "{allOf: [{multipleOf: 2}, {multipleOf: 3}]}", "yes", "yes"),
    ("{type: number, multipleOf: 0.1}", "{type: number, multipleOf: 0.3}", "no", "yes"),
    (
        "{type: integer, minimum: 9007199254740993}",
        "{type: integer, minimum: 9007199254740992}",
        "yes",
        "no",
    ),
    (
        "{type: integer, minimum: 1, maximum: 4, not: {enum: [2, 3]}}",
        "{enum: [1, 4]}",
        "yes",
        "yes",
    ),
    (
        "{type: number, minimum: 0, maximum: 10}",
        "{anyOf: [{maximum: 5}, {minimum: 5}]}",
        "yes",
        "no",
    ),
    (
        "{type: number, minimum: 0, maximum: 10}",
        "{anyOf: [{maximum: 5}, {exclusiveMinimum: 5.5}]}",
        "no",
        "no",
    ),
    ("{type: number, format: float}", "{type: number, format: double}", "yes", "no"),
    ("{type: number, format: float, minimum: 0.1, maximum: 0.1}", "{const: 0.1}", "yes", "yes"),
    // Strings.
    ("{type: string, enum: [low, high]}", "{type: string, maxLength: 20}", "yes", "no"),
    ("{type: string}", "{type: string, format: password}", "yes", "yes"),
    ("{type: string, format: uuid}", "{type: string}", "yes", "no"),
    ("{type: string, format: date}", "{type: string, format: date-time}", "no", "no"),
    ("{type: string, format: sku}", "{type: string, format: sku, maxLength: 3}", "?", "yes"),
    ("{type: string, format: sku}", "{type: string}", "yes", "?"),
    (
        "{anyOf: [{type: string, format: uuid}, {type: string, format: date}]}",
        "{type: string}",
        "yes",
        "no",
    ),
    (
        "{anyOf: [{type: string, maxLength: 4}, {type: string, minLength: 9}]}",
        "{type: string}",
        "yes",
        "no",
    ),
    (
        "{type: string, pattern: '^[a-z]{3}$'}",
        "{type: string, pattern: '^[a-z]+$', maxLength: 3}",
        "yes",
        "no",
    ),
    ("{type: string, pattern: '^a(b|c)*$'}", "{type: string, pattern: '^a'}", "yes", "no"),
    (
        "{type: string, pattern: '^(?=a)'}",
        "{type: string, pattern: '^(?=a)', minLength: 1}",
        "?",
        "yes",
    ),
    ("{type: string, pattern: '^(?=a)'}", "{type: string, pattern: '^(?=a)'}", "yes", "yes"),
    ("{type: string, not: {enum: [none]}}", "{type: string}", "yes", "no"),
    ("{type: string}", "{type: string, colour: red}", "yes", "yes"),
    ("{type: string, contentEncoding: base64}", "{type: string}", "yes", "no"),
    ("{type: string}", "{type: string, contentMediaType: application/octet-stream}", "yes", "yes"),
    (
        "{type: object, required: [s, n], properties: {s: {type: string, format: sku}}}",
        "{type: object, required: [s], properties: {s: {type: string, format: sku}, n: {type: string}}}",
        "no",
        "no",
    ),
    ("{type: string, format: sku}", "{type: string, pattern: '^[A-Z]$'}", "?", "?"),
    ("{type: string, format: sku}", "{enum: [a]}", "?", "?"),
    ("{type: string, format: sku}", "{type: integer}", "no", "no"),
    // Objects.
    ("{type: object, required: [a]}", "{type: object}", "yes", "no"),
    ("{type: object, properties: {a: {type: string}}}", "{type: object}", "yes", "no"),
    (
        "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}",
        "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
        "no",
        "yes",
    ),
    (
        "{type: object, additionalProperties: {type: string}}",
        "{type: object, properties: {a: {type: integer}}, additionalProperties: {type: string}}",
        "no",
        "no",
    ),
    (
        "{type: object, patternProperties: {^n_: {type: integer}}}",
        "{type: object, properties: {n_a: {type: string}}, patternProperties: {^n_: {type: integer}}}",
        "no",
        "yes",
    ),
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: false}",
        "{type: object, properties: {a: {type: string}}, unevaluatedProperties: false}",
        "yes",
        "yes",
    ),
    (
        "{type: object, allOf: [{properties: {a: true}}], unevaluatedProperties: false}",
        "{type: object, additionalProperties: false, properties: {a: {}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, anyOf: [{required: [a], properties: {a: true}}, {required: [b], properties: {b: true}}], unevaluatedProperties: false}",
        "{type: object, additionalProperties: false, properties: {a: {}, b: {}}}",
        "yes",
        "no",
    ),
    (
        "{type: object, properties: {a: {type: string}}, allOf: [{required: [a]}]}",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, dependentRequired: {a: [b]}}",
        "{type: object, dependentSchemas: {a: {required: [b]}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, propertyNames: {enum: [a, b]}}",
        "{type: object, additionalProperties: false, properties: {a: true, b: true}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, propertyNames: {enum: [a, b]}}",
        "{type: object, maxProperties: 2}",
        "yes",
        "no",
    ),
    (
        "{type: object, propertyNames: {enum: [a, b]}, minProperties: 2}",
        "{type: object, required: [a, b]}",
        "yes",
        "no",
    ),
    (
        "{type: object, properties: {a: false}}",
        "{type: object, not: {required: [a]}}",
        "yes",
        "yes",
    ),
    // Arrays.
    ("{type: array, items: {type: integer}}", "{type: array, items: {type: number}}", "yes", "no"),
    ("{type: array, items: false}", "{type: array, maxItems: 0}", "yes", "yes"),
    (
        "{type: array, prefixItems: [{type: string}], items: false}",
        "{type: array, maxItems: 1, items: {type: string}}",
        "yes",
        "yes",
    ),
    ("{type: array, contains: {type: string}}", "{type: array, minItems: 1}", "yes", "no"),
    ("{type: array}", "{type: array, contains: {type: string}, minContains: 0}", "yes", "yes"),
    (
        "{type: array, contains: {const: 1}, maxContains: 1}",
        "{type: array, contains: {const: 1}, maxContains: 2}",
        "yes",
        "no",
    ),
    (
        "{type: array, uniqueItems: true, items: {enum: [a, b]}}",
        "{type: array, maxItems: 2}",
        "yes",
        "no",
    ),
    ("{type: array, uniqueItems: true}", "{type: array}", "yes", "no"),
    (
        "{type: array, prefixItems: [{const: 1}, {const: 2}]}",
        "{type: array, prefixItems: [true, true], unevaluatedItems: false}",
        "no",
        "no",
    ),
    // Alternatives.
    (
        "{oneOf: [{type: object, required: [gas], properties: {gas: {type: integer}, wood: {type: integer}}}, {type: object, required: [wood], properties: {gas: {type: integer}, wood: {type: integer}}}]}",
        "{type: object, required: [gas, wood], properties: {gas: {type: integer}, wood: {type: integer}}}",
        "no",
        "no",
    ),
    ("{oneOf: [{type: number}, {type: integer}]}", "{type: number}", "yes", "no"),
    (
        "{oneOf: [{type: string, enum: [low, high]}, {type: string, enum: [off]}]}",
        "{oneOf: [{type: string, enum: [low, high, off]}, {type: string, enum: [off]}]}",
        "no",
        "yes",
    ),
    (
        "{anyOf: [{type: number, minimum: 1}, {type: string, enum: [a, b]}]}",
        "{anyOf: [{type: number, minimum: 1}, {type: string, enum: [a, b, c]}]}",
        "yes",
        "no",
    ),
    ("{type: string}", "{oneOf: [{type: string}, {type: object, required: [a]}]}", "yes", "no"),
    ("{oneOf: [{type: boolean}, {type: number, minimum: 0}]}", "{type: boolean}", "no", "yes"),
    (
        "{type: object, anyOf: [{type: object, required: [a]}, {type: object, required: [b]}]}",
        "{type: object, anyOf: [{type: object, required: [a]}]}",
        "no",
        "yes",
    ),
    (
        "{anyOf: [{type: object, required: [k], properties: {k: {enum: [a]}}}, {type: object, required: [k], properties: {k: {enum: [b]}}}]}",
        "{oneOf: [{type: object, required: [k], properties: {k: {enum: [a]}}}, {type: object, required: [k], properties: {k: {enum: [b]}}}]}",
        "yes",
        "yes",
    ),
    ("{anyOf: [{type: string}, {type: string}]}", "{type: string}", "yes", "yes"),
    (
        "{type: object, properties: {k: {type: string}}, if: {required: [k]}, then: {required: [n]}}",
        "{type: object, properties: {k: {type: string}}}",
        "yes",
        "no",
    ),
    (
        "{if: {type: string}, then: {maxLength: 3}, else: {type: integer}}",
        "{anyOf: [{type: string, maxLength: 3}, {type: integer}]}",
        "yes",
        "yes",
    ),
    // Beyond what is decided.
    ("{properties: {a: 5}}", "{properties: {a: 7}}", "?", "?"),
    ("{enum: 5}", "{enum: {}}", "?", "?"),
    (
        "{type: number, format: currency}",
        "{type: number, format: currency, minimum: 1}",
        "?",
        "yes",
    ),
    (
        "{type: string, contentSchema: {type: string}}",
        "{type: string, contentSchema: {type: integer}}",
        "?",
        "?",
    ),
    (
        "{type: string, contentSchema: {type: string}}",
        "{type: string, contentSchema: {type: string}}",
        "yes",
        "yes",
    ),
    (
        "{unevaluatedProperties: false, anyOf: [{properties: {a: true}}, {properties: {b: true}}, {properties: {c: true}}, {properties: {d: true}}, {properties: {e: true}}, {properties: {f: true}}, {required: [g]}]}",
        "{unevaluatedProperties: false, anyOf: [{properties: {a: true}}, {properties: {b: true}}, {properties: {c: true}}, {properties: {d: true}}, {properties: {e: true}}, {properties: {f: false}}, {required: [g]}]}",
        "?",
        "?",
    ),
    ("{not: {not: {type: string}}}", "{type: string}", "yes", "yes"),
];

/// Schemas of one document that differ in version: the first is 3.0, the second 3.1.
const LIFTED: &[Case] = &[
    ("{type: string, nullable: true}", "{type: [string, 'null']}", "yes", "yes"),
    ("{type: string, nullable: true, enum: [a]}", "{enum: [a, null]}", "yes", "yes"),
    ("{allOf: [{type: string}], nullable: true}", "{type: [string, 'null']}", "yes", "yes"),
    ("{type: string, format: byte}", "{type: string, contentEncoding: base64}", "yes", "yes"),
    (
        "{type: number, minimum: 1, exclusiveMinimum: true}",
        "{type: number, exclusiveMinimum: 1}",
        "yes",
        "yes",
    ),
    ("{$ref: '#/components/A', maxLength: 1}", "{type: string}", "yes", "yes"),
    ("{type: object, nullable: true, enum: [null]}", "{type: 'null'}", "yes", "yes"),
];

/// Targets of references, in all documents.
const COMPONENTS: &str = "components:
  A: {type: string}
  a b: {type: integer}
  Anchored: {$anchor: here, type: boolean}
  Resource: {$id: 'https://example.com/r', $defs: {x: {type: 'null'}}, $ref: '#/$defs/x'}
  List: {type: object, required: [v], properties: {v: {type: integer}, next: {$ref: '#/components/List'}}}
  Numbers: {type: object, required: [v], properties: {v: {type: number}, next: {$ref: '#/components/Numbers'}}}
  Unrolled: {type: object, required: [v], properties: {v: {type: integer}, next: {type: object, required: [v], properties: {v: {type: integer}, next: {$ref: '#/components/Unrolled'}}}}}
  Endless: {type: object, required: [next], properties: {next: {$ref: '#/components/Endless'}}}
  Dynamic: {$dynamicAnchor: node, type: object, properties: {next: {$dynamicRef: '#node'}}}
  Dynamics: {type: object, properties: {next: {$ref: '#/components/Dynamics'}}}
";

const REFERENCES: &[Case] = &[
    ("{$ref: '#/components/a%20b'}", "{type: integer}", "yes", "yes"),
    ("{$ref: '#here'}", "{type: boolean}", "yes", "yes"),
    ("{$ref: 'https://example.com/r'}", "{type: 'null'}", "yes", "yes"),
    ("{$ref: '#/components/A', maxLength: 1}", "{type: string, maxLength: 1}", "yes", "yes"),
    ("{$ref: '#/components/Missing'}", "{$ref: '#/components/Missing'}", "?", "?"),
    ("{$ref: '#/components/List'}", "{$ref: '#/components/Numbers'}", "yes", "no"),
    ("{$ref: '#/components/List'}", "{$ref: '#/components/Unrolled'}", "yes", "yes"),
    ("{$ref: '#/components/Endless'}", "false", "yes", "yes"),
    ("{$ref: '#/components/Dynamic'}", "{$ref: '#/components/Dynamics'}", "yes", "yes"),
];

/// Requests of OpenAPI 3.0: what clients send, and what the API accepts.
const REQUESTS: &[Case] = &[
    (
        "{type: object, properties: {a: {type: object, readOnly: true, properties: {b: {type: string}}}}}",
        "{type: object, properties: {a: {type: object, readOnly: true, required: [b], properties: {b: {type: string}}}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, required: [a], properties: {a: {type: string, readOnly: true}}}",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "no",
        "yes",
    ),
    (
        "{allOf: [{type: object, properties: {a: {readOnly: true}}}, {required: [a]}]}",
        "{type: object}",
        "yes",
        "yes",
    ),
    (
        "{type: object, properties: {a: {writeOnly: true, enum: [x]}}}",
        "{type: object, properties: {a: {enum: [x, y]}}}",
        "yes",
        "no",
    ),
];

/// Schemas of a sender that sends declared properties only, and of its receiver.
const DECLARED: &[Case] = &[
    (
        "{type: object, properties: {a: {type: string}}}",
        "{type: object, properties: {a: {type: string}, b: {type: string}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, properties: {a: {type: string}}}",
        "{type: object, properties: {a: {type: string}, b: {type: string}}, required: [b]}",
        "no",
        "yes",
    ),
    // Written out, the default means no more than left out.
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: {}}",
        "{type: object, properties: {a: {type: string}, b: {type: string}}}",
        "yes",
        "yes",
    ),
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}",
        "{type: object, properties: {a: {type: string}, b: {type: string}}}",
        "no",
        "no",
    ),
    (
        "{type: object, properties: {a: {type: string}}}",
        "{type: object, additionalProperties: false}",
        "no",
        "yes",
    ),
    // An object that declares nothing may get properties, but any value may not.
    ("{type: object}", "{type: object, properties: {a: {type: string}}}", "yes", "yes"),
    ("{}", "{properties: {a: {type: string}}}", "no", "yes"),
    (
        "{oneOf: [{type: object, required: [x], properties: {x: {type: string}}}, {type: object, required: [y], properties: {y: {type: integer}}}]}",
        "{type: object, properties: {x: {type: string}, y: {type: integer}}}",
        "yes",
        "no",
    ),
    (
        "{type: object, properties: {a: {type: object, properties: {b: true}}}}",
        "{type: object, properties: {a: {type: object, properties: {b: true, c: {type: string}}}}}",
        "yes",
        "yes",
    ),
    (
        "{allOf: [{type: object, properties: {y: true}}, {anyOf: [{properties: {x: true}}, {properties: {y: true}}]}]}",
        "{type: object, properties: {x: false}}",
        "no",
        "yes",
    ),
];

fn answer(inclusion: &Inclusion) -> &'static str {
    match inclusion {
        Inclusion::Yes => "yes",
        Inclusion::No(_) => "no",
        Inclusion::Unknown(_) => "?",
    }
}

#[track_caller]
fn check(cases: &[Case], dialects: [Dialect; 2], options: InclusionOptions) {
    let mut faults = String::new();
    for (first, second, forth, back) in cases {
        let [a, b] = [first, second].map(|s| parse(&format!("schema: {s}\n{COMPONENTS}")));
        let (a, b) = ((&a, dialects[0]), (&b, dialects[1]));
        for (sent, accepted, expected) in [(a, b, forth), (b, a, back)] {
            let found = decide(sent, accepted, options);
            if answer(&found) != *expected {
                faults += &format!("{first}\n{second}\n  expected {expected}, found {found:?}\n");
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn schemas_of_3_1() {
    check(CASES, [Dialect::OpenApi31; 2], InclusionOptions::default());
}

#[test]
fn schemas_lifted_from_3_0_to_3_1() {
    check(LIFTED, [Dialect::OpenApi30, Dialect::OpenApi31], InclusionOptions::default());
}

#[test]
fn references_and_recursion() {
    check(REFERENCES, [Dialect::OpenApi31; 2], InclusionOptions::default());
}

#[test]
fn properties_that_do_not_travel() {
    let direction = Some(WireDirection::Request);
    let options = InclusionOptions { direction, ..InclusionOptions::default() };
    check(REQUESTS, [Dialect::OpenApi30; 2], options);
}

#[test]
fn properties_that_are_not_declared() {
    let undeclared = UndeclaredProperties::Unsent;
    let options = InclusionOptions { undeclared, ..InclusionOptions::default() };
    check(DECLARED, [Dialect::OpenApi31; 2], options);
}

/// Twenty alternatives that refer to the union, one of them with one value more.
fn recursive_union(edited: usize) -> String {
    let alternatives = (0..20).map(|index| {
        let values = if index == edited { "[a, b]" } else { "[a]" };
        format!(
            "{{type: object, required: [p{index}, v], properties: {{v: {{enum: {values}}}, \
             next: {{$ref: '#/schema'}}, list: {{type: array, items: {{$ref: '#/schema'}}}}}}}}"
        )
    });
    format!("schema: {{oneOf: [{}]}}", alternatives.collect::<Vec<_>>().join(", "))
}

#[test]
fn wide_recursive_unions_are_decided() {
    let [less, more] = [parse(&recursive_union(20)), parse(&recursive_union(10))];
    assert_eq!(crate::includes(&less, &less), Inclusion::Yes);
    let Inclusion::No(witness) = crate::includes(&more, &less) else { panic!() };
    assert_eq!(witness.to_string(), r#"{"p10":null,"v":"b"}"#);
}

/// Schemas that inherit from a union that contains them.
const CIRCULAR: &str = "
schema: {$ref: '#/c/Plant'}
c:
  Plant: {type: object, required: [kind], oneOf: [{$ref: '#/c/Oat'}, {$ref: '#/c/Rye'}]}
  Oat: {allOf: [{$ref: '#/c/Plant'}, {required: [husk], properties: {rye: false}}]}
  Rye: {allOf: [{$ref: '#/c/Plant'}, {required: [rye], properties: {husk: false}}]}
";

#[test]
fn circular_inheritance_is_decided() {
    let plant = parse(CIRCULAR);
    assert_eq!(crate::includes(&plant, &plant), Inclusion::Yes);
    let open = parse(&CIRCULAR.replace("required: [kind], ", ""));
    assert_eq!(crate::includes(&plant, &open), Inclusion::Yes);
    assert!(matches!(crate::includes(&open, &plant), Inclusion::No(_)));
}

#[test]
fn witnesses_are_small() {
    let cases = [
        ("{enum: [a, b, c]}", "{enum: [a, b]}", "\"c\""),
        ("{type: object}", "{type: object, required: [a]}", "{}"),
        ("{type: integer}", "{type: integer, maximum: 9007199254740993}", "9007199254740994"),
        (
            "{type: object, properties: {s: {enum: [x, y]}}}",
            "{type: object, properties: {s: {enum: [x]}}}",
            r#"{"s":"y"}"#,
        ),
        ("{type: array, items: {type: string}}", "{type: array, items: {minLength: 2}}", r#"[""]"#),
    ];
    for (sent, accepted, witness) in cases {
        let [sent, accepted] = [sent, accepted].map(|s| parse(&format!("schema: {s}")));
        let Inclusion::No(found) = crate::includes(&sent, &accepted) else { panic!("{witness}") };
        assert_eq!(found.to_string(), witness);
    }
}
