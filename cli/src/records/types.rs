//! The types of records: the schemas of the spec, found by name or by the identifier of a record.

use std::sync::LazyLock;

use heck::ToKebabCase;
use isometric_registry::validate::{Schema, lookup};
use memchr::memmem::Finder;
use serde::Deserialize;

static TYPES: LazyLock<Vec<RecordType>> = LazyLock::new(|| {
    let types = lookup::named().filter(|(_, schema)| !matches!(schema, Schema::String(_)));
    types.map(|(name, schema)| RecordType::new(name, schema)).collect()
});

/// A type of records.
#[derive(Debug)]
pub struct RecordType {
    /// The name of the schema in the spec, such as `CreditBatch`.
    pub name: &'static str,
    /// The name in kebab case, such as `credit-batch`.
    pub kebab_name: String,
    pub(super) schema: &'static Schema,
    /// The start of each record's identifier, such as `ctb_`.
    pub(super) id_prefix: Option<&'static str>,
    /// Searches for an identifier in its usual spellings.
    finders: Vec<Finder<'static>>,
}

impl RecordType {
    fn new(name: &'static str, schema: &'static Schema) -> Self {
        let id_prefix = match schema.property("id").map(Schema::non_null) {
            Some(Schema::String(rules)) if !rules.prefix.is_empty() => Some(rules.prefix),
            _ => None,
        };
        let spellings = id_prefix
            .iter()
            .flat_map(|prefix| [format!("\"id\":\"{prefix}"), format!("\"id\": \"{prefix}")]);
        let finders = spellings.map(|spelling| Finder::new(&spelling).into_owned()).collect();
        Self { name, kebab_name: name.to_kebab_case(), schema, id_prefix, finders }
    }

    /// Returns all types, sorted by name.
    pub fn all() -> &'static [Self] {
        &TYPES
    }

    /// Returns the type with this name, in kebab case or as in the spec.
    pub fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name == name || known.kebab_name == name)
    }

    /// Returns the type of a record, by the prefix of its `id`.
    pub(super) fn of(record: &[u8]) -> Option<&'static Self> {
        #[derive(Deserialize)]
        struct Identified {
            id: String,
        }

        let Identified { id } = serde_json::from_slice(record).ok()?;
        TYPES.iter().find(|known| known.id_prefix.is_some_and(|prefix| id.starts_with(prefix)))
    }

    /// Returns whether a record contains an `id` of this type, at any depth. It is a fast guess
    /// for records of one type in a row.
    pub(super) fn is_likely(&self, record: &[u8]) -> bool {
        self.finders.iter().any(|finder| finder.find(record).is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RecordType;

    #[test]
    fn identifiers_determine_the_type() {
        let prefixes: Vec<_> =
            RecordType::all().iter().filter_map(|known| known.id_prefix).collect();
        assert!(prefixes.contains(&"ctb_") && prefixes.contains(&"pjd_"), "{prefixes:?}");
        assert_eq!(BTreeSet::from_iter(&prefixes).len(), prefixes.len());
    }

    #[test]
    fn finds_the_type_by_the_own_identifier() {
        let of = |record: &str| RecordType::of(record.as_bytes()).map(|known| known.name);
        assert_eq!(of(r#"{"owner": {"id": "org_1"}, "id": "ctb_1"}"#), Some("CreditBatch"));
        assert_eq!(of(r#"{"owner": {"id": "org_1"}}"#), None);
        assert_eq!(of(r#"{"id": "xyz_1"}"#), None);
        assert_eq!(of("[]"), None);
    }
}
