//! The facts about resources that the rules need, in compact form.

use super::names::{Key, Names};
use crate::audit::serial::SerialRange;
use crate::types::{
    BufferPoolRefund, CreditBatch, CreditBatchStatus, Delivery, Issuance, Order,
    OrganisationCreditBalance, Project, Retirement, Transfer,
};

/// The facts about a credit batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BatchFacts {
    pub(super) kilograms: i64,
    pub(super) state: BatchState,
    pub(super) parent: Option<Key>,
    pub(super) children: [Option<Key>; 2],
    pub(super) issuance: Key,
    pub(super) supplier: Key,
    pub(super) project: Key,
    pub(super) owner: Key,
    pub(super) beneficiary: Option<Key>,
    pub(super) delivery: Option<Key>,
    pub(super) retirement: Option<Key>,
    pub(super) serial: Option<SerialFacts>,
}

/// The status of a batch. A batch of an unknown status is in no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BatchState {
    Active,
    Split,
    Retired,
    Unknown,
}

/// A serial range with an interned series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SerialFacts {
    pub(super) series: Key,
    pub(super) first: u64,
    pub(super) last: u64,
}

impl SerialFacts {
    pub(super) fn range(self, names: &Names) -> SerialRange<'_> {
        SerialRange { series: names.text(self.series), first: self.first, last: self.last }
    }
}

impl BatchFacts {
    pub(super) fn new(batch: &CreditBatch, names: &mut Names) -> Self {
        let serial = SerialRange::parse(&batch.serial_number);
        let mut some = |id: Option<&str>| id.map(|id| names.intern(id));
        Self {
            kilograms: batch.size.credit_kgs,
            state: match batch.status {
                CreditBatchStatus::Active => BatchState::Active,
                CreditBatchStatus::Split => BatchState::Split,
                CreditBatchStatus::Retired => BatchState::Retired,
                // Including statuses that a later spec adds.
                _ => BatchState::Unknown,
            },
            parent: some(batch.parent_id.as_ref().map(|id| id.as_str())),
            children: [&batch.left_child_id, &batch.right_child_id]
                .map(|id| some(id.as_ref().map(|id| id.as_str()))),
            beneficiary: some(batch.beneficiary.as_ref().map(|owner| owner.id.as_str())),
            delivery: some(batch.delivery_id.as_ref().map(|id| id.as_str())),
            retirement: some(batch.retirement_id.as_ref().map(|id| id.as_str())),
            issuance: names.intern(batch.issuance_id.as_str()),
            supplier: names.intern(batch.supplier_id.as_str()),
            project: names.intern(batch.project_id.as_str()),
            owner: names.intern(batch.owner.id.as_str()),
            serial: serial.map(|SerialRange { series, first, last }| SerialFacts {
                series: names.intern(series),
                first,
                last,
            }),
        }
    }

    /// Returns the children that the batch names, left before right.
    pub(super) fn named_children(&self) -> impl Iterator<Item = Key> {
        self.children.into_iter().flatten()
    }
}

/// The facts about a resource other than a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Facts {
    Issuance { supplier: Key, project: Key, to_supplier: i64, to_buffer_pool: i64, total: i64 },
    Delivery { order: Key, total: i64 },
    Transfer { total: i64 },
    Refund { total: i64 },
    Retirement { beneficiary: Key, total: i64 },
    Order { delivered: i64 },
    Project { supplier: Key, issued: i64, buffer_pool: i64, retired: i64, buffer_retired: i64 },
    Balance { active: i64, retired: i64 },
}

impl Facts {
    pub(super) fn issuance(issuance: &Issuance, names: &mut Names) -> Self {
        Self::Issuance {
            supplier: names.intern(issuance.supplier.id.as_str()),
            project: names.intern(issuance.project_id.as_str()),
            to_supplier: issuance.supplier_credit_batch_size_total.credit_kgs,
            to_buffer_pool: issuance.buffer_pool_credit_batch_size_total.credit_kgs,
            total: issuance.credit_batch_size_total.credit_kgs,
        }
    }

    pub(super) fn delivery(delivery: &Delivery, names: &mut Names) -> Self {
        let order = names.intern(delivery.order_id.as_str());
        Self::Delivery { order, total: delivery.credit_batch_size_total.credit_kgs }
    }

    pub(super) fn transfer(transfer: &Transfer, _: &mut Names) -> Self {
        Self::Transfer { total: transfer.credit_batch_size_total.credit_kgs }
    }

    pub(super) fn refund(refund: &BufferPoolRefund, _: &mut Names) -> Self {
        Self::Refund { total: refund.credit_batch_size_total.credit_kgs }
    }

    pub(super) fn retirement(retirement: &Retirement, names: &mut Names) -> Self {
        let beneficiary = names.intern(retirement.beneficiary.id.as_str());
        Self::Retirement { beneficiary, total: retirement.credit_batch_size_total.credit_kgs }
    }

    pub(super) fn order(order: &Order, _: &mut Names) -> Self {
        Self::Order { delivered: order.credits_delivered.credit_kgs }
    }

    pub(super) fn project(project: &Project, names: &mut Names) -> Self {
        Self::Project {
            supplier: names.intern(project.supplier.id.as_str()),
            issued: project.issued_credits_total.credit_kgs,
            buffer_pool: project.issued_buffer_pool_credits_total.credit_kgs,
            retired: project.retired_credits_total.credit_kgs,
            buffer_retired: project.retired_buffer_pool_credits_total.credit_kgs,
        }
    }

    pub(super) fn balance(balance: &OrganisationCreditBalance, _: &mut Names) -> Self {
        Self::Balance {
            active: balance.total.active_credits_total.credit_kgs,
            retired: balance.total.retired_credits_total.credit_kgs,
        }
    }

    /// Returns the kilograms of a resource with a list of batches, or `None` for others.
    pub(super) fn total(&self) -> Option<i64> {
        match *self {
            Self::Issuance { total, .. }
            | Self::Delivery { total, .. }
            | Self::Transfer { total }
            | Self::Refund { total }
            | Self::Retirement { total, .. } => Some(total),
            Self::Order { .. } | Self::Project { .. } | Self::Balance { .. } => None,
        }
    }
}
