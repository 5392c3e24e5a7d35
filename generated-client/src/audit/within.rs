//! Rules within a resource other than a credit batch.

use std::borrow::Cow;

use super::rule::AuditRule;
use crate::scalars::decimal::Decimal;
use crate::types::{
    BufferPoolRefund, CreditBalance, CreditBatch, CreditQuantity, Delivery, Issuance,
    IssuanceCreditBatches, Order, OrderStatus, OrganisationCreditBalance, Project, Retirement,
    Transfer,
};

/// The pointer and the message of a finding.
pub(super) type Contradiction = (Cow<'static, str>, String);

/// A rule with its check of one resource.
pub(super) type Check<T> = (AuditRule, fn(&T) -> Vec<Contradiction>);

/// The quantities of a resource, each with its JSON pointer.
type Quantities<'q> = Vec<(Cow<'static, str>, &'q CreditQuantity)>;

/// A resource with quantities.
pub(super) trait HasQuantities {
    fn quantities(&self) -> Quantities<'_>;
}

macro_rules! quantities {
    ($($type:ident: $($property:ident),*;)*) => {
        $(
            impl HasQuantities for $type {
                fn quantities(&self) -> Quantities<'_> {
                    vec![$((concat!("/", stringify!($property)).into(), &self.$property)),*]
                }
            }
        )*
    };
}

quantities! {
    CreditBatch: size;
    Issuance: supplier_credit_batch_size_total, buffer_pool_credit_batch_size_total,
        credit_batch_size_total;
    IssuanceCreditBatches: supplier_credit_batch_size_total, buffer_pool_credit_batch_size_total,
        credit_batch_size_total;
    Delivery: credit_batch_size_total;
    Transfer: credit_batch_size_total;
    BufferPoolRefund: credit_batch_size_total;
    Retirement: credit_batch_size_total;
    Order: credits_ordered, credits_delivered;
    Project: issued_credits_total, retired_credits_total, issued_buffer_pool_credits_total,
        retired_buffer_pool_credits_total;
}

impl HasQuantities for OrganisationCreditBalance {
    fn quantities(&self) -> Quantities<'_> {
        let parts = |name: &'static str| move |index: usize| format!("/{name}/{index}/total");
        let suppliers = self.supplier_balances.iter().map(|part| &part.total);
        let projects = self.project_balances.iter().map(|part| &part.total);
        let orders = self.order_balances.iter().map(|part| &part.total);
        let place = |name| move |(index, balance)| (parts(name)(index), balance);
        std::iter::once(("/total".to_owned(), &self.total))
            .chain(suppliers.enumerate().map(place("supplier_balances")))
            .chain(projects.enumerate().map(place("project_balances")))
            .chain(orders.enumerate().map(place("order_balances")))
            .flat_map(|(pointer, balance)| {
                [
                    (
                        format!("{pointer}/active_credits_total").into(),
                        &balance.active_credits_total,
                    ),
                    (
                        format!("{pointer}/retired_credits_total").into(),
                        &balance.retired_credits_total,
                    ),
                ]
            })
            .collect()
    }
}

/// Returns the checks of the quantities of a resource.
pub(super) const fn quantity_checks<T: HasQuantities>() -> [Check<T>; 2] {
    [
        (AuditRule::CreditsKilograms, credits_kilograms),
        (AuditRule::NegativeQuantity, negative_quantities),
    ]
}

fn credits_kilograms<T: HasQuantities>(resource: &T) -> Vec<Contradiction> {
    let is_wrong = |quantity: &CreditQuantity| {
        quantity.credits.checked_mul(1000.into()) != Some(quantity.credit_kgs.into())
    };
    let wrong = resource.quantities().into_iter().filter(|(_, quantity)| is_wrong(quantity));
    wrong
        .map(|(pointer, CreditQuantity { credits, credit_kgs })| {
            let message = format!("is {credits}, but `credit_kgs` is {credit_kgs}");
            (pointer + "/credits", message)
        })
        .collect()
}

