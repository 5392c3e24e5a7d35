//! The kinds of resources, by the prefix of their identifiers.

/// A type of resources that can be fetched by identifier.
#[derive(Debug)]
pub(super) struct ResourceKind {
    prefix: &'static str,
    /// The name of the type in the spec.
    pub(super) type_name: &'static str,
    pub(super) operation: &'static str,
}

const KINDS: [ResourceKind; 10] = [
    ResourceKind { prefix: "ctb_", type_name: "CreditBatch", operation: "credit_batch" },
    ResourceKind { prefix: "iss_", type_name: "Issuance", operation: "issuance" },
    ResourceKind { prefix: "dlv_", type_name: "Delivery", operation: "delivery" },
    ResourceKind { prefix: "tfr_", type_name: "Transfer", operation: "transfer" },
    ResourceKind { prefix: "bpr_", type_name: "BufferPoolRefund", operation: "refund" },
    ResourceKind { prefix: "ret_", type_name: "Retirement", operation: "retirement" },
    ResourceKind { prefix: "ord_", type_name: "Order", operation: "order" },
    ResourceKind { prefix: "prj_", type_name: "Project", operation: "project" },
    ResourceKind { prefix: "spl_", type_name: "Supplier", operation: "supplier" },
    ResourceKind { prefix: "org_", type_name: "Organisation", operation: "organisation" },
];

impl ResourceKind {
    /// Returns the kind of an identifier.
    pub(super) fn of(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| id.starts_with(kind.prefix))
    }
}

/// Returns the prefixes of the identifiers that can be audited, such as `iss_`.
pub fn id_prefixes() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.prefix)
}
