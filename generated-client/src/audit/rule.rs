//! The rules of the audit.

use std::fmt;

use serde::{Serialize, Serializer};

/// The weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditLevel {
    /// The finding contradicts this crate's reading of the registry.
    Note,
    /// The finding contradicts the text of the API's published document.
    Error,
}

/// Formats the level as `note` or `error`.
impl fmt::Display for AuditLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Error => "error",
        })
    }
}

/// Defines [`AuditRule`] from rows of a variant, its level, its identifier, its sentence and its
/// source.
macro_rules! audit_rules {
    ($($name:ident: $level:ident, $id:literal, $sentence:literal, $source:literal;)*) => {
        /// A rule of the audit.
        ///
        /// The documentation of each rule ends with its source: *upstream* is the API's
        /// published OpenAPI document, and *concepts* are the key concepts at its start. A rule
        /// is an [`Error`](AuditLevel::Error) if that text supports it, and a
        /// [`Note`](AuditLevel::Note) if it is this crate's reading.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum AuditRule {
            $(
                #[doc = $sentence]
                #[doc = ""]
                #[doc = concat!("Identifier: `", $id, "`. Source: ", $source)]
                $name,
            )*
        }

        impl AuditRule {
            /// All rules, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the rule's identifier, such as `split-children`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// Returns the level of the rule's findings.
            pub const fn level(self) -> AuditLevel {
                match self {
                    $(Self::$name => AuditLevel::$level,)*
                }
            }

            /// Returns the rule as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }

            /// Returns the text that the rule is derived from.
            pub const fn source(self) -> &'static str {
                match self {
                    $(Self::$name => $source,)*
                }
            }
        }
    };
}