fn negative_quantities<T: HasQuantities>(resource: &T) -> Vec<Contradiction> {
    let is_negative = |quantity: &CreditQuantity| {
        quantity.credit_kgs < 0 || quantity.credits < Decimal::default()
    };
    let quantities = resource.quantities().into_iter();
    let members =
        quantities.filter(|(_, quantity)| is_negative(quantity)).flat_map(|(pointer, quantity)| {
            [
                (pointer.clone() + "/credit_kgs", Decimal::from(quantity.credit_kgs)),
                (pointer + "/credits", quantity.credits),
            ]
        });
    negative(members)
}

/// Returns a contradiction for each negative quantity.
pub(super) fn negative(
    quantities: impl IntoIterator<Item = (Cow<'static, str>, Decimal)>,
) -> Vec<Contradiction> {
    let negative = quantities.into_iter().filter(|(_, quantity)| *quantity < Decimal::default());
    negative.map(|(pointer, quantity)| (pointer, format!("is {quantity}"))).collect()
}

pub(super) const ISSUANCE_CHECKS: &[Check<Issuance>] = &[(AuditRule::IssuanceTotal, |issuance| {
    issuance_total(
        &issuance.supplier_credit_batch_size_total,
        &issuance.buffer_pool_credit_batch_size_total,
        &issuance.credit_batch_size_total,
    )
})];

pub(super) const ISSUANCE_BATCHES_CHECKS: &[Check<IssuanceCreditBatches>] = &[
    (AuditRule::IssuanceTotal, |batches| {
        issuance_total(
            &batches.supplier_credit_batch_size_total,
            &batches.buffer_pool_credit_batch_size_total,
            &batches.credit_batch_size_total,
        )
    }),
    (AuditRule::BatchesTotal, |batches| {
        let parts = [
            (
                "/supplier_credit_batch_size_total/credit_kgs",
                &batches.supplier_credit_batch_size_total,
                &batches.supplier_credit_batches,
            ),
            (
                "/buffer_pool_credit_batch_size_total/credit_kgs",
                &batches.buffer_pool_credit_batch_size_total,
                &batches.buffer_pool_credit_batches,
            ),
        ];
        let differing = parts.into_iter().filter_map(|(pointer, stated, batches)| {
            let message = "the batches hold";
            differs(stated, batches.iter().map(|batch| &batch.size), message).map(|m| (pointer, m))
        });
        differing.map(|(pointer, message)| (pointer.into(), message)).collect()
    }),
];

fn issuance_total(
    supplier: &CreditQuantity,
    buffer_pool: &CreditQuantity,
    total: &CreditQuantity,
) -> Vec<Contradiction> {
    let message = differs(total, [supplier, buffer_pool], "supplier and buffer pool hold");
    message.map(|m| ("/credit_batch_size_total/credit_kgs".into(), m)).into_iter().collect()
}

/// Returns a message if the kilograms of the parts do not add up to the stated ones.
fn differs<'q>(
    stated: &CreditQuantity,
    parts: impl IntoIterator<Item = &'q CreditQuantity>,
    subject: &str,
) -> Option<String> {
    let sum: i128 = parts.into_iter().map(|part| i128::from(part.credit_kgs)).sum();
    let stated = stated.credit_kgs;
    (sum != i128::from(stated)).then(|| format!("is {stated}, but {subject} {sum} kg"))
}

pub(super) const ORDER_CHECKS: &[Check<Order>] =
    &[(AuditRule::OrderBounded, order_bounded), (AuditRule::OrderCompleted, order_completed)];

fn order_bounded(order: &Order) -> Vec<Contradiction> {
    let (delivered, ordered) =
        (order.credits_delivered.credit_kgs, order.credits_ordered.credit_kgs);
    exceeds("/credits_delivered/credit_kgs", delivered, "`credits_ordered`", ordered)
}

