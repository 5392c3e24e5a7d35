//! The types of resources that an audit knows.

use super::Records;
use super::facts::{BatchFacts, Facts};
use super::names::Key;
use crate::audit::batch::BATCH_CHECKS;
use crate::audit::finding::{Finding, ViolationSummary};
use crate::audit::rule::AuditRule;
use crate::audit::within::{
    BALANCE_CHECKS, Check, Contradiction, HasQuantities, ISSUANCE_BATCHES_CHECKS, ISSUANCE_CHECKS,
    ORDER_CHECKS, PROJECT_CHECKS, quantity_checks,
};
use crate::types::{
    BufferPoolRefund, CreditBatch, Delivery, Issuance, IssuanceCreditBatches, Order,
    OrganisationCreditBalance, Project, Retirement, Transfer,
};
use crate::validate::{HasSchema, Validated, Violation, from_slice};

/// A type of the API that the audit has rules for.
///
/// This trait is sealed: only types of this crate implement it.
#[allow(private_bounds, reason = "seals the trait")]
pub trait Audited: HasSchema + Collect {}

impl<T: HasSchema + Collect> Audited for T {}

/// The rules and the facts of a type.
pub(super) trait Collect: HasQuantities + Sized + 'static {
    /// The name of the type in the spec.
    const NAME: &'static str;

    /// The rules within a resource, apart from those about its quantities.
    const CHECKS: &'static [Check<Self>];

    /// Returns the identifier of the resource, or `None` if it is that of its owner.
    fn own_id(&self) -> Option<&str>;

    /// Adds the facts about the resource. Returns whether they are new.
    fn collect(&self, id: Key, records: &mut Records) -> bool;
}

impl Collect for CreditBatch {
    const NAME: &'static str = "CreditBatch";
    const CHECKS: &'static [Check<Self>] = BATCH_CHECKS;

    fn own_id(&self) -> Option<&str> {
        Some(self.id.as_str())
    }

    fn collect(&self, id: Key, records: &mut Records) -> bool {
        let facts = BatchFacts::new(self, &mut records.names);
        records.add_batch(id, facts)
    }
}

impl Collect for IssuanceCreditBatches {
    const NAME: &'static str = "IssuanceCreditBatches";
    const CHECKS: &'static [Check<Self>] = ISSUANCE_BATCHES_CHECKS;

    fn own_id(&self) -> Option<&str> {
        Some(self.issuance_id.as_str())
    }

    fn collect(&self, id: Key, records: &mut Records) -> bool {
        let mut pools = [&self.supplier_credit_batches, &self.buffer_pool_credit_batches]
            .map(|batches| batches.iter().map(|batch| records.add_owned("", batch)).collect());
        match pools.each_mut().map(Option::take) {
            [Some(supplier), Some(buffer_pool)] => records.add_pools(id, [supplier, buffer_pool]),
            _ => false,
        }
    }
}

macro_rules! resources {
    ($($type:ident: $checks:expr, $facts:expr, $id:expr;)*) => {
        $(
            impl Collect for $type {
                const NAME: &'static str = stringify!($type);
                const CHECKS: &'static [Check<Self>] = $checks;

                fn own_id(&self) -> Option<&str> {
                    let id: fn(&Self) -> Option<&str> = $id;
                    id(self)
                }

                fn collect(&self, id: Key, records: &mut Records) -> bool {
                    let facts = $facts(self, &mut records.names);
                    records.add_facts(id, facts)
                }
            }
        )*
    };
}

resources! {
    Issuance: ISSUANCE_CHECKS, Facts::issuance, |it| Some(it.id.as_str());
    Delivery: &[], Facts::delivery, |it| Some(it.id.as_str());
    Transfer: &[], Facts::transfer, |it| Some(it.id.as_str());
    BufferPoolRefund: &[], Facts::refund, |it| Some(it.id.as_str());
    Retirement: &[], Facts::retirement, |it| Some(it.id.as_str());
    Order: ORDER_CHECKS, Facts::order, |it| Some(it.id.as_str());
    Project: PROJECT_CHECKS, Facts::project, |it| Some(it.id.as_str());
    OrganisationCreditBalance: BALANCE_CHECKS, Facts::balance, |_| None;
}

