//! Exact totals of the quantities in records, in total and by group.

use std::collections::BTreeMap;

use isometric_registry::rust_decimal::Decimal;
use isometric_registry::validate::{Format, Schema};

use crate::output::columns::{Column, Columns};
use crate::output::members::Cell;

/// The properties of a quantity: whole kilograms of CO₂e, and credits.
const KILOGRAMS: &str = "credit_kgs";
const CREDITS: &str = "credits";

/// The status of a credit batch that was divided into its children.
const STATUS: &str = "status";
const SPLIT: &str = "split";

/// The group of records without a value.
const NO_KEY: &str = "";

/// The totals of the records of one type.
#[derive(Debug)]
pub(crate) struct Totals {
    columns: Columns,
    pub(crate) quantities: Vec<QuantityColumns>,
    pub(crate) total: GroupTotal,
    pub(crate) groupings: Vec<GroupedTotals>,
    /// The number of records with a quantity that cannot be read. They are not counted.
    pub(crate) unreadable: u64,
    /// The number of split batches. Their credits are counted again in their children.
    pub(crate) split: u64,
    status: Option<usize>,
}

/// The columns of a quantity, such as `size.credit_kgs` and `size.credits`.
#[derive(Debug)]
pub(crate) struct QuantityColumns {
    /// The dotted name of the quantity, such as `size`.
    pub(crate) name: String,
    kilograms: usize,
    credits: usize,
}

/// The totals by the values of one property.
#[derive(Debug)]
pub(crate) struct GroupedTotals {
    grouping: Grouping,
    /// The totals by key.
    pub(crate) groups: BTreeMap<String, GroupTotal>,
}

/// A property that records are grouped by.
#[derive(Debug)]
struct Grouping {
    name: String,
    column: usize,
    /// Set for times, which are grouped by their year.
    is_year: bool,
    /// The column with the name of the resource that the key identifies.
    label: Option<usize>,
}

/// The total of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupTotal {
    pub(crate) records: u64,
    /// The name of the resource that the key identifies.
    pub(crate) label: Option<String>,
    /// The sums in the order of the quantities.
    pub(crate) sums: Vec<ExactQuantity>,
}

/// A quantity without rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExactQuantity {
    pub(crate) kilograms: i128,
    pub(crate) credits: Decimal,
}

impl Totals {
    /// Creates empty totals of a type, grouped by `by`, or by every enumeration, supplier,
    /// project and year of the type if `by` is empty.
    ///
    /// # Errors
    ///
    /// Returns a message if the type has no quantity, or no property with a name in `by`.
    pub(crate) fn new(schema: &'static Schema, by: &[String]) -> Result<Self, String> {
        let columns = Columns::of(&[schema]);
        let quantities = quantities(&columns);
        if quantities.is_empty() {
            return Err("the records have no quantity of credits".to_owned());
        }
        let groupings = if by.is_empty() {
            default_groupings(&columns)
        } else {
            by.iter().map(|name| Grouping::named(name, &columns)).collect::<Result<_, _>>()?
        };
        let groupings = groupings
            .into_iter()
            .map(|grouping| GroupedTotals { grouping, groups: BTreeMap::new() });
        Ok(Self {
            total: GroupTotal::new(None, quantities.len()),
            quantities,
            groupings: groupings.collect(),
            unreadable: 0,
            split: 0,
            status: columns.list.iter().position(|column| column.name == STATUS),
            columns,
        })
    }

    /// Adds a record.
    pub(crate) fn add(&mut self, record: &str) {
        let cells = self.columns.cells(record);
        let quantities = self.quantities.iter().map(|quantity| quantity.read(&cells));
        let added = quantities.collect::<Option<Vec<_>>>().and_then(|quantities| {
            // The total fails first: it is the largest, unless quantities are negative.
            self.total.add(&quantities)?;
            Some(quantities)
        });
        let Some(quantities) = added else {
            self.unreadable += 1;
            return;
        };
        let is_split = self.status.is_some_and(|column| cells[column] == Cell::Text(SPLIT.into()));
        self.split += u64::from(is_split);
        for GroupedTotals { grouping, groups } in &mut self.groupings {
            let group = groups
                .entry(grouping.key(&cells))
                .or_insert_with(|| GroupTotal::new(grouping.label(&cells), quantities.len()));
            if group.add(&quantities).is_none() {
                self.unreadable += 1;
            }
        }
    }
}

impl GroupedTotals {
    /// Returns the name of the property, such as `status` or `year of issued_at`.
    pub(crate) fn name(&self) -> &str {
        &self.grouping.name
    }
}

impl GroupTotal {
    fn new(label: Option<String>, quantities: usize) -> Self {
        Self { records: 0, label, sums: vec![ExactQuantity::default(); quantities] }
    }

