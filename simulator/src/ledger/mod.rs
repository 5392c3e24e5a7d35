//! The state of the registry as rows that refer to each other by index.

mod inserted;
mod refusal;
mod rows;
#[cfg(test)]
mod tests;
mod timeline;
mod writes;

use std::collections::HashMap;

pub(crate) use self::refusal::{RefusalReason, RefusedWrite};
pub(crate) use self::rows::{
    BatchRow, DeliveryRow, DocumentRow, InsertedRow, IssuanceRow, OrderRow, OrganisationRow,
    Origin, Parts, ProjectRow, RetirementRow, SupplierRow, TransferRow,
};
pub(crate) use self::timeline::{Microseconds, Timeline};
pub(crate) use self::writes::{Portion, RetirementTerms, TransferTerms};
use crate::identifier::{self, IdentifierKind};

/// One minute in microseconds.
const MINUTE: Microseconds = 60_000_000;

/// The state of the registry.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) seed: u64,
    pub(crate) organisations: Vec<OrganisationRow>,
    pub(crate) suppliers: Vec<SupplierRow>,
    pub(crate) projects: Vec<ProjectRow>,
    pub(crate) documents: Vec<DocumentRow>,
    pub(crate) orders: Vec<OrderRow>,
    pub(crate) issuances: Vec<IssuanceRow>,
    pub(crate) batches: Vec<BatchRow>,
    pub(crate) deliveries: Vec<DeliveryRow>,
    pub(crate) transfers: Vec<TransferRow>,
    pub(crate) refunds: Vec<TransferRow>,
    pub(crate) retirements: Vec<RetirementRow>,
    pub(crate) timelines: Timelines,
    /// The batches of all deliveries, transfers, refunds and retirements.
    parts: Vec<u32>,
    inserted: Vec<InsertedRow>,
    /// The inserted batches with identifiers that do not encode their index.
    foreign_batches: HashMap<Box<str>, u32>,
    next_unit: u64,
    /// The latest time of any event.
    now: Microseconds,
    /// True while the timelines are not sorted and those of organisations are empty.
    is_seeding: bool,
}

/// The order in time of each kind of resource that has one.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    pub(crate) batches: Timeline,
    pub(crate) deliveries: Timeline,
    pub(crate) issuances: Timeline,
    pub(crate) orders: Timeline,
    pub(crate) retirements: Timeline,
    pub(crate) transfers: Timeline,
}

impl Timelines {
    fn of_mut(&mut self, kind: IdentifierKind) -> Option<&mut Timeline> {
        match kind {
            IdentifierKind::Batch => Some(&mut self.batches),
            IdentifierKind::Delivery => Some(&mut self.deliveries),
            IdentifierKind::Issuance => Some(&mut self.issuances),
            IdentifierKind::Order => Some(&mut self.orders),
            IdentifierKind::Retirement => Some(&mut self.retirements),
            IdentifierKind::Transfer => Some(&mut self.transfers),
            _ => None,
        }
    }

    fn sort(&mut self) {
        let Self { batches, deliveries, issuances, orders, retirements, transfers } = self;
        for timeline in [batches, deliveries, issuances, orders, retirements, transfers] {
            timeline.sort();
        }
    }
}

/// Queries.
impl Ledger {
    /// Returns the number of resources of a kind.
    pub(crate) fn len(&self, kind: IdentifierKind) -> usize {
        match kind {
            IdentifierKind::Batch => self.batches.len(),
            IdentifierKind::Delivery => self.deliveries.len(),
            IdentifierKind::Document => self.documents.len(),
            IdentifierKind::Issuance | IdentifierKind::Removal => self.issuances.len(),
            IdentifierKind::Order => self.orders.len(),
            IdentifierKind::Organisation => self.organisations.len(),
            IdentifierKind::Project => self.projects.len(),
            IdentifierKind::Refund => self.refunds.len(),
            IdentifierKind::Retirement => self.retirements.len(),
            IdentifierKind::StripeConfiguration | IdentifierKind::Supplier => self.suppliers.len(),
            IdentifierKind::Transfer => self.transfers.len(),
        }
    }

    /// Returns the identifier of a resource.
    pub(crate) fn id(&self, kind: IdentifierKind, key: u32) -> String {
        let foreign = match kind {
            IdentifierKind::Batch => self.inserted(key).and_then(|row| row.foreign_id.as_deref()),
            IdentifierKind::Organisation => self.organisations[key as usize].foreign_id.as_deref(),
            _ => None,
        };
        let encoded = || identifier::encode(kind, self.seed, key.into());
        foreign.map_or_else(encoded, str::to_owned)
    }

    /// Returns the index of the resource with an identifier.
    pub(crate) fn find(&self, kind: IdentifierKind, id: &str) -> Option<u32> {
        let encoded = || {
            let number = identifier::decode(kind, self.seed, id)?;
            let key = u32::try_from(number).ok()?;
            let exists = (key as usize) < self.len(kind) && self.id(kind, key) == id;
            let is_vacant = kind == IdentifierKind::Batch
                && self.batches.get(key as usize).is_some_and(|row| row.is_vacant);
            (exists && !is_vacant).then_some(key)
        };
        self.find_foreign(kind, id).or_else(encoded)
    }