/// Returns a contradiction if `part` exceeds `whole`.
fn exceeds(pointer: &'static str, part: i64, name: &str, whole: i64) -> Vec<Contradiction> {
    let message = || vec![(pointer.into(), format!("is {part}, but {name} is {whole}"))];
    if part > whole { message() } else { Vec::new() }
}

fn order_completed(order: &Order) -> Vec<Contradiction> {
    if let OrderStatus::Unknown(_) = order.status {
        return Vec::new();
    }
    let is_completed = order.status == OrderStatus::Completed;
    let is_full = order.credits_delivered.credit_kgs >= order.credits_ordered.credit_kgs;
    let status = &order.status;
    let mut found = Vec::new();
    if order.fulfilled_at.is_some() != is_completed {
        let set = if is_completed { "null" } else { "set" };
        found.push(("/fulfilled_at".into(), format!("is {set}, but the status is `{status}`")));
    }
    if is_full != is_completed {
        let full = if is_full { "all" } else { "not all" };
        let message = format!("is `{status}`, but {full} ordered credits are delivered");
        found.push(("/status".into(), message));
    }
    found
}

pub(super) const BALANCE_CHECKS: &[Check<OrganisationCreditBalance>] = &[
    (AuditRule::BalanceSuppliers, |balance| {
        let parts = balance.supplier_balances.iter().map(|part| &part.total);
        balance_parts(balance, parts, "the balances by supplier hold", |sum, total| sum != total)
    }),
    (AuditRule::BalanceProjects, |balance| {
        let parts = balance.project_balances.iter().map(|part| &part.total);
        balance_parts(balance, parts, "the balances by project hold", |sum, total| sum != total)
    }),
    (AuditRule::BalanceOrders, |balance| {
        let parts = balance.order_balances.iter().map(|part| &part.total);
        balance_parts(balance, parts, "the balances by order hold", |sum, total| sum > total)
    }),
];

/// Compares the total of a balance with the sum of its parts.
fn balance_parts<'b>(
    balance: &OrganisationCreditBalance,
    parts: impl Iterator<Item = &'b CreditBalance> + Clone,
    subject: &str,
    contradicts: fn(i128, i128) -> bool,
) -> Vec<Contradiction> {
    type Member = fn(&CreditBalance) -> i64;
    let members: [(&str, Member); 2] = [
        ("/total/active_credits_total/credit_kgs", |part| part.active_credits_total.credit_kgs),
        ("/total/retired_credits_total/credit_kgs", |part| part.retired_credits_total.credit_kgs),
    ];
    let found = members.into_iter().filter_map(|(pointer, member)| {
        let sum: i128 = parts.clone().map(|part| i128::from(member(part))).sum();
        let total = member(&balance.total);
        contradicts(sum, total.into())
            .then(|| (pointer.into(), format!("is {total}, but {subject} {sum} kg")))
    });
    found.collect()
}

pub(super) const PROJECT_CHECKS: &[Check<Project>] = &[(AuditRule::ProjectParts, project_parts)];

fn project_parts(project: &Project) -> Vec<Contradiction> {
    let issued = project.issued_credits_total.credit_kgs;
    let retired = project.retired_credits_total.credit_kgs;
    let buffer_pool = project.issued_buffer_pool_credits_total.credit_kgs;
    let buffer_retired = project.retired_buffer_pool_credits_total.credit_kgs;
    [
        (
            "/issued_buffer_pool_credits_total/credit_kgs",
            buffer_pool,
            "issued_credits_total",
            issued,
        ),
        ("/retired_credits_total/credit_kgs", retired, "issued_credits_total", issued),
        (
            "/retired_buffer_pool_credits_total/credit_kgs",
            buffer_retired,
            "retired_credits_total",
            retired,
        ),
        (
            "/retired_buffer_pool_credits_total/credit_kgs",
            buffer_retired,
            "issued_buffer_pool_credits_total",
            buffer_pool,
        ),
    ]
    .into_iter()
    .flat_map(|(pointer, part, name, whole)| exceeds(pointer, part, &format!("`{name}`"), whole))
    .collect()
}