    /// Adds quantities, or returns `None` if a sum would overflow.
    fn add(&mut self, quantities: &[ExactQuantity]) -> Option<()> {
        let sums = self.sums.iter().zip(quantities).map(|(sum, quantity)| sum.plus(quantity));
        self.sums = sums.collect::<Option<_>>()?;
        self.records += 1;
        Some(())
    }
}

impl ExactQuantity {
    fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            kilograms: self.kilograms.checked_add(other.kilograms)?,
            credits: self.credits.checked_add(other.credits)?,
        })
    }
}

impl QuantityColumns {
    /// Reads the quantity of a record. A missing quantity, such as that of a null object, is
    /// zero.
    fn read(&self, cells: &[Cell<'_>]) -> Option<ExactQuantity> {
        match (&cells[self.kilograms], &cells[self.credits]) {
            (Cell::Empty, Cell::Empty) => Some(ExactQuantity::default()),
            (Cell::Json(kilograms), Cell::Json(credits)) => Some(ExactQuantity {
                kilograms: kilograms.parse().ok()?,
                credits: decimal(credits)?,
            }),
            _ => None,
        }
    }
}

/// Parses a JSON number exactly.
fn decimal(json: &str) -> Option<Decimal> {
    let parsed = if json.contains(['e', 'E']) {
        Decimal::from_scientific(json)
    } else {
        Decimal::from_str_exact(json)
    };
    parsed.ok()
}

fn quantities(columns: &Columns) -> Vec<QuantityColumns> {
    let index = |name: &str| columns.list.iter().position(|column| column.name == name);
    let quantities = columns.list.iter().enumerate().filter_map(|(credits, column)| {
        let name = column.name.strip_suffix(CREDITS)?.strip_suffix('.')?;
        let kilograms = index(&format!("{name}.{KILOGRAMS}"))?;
        Some(QuantityColumns { name: name.to_owned(), kilograms, credits })
    });
    quantities.collect()
}

impl Grouping {
    fn new(column: usize, columns: &Columns) -> Self {
        let Column { name, schema, .. } = &columns.list[column];
        let is_year = is_time(schema);
        Self {
            name: if is_year { format!("year of {name}") } else { name.clone() },
            column,
            is_year,
            label: label(name, columns),
        }
    }

    /// Finds the property with this dotted name, or `supplier`, `project` or `year`.
    fn named(name: &str, columns: &Columns) -> Result<Self, String> {
        let column = columns.list.iter().position(|column| column.name == name);
        let column = column.or_else(|| match name {
            "supplier" => identifier("SupplierId", columns),
            "project" => identifier("ProjectId", columns),
            "year" => time(columns),
            _ => None,
        });
        let column = column.ok_or_else(|| {
            let names: Vec<_> =
                columns.list.iter().filter(|column| is_key(column)).map(|c| &*c.name).collect();
            format!("unknown property `{name}`; expected one of {}", names.join(", "))
        })?;
        Ok(Self::new(column, columns))
    }

