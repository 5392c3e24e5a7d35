//! The current world: the seeded world and the changes to it.

use std::collections::HashMap;

use isometric_registry::audit::SerialRange;
use isometric_registry::chrono::TimeDelta;
use isometric_registry::types::{CreditBatch, CreditBatchId, CreditBatchStatus, Organisation};
use isometric_registry::validate::HasSchema;
use serde_json::Value;

use crate::error::WorldError;
use crate::transaction;
use crate::world::World;

/// The maximum size of an issued batch: a billion tonnes.
const MAX_KILOGRAMS: i64 = 1_000_000_000_000;

/// The time between two changes to a batch.
const ONE_DAY: TimeDelta = TimeDelta::days(1);

/// A world and its changes.
#[derive(Debug)]
pub(crate) struct Ledger {
    world: World,
    /// The changed and added batches. `None` for a removed batch.
    changed: HashMap<CreditBatchId, Option<StoredBatch>>,
    /// The batches that are not seeded, in the order of addition.
    added: Vec<CreditBatchId>,
    /// The serial numbers of inserted batches.
    inserted_serials: Vec<String>,
    next_number: u64,
    next_unit: u64,
}

/// The served form of a batch.
#[derive(Clone, Debug)]
pub(crate) enum StoredBatch {
    Consistent(Box<CreditBatch>),
    /// Arbitrary JSON.
    Corrupt(Value),
}

impl StoredBatch {
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Consistent(batch) => serde_json::to_vec(batch),
            Self::Corrupt(json) => serde_json::to_vec(json),
        }
    }
}

impl Ledger {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world,
            changed: HashMap::new(),
            added: Vec::new(),
            inserted_serials: Vec::new(),
            next_number: world.batches,
            next_unit: world.first_free_unit(),
        }
    }

    /// Returns the batches that are not seeded, in the order of addition.
    pub(crate) fn added(&self) -> Vec<CreditBatchId> {
        self.added.clone()
    }

    pub(crate) fn stored(&self, id: &CreditBatchId) -> Result<StoredBatch, WorldError> {
        match self.changed.get(id) {
            Some(Some(stored)) => Ok(stored.clone()),
            Some(None) => Err(WorldError::Unknown(id.clone())),
            None => self.world.find(id).map(|batch| StoredBatch::Consistent(Box::new(batch))),
        }
    }

    pub(crate) fn is_removed(&self, id: &CreditBatchId) -> bool {
        matches!(self.changed.get(id), Some(None))
    }

    /// Returns a batch that is not corrupt.
    pub(crate) fn batch(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        match self.stored(id)? {
            StoredBatch::Consistent(batch) => Ok(*batch),
            StoredBatch::Corrupt(_) => Err(WorldError::Corrupt(id.clone())),
        }
    }

    pub(crate) fn issue(&mut self, kilograms: i64) -> Result<CreditBatch, WorldError> {
        if !(1..=MAX_KILOGRAMS).contains(&kilograms) {
            return Err(WorldError::InvalidQuantity(kilograms));
        }
        let number = self.take_number();
        let batch = self.world.issue(number, self.next_unit, kilograms);
        self.next_unit += kilograms.unsigned_abs();
        self.add(batch.clone());
        Ok(batch)
    }

    pub(crate) fn insert(&mut self, batch: CreditBatch) -> Result<(), WorldError> {
        let id = &batch.id;
        let (violations, findings) = (batch.violations(), batch.findings());
        if !violations.is_empty() {
            return Err(WorldError::Invalid { id: id.clone(), violations });
        }
        if !findings.is_empty() {
            return Err(WorldError::Inconsistent { id: id.clone(), findings });
        }
        if batch.parent_id.is_some() || batch.status == CreditBatchStatus::Split {
            return Err(WorldError::HasRelatives(id.clone()));
        }
        if self.changed.contains_key(id) || self.world.find(id).is_ok() {
            return Err(WorldError::AlreadyExists(id.clone()));
        }
        if let Some(range) = SerialRange::parse(&batch.serial_number) {
            if self.is_in_use(&range) {
                return Err(WorldError::SerialNumberInUse(batch.serial_number));
            }
            self.inserted_serials.push(batch.serial_number.clone());
        }
        self.add(batch);
        Ok(())
    }

    fn is_in_use(&self, range: &SerialRange<'_>) -> bool {
        let mut inserted =
            self.inserted_serials.iter().filter_map(|serial| SerialRange::parse(serial));
        self.world.owns(range) || inserted.any(|other| other.overlaps(range))
    }

    pub(crate) fn split(
        &mut self,
        id: &CreditBatchId,
        left_kgs: i64,
    ) -> Result<[CreditBatch; 2], WorldError> {
        let mut parent = self.batch(id)?;
        let ids = [self.take_number(), self.take_number()].map(|number| self.world.id(number));
        let children = transaction::split(&mut parent, left_kgs, ids)?;
        self.store(parent);
        for child in &children {
            self.add(child.clone());
        }
        Ok(children)
    }

    pub(crate) fn deliver(
        &mut self,
        id: &CreditBatchId,
        buyer: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        let mut batch = self.batch(id)?;
        let number = self.take_number();
        let delivery = self.world.identifier(number);
        transaction::deliver(&mut batch, delivery, buyer, ONE_DAY)?;
        self.store(batch.clone());
        Ok(batch)
    }

    pub(crate) fn retire(
        &mut self,
        id: &CreditBatchId,
        beneficiary: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        let mut batch = self.batch(id)?;
        let number = self.take_number();
        let retirement = self.world.identifier(number);
        transaction::retire(&mut batch, retirement, beneficiary, ONE_DAY)?;
        self.store(batch.clone());
        Ok(batch)
    }

    /// Serves arbitrary JSON as a batch.
    pub(crate) fn corrupt(&mut self, id: &CreditBatchId, json: Value) {
        if !self.changed.contains_key(id) && self.world.find(id).is_err() {
            self.added.push(id.clone());
        }
        self.changed.insert(id.clone(), Some(StoredBatch::Corrupt(json)));
    }

    /// Removes a batch and leaves its relatives unchanged.
    pub(crate) fn remove(&mut self, id: &CreditBatchId) -> Result<(), WorldError> {
        self.stored(id)?;
        self.changed.insert(id.clone(), None);
        Ok(())
    }

    fn add(&mut self, batch: CreditBatch) {
        self.added.push(batch.id.clone());
        self.store(batch);
    }

    fn store(&mut self, batch: CreditBatch) {
        self.changed.insert(batch.id.clone(), Some(StoredBatch::Consistent(Box::new(batch))));
    }

    /// Returns the next number that no batch uses. An inserted batch may use any number.
    fn take_number(&mut self) -> u64 {
        while self.changed.contains_key(&self.world.id(self.next_number)) {
            self.next_number += 1;
        }
        self.next_number += 1;
        self.next_number - 1
    }
}
