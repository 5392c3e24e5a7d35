//! The changes of tests to single batches, as methods of `Simulator` expose them.

use isometric_registry::audit::SerialRange;
use isometric_registry::types::{CreditBatch, CreditBatchId, CreditBatchStatus, Organisation};
use isometric_registry::validate::HasSchema;

use crate::error::WorldError;
use crate::identifier::IdentifierKind;
use crate::ledger::{InsertedRow, Ledger, Microseconds, Portion, RetirementTerms, TransferTerms};
use crate::served::ServedWorld;

/// The maximum size of an issued batch: a billion tonnes.
const MAX_KILOGRAMS: i64 = 1_000_000_000_000;

/// The time between two changes to a batch.
const ONE_DAY: Microseconds = 86_400_000_000;

/// Returns a batch that is not corrupt.
pub(crate) fn batch(world: &ServedWorld, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
    let key = key(world, id)?;
    decode(&world.ledger, id, key)
}

fn decode(ledger: &Ledger, id: &CreditBatchId, key: u32) -> Result<CreditBatch, WorldError> {
    let view = ledger.view(IdentifierKind::Batch, key);
    serde_json::from_value(view).map_err(|_| WorldError::Corrupt(id.clone()))
}

fn decode_key(ledger: &Ledger, key: u32) -> Result<CreditBatch, WorldError> {
    let view = ledger.view(IdentifierKind::Batch, key);
    serde_json::from_value(view).map_err(|error| WorldError::Undecodable(error.to_string()))
}

/// Returns the key of a batch that is neither corrupt nor removed.
fn key(world: &ServedWorld, id: &CreditBatchId) -> Result<u32, WorldError> {
    match world.corruption(id.as_str()) {
        Some(Some(_)) => Err(WorldError::Corrupt(id.clone())),
        Some(None) => Err(WorldError::Unknown(id.clone())),
        None => {
            let found = world.ledger.find(IdentifierKind::Batch, id.as_str());
            found.ok_or_else(|| WorldError::Unknown(id.clone()))
        }
    }
}

/// Returns the key of a batch that can be changed.
fn active_key(world: &ServedWorld, id: &CreditBatchId) -> Result<u32, WorldError> {
    let key = key(world, id)?;
    match world.ledger.check_active(key) {
        Ok(()) => Ok(key),
        Err(_) => {
            let status = decode(&world.ledger, id, key)?.status;
            Err(WorldError::NotActive { id: id.clone(), status })
        }
    }
}

pub(crate) fn issue(world: &mut ServedWorld, kilograms: i64) -> Result<CreditBatch, WorldError> {
    if !(1..=MAX_KILOGRAMS).contains(&kilograms) {
        return Err(WorldError::InvalidQuantity(kilograms));
    }
    let ledger = &mut world.ledger;
    let number = ledger.issuances.len();
    // The first project of every world is validated.
    let validated: Vec<_> = (0..)
        .zip(&ledger.projects)
        .filter(|(_, row)| row.status == 0)
        .map(|(key, _)| key)
        .collect();
    let project = validated[number % validated.len()];
    let issuance = ledger.issue(project, ledger.next_time(), &[kilograms], &[]);
    decode_key(ledger, ledger.issuances[issuance as usize].first_batch)
}

pub(crate) fn insert(world: &mut ServedWorld, batch: CreditBatch) -> Result<(), WorldError> {
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
    let is_known = world.corruption(id.as_str()).is_some()
        || world.ledger.find(IdentifierKind::Batch, id.as_str()).is_some();
    if is_known {
        return Err(WorldError::AlreadyExists(id.clone()));
    }
    let range = SerialRange::parse(&batch.serial_number);
    if range.is_some_and(|range| world.ledger.is_serial_in_use(&range)) {
        return Err(WorldError::SerialNumberInUse(batch.serial_number));
    }
    let times = [Some(batch.issued_at), batch.delivered_at];
    let times = times.map(|time| time.map(|time| time.timestamp_micros()));
    let undecodable = |error: serde_json::Error| WorldError::Undecodable(error.to_string());
    let base = serde_json::to_value(&batch).map_err(undecodable)?;
    let row = InsertedRow::new(base, &batch.serial_number, times);
    let owner = organisation(&mut world.ledger, &batch.owner);
    world.ledger.insert(id.as_str(), owner, row, batch.size.credit_kgs);
    Ok(())
}