    fn key(&self, cells: &[Cell<'_>]) -> String {
        match &cells[self.column] {
            Cell::Empty => NO_KEY.to_owned(),
            Cell::Json(json) => (*json).to_owned(),
            // A time starts with its year.
            Cell::Text(time) if self.is_year => {
                time.split('-').next().unwrap_or_default().to_owned()
            }
            Cell::Text(text) => text.clone().into_owned(),
        }
    }

    fn label(&self, cells: &[Cell<'_>]) -> Option<String> {
        match &cells[self.label?] {
            Cell::Text(text) => Some(text.clone().into_owned()),
            _ => None,
        }
    }
}

/// Returns the groupings by every enumeration, supplier, project and year of a type.
fn default_groupings(columns: &Columns) -> Vec<Grouping> {
    let is_enumeration = |column: &Column| match column.schema {
        Schema::String(rules) => !column.name.contains('.') && !rules.values.is_empty(),
        _ => false,
    };
    let enumerations = columns.list.iter().enumerate().filter(|(_, column)| is_enumeration(column));
    let others =
        [identifier("SupplierId", columns), identifier("ProjectId", columns), time(columns)];
    let indexes = enumerations.map(|(index, _)| index).chain(others.into_iter().flatten());
    indexes.map(|column| Grouping::new(column, columns)).collect()
}

/// Returns the first column with this type of identifiers, other than the record's own.
fn identifier(type_name: &str, columns: &Columns) -> Option<usize> {
    columns.list.iter().position(|column| match column.schema {
        Schema::String(rules) => column.name != "id" && rules.name == type_name,
        _ => false,
    })
}

/// Returns the column with the time that every record has.
fn time(columns: &Columns) -> Option<usize> {
    let find = |wanted: fn(&Format) -> bool| {
        columns.list.iter().position(|column| match column.schema {
            Schema::String(rules) => {
                !column.is_nullable
                    && !column.name.contains('.')
                    && rules.format.as_ref().is_some_and(wanted)
            }
            _ => false,
        })
    };
    find(|format| matches!(format, Format::DateTime))
        .or_else(|| find(|format| matches!(format, Format::Date)))
}

fn is_time(schema: &Schema) -> bool {
    match schema {
        Schema::String(rules) => matches!(rules.format, Some(Format::Date | Format::DateTime)),
        _ => false,
    }
}

fn is_key(column: &Column) -> bool {
    matches!(column.schema, Schema::String(_) | Schema::Boolean)
}

/// Returns the column with the name of the resource whose identifier has this dotted name.
fn label(name: &str, columns: &Columns) -> Option<usize> {
    let resource = name.strip_suffix(".id")?;
    let names = ["name", "organisation.name"].map(|label| format!("{resource}.{label}"));
    names.iter().find_map(|name| columns.list.iter().position(|column| column.name == *name))
}

#[cfg(test)]
mod tests {
    use isometric_registry::types::{
        CreditBatch, Issuance, Order, Organisation, Project, Retirement,
    };
    use isometric_registry::validate::HasSchema;

    use super::{GroupedTotals, Totals};

    fn groupings<T: HasSchema>() -> Vec<String> {
        let totals = Totals::new(T::SCHEMA, &[]).unwrap();
        totals.groupings.iter().map(|grouped| grouped.name().to_owned()).collect()
    }

    #[test]
    fn groups_by_the_properties_of_the_type() {
        assert_eq!(
            groupings::<CreditBatch>(),
            ["status", "supplier_id", "project_id", "year of issued_at"]
        );
        assert_eq!(groupings::<Issuance>(), ["supplier.id", "project_id", "year of issued_at"]);
        assert_eq!(groupings::<Project>(), ["pathway", "status", "supplier.id"]);
        assert_eq!(
            groupings::<Order>(),
            ["status", "supplier.id", "year of effective_contract_date"]
        );
        assert_eq!(groupings::<Retirement>(), ["year of retired_at"]);
        assert_eq!(
            Totals::new(Organisation::SCHEMA, &[]).unwrap_err(),
            "the records have no quantity of credits"
        );
    }

    #[test]
    fn adds_without_rounding() {
        let by = ["status".to_owned(), "year".to_owned()];
        let mut totals = Totals::new(CreditBatch::SCHEMA, &by).unwrap();
        for (status, year, kilograms, credits) in [
            ("active", 2023, "9007199254740993", "9007199254740.993"),
            ("active", 2024, "100", "0.1"),
            ("split", 2024, "200", "2e-1"),
        ] {
            totals.add(&format!(
                "{{\"status\": \"{status}\", \"issued_at\": \"{year}-01-01T00:00:00Z\", \
                 \"size\": {{\"credit_kgs\": {kilograms}, \"credits\": {credits}}}}}"
            ));
        }
        assert_eq!(totals.total.records, 3);
        assert_eq!(totals.total.sums[0].kilograms, 9_007_199_254_741_293);
        assert_eq!(totals.total.sums[0].credits.to_string(), "9007199254741.293");
        let outline = |grouped: &GroupedTotals| -> Vec<_> {
            let groups = grouped.groups.iter();
            groups.map(|(key, group)| format!("{key} {}", group.sums[0].credits)).collect()
        };
        assert_eq!(outline(&totals.groupings[0]), ["active 9007199254741.093", "split 0.2"]);
        assert_eq!(outline(&totals.groupings[1]), ["2023 9007199254740.993", "2024 0.3"]);
        assert_eq!((totals.unreadable, totals.split), (0, 1));
    }

    #[test]
    fn does_not_count_unreadable_quantities() {
        let mut totals = Totals::new(CreditBatch::SCHEMA, &["owner.id".to_owned()]).unwrap();
        for size in [
            r#"{"credit_kgs": 1}"#,
            r#"{"credit_kgs": "1", "credits": 1}"#,
            r#"{"credit_kgs": 1, "credits": 1e99}"#,
            r#"{"credit_kgs": 1.5, "credits": 1}"#,
        ] {
            totals.add(&format!("{{\"size\": {size}}}"));
        }
        totals.add(r#"{"size": null}"#);
        assert_eq!((totals.unreadable, totals.total.records), (4, 1));
        let groups: Vec<_> = totals.groupings[0].groups.keys().collect();
        assert_eq!(groups, [""]);
    }

    #[test]
    fn labels_suppliers_with_their_names() {
        let mut totals = Totals::new(Issuance::SCHEMA, &["supplier".to_owned()]).unwrap();
        totals.add(r#"{"supplier": {"id": "spl_1", "organisation": {"name": "Storage"}}}"#);
        let group = totals.groupings[0].groups.get("spl_1").unwrap();
        assert_eq!(group.label.as_deref(), Some("Storage"));
    }

    #[test]
    fn lists_the_properties_to_group_by() {
        let error = Totals::new(Retirement::SCHEMA, &["tea".to_owned()]).unwrap_err();
        assert!(error.starts_with("unknown property `tea`; expected one of id, "), "{error}");
    }
}
