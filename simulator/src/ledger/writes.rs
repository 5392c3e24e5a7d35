//! The changes to the ledger. Each conserves kilograms: a batch that is needed in part is split.

use std::collections::HashMap;

use super::rows::{
    BatchRow, DeliveryRow, IssuanceRow, OrderRow, OrganisationRow, Origin, Parts, RetirementRow,
    TransferRow,
};
use super::{Ledger, Microseconds, RefusalReason, RefusedWrite};
use crate::identifier::IdentifierKind;

/// A quantity to take from a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portion {
    pub(crate) batch: u32,
    pub(crate) kilograms: i64,
}

/// The particulars of a transfer, or of a refund from a buffer pool.
#[derive(Debug)]
pub(crate) struct TransferTerms {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) at: Microseconds,
    pub(crate) notes: Option<Box<str>>,
}

/// The particulars of a retirement.
#[derive(Debug)]
pub(crate) struct RetirementTerms {
    pub(crate) owner: u32,
    pub(crate) beneficiary: u32,
    /// The indices of the purposes in the catalogue, as bits.
    pub(crate) purposes: u8,
    pub(crate) notes: Option<Box<str>>,
    pub(crate) at: Microseconds,
}

/// Checks of a request, which precede every change.
impl Ledger {
    /// Checks that an owner has the portions as active credits. Several portions of a batch count
    /// together.
    pub(crate) fn check_portions(
        &self,
        portions: &[Portion],
        owner: u32,
        supplier: u32,
    ) -> Result<(), RefusedWrite> {
        if portions.is_empty() {
            return Err(RefusalReason::NoBatches.into());
        }
        let mut requested = HashMap::<u32, i64>::new();
        for (index, portion) in portions.iter().enumerate() {
            let refuse = |reason| RefusedWrite { reason, portion: Some(index) };
            let (batch, id) = (portion.batch, || self.id(IdentifierKind::Batch, portion.batch));
            if self.batch(batch).owner != owner {
                return Err(refuse(RefusalReason::NotOwner(id())));
            }
            if self.supplier_of(batch) != Some(supplier) {
                return Err(refuse(RefusalReason::OtherSupplier(id())));
            }
            self.check_active(batch).map_err(refuse)?;
            let requested = requested.entry(batch).or_default();
            *requested = requested.saturating_add(portion.kilograms);
            let available = self.batch(batch).kilograms;
            if *requested > available {
                let requested = *requested;
                return Err(refuse(RefusalReason::NotEnough { available, requested }));
            }
        }
        Ok(())
    }

    pub(crate) fn check_active(&self, batch: u32) -> Result<(), RefusalReason> {
        match self.status(batch) {
            "active" => Ok(()),
            status => {
                let id = self.id(IdentifierKind::Batch, batch);
                Err(RefusalReason::NotActive { id, status })
            }
        }
    }

    /// Checks that no portion was delivered before, and that the order still lacks the credits.
    pub(crate) fn check_delivery(
        &self,
        order: u32,
        portions: &[Portion],
    ) -> Result<(), RefusedWrite> {
        for (index, portion) in portions.iter().enumerate() {
            if self.delivered_at(portion.batch).is_some() {
                let id = self.id(IdentifierKind::Batch, portion.batch);
                let reason = RefusalReason::AlreadyDelivered(id);
                return Err(RefusedWrite { reason, portion: Some(index) });
            }
        }
        let order = &self.orders[order as usize];
        let available = order.ordered - order.delivered;
        let requested = portions.iter().fold(0_i64, |sum, part| sum.saturating_add(part.kilograms));
        if requested > available {
            return Err(RefusalReason::NotEnough { available, requested }.into());
        }
        Ok(())
    }

    /// Selects the oldest active credits of an owner among the eligible batches.
    pub(crate) fn oldest_portions(
        &self,
        owner: u32,
        kilograms: i64,
        is_eligible: impl Fn(&Self, u32) -> bool,
    ) -> Result<Vec<Portion>, RefusedWrite> {
        let mut portions = Vec::new();
        let mut missing = kilograms;
        for batch in self.organisations[owner as usize].batches.keys() {
            if missing == 0 {
                break;
            }
            if self.batch(batch).owner == owner
                && self.status(batch) == "active"
                && is_eligible(self, batch)
            {
                let kilograms = self.batch(batch).kilograms.min(missing);
                portions.push(Portion { batch, kilograms });
                missing -= kilograms;
            }
        }
        if missing > 0 {
            let available = kilograms - missing;
            return Err(RefusalReason::NotEnough { available, requested: kilograms }.into());
        }
        Ok(portions)
    }
}

