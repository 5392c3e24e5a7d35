//! The changes to a credit batch: split, delivery and retirement.
//!
//! The seeded world and the methods that change it share these functions, so that neither can
//! lose or duplicate a kilogram.

use isometric_registry::Decimal;
use isometric_registry::audit::SerialRange;
use isometric_registry::chrono::{DateTime, TimeDelta, Utc};
use isometric_registry::rust_decimal;
use isometric_registry::types::{
    CreditBatch, CreditBatchId, CreditBatchStatus, DeliveryId, Organisation, RetirementId,
};

use crate::error::WorldError;
use crate::serial;

/// Splits a batch and returns its children. The left child has `left_kgs` kilograms.
pub(crate) fn split(
    parent: &mut CreditBatch,
    left_kgs: i64,
    [left_id, right_id]: [CreditBatchId; 2],
) -> Result<[CreditBatch; 2], WorldError> {
    require_active(parent)?;
    let size = parent.size.credit_kgs;
    if !(1..size).contains(&left_kgs) {
        let id = parent.id.clone();
        return Err(WorldError::Indivisible { id, kilograms: left_kgs, size });
    }
    let [left_serial, right_serial] = split_serial_number(&parent.serial_number, left_kgs, size);
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
        [child(left_id, left_serial, left_kgs), child(right_id, right_serial, size - left_kgs)];
    parent.status = CreditBatchStatus::Split;
    parent.left_child_id = Some(children[0].id.clone());
    parent.right_child_id = Some(children[1].id.clone());
    Ok(children)
}

/// Delivers a batch to a buyer, who becomes its owner.
pub(crate) fn deliver(
    batch: &mut CreditBatch,
    delivery: DeliveryId,
    buyer: Organisation,
    after: TimeDelta,
) -> Result<(), WorldError> {
    require_active(batch)?;
    if batch.delivery_id.is_some() {
        return Err(WorldError::AlreadyDelivered(batch.id.clone()));
    }
    batch.delivery_id = Some(delivery);
    batch.delivered_at = Some(later(batch, after));
    batch.owner = buyer;
    Ok(())
}

/// Retires a batch for a beneficiary.
pub(crate) fn retire(
    batch: &mut CreditBatch,
    retirement: RetirementId,
    beneficiary: Organisation,
    after: TimeDelta,
) -> Result<(), WorldError> {
    require_active(batch)?;
    batch.status = CreditBatchStatus::Retired;
    batch.retirement_id = Some(retirement);
    batch.retired_at = Some(later(batch, after));
    batch.beneficiary = Some(beneficiary);
    Ok(())
}

/// Converts kilograms to credits.
pub(crate) fn credits(kilograms: i64) -> Decimal {
    rust_decimal::Decimal::new(kilograms, 3).into()
}

fn require_active(batch: &CreditBatch) -> Result<(), WorldError> {
    match &batch.status {
        CreditBatchStatus::Active => Ok(()),
        status => Err(WorldError::NotActive { id: batch.id.clone(), status: status.clone() }),
    }
}

/// Returns a time after the last change to the batch.
fn later(batch: &CreditBatch, after: TimeDelta) -> DateTime<Utc> {
    let latest = batch.delivered_at.unwrap_or(batch.issued_at).max(batch.issued_at);
    latest.checked_add_signed(after).unwrap_or(latest)
}

/// Returns the serial numbers of the children. An inserted batch may have a serial number
/// without a range; its children get a suffix instead.
fn split_serial_number(parent: &str, part: i64, whole: i64) -> [String; 2] {
    match SerialRange::parse(parent).and_then(|range| serial::split(range, part, whole)) {
        Some(parts) => parts.map(|range| range.to_string()),
        None => ["L", "R"].map(|side| format!("{parent}-{side}")),
    }
}
