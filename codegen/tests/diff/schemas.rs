//! A change of a named schema is one change, with the operations that it affects.

use codegen::diff::{Change, Level};

use crate::{edited, report};

/// Returns a document with three operations that refer to schemas.
fn document(schemas: &str) -> String {
    let content = |schema: &str| format!("{{application/json: {{schema: {schema}}}}}");
    let order = content("{$ref: '#/components/schemas/Order'}");
    let orders = content("{type: array, items: {$ref: '#/components/schemas/Order'}}");
    format!(
        "openapi: 3.0.3
paths:
  /orders:
    get:
      responses: {{'200': {{content: {orders}}}}}
    post:
      requestBody: {{content: {order}}}
      responses: {{'200': {{content: {order}}}}}
  /orders/{{id}}:
    get:
      parameters: [{{name: id, in: path, schema: {{$ref: '#/components/schemas/Id'}}}}]
      responses: {{'200': {{content: {order}}}}}
components:
  schemas:
{schemas}"
    )
}

const SCHEMAS: &str = "
    Id: {type: string, minLength: 3}
    Place: {type: object, properties: {city: {type: string}}}
    Named: {type: object, properties: {name: {type: string}}}
    Order:
      allOf:
        - {$ref: '#/components/schemas/Named'}
        - type: object
          properties:
            id: {allOf: [{$ref: '#/components/schemas/Id'}], description: An id}
            parent: {nullable: true, allOf: [{$ref: '#/components/schemas/Id'}]}
            from: {$ref: '#/components/schemas/Place'}
            to: {nullable: true, oneOf: [{$ref: '#/components/schemas/Place'}]}
            next: {type: array, items: {$ref: '#/components/schemas/Order'}}
";

/// Returns the changes of an edit of the schemas.
#[track_caller]
fn changes(edits: &[(&str, &str)]) -> Vec<Change> {
    let base = document(SCHEMAS);
    report(&base, &edited(&base, edits)).changes
}

#[track_caller]
fn assert_change(change: &Change, schema: &str, pointer: &str, places: &[&str]) {
    assert_eq!(change.schema.as_deref(), Some(schema), "{change:?}");
    assert_eq!(change.pointer, pointer);
    assert_eq!(change.places, places);
}

const RESPONSES: [&str; 3] = ["GET /orders · 200", "GET /orders/{id} · 200", "POST /orders · 200"];

#[test]
fn lists_operations_and_places() {
    let changes = changes(&[("city: {type: string}", "city: {type: string}, zip: {type: string}")]);
    assert_eq!(changes.len(), 2);
    assert_change(&changes[0], "Place", "/zip", &RESPONSES);
    assert_eq!(changes[0].operations, ["GET /orders", "GET /orders/{id}", "POST /orders"]);
    assert_change(&changes[1], "Place", "/zip", &["POST /orders · request"]);
    assert_eq!(changes[1].operations, ["POST /orders"]);
}

#[test]
fn levels_depend_on_the_direction() {
    let changes = changes(&[("minLength: 3", "minLength: 4")]);
    assert_eq!(changes.len(), 2);
    assert_change(&changes[0], "Id", "", &RESPONSES);
    let requests = ["GET /orders/{id} · path id", "POST /orders · request"];
    assert_change(&changes[1], "Id", "", &requests);
    assert_eq!((changes[0].level, changes[1].level), (Level::Info, Level::Breaking));
}

#[test]
fn nullable_and_extended_uses_are_the_same_schema() {
    let changes = changes(&[("name: {type: string}", "name: {type: integer}")]);
    assert_eq!(changes.len(), 2);
    assert_change(&changes[0], "Named", "/name", &RESPONSES);
    assert_change(&changes[1], "Named", "/name", &["POST /orders · request"]);
}

#[test]
fn change_of_a_use_belongs_to_the_schema_around_it() {
    let edit = ("to: {nullable: true, oneOf: [", "to: {oneOf: [");
    let only = changes(&[edit]);
    assert_eq!(only.len(), 2);
    assert_change(&only[0], "Order", "/to", &RESPONSES);
    assert_eq!(only[0].rule, "became-not-nullable");
    let both = changes(&[edit, ("city: {type: string}", "city: {type: integer}")]);
    let found: Vec<_> = both.iter().map(|change| (change.schema.as_deref(), change.rule)).collect();
    let (not_null, type_changed) = ("became-not-nullable", "type-changed");
    let (order, place) = (Some("Order"), Some("Place"));
    assert_eq!(
        found,
        [(order, not_null), (order, not_null), (place, type_changed), (place, type_changed)]
    );
}

#[test]
fn inlining_and_renaming_are_no_change() {
    let place = "{type: object, properties: {city: {type: string}}}";
    let reference = "{$ref: '#/components/schemas/Place'}";
    assert_eq!(changes(&[(reference, place)]), []);
    assert_eq!(changes(&[(reference, place), (reference, place)]), []);
    let base = document(SCHEMAS);
    assert_eq!(report(&base, &base.replace("Place", "Location")).changes, []);
    let split = "{type: object, properties: {city: {$ref: '#/components/schemas/City'}}}\n    \
                 City: {type: string}";
    assert_eq!(report(&base, &edited(&base, &[(place, split)])).changes, []);
}

#[test]
fn change_of_an_inlined_schema_is_reported_at_its_place() {
    let place = "{type: object, properties: {city: {type: integer}}}";
    let changes =
        changes(&[("from: {$ref: '#/components/schemas/Place'}", &format!("from: {place}"))]);
    assert_eq!(changes.len(), 2);
    assert_change(&changes[0], "Order", "/from/city", &RESPONSES);
}

#[test]
fn equal_changes_of_operations_are_one_change() {
    let base = document(SCHEMAS);
    let secured = format!(
        "{base}\n  securitySchemes: {{token: {{type: http, scheme: bearer}}}}\nsecurity: [{{token: []}}]\n"
    );
    let changes = report(&base, &secured).changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].operations, ["GET /orders", "GET /orders/{id}", "POST /orders"]);
    let removed = base.replace("  /orders/{id}:", "  /packages/{id}:");
    assert_eq!(report(&base, &removed).changes.len(), 2);
}