/// Changes. The caller has checked that they are possible.
impl Ledger {
    pub(crate) fn add_organisation(&mut self, row: OrganisationRow) -> u32 {
        self.organisations.push(row);
        self.organisations.len() as u32 - 1
    }

    pub(crate) fn place_order(
        &mut self,
        buyer: u32,
        supplier: u32,
        at: Microseconds,
        ordered: i64,
    ) -> u32 {
        let key = self.orders.len() as u32;
        let row = OrderRow { buyer, supplier, at, ordered, delivered: 0, fulfilled_at: None };
        self.orders.push(row);
        self.record(IdentifierKind::Order, at, key);
        key
    }

    /// Creates batches of the given sizes for a project, divided between the supplier and its
    /// buffer pool.
    pub(crate) fn issue(
        &mut self,
        project: u32,
        at: Microseconds,
        supplier_sizes: &[i64],
        pool_sizes: &[i64],
    ) -> u32 {
        let issuance = self.issuances.len() as u32;
        let supplier = &self.suppliers[self.projects[project as usize].supplier as usize];
        let (owner, pool) = (supplier.organisation, supplier.pool);
        self.skip_foreign_ids(supplier_sizes.len() + pool_sizes.len());
        let first_batch = self.batches.len() as u32;
        for (owner, sizes) in [(owner, supplier_sizes), (pool, pool_sizes)] {
            for &kilograms in sizes {
                let origin = Origin::Issuance(issuance);
                self.push_batch(at, BatchRow::new(origin, owner, kilograms, self.next_unit));
                self.next_unit += kilograms.unsigned_abs();
            }
        }
        let (supplier_kilograms, pool_kilograms) =
            (supplier_sizes.iter().sum(), pool_sizes.iter().sum());
        self.issuances.push(IssuanceRow {
            project,
            at,
            first_batch,
            supplier_batches: supplier_sizes.len() as u32,
            pool_batches: pool_sizes.len() as u32,
            supplier_kilograms,
            pool_kilograms,
        });
        self.record(IdentifierKind::Issuance, at, issuance);
        let project = &mut self.projects[project as usize];
        project.issued += supplier_kilograms + pool_kilograms;
        project.issued_to_pool += pool_kilograms;
        issuance
    }

    /// Splits an active batch and returns its left child.
    pub(crate) fn split(&mut self, batch: u32, left_kilograms: i64) -> u32 {
        self.skip_foreign_ids(2);
        let left = self.batches.len() as u32;
        let row = self.batch(batch).clone();
        let issued_at = self.issued_at(batch);
        let right_kilograms = row.kilograms - left_kilograms;
        let middle = row.first_unit + left_kilograms.unsigned_abs();
        let origins = self.split_origin(batch, left_kilograms);
        let children = [(left_kilograms, row.first_unit), (right_kilograms, middle)];
        for ((kilograms, first_unit), origin) in children.into_iter().zip(origins) {
            let parent = Some(batch);
            let row = BatchRow { origin, kilograms, first_unit, parent, ..row };
            self.push_batch(issued_at, row);
        }
        self.change_batch(batch, |row| row.left_child = Some(left));
        left
    }

    /// Takes a portion out of its batch, which is split unless the portion is all of it.
    fn take(&mut self, portion: Portion) -> u32 {
        if portion.kilograms < self.batch(portion.batch).kilograms {
            self.split(portion.batch, portion.kilograms)
        } else {
            portion.batch
        }
    }

    /// Takes portions out of their batches. A further portion of a batch is taken from the rest
    /// of it.
    fn take_all(&mut self, portions: &[Portion]) -> Parts {
        let start = self.parts.len() as u32;
        for portion in portions {
            let mut batch = portion.batch;
            while let Some(left) = self.batch(batch).left_child {
                batch = left + 1;
            }
            let taken = self.take(Portion { batch, ..*portion });
            self.parts.push(taken);
        }
        Parts { start, end: self.parts.len() as u32 }
    }

