//! The lists that an audit compares with the resources that they belong to.

/// Defines [`Collection`] from rows of a variant, its operation, the types that it belongs to and
/// contains, and a description.
macro_rules! collections {
    ($($name:ident: $operation:literal, $owner:expr, $item:literal, $doc:literal;)*) => {
        /// A list of the API, or the batches of an issuance or the balance of an organisation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Collection {
            $(
                #[doc = $doc]
                $name,
            )*
        }

        impl Collection {
            /// All collections.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name of the operation, such as `delivery_credit_batches`.
            pub const fn operation(self) -> &'static str {
                match self {
                    $(Self::$name => $operation,)*
                }
            }

            /// Returns the type of the resource that the collection belongs to, whose identifier
            /// is the operation's argument. `None` for lists of the whole registry.
            pub const fn owner(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $owner,)*
                }
            }

            /// Returns the type of the items.
            pub const fn item(self) -> &'static str {
                match self {
                    $(Self::$name => $item,)*
                }
            }
        }
    };
}

collections! {
    Projects: "projects", None, "Project", "All projects.";
    Issuances: "issuances", None, "Issuance", "All issuances.";
    Deliveries: "deliveries", None, "Delivery", "All deliveries.";
    Transfers: "transfers", None, "Transfer", "All transfers.";
    Retirements: "retirements", None, "Retirement", "All retirements.";
    SupplierProjects: "supplier_projects", Some("Supplier"), "Project",
        "The projects of a supplier.";
    SupplierIssuances: "supplier_issuances", Some("Supplier"), "Issuance",
        "The issuances of a supplier.";
    SupplierDeliveries: "supplier_deliveries", Some("Supplier"), "Delivery",
        "The deliveries of a supplier.";
    SupplierOrders: "supplier_orders", Some("Supplier"), "Order",
        "The orders placed with a supplier.";
    OrganisationOrders: "organisation_orders", Some("Organisation"), "Order",
        "The orders of an organisation.";
    OrganisationBalance: "organisation_credit_balance", Some("Organisation"),
        "OrganisationCreditBalance", "The balance of an organisation.";
    OrganisationBatches: "organisation_credit_batches", Some("Organisation"), "CreditBatch",
        "The batches of an organisation.";
    OrderDeliveries: "order_deliveries", Some("Order"), "Delivery", "The deliveries of an order.";
    IssuanceBatches: "issuance_credit_batches", Some("Issuance"), "IssuanceCreditBatches",
        "The original batches of an issuance.";
    DeliveryBatches: "delivery_credit_batches", Some("Delivery"), "CreditBatch",
        "The original batches of a delivery.";
    TransferBatches: "transfer_credit_batches", Some("Transfer"), "CreditBatch",
        "The original batches of a transfer.";
    RefundBatches: "refund_credit_batches", Some("BufferPoolRefund"), "CreditBatch",
        "The original batches of a refund.";
    RetirementBatches: "retirement_credit_batches", Some("Retirement"), "CreditBatch",
        "The batches of a retirement.";
}

impl Collection {
    /// Returns the collection of an operation.
    pub fn of_operation(operation: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|collection| collection.operation() == operation)
    }
}
