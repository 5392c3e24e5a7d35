//! The rows of the ledger. Resources refer to each other by their index, and all quantities are
//! in kilograms.

use super::timeline::{Microseconds, Timeline};

/// An organisation.
#[derive(Debug, Default)]
pub(crate) struct OrganisationRow {
    /// The identifier, unless it encodes the index.
    pub(crate) foreign_id: Option<Box<str>>,
    pub(crate) name: Box<str>,
    pub(crate) domain: Option<Box<str>>,
    /// The domain or e-mail address that a created beneficiary is known by.
    pub(crate) contact: Option<Box<str>>,
    /// The organisations that this one can retire credits for.
    pub(crate) beneficiaries: Vec<u32>,
    /// The organisations that this one can transfer credits to.
    pub(crate) transferees: Vec<u32>,
    /// The batches that this one owns or is the beneficiary of.
    pub(crate) batches: Timeline,
}

impl OrganisationRow {
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A supplier.
#[derive(Debug)]
pub(crate) struct SupplierRow {
    pub(crate) organisation: u32,
    /// The organisation that holds the buffer pool.
    pub(crate) pool: u32,
    /// True if the supplier sells through Stripe.
    pub(crate) has_stripe: bool,
}

/// A project.
#[derive(Debug)]
pub(crate) struct ProjectRow {
    pub(crate) supplier: u32,
    /// The index of its pathway in the catalogue.
    pub(crate) pathway: usize,
    /// The index of its status in the catalogue.
    pub(crate) status: usize,
    pub(crate) short_code: Box<str>,
    pub(crate) ccp_approved: bool,
    pub(crate) issued: i64,
    pub(crate) retired: i64,
    pub(crate) issued_to_pool: i64,
    pub(crate) retired_from_pool: i64,
}

/// A document of a project.
#[derive(Debug)]
pub(crate) struct DocumentRow {
    pub(crate) project: u32,
    pub(crate) name: &'static str,
}

/// An order.
#[derive(Debug)]
pub(crate) struct OrderRow {
    pub(crate) buyer: u32,
    pub(crate) supplier: u32,
    pub(crate) at: Microseconds,
    pub(crate) ordered: i64,
    pub(crate) delivered: i64,
    pub(crate) fulfilled_at: Option<Microseconds>,
}

/// An issuance. Its batches have consecutive indices, those of the buffer pool last.
#[derive(Debug)]
pub(crate) struct IssuanceRow {
    pub(crate) project: u32,
    pub(crate) at: Microseconds,
    pub(crate) first_batch: u32,
    pub(crate) supplier_batches: u32,
    pub(crate) pool_batches: u32,
    pub(crate) supplier_kilograms: i64,
    pub(crate) pool_kilograms: i64,
}

/// The source of the properties that a batch never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    Issuance(u32),
    /// An inserted batch, by its index.
    Inserted(u32),
}

/// A credit batch.
#[derive(Clone, Debug)]
pub(crate) struct BatchRow {
    pub(crate) origin: Origin,
    pub(crate) owner: u32,
    pub(crate) kilograms: i64,
    /// The first unit of the serial range.
    pub(crate) first_unit: u64,
    pub(crate) parent: Option<u32>,
    /// The left child. The right child has the next index.
    pub(crate) left_child: Option<u32>,
    pub(crate) delivery: Option<u32>,
    pub(crate) retirement: Option<u32>,
    /// True if the index is not used.
    pub(crate) is_vacant: bool,
}

impl BatchRow {
    /// Creates the row of a batch that has no relatives and was not delivered.
    pub(super) fn new(origin: Origin, owner: u32, kilograms: i64, first_unit: u64) -> Self {
        Self {
            origin,
            owner,
            kilograms,
            first_unit,
            parent: None,
            left_child: None,
            delivery: None,
            retirement: None,
            is_vacant: false,
        }
    }
}

/// The properties of an inserted batch, or of a batch split from one, that are not in its row.
#[derive(Clone, Debug)]
pub(crate) struct InsertedRow {
    /// The identifier, unless it encodes the index.
    pub(crate) foreign_id: Option<Box<str>>,
    /// The batch as it was inserted.
    pub(crate) base: serde_json::Value,
    pub(crate) serial_number: Box<str>,
    pub(crate) issued_at: Microseconds,
    pub(crate) delivered_at: Option<Microseconds>,
    pub(crate) is_retired: bool,
}

/// A range of the list of all parts of events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A delivery for an order.
#[derive(Debug)]
pub(crate) struct DeliveryRow {
    pub(crate) order: u32,
    pub(crate) at: Microseconds,
    pub(crate) parts: Parts,
    pub(crate) notes: Option<Box<str>>,
}

/// A transfer from one organisation to another, or a refund from a buffer pool.
#[derive(Debug)]
pub(crate) struct TransferRow {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) at: Microseconds,
    pub(crate) parts: Parts,
    pub(crate) notes: Option<Box<str>>,
}

/// A retirement.
#[derive(Debug)]
pub(crate) struct RetirementRow {
    pub(crate) owner: u32,
    pub(crate) beneficiary: u32,
    pub(crate) at: Microseconds,
    pub(crate) parts: Parts,
    /// The indices of the purposes in the catalogue, as bits.
    pub(crate) purposes: u8,
    pub(crate) notes: Option<Box<str>>,
}
