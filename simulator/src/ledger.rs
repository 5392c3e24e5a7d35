//! The world as it is now: that of the seed, and what was changed in it since.

use std::collections::HashMap;

use isometric_registry::chrono::TimeDelta;
use isometric_registry::types::{CreditBatch, CreditBatchId, CreditBatchStatus, Organisation};
use isometric_registry::validate::HasSchema;
use serde_json::Value;

use crate::error::WorldError;
use crate::serial::SerialNumber;
use crate::transaction;
use crate::world::World;

/// The most kilograms that can be issued at once: a thousand million tonnes.
const MOST_KILOGRAMS: i64 = 1_000_000_000_000;

/// What happens takes place a day after what happened before it.
const A_DAY: TimeDelta = TimeDelta::days(1);

/// A world and its changes.
#[derive(Debug)]
pub(crate) struct Ledger {
    world: World,
    /// What became of batches; nothing, where one was removed.
    changed: HashMap<CreditBatchId, Option<Record>>,
    /// The batches that are not of the seed, in the order in which they came.
    added: Vec<CreditBatchId>,
    /// The serial numbers of batches that were inserted.
    inserted: Vec<SerialNumber>,
    next_number: u64,
    next_unit: u64,
}

/// What is served as a batch.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    /// A batch that is in order.
    Sound(Box<CreditBatch>),
    /// Any JSON.
    Corrupt(Value),
}

impl Record {
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Sound(batch) => serde_json::to_vec(batch),
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
            inserted: Vec::new(),
            next_number: world.batches,
            next_unit: world.end_of_units(),
        }
    }

    /// The batches that are not of the seed, in the order in which they came.
    pub(crate) fn added(&self) -> Vec<CreditBatchId> {
        self.added.clone()
    }

    /// What is served as a batch.
    pub(crate) fn record(&self, id: &CreditBatchId) -> Result<Record, WorldError> {
        match self.changed.get(id) {
            Some(Some(record)) => Ok(record.clone()),
            Some(None) => Err(WorldError::Unknown(id.clone())),
            None => self.world.find(id).map(|batch| Record::Sound(Box::new(batch))),
        }
    }

    pub(crate) fn exists(&self, id: &CreditBatchId) -> bool {
        !matches!(self.changed.get(id), Some(None))
    }

    /// A batch that is in order.
    pub(crate) fn batch(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        match self.record(id)? {
            Record::Sound(batch) => Ok(*batch),
            Record::Corrupt(_) => Err(WorldError::Corrupt(id.clone())),
        }
    }

    pub(crate) fn issue(&mut self, kilograms: i64) -> Result<CreditBatch, WorldError> {
        if !(1..=MOST_KILOGRAMS).contains(&kilograms) {
            return Err(WorldError::Quantity(kilograms));
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
            return Err(WorldError::Related(id.clone()));
        }
        if self.changed.contains_key(id) || self.world.find(id).is_ok() {
            return Err(WorldError::Exists(id.clone()));
        }
        if let Some(serial) = SerialNumber::read(&batch.serial_number) {
            let is_taken = self.inserted.iter().any(|taken| taken.overlaps(&serial));
            if is_taken || self.world.owns(&serial) {
                return Err(WorldError::SerialNumber(batch.serial_number));
            }
            self.inserted.push(serial);
        }
        self.add(batch);
        Ok(())
    }

    pub(crate) fn split(
        &mut self,
        id: &CreditBatchId,
        left_kgs: i64,
    ) -> Result<[CreditBatch; 2], WorldError> {
        let mut parent = self.batch(id)?;
        let ids = [self.take_number(), self.take_number()].map(|number| self.world.id(number));
        let children = transaction::split(&mut parent, left_kgs, ids)?;
        self.keep(parent);
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
        transaction::deliver(&mut batch, delivery, buyer, A_DAY)?;
        self.keep(batch.clone());
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
        transaction::retire(&mut batch, retirement, beneficiary, A_DAY)?;
        self.keep(batch.clone());
        Ok(batch)
    }

    /// Serves any JSON as a batch.
    pub(crate) fn corrupt(&mut self, id: &CreditBatchId, json: Value) {
        if !self.changed.contains_key(id) && self.world.find(id).is_err() {
            self.added.push(id.clone());
        }
        self.changed.insert(id.clone(), Some(Record::Corrupt(json)));
    }

    /// Loses a batch and leaves its relatives as they are.
    pub(crate) fn remove(&mut self, id: &CreditBatchId) -> Result<(), WorldError> {
        self.record(id)?;
        self.changed.insert(id.clone(), None);
        Ok(())
    }

    fn add(&mut self, batch: CreditBatch) {
        self.added.push(batch.id.clone());
        self.keep(batch);
    }

    fn keep(&mut self, batch: CreditBatch) {
        self.changed.insert(batch.id.clone(), Some(Record::Sound(Box::new(batch))));
    }

    /// A number that no batch has, not even one that was inserted.
    fn take_number(&mut self) -> u64 {
        while self.changed.contains_key(&self.world.id(self.next_number)) {
            self.next_number += 1;
        }
        self.next_number += 1;
        self.next_number - 1
    }
}
