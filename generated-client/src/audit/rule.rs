//! The rules of the audit.

use std::fmt;

use serde::{Serialize, Serializer};

/// Defines [`AuditRule`] from rows of a variant, its identifier, its sentence and its source.
macro_rules! audit_rules {
    ($($name:ident, $id:literal, $sentence:literal, $source:literal;)*) => {
        /// A rule of the audit.
        ///
        /// The documentation of each rule ends with its source: *upstream* is the API's
        /// published OpenAPI document, and *concepts* are the key concepts at its start.
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
            /// Returns the rule's identifier, such as `split-children`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }
        }
    };
}

audit_rules! {
    SplitChildren, "split-children",
        "A batch has a left and a right child if and only if its status is `split`.",
        "concepts, *Credit Batch Splitting*, and upstream on `left_child_id` and `right_child_id`.";
    RetiredRetirement, "retired-retirement",
        "A batch has `retired_at` and `retirement_id` if and only if its status is `retired`.",
        "concepts, *Retirement*. Upstream gives every retirement an identifier and a time.";
    RetiredBeneficiary, "retired-beneficiary",
        "A retired batch has a beneficiary.",
        "concepts, *Beneficiary*: the beneficiary is settled when credits are retired.";
    DeliveredDelivery, "delivered-delivery",
        "A batch has `delivered_at` if and only if it has `delivery_id`.",
        "upstream, which gives every delivery an identifier and a time.";
    CreditsKilograms, "credits-kilograms",
        "`credits` is a thousandth of `credit_kgs`.",
        "upstream on `credits` and `credit_kgs`.";
    NegativeQuantity, "negative-quantity",
        "No quantity is negative.",
        "upstream, where every quantity is an amount of CO₂e and its name distinguishes gains from losses.";
    IssuedFirst, "issued-first",
        "A batch is not delivered or retired before it is issued.",
        "concepts, *Issuance*: a supplier can deliver credits once they are issued.";
    OwnRelative, "own-relative",
        "A batch is not its own parent or child.",
        "upstream on `parent_id`: a child is made by splitting a larger batch.";
    Present, "present",
        "Every parent and child of a batch can be fetched.",
        "concepts, *Credit Batch Splitting*: the children are found by their identifiers.";
    Identity, "identity",
        "A fetched batch has the requested identifier.",
        "upstream on `GET /credit_batches/{id}`.";
    ValidResponse, "valid-response",
        "Every batch conforms to the spec.",
        "the spec.";
    Acyclic, "acyclic",
        "No batch descends from itself.",
        "concepts, *Credit Batch Splitting*: a split batch never changes again, so no \
         later batch can become its parent.";
    NamedOnce, "named-once",
        "A batch is named as a child once, by one parent.",
        "concepts, *Credit Batch Splitting*: each split creates two new batches. A child of two \
         splits would be counted twice.";
    NamesParent, "names-parent",
        "A child names its parent in `parent_id`.",
        "concepts, *Credit Batch Splitting*: `parent_id` of a child is the batch that was split.";
    NamesChild, "names-child",
        "A parent names its children in `left_child_id` and `right_child_id`.",
        "concepts, *Credit Batch Splitting*: both properties of a split batch are its children.";
    KilogramsConserved, "kilograms-conserved",
        "The children of a batch hold as many kilograms as the batch.",
        "concepts, *Credit Batch Splitting*: the children are the two parts of the split batch.";
    SerialsDisjoint, "serials-disjoint",
        "The serial ranges of batches without children do not overlap.",
        "concepts, *Credits*: every credit is uniquely identifiable.";
    SharedSupplier, "shared-supplier",
        "All batches of a lineage have the supplier of the origin.",
        "concepts, *Credit Batches*: all credits of a batch share supplier, project and issuance.";
    SharedProject, "shared-project",
        "All batches of a lineage have the project of the origin.",
        "as for `shared-supplier`.";
    SharedIssuance, "shared-issuance",
        "All batches of a lineage have the issuance of the origin.",
        "as for `shared-supplier`.";
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