    /// Calls `change` with the row of each part.
    fn change_parts(&mut self, parts: Parts, change: impl Fn(&mut BatchRow)) {
        for index in parts.start..parts.end {
            self.change_batch(self.parts[index as usize], &change);
        }
    }

    /// Calls `change` with the row of a batch. All changes of rows go through this method, which
    /// keeps the batches of organisations up to date.
    fn change_batch(&mut self, batch: u32, change: impl FnOnce(&mut BatchRow)) {
        let before = self.holders(batch);
        change(&mut self.batches[batch as usize]);
        let after = self.holders(batch);
        if self.is_seeding || before == after {
            return;
        }
        let issued_at = self.issued_at(batch);
        for holder in before.into_iter().flatten() {
            self.organisations[holder as usize].batches.remove(issued_at, batch);
        }
        for holder in after.into_iter().flatten() {
            self.organisations[holder as usize].batches.insert(issued_at, batch);
        }
    }

    pub(crate) fn deliver(
        &mut self,
        order: u32,
        portions: &[Portion],
        at: Microseconds,
        notes: Option<Box<str>>,
    ) -> u32 {
        let key = self.deliveries.len() as u32;
        let parts = self.take_all(portions);
        let kilograms = self.total(parts);
        let row = &mut self.orders[order as usize];
        row.delivered += kilograms;
        if row.delivered == row.ordered {
            row.fulfilled_at = Some(at);
        }
        let buyer = row.buyer;
        self.deliveries.push(DeliveryRow { order, at, parts, notes });
        self.change_parts(parts, |batch| {
            batch.owner = buyer;
            batch.delivery = Some(key);
        });
        self.record(IdentifierKind::Delivery, at, key);
        key
    }

    pub(crate) fn transfer(&mut self, portions: &[Portion], terms: TransferTerms) -> u32 {
        let (key, at) = (self.transfers.len() as u32, terms.at);
        let row = self.hand_over(portions, terms);
        self.transfers.push(row);
        self.record(IdentifierKind::Transfer, at, key);
        key
    }

    /// Returns credits from a buffer pool.
    pub(crate) fn refund(&mut self, portions: &[Portion], terms: TransferTerms) -> u32 {
        let (key, at) = (self.refunds.len() as u32, terms.at);
        let row = self.hand_over(portions, terms);
        self.refunds.push(row);
        self.record(IdentifierKind::Refund, at, key);
        key
    }

    fn hand_over(&mut self, portions: &[Portion], terms: TransferTerms) -> TransferRow {
        let TransferTerms { from, to, at, notes } = terms;
        let parts = self.take_all(portions);
        self.change_parts(parts, |batch| batch.owner = to);
        TransferRow { from, to, at, parts, notes }
    }

    pub(crate) fn retire(&mut self, portions: &[Portion], terms: RetirementTerms) -> u32 {
        let RetirementTerms { owner, beneficiary, purposes, notes, at } = terms;
        let key = self.retirements.len() as u32;
        let parts = self.take_all(portions);
        self.retirements.push(RetirementRow { owner, beneficiary, at, parts, purposes, notes });
        self.change_parts(parts, |batch| batch.retirement = Some(key));
        for index in parts.start..parts.end {
            let batch = self.parts[index as usize];
            let kilograms = self.batch(batch).kilograms;
            let Some(project) = self.project_of(batch) else { continue };
            let project = &mut self.projects[project as usize];
            project.retired += kilograms;
            if self.suppliers[project.supplier as usize].pool == owner {
                project.retired_from_pool += kilograms;
            }
        }
        self.record(IdentifierKind::Retirement, at, key);
        key
    }

    pub(super) fn push_batch(&mut self, issued_at: Microseconds, row: BatchRow) {
        let key = self.batches.len() as u32;
        if !self.is_seeding {
            self.organisations[row.owner as usize].batches.insert(issued_at, key);
        }
        self.batches.push(row);
        self.record(IdentifierKind::Batch, issued_at, key);
    }
}
