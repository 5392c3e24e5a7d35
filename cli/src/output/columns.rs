//! Columns of records, from the schema of their type. Nested properties are flattened and have
//! dotted names, such as `size.credit_kgs`.

use isometric_registry::validate::{Property, Schema};

use super::members::{Cell, RawObject};

/// A property that is not an object.
#[derive(Debug)]
pub(crate) struct Column {
    /// The dotted name.
    pub(crate) name: String,
    /// The rules of the property, without null.
    pub(crate) schema: &'static Schema,
    /// Set if the property, or an object that contains it, may be null.
    pub(crate) is_nullable: bool,
}

/// The columns of one or several types. `id` is first, and the others are in the order of their
/// names, so that equal types have equal columns.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) list: Vec<Column>,
    root: ColumnNode,
}

/// A property in the tree of columns.
#[derive(Debug, Default)]
struct ColumnNode {
    /// The index of the column of a value that is not an object.
    column: Option<usize>,
    members: Vec<(&'static str, ColumnNode)>,
}

impl Columns {
    /// Returns the columns of all properties of the types.
    pub(crate) fn of(schemas: &[&'static Schema]) -> Self {
        let mut columns = Self::default();
        for schema in schemas {
            let place = ColumnPlace { name: String::new(), is_nullable: false, parents: &[] };
            place.add(schema, &mut columns.root, &mut columns.list);
        }
        columns
    }

    /// Returns the cells of a record, in the order of the columns. Unknown properties have no
    /// cells.
    pub(crate) fn cells<'r>(&self, record: &'r str) -> Vec<Cell<'r>> {
        let mut cells = vec![Cell::Empty; self.list.len()];
        self.root.fill(record, &mut cells);
        cells
    }
}

impl ColumnNode {
    fn fill<'r>(&self, json: &'r str, cells: &mut [Cell<'r>]) {
        let is_object = json.starts_with('{') && !self.members.is_empty();
        match (is_object.then(|| RawObject::parse(json)).flatten(), self.column) {
            (Some(RawObject(members)), _) => {
                for (name, value) in members {
                    if let Some((_, node)) = self.members.iter().find(|(member, _)| *member == name)
                    {
                        node.fill(value, cells);
                    }
                }
            }
            (None, Some(column)) => cells[column] = Cell::new(json),
            (None, None) => {}
        }
    }

    fn member(&mut self, name: &'static str) -> &mut Self {
        let index = self.members.iter().position(|(member, _)| *member == name);
        let index = index.unwrap_or_else(|| {
            self.members.push((name, Self::default()));
            self.members.len() - 1
        });
        &mut self.members[index].1
    }
}

/// The place of a schema in the type of a record.
struct ColumnPlace<'p> {
    name: String,
    is_nullable: bool,
    /// The objects that contain the schema.
    parents: &'p [&'static Schema],
}

impl ColumnPlace<'_> {
    fn add(&self, schema: &'static Schema, node: &mut ColumnNode, columns: &mut Vec<Column>) {
        let is_nullable = self.is_nullable || matches!(schema, Schema::Nullable(_));
        let schema = schema.non_null();
        let is_recursive = self.parents.iter().any(|parent| std::ptr::eq(*parent, schema));
        match schema {
            Schema::AllOf(schemas) => {
                schemas.iter().for_each(|schema| self.add(schema, node, columns));
            }
            Schema::Object { properties, .. } if !properties.is_empty() && !is_recursive => {
                let parents = [self.parents, &[schema]].concat();
                for property in id_first(properties) {
                    let place = ColumnPlace {
                        name: dotted(&self.name, property.name),
                        is_nullable,
                        parents: &parents,
                    };
                    place.add(property.schema, node.member(property.name), columns);
                }
            }
            _ if node.column.is_some() => {}
            _ => {
                node.column = Some(columns.len());
                columns.push(Column { name: self.name.clone(), schema, is_nullable });
            }
        }
    }
}

fn id_first(properties: &'static [Property]) -> impl Iterator<Item = &'static Property> {
    let (ids, others): (Vec<_>, Vec<_>) =
        properties.iter().partition(|property| property.name == "id");
    ids.into_iter().chain(others)
}

/// Returns the name of a member below a dotted name.
pub(crate) fn dotted(name: &str, member: &str) -> String {
    if name.is_empty() { member.to_owned() } else { format!("{name}.{member}") }
}

#[cfg(test)]
mod tests {
    use isometric_registry::types::{CreditBatch, Organisation, OrganisationCreditBalance};
    use isometric_registry::validate::HasSchema;

    use super::super::members::Cell;
    use super::Columns;

    fn names(columns: &Columns) -> Vec<&str> {
        columns.list.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn flattens_nested_properties() {
        let columns = Columns::of(&[CreditBatch::SCHEMA]);
        let names = names(&columns);
        assert_eq!(names[..4], ["id", "beneficiary.id", "beneficiary.domain", "beneficiary.name"]);
        assert!(names.contains(&"size.credit_kgs") && names.contains(&"size.credits"));
        assert!(!names.contains(&"size"));
    }

    #[test]
    fn merges_the_columns_of_several_types() {
        let columns = Columns::of(&[Organisation::SCHEMA, CreditBatch::SCHEMA]);
        assert_eq!(names(&columns)[..4], ["id", "domain", "name", "beneficiary.id"]);
    }

    #[test]
    fn keeps_arrays_and_numbers_as_json() {
        let columns = Columns::of(&[OrganisationCreditBalance::SCHEMA]);
        assert_eq!(
            names(&columns),
            [
                "order_balances",
                "project_balances",
                "supplier_balances",
                "total.active_credits_total.credit_kgs",
                "total.active_credits_total.credits",
                "total.retired_credits_total.credit_kgs",
                "total.retired_credits_total.credits",
            ]
        );
        let cells = columns.cells(
            r#"{"new": 1, "order_balances": [1.0], "total": {"active_credits_total": {"credits": 1.500}}}"#,
        );
        assert_eq!(cells[0], Cell::Json("[1.0]"));
        assert_eq!(cells[4], Cell::Json("1.500"));
        assert_eq!(cells.iter().filter(|cell| **cell == Cell::Empty).count(), 5);
    }

    #[test]
    fn reads_null_and_values_of_the_wrong_type() {
        let columns = Columns::of(&[Organisation::SCHEMA]);
        let cells = columns.cells(r#"{"id": {"a": 1}, "domain": null, "name": "\ud800"}"#);
        assert_eq!(cells, [Cell::Json(r#"{"a": 1}"#), Cell::Empty, Cell::Json(r#""\ud800""#)]);
        assert_eq!(columns.cells("7"), [Cell::Empty, Cell::Empty, Cell::Empty]);
    }
}