/// Returns the contradictions within a resource, by rule.
pub(super) fn contradictions<T: Collect>(resource: &T) -> Vec<(AuditRule, Contradiction)> {
    let mut found = Vec::new();
    for (rule, check) in checks::<T>() {
        found.extend(check(resource).into_iter().map(|contradiction| (rule, contradiction)));
    }
    found.sort_by_key(|(rule, _)| *rule);
    found
}

/// Returns the rules within a resource, each once.
pub(super) fn rules<T: Collect>() -> impl Iterator<Item = AuditRule> {
    let mut rules: Vec<_> = checks::<T>().map(|(rule, _)| rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.into_iter()
}

fn checks<T: Collect>() -> impl Iterator<Item = Check<T>> {
    T::CHECKS.iter().copied().chain(quantity_checks())
}

/// Returns the contradictions within a resource, by the rules of [`audit`](crate::audit).
///
/// `owner` is the identifier for findings about resources without one: the organisation of a
/// balance.
pub fn findings_within(resource: &impl Audited, owner: &str) -> Vec<Finding> {
    let id = resource.own_id().unwrap_or(owner);
    let found = contradictions(resource).into_iter();
    found
        .map(|(rule, (pointer, message))| Finding { rule, id: id.to_owned(), pointer, message })
        .collect()
}

impl CreditBatch {
    /// Returns the contradictions within this batch, by the rules of [`audit`](crate::audit).
    pub fn findings(&self) -> Vec<Finding> {
        findings_within(self, "")
    }
}

/// Calls a generic function with the type of a name. Returns `None` for a type without rules.
macro_rules! with_type {
    ($name:expr, $function:ident $arguments:tt) => {
        with_type!(
            $name, $function $arguments:
            CreditBatch Issuance IssuanceCreditBatches Delivery Transfer BufferPoolRefund
            Retirement Order Project OrganisationCreditBalance
        )
    };
    ($name:expr, $function:ident $arguments:tt: $($type:ident)*) => {
        match $name {
            $(<$type as Collect>::NAME => Some($function::<$type> $arguments),)*
            _ => None,
        }
    };
}

/// Returns the contradictions within a resource in JSON and its violations of the spec, or `None`
/// if the audit has no rules for the type. JSON that does not decode has no contradictions.
///
/// `type_name` is the name in the spec, such as `Issuance`. Findings about a resource without an
/// identifier have an empty one.
///
/// ```
/// use isometric_registry::audit::findings_in;
///
/// let (findings, violations) = findings_in("CreditBatch", b"{}").unwrap_or_default();
/// assert_eq!(findings, []);
/// assert_eq!(violations[0].to_string(), "/beneficiary: required: expected the property, got nothing");
/// assert_eq!(findings_in("Location", b"{}"), None);
/// ```
pub fn findings_in(type_name: &str, json: &[u8]) -> Option<(Vec<Finding>, Vec<Violation>)> {
    fn find<T: Audited>(json: &[u8]) -> (Vec<Finding>, Vec<Violation>) {
        let Validated { value, violations, .. } = from_slice::<T>(json);
        let findings = value.map(|resource| findings_within(&resource, "")).unwrap_or_default();
        (findings, violations)
    }
    with_type!(type_name, find(json))
}

/// Adds a resource in JSON. Returns its key, or `None` if it does not decode. The outer `None`
/// stands for a type without rules.
pub(super) fn add_json(
    records: &mut Records,
    type_name: &str,
    owner: &str,
    json: &[u8],
) -> Option<Option<Key>> {
    fn add<T: Audited>(records: &mut Records, owner: &str, json: &[u8]) -> Option<Key> {
        let Validated { value: resource, violations, .. } = from_slice::<T>(json);
        let id = resource.as_ref().and_then(|resource| resource.own_id()).unwrap_or(owner);
        let summary = ViolationSummary::of(&violations);
        records.add_violations(if id.is_empty() { T::NAME } else { id }, summary);
        records.add_owned(owner, resource.as_ref()?)
    }
    with_type!(type_name, add(records, owner, json))
}
