//! What can happen to a credit batch: it is split, delivered or retired.
//!
//! Each is a function of values. The seeded world and the tests that change it use
//! the same ones, so neither can lose or double a kilogram.

use isometric_registry::Decimal;
use isometric_registry::chrono::{DateTime, TimeDelta, Utc};
use isometric_registry::rust_decimal;
use isometric_registry::types::{
    CreditBatch, CreditBatchId, CreditBatchStatus, DeliveryId, Organisation, RetirementId,
};

use crate::error::WorldError;
use crate::serial::SerialNumber;

/// Splits a batch and gives its children, the left one with so many kilograms.
pub(crate) fn split(
    parent: &mut CreditBatch,
    left_kgs: i64,
    [left_id, right_id]: [CreditBatchId; 2],
) -> Result<[CreditBatch; 2], WorldError> {
    active(parent)?;
    let whole = parent.size.credit_kgs;
    if !(1..whole).contains(&left_kgs) {
        let id = parent.id.clone();
        return Err(WorldError::Indivisible { id, kilograms: left_kgs, of: whole });
    }
    let [left_serial, right_serial] = serial_numbers(&parent.serial_number, left_kgs, whole);
    let child = |id, serial_number, kilograms| {
        let mut child = parent.clone();
        child.parent_id = Some(parent.id.clone());
        child.id = id;
        child.serial_number = serial_number;
        child.size.credit_kgs = kilograms;
        child.size.credits = credits(kilograms);
        child
    };
    let children =
        [child(left_id, left_serial, left_kgs), child(right_id, right_serial, whole - left_kgs)];
    parent.status = CreditBatchStatus::Split;
    parent.left_child_id = Some(children[0].id.clone());
    parent.right_child_id = Some(children[1].id.clone());
    Ok(children)
}

/// Delivers a batch to its new owner.
pub(crate) fn deliver(
    batch: &mut CreditBatch,
    delivery: DeliveryId,
    buyer: Organisation,
    after: TimeDelta,
) -> Result<(), WorldError> {
    active(batch)?;
    if batch.delivery_id.is_some() {
        return Err(WorldError::Delivered(batch.id.clone()));
    }
    batch.delivery_id = Some(delivery);
    batch.delivered_at = Some(later(batch, after));
    batch.owner = buyer;
    Ok(())
}

/// Retires a batch for somebody's benefit.
pub(crate) fn retire(
    batch: &mut CreditBatch,
    retirement: RetirementId,
    beneficiary: Organisation,
    after: TimeDelta,
) -> Result<(), WorldError> {
    active(batch)?;
    batch.status = CreditBatchStatus::Retired;
    batch.retirement_id = Some(retirement);
    batch.retired_at = Some(later(batch, after));
    batch.beneficiary = Some(beneficiary);
    Ok(())
}

/// How many credits so many kilograms are.
pub(crate) fn credits(kilograms: i64) -> Decimal {
    rust_decimal::Decimal::new(kilograms, 3).into()
}

fn active(batch: &CreditBatch) -> Result<(), WorldError> {
    match &batch.status {
        CreditBatchStatus::Active => Ok(()),
        status => Err(WorldError::NotActive { id: batch.id.clone(), status: status.clone() }),
    }
}

/// A time after all that happened to the batch.
fn later(batch: &CreditBatch, after: TimeDelta) -> DateTime<Utc> {
    let latest = batch.delivered_at.unwrap_or(batch.issued_at).max(batch.issued_at);
    latest.checked_add_signed(after).unwrap_or(latest)
}

/// The serial numbers of the children. That of a batch which came from elsewhere may
/// have no range to split.
fn serial_numbers(parent: &str, part: i64, whole: i64) -> [String; 2] {
    match SerialNumber::read(parent).and_then(|serial| serial.split(part, whole)) {
        Some(halves) => halves.map(|half| half.to_string()),
        None => ["L", "R"].map(|side| format!("{parent}-{side}")),
    }
}