fn organisation(ledger: &mut Ledger, organisation: &Organisation) -> u32 {
    let Organisation { id, name, domain, .. } = organisation;
    ledger.find_or_add_organisation(id.as_str(), name, domain.as_deref())
}

pub(crate) fn split(
    world: &mut ServedWorld,
    id: &CreditBatchId,
    left_kgs: i64,
) -> Result<[CreditBatch; 2], WorldError> {
    let key = active_key(world, id)?;
    let size = world.ledger.batch(key).kilograms;
    if !(1..size).contains(&left_kgs) {
        return Err(WorldError::Indivisible { id: id.clone(), kilograms: left_kgs, size });
    }
    let left = world.ledger.split(key, left_kgs);
    Ok([decode_key(&world.ledger, left)?, decode_key(&world.ledger, left + 1)?])
}

pub(crate) fn deliver(
    world: &mut ServedWorld,
    id: &CreditBatchId,
    buyer: &Organisation,
) -> Result<CreditBatch, WorldError> {
    let key = active_key(world, id)?;
    let ledger = &mut world.ledger;
    if ledger.delivered_at(key).is_some() {
        return Err(WorldError::AlreadyDelivered(id.clone()));
    }
    let supplier = ledger.supplier_of(key).unwrap_or_default();
    let at = ledger.issued_at(key);
    let buyer = organisation(ledger, buyer);
    let portion = whole_batch(ledger, key);
    let order = ledger.place_order(buyer, supplier, at, portion.kilograms);
    ledger.deliver(order, &[portion], at + ONE_DAY, None);
    decode(ledger, id, key)
}

pub(crate) fn transfer(
    world: &mut ServedWorld,
    id: &CreditBatchId,
    to: &Organisation,
) -> Result<CreditBatch, WorldError> {
    let key = active_key(world, id)?;
    let ledger = &mut world.ledger;
    let to = organisation(ledger, to);
    let (from, portion, at) =
        (ledger.batch(key).owner, whole_batch(ledger, key), time_after(ledger, key));
    ledger.transfer(&[portion], TransferTerms { from, to, at, notes: None });
    decode(ledger, id, key)
}

pub(crate) fn refund(
    world: &mut ServedWorld,
    id: &CreditBatchId,
) -> Result<CreditBatch, WorldError> {
    let key = active_key(world, id)?;
    let ledger = &mut world.ledger;
    let holder = ledger.batch(key).owner;
    let supplier = ledger.suppliers.iter().find(|row| row.pool == holder);
    let to = supplier.ok_or_else(|| WorldError::NotInBufferPool(id.clone()))?.organisation;
    let (portion, at) = (whole_batch(ledger, key), time_after(ledger, key));
    ledger.refund(&[portion], TransferTerms { from: holder, to, at, notes: None });
    decode(ledger, id, key)
}

pub(crate) fn retire(
    world: &mut ServedWorld,
    id: &CreditBatchId,
    beneficiary: &Organisation,
) -> Result<CreditBatch, WorldError> {
    let key = active_key(world, id)?;
    let ledger = &mut world.ledger;
    let beneficiary = organisation(ledger, beneficiary);
    let (owner, portion, at) =
        (ledger.batch(key).owner, whole_batch(ledger, key), time_after(ledger, key));
    let terms = RetirementTerms { owner, beneficiary, purposes: 1, notes: None, at };
    ledger.retire(&[portion], terms);
    decode(ledger, id, key)
}

/// Returns all of a batch.
fn whole_batch(ledger: &Ledger, batch: u32) -> Portion {
    Portion { batch, kilograms: ledger.batch(batch).kilograms }
}

/// Returns a time after the delivery of a batch or, if it was not delivered, its issuance.
fn time_after(ledger: &Ledger, batch: u32) -> Microseconds {
    let issued_at = ledger.issued_at(batch);
    ledger.delivered_at(batch).unwrap_or(issued_at).max(issued_at) + ONE_DAY
}