    fn find_foreign(&self, kind: IdentifierKind, id: &str) -> Option<u32> {
        match kind {
            IdentifierKind::Batch => self.foreign_batches.get(id).copied(),
            IdentifierKind::Organisation => {
                let mut organisations = (0..).zip(&self.organisations);
                organisations.find(|(_, row)| row.foreign_id.as_deref() == Some(id)).map(|(k, _)| k)
            }
            _ => None,
        }
    }

    pub(crate) fn batch(&self, key: u32) -> &BatchRow {
        &self.batches[key as usize]
    }

    /// Returns the row of an inserted batch, or of a batch split from one.
    pub(crate) fn inserted(&self, batch: u32) -> Option<&InsertedRow> {
        match self.batch(batch).origin {
            Origin::Issuance(_) => None,
            Origin::Inserted(inserted) => self.inserted.get(inserted as usize),
        }
    }

    /// Returns the batches of a delivery, transfer, refund or retirement as they were then.
    pub(crate) fn parts(&self, parts: Parts) -> &[u32] {
        &self.parts[parts.start as usize..parts.end as usize]
    }

    /// Returns the kilograms of a delivery, transfer, refund or retirement.
    pub(crate) fn total(&self, parts: Parts) -> i64 {
        self.parts(parts).iter().map(|&batch| self.batch(batch).kilograms).sum()
    }

    pub(crate) fn issuance_of(&self, batch: u32) -> Option<u32> {
        match self.batch(batch).origin {
            Origin::Issuance(issuance) => Some(issuance),
            Origin::Inserted(_) => {
                self.find_in_base(batch, IdentifierKind::Issuance, "issuance_id")
            }
        }
    }

    pub(crate) fn project_of(&self, batch: u32) -> Option<u32> {
        match self.batch(batch).origin {
            Origin::Issuance(issuance) => Some(self.issuances[issuance as usize].project),
            Origin::Inserted(_) => self.find_in_base(batch, IdentifierKind::Project, "project_id"),
        }
    }

    pub(crate) fn supplier_of(&self, batch: u32) -> Option<u32> {
        match self.batch(batch).origin {
            Origin::Issuance(issuance) => {
                let project = self.issuances[issuance as usize].project;
                Some(self.projects[project as usize].supplier)
            }
            Origin::Inserted(_) => {
                self.find_in_base(batch, IdentifierKind::Supplier, "supplier_id")
            }
        }
    }

    pub(crate) fn order_of(&self, batch: u32) -> Option<u32> {
        Some(self.deliveries[self.batch(batch).delivery? as usize].order)
    }

    fn beneficiary_of(&self, batch: u32) -> Option<u32> {
        Some(self.retirements[self.batch(batch).retirement? as usize].beneficiary)
    }

    /// Returns the organisations that a batch is listed for: its owner and, if it is another one,
    /// its beneficiary.
    fn holders(&self, batch: u32) -> [Option<u32>; 2] {
        let owner = self.batch(batch).owner;
        [Some(owner), self.beneficiary_of(batch).filter(|beneficiary| *beneficiary != owner)]
    }

    pub(crate) fn issued_at(&self, batch: u32) -> Microseconds {
        match self.batch(batch).origin {
            Origin::Issuance(issuance) => self.issuances[issuance as usize].at,
            Origin::Inserted(_) => self.inserted(batch).map_or(0, |row| row.issued_at),
        }
    }

    pub(crate) fn delivered_at(&self, batch: u32) -> Option<Microseconds> {
        match self.batch(batch).delivery {
            Some(delivery) => Some(self.deliveries[delivery as usize].at),
            None => self.inserted(batch)?.delivered_at,
        }
    }

    pub(crate) fn status(&self, batch: u32) -> &'static str {
        let row = self.batch(batch);
        if row.left_child.is_some() {
            "split"
        } else if row.retirement.is_some() || self.inserted(batch).is_some_and(|b| b.is_retired) {
            "retired"
        } else {
            "active"
        }
    }

    /// Returns the supplier of an organisation, if it is one.
    pub(crate) fn supplier_of_organisation(&self, organisation: u32) -> Option<u32> {
        let mut suppliers = (0..).zip(&self.suppliers);
        suppliers.find(|(_, row)| row.organisation == organisation).map(|(key, _)| key)
    }

    /// Returns a time after all events.
    pub(crate) fn next_time(&self) -> Microseconds {
        self.now + MINUTE
    }
}

/// Construction.
impl Ledger {
    /// Starts a ledger whose events may arrive in any order until [`finish`](Self::finish).
    pub(crate) fn seeding(seed: u64, batches: usize) -> Self {
        Self {
            seed,
            next_unit: 1,
            is_seeding: true,
            batches: Vec::with_capacity(batches),
            ..Self::default()
        }
    }

    pub(crate) fn finish(&mut self) {
        self.timelines.sort();
        self.is_seeding = false;
        let batches = std::mem::take(&mut self.timelines.batches);
        for batch in batches.keys() {
            let issued_at = self.issued_at(batch);
            for holder in self.holders(batch).into_iter().flatten() {
                self.organisations[holder as usize].batches.push_unsorted(issued_at, batch);
            }
        }
        self.timelines.batches = batches;
    }

    /// Puts a resource at its place in time.
    fn record(&mut self, kind: IdentifierKind, at: Microseconds, key: u32) {
        self.now = self.now.max(at);
        let Some(timeline) = self.timelines.of_mut(kind) else { return };
        if self.is_seeding {
            timeline.push_unsorted(at, key);
        } else {
            timeline.insert(at, key);
        }
    }
}