audit_rules! {
    SplitChildren: Error, "split-children",
        "A batch has a left and a right child if and only if its status is `split`.",
        "concepts, *Credit Batch Splitting*, and upstream on `left_child_id` and `right_child_id`.";
    RetiredRetirement: Error, "retired-retirement",
        "A batch has `retired_at` and `retirement_id` if and only if its status is `retired`.",
        "concepts, *Retirement*. Upstream gives every retirement an identifier and a time.";
    RetiredBeneficiary: Error, "retired-beneficiary",
        "A retired batch has a beneficiary.",
        "concepts, *Beneficiary*: the beneficiary is settled when credits are retired.";
    DeliveredDelivery: Error, "delivered-delivery",
        "A batch has `delivered_at` if and only if it has `delivery_id`.",
        "upstream, which gives every delivery an identifier and a time.";
    CreditsKilograms: Error, "credits-kilograms",
        "`credits` is a thousandth of `credit_kgs`.",
        "upstream on `credits` and `credit_kgs`.";
    NegativeQuantity: Note, "negative-quantity",
        "No quantity is negative.",
        "our reading: every quantity is an amount of CO₂e, and its name distinguishes gains \
         from losses.";
    IssuedFirst: Error, "issued-first",
        "A batch is not delivered or retired before it is issued.",
        "concepts, *Issuance*: a supplier can deliver credits once they are issued.";
    OwnRelative: Error, "own-relative",
        "A batch is not its own parent or child.",
        "upstream on `parent_id`: a child is made by splitting a larger batch.";
    Present: Error, "present",
        "Every parent and child of a batch can be fetched.",
        "concepts, *Credit Batch Splitting*: the children are found by their identifiers.";
    ValidResponse: Error, "valid-response",
        "Every resource conforms to the spec.",
        "the spec.";
    SameEverywhere: Note, "same-everywhere",
        "A resource is the same wherever it is returned.",
        "our reading: a resource may change between two calls, but a snapshot should not differ.";
    Acyclic: Error, "acyclic",
        "No batch descends from itself.",
        "concepts, *Credit Batch Splitting*: a split batch never changes again, so no \
         later batch can become its parent.";
    NamedOnce: Error, "named-once",
        "A batch is named as a child once, by one parent.",
        "concepts, *Credit Batch Splitting*: each split creates two new batches. A child of two \
         splits would be counted twice.";
    NamesParent: Error, "names-parent",
        "A child names its parent in `parent_id`.",
        "concepts, *Credit Batch Splitting*: `parent_id` of a child is the batch that was split.";
    NamesChild: Error, "names-child",
        "A parent names its children in `left_child_id` and `right_child_id`.",
        "concepts, *Credit Batch Splitting*: both properties of a split batch are its children.";
    KilogramsConserved: Error, "kilograms-conserved",
        "The children of a batch hold as many kilograms as the batch.",
        "concepts, *Credit Batch Splitting*: the children are the two parts of the split batch.";
    SerialsDisjoint: Note, "serials-disjoint",
        "The serial ranges of batches without children do not overlap.",
        "our reading of `serial_number`: credits are uniquely identifiable (concepts, \
         *Credits*), but the format of serial numbers is not published.";
    SerialsWithinParent: Note, "serials-within-parent",
        "The serial range of a child is within the range of its parent.",
        "our reading of `serial_number`, as for `serials-disjoint`.";
    SharedSupplier: Error, "shared-supplier",
        "All batches of a lineage have the supplier of the origin.",
        "concepts, *Credit Batches*: all credits of a batch share supplier, project and issuance.";
    SharedProject: Error, "shared-project",
        "All batches of a lineage have the project of the origin.",
        "as for `shared-supplier`.";
    SharedIssuance: Error, "shared-issuance",
        "All batches of a lineage have the issuance of the origin.",
        "as for `shared-supplier`.";
    BatchesTotal: Error, "batches-total",
        "The total of an issuance, delivery, transfer, refund or retirement is the sum of its \
         original batches.",
        "upstream on `GET /deliveries/{id}/credit_batches` and its siblings, which list the \
         batches of the resource.";
    NamesResource: Error, "names-resource",
        "Each batch of an issuance, delivery or retirement names it, and each delivery of an \
         order names the order.",
        "upstream on these lists, and on the filters `issuance_id`, `delivery_id` and \
         `retirement_id`.";
    IssuanceTotal: Error, "issuance-total",
        "The totals of the supplier and of the buffer pool add up to the total of an issuance.",
        "upstream on `GET /issuances/{id}/credit_batches`: the batches are divided between the \
         buffer pool and the supplier.";
    IssuanceOrigin: Error, "issuance-origin",
        "The batches of an issuance have its supplier and its project.",
        "concepts, *Credit Batches*: all credits of a batch share supplier, project and issuance.";
    RetirementRetired: Error, "retirement-retired",
        "The batches of a retirement are retired.",
        "concepts, *Retirement*: batches have the status `retired` after retirement.";
    RetirementBeneficiary: Error, "retirement-beneficiary",
        "The batches of a retirement have its beneficiary.",
        "concepts, *Beneficiary*: the beneficiary is settled when credits are retired.";
    RetiredOnce: Error, "retired-once",
        "A batch belongs to one retirement.",
        "concepts, *Retirement*: retired credits are not counted twice.";
    OrderDeliveries: Error, "order-deliveries",
        "The deliveries of an order add up to `credits_delivered`.",
        "upstream on `GET /orders/{id}/deliveries`, and concepts, *Delivery*.";
    OrderBounded: Note, "order-bounded",
        "An order is not delivered beyond `credits_ordered`.",
        "our reading of concepts, *Order*: an order is a set number of tonnes.";
    OrderCompleted: Note, "order-completed",
        "An order is `completed` if and only if it has `fulfilled_at`, and if and only if all \
         ordered credits are delivered.",
        "our reading: upstream describes neither property.";
    BalanceSuppliers: Error, "balance-suppliers",
        "The balances by supplier add up to the total.",
        "upstream on `GET /organisations/{id}/credit_balance`, which splits the total.";
    BalanceProjects: Error, "balance-projects",
        "The balances by project add up to the total.",
        "as for `balance-suppliers`.";
    BalanceOrders: Error, "balance-orders",
        "The balances by order do not exceed the total.",
        "as for `balance-suppliers`. Credits that were not delivered belong to no order.";
    BalanceActive: Error, "balance-active",
        "The active credits of an organisation are those of its active batches.",
        "upstream on `GET /organisations/{id}/credit_balance` and \
         `GET /organisations/{id}/credit_batches`.";
    BalanceRetired: Note, "balance-retired",
        "The retired credits of an organisation are those of the retired batches that it owns.",
        "our reading: upstream does not define the owner of a retired batch.";
    OrganisationBatches: Error, "organisation-batches",
        "A batch of an organisation is owned by it or retired on its behalf.",
        "upstream on `GET /organisations/{id}/credit_batches`.";
    ProjectIssued: Error, "project-issued",
        "The issued credits of a project are those of its issuances.",
        "upstream on `issued_credits_total`.";
    ProjectBufferPool: Error, "project-buffer-pool",
        "The buffer-pool credits of a project are those of its issuances.",
        "upstream on `issued_buffer_pool_credits_total`.";
    ProjectRetired: Error, "project-retired",
        "The retired credits of a project are those of its retired batches.",
        "upstream on `retired_credits_total`.";
    ProjectRetirements: Note, "project-retirements",
        "The retired credits of a project are those of its batches in retirements.",
        "our reading: upstream does not rule out that buffer-pool credits are retired \
         without a retirement.";
    ProjectBufferRetired: Note, "project-buffer-retired",
        "The credits of a project retired from the buffer pool do not exceed the retired \
         batches that were issued to the buffer pool.",
        "our reading of `retired_buffer_pool_credits_total`: refunded credits have left the pool.";
    ProjectParts: Error, "project-parts",
        "The buffer-pool totals of a project do not exceed the totals that include them, and no \
         more credits are retired than issued.",
        "upstream on `issued_credits_total` and `retired_credits_total`, which include those of \
         the buffer pool.";
}

impl fmt::Display for AuditRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for AuditRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
