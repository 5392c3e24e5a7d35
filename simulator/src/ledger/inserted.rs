//! Batches that tests insert, which may come from another registry.

use isometric_registry::audit::SerialRange;
use serde_json::Value;

use super::rows::{BatchRow, InsertedRow, OrganisationRow, Origin};
use super::{Ledger, Microseconds};
use crate::identifier::IdentifierKind;
use crate::serial;

impl Ledger {
    /// Inserts a batch without relatives.
    pub(crate) fn insert(&mut self, id: &str, owner: u32, row: InsertedRow, kilograms: i64) {
        self.skip_foreign_ids(1);
        let key = self.batches.len() as u32;
        let issued_at = row.issued_at;
        let inserted = self.inserted.len() as u32;
        let is_foreign = self.id_of_index(key) != id;
        let foreign_id = is_foreign.then(|| id.into());
        self.inserted.push(InsertedRow { foreign_id, ..row });
        if is_foreign {
            self.foreign_batches.insert(id.into(), key);
        }
        self.push_batch(issued_at, BatchRow::new(Origin::Inserted(inserted), owner, kilograms, 0));
    }

    /// Returns the organisation with an identifier, which is added if it does not exist.
    pub(crate) fn find_or_add_organisation(
        &mut self,
        id: &str,
        name: &str,
        domain: Option<&str>,
    ) -> u32 {
        let found = self.find(IdentifierKind::Organisation, id);
        found.unwrap_or_else(|| {
            self.add_organisation(OrganisationRow {
                foreign_id: Some(id.into()),
                domain: domain.map(Into::into),
                ..OrganisationRow::named(name)
            })
        })
    }

    /// Returns whether a serial range may belong to another batch: to an inserted one, or to one
    /// of a project.
    pub(crate) fn is_serial_in_use(&self, range: &SerialRange<'_>) -> bool {
        let mut inserted =
            self.inserted.iter().filter_map(|row| SerialRange::parse(&row.serial_number));
        let mut projects = (0..).zip(&self.projects);
        projects.any(|(key, _)| range.series.starts_with(&self.series(key)))
            || inserted.any(|other| other.overlaps(range))
    }

    /// Leaves indices vacant whose identifiers inserted batches have, so that the next `count`
    /// batches get consecutive indices.
    pub(super) fn skip_foreign_ids(&mut self, count: usize) {
        while !self.foreign_batches.is_empty() {
            let start = self.batches.len() as u32;
            let indices = start..start + count as u32;
            let is_taken = |key| self.foreign_batches.contains_key(&*self.id_of_index(key));
            let Some(taken) = indices.clone().rev().find(|key| is_taken(*key)) else { return };
            for _ in start..=taken {
                let row = BatchRow::new(Origin::Issuance(0), 0, 0, 0);
                self.batches.push(BatchRow { is_vacant: true, ..row });
            }
        }
    }

    fn id_of_index(&self, key: u32) -> String {
        crate::identifier::encode(IdentifierKind::Batch, self.seed, key.into())
    }

    /// Returns the origins of the children of a batch.
    pub(super) fn split_origin(&mut self, batch: u32, left_kilograms: i64) -> [Origin; 2] {
        let row = self.batch(batch);
        let (origin, kilograms) = (row.origin, row.kilograms);
        let Some(parent) = self.inserted(batch).cloned() else { return [origin; 2] };
        split_serial_number(&parent.serial_number, left_kilograms, kilograms).map(|serial| {
            let serial_number = serial.into();
            self.inserted.push(InsertedRow { foreign_id: None, serial_number, ..parent.clone() });
            Origin::Inserted(self.inserted.len() as u32 - 1)
        })
    }

    /// Returns the resource that a property of an inserted batch names, if this registry has it.
    pub(super) fn find_in_base(
        &self,
        batch: u32,
        kind: IdentifierKind,
        property: &str,
    ) -> Option<u32> {
        let id = self.inserted(batch)?.base.get(property).and_then(Value::as_str)?;
        self.find(kind, id)
    }
}

impl InsertedRow {
    pub(crate) fn new(base: Value, serial_number: &str, times: [Option<Microseconds>; 2]) -> Self {
        let [issued_at, delivered_at] = times;
        let is_retired = base.get("status").and_then(Value::as_str) == Some("retired");
        Self {
            foreign_id: None,
            serial_number: serial_number.into(),
            issued_at: issued_at.unwrap_or_default(),
            delivered_at,
            is_retired,
            base,
        }
    }
}

/// Returns the serial numbers of the children. A serial number without a range gets a suffix.
fn split_serial_number(parent: &str, part: i64, whole: i64) -> [String; 2] {
    match SerialRange::parse(parent).and_then(|range| serial::split(range, part, whole)) {
        Some(parts) => parts.map(|range| range.to_string()),
        None => ["L", "R"].map(|side| format!("{parent}-{side}")),
    }
}
