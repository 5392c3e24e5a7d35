//! Rules for totals, and for the items of lists.

use std::collections::{BTreeMap, BTreeSet};

use super::Records;
use super::facts::{BatchFacts, BatchState, Facts};
use super::names::Key;
use crate::audit::collection::Collection;
use crate::audit::report::AuditReport;
use crate::audit::rule::AuditRule;

const TOTAL: &str = "/credit_batch_size_total/credit_kgs";

/// The lists of batches whose sum is the total of their owner.
const BATCH_LISTS: [Collection; 4] = [
    Collection::DeliveryBatches,
    Collection::TransferBatches,
    Collection::RefundBatches,
    Collection::RetirementBatches,
];

/// Checks all totals and lists.
pub(super) fn check(records: &Records, report: &mut AuditReport) {
    let check = &mut TotalsCheck { records, report };
    check.batch_lists();
    check.issuances();
    check.retirements();
    check.orders();
    check.organisations();
    check.projects();
}

struct TotalsCheck<'c> {
    records: &'c Records,
    report: &'c mut AuditReport,
}

impl TotalsCheck<'_> {
    /// Reports a finding about a resource.
    fn find(&mut self, rule: AuditRule, id: Key, pointer: &'static str, message: String) {
        self.report.add_finding(rule, self.records.names.text(id), pointer, message);
    }

    /// Compares kilograms that a resource states with a sum.
    fn compare(
        &mut self,
        rule: AuditRule,
        (id, pointer): (Key, &'static str),
        stated: i64,
        (subject, sum): (&str, i128),
    ) {
        self.report.add_checks(rule, 1);
        if i128::from(stated) != sum {
            self.find(rule, id, pointer, format!("is {stated}, but {subject} {sum} kg"));
        }
    }

    /// Compares an identifier in a resource with the expected one.
    fn require(
        &mut self,
        rule: AuditRule,
        (id, pointer): (Key, &'static str),
        actual: Option<Key>,
        (expected, subject): (Key, &str),
    ) {
        self.report.add_checks(rule, 1);
        if actual != Some(expected) {
            let actual = actual.map_or_else(|| "null".to_owned(), |id| self.records.quoted(id));
            let expected = self.records.quoted(expected);
            let message = format!("is {actual}, but {subject} {expected}");
            self.find(rule, id, pointer, message);
        }
    }

    /// Returns the items of a kind of list that are known, complete or not, with their owners.
    fn listed(&self, list: Collection) -> Vec<(Key, Key)> {
        let lists = self.records.lists.iter().filter(|((kind, _), _)| *kind == list);
        lists
            .flat_map(|((_, owner), facts)| facts.items.iter().map(|item| (*owner, *item)))
            .collect()
    }

    fn batch(&self, id: Key) -> Option<BatchFacts> {
        self.records.batches.get(&id).copied()
    }

    fn batch_lists(&mut self) {
        let owners: Vec<_> = self.records.facts.iter().map(|(id, facts)| (*id, *facts)).collect();
        for (id, facts) in owners {
            let lists = BATCH_LISTS.into_iter();
            let sums =
                lists.filter_map(|list| self.records.kilograms(self.records.items(list, id)?));
            if let (Some(stated), Some(sum)) = (facts.total(), { sums }.next()) {
                self.compare(
                    AuditRule::BatchesTotal,
                    (id, TOTAL),
                    stated,
                    ("its batches hold", sum),
                );
            }
        }
        for (delivery, id) in self.listed(Collection::DeliveryBatches) {
            let Some(batch) = self.batch(id) else { continue };
            let place = (id, "/delivery_id");
            let expected = (delivery, "the batch is listed by");
            self.require(AuditRule::NamesResource, place, batch.delivery, expected);
        }
    }

    fn issuances(&mut self) {
        let pools: Vec<_> = self.records.pools.iter().collect();
        for (issuance, pools) in pools {
            let facts = self.records.facts.get(issuance).copied();
            for id in pools.iter().flatten() {
                self.issuance_batch(*issuance, *id, facts);
            }
            let Some(Facts::Issuance { to_supplier, to_buffer_pool, .. }) = facts else { continue };
            let stated = [
                ("/supplier_credit_batch_size_total/credit_kgs", to_supplier),
                ("/buffer_pool_credit_batch_size_total/credit_kgs", to_buffer_pool),
            ];
            for ((pointer, stated), batches) in stated.into_iter().zip(pools) {
                let Some(sum) = self.records.kilograms(batches) else { continue };
                let place = (*issuance, pointer);
                self.compare(AuditRule::BatchesTotal, place, stated, ("its batches hold", sum));
            }
        }
    }

    fn issuance_batch(&mut self, issuance: Key, id: Key, facts: Option<Facts>) {
        let Some(batch) = self.batch(id) else { return };
        let expected = (issuance, "the batch is listed by");
        let place = (id, "/issuance_id");
        self.require(AuditRule::NamesResource, place, Some(batch.issuance), expected);
        let Some(Facts::Issuance { supplier, project, .. }) = facts else { return };
        for (pointer, actual, expected) in
            [("/supplier_id", batch.supplier, supplier), ("/project_id", batch.project, project)]
        {
            let expected = (expected, "the issuance has");
            self.require(AuditRule::IssuanceOrigin, (id, pointer), Some(actual), expected);
        }
    }

    fn retirements(&mut self) {
        let mut retirements_of = BTreeMap::<Key, BTreeSet<Key>>::new();
        for (retirement, id) in self.listed(Collection::RetirementBatches) {
            let Some(batch) = self.batch(id) else { continue };
            retirements_of.entry(id).or_default().insert(retirement);
            let expected = (retirement, "the batch is listed by");
            let place = (id, "/retirement_id");
            self.require(AuditRule::NamesResource, place, batch.retirement, expected);
            self.report.add_checks(AuditRule::RetirementRetired, 1);
            if !matches!(batch.state, BatchState::Retired | BatchState::Unknown) {
                let retirement = self.records.quoted(retirement);
                let message = format!("is not `retired`, but the batch is listed by {retirement}");
                self.find(AuditRule::RetirementRetired, id, "/status", message);
            }
            let facts = self.records.facts.get(&retirement);
            if let Some(Facts::Retirement { beneficiary, .. }) = facts.copied() {
                let (rule, place) = (AuditRule::RetirementBeneficiary, (id, "/beneficiary/id"));
                self.require(rule, place, batch.beneficiary, (beneficiary, "the retirement has"));
            }
        }
        for (id, retirements) in retirements_of {
            self.report.add_checks(AuditRule::RetiredOnce, 1);
            if retirements.len() > 1 {
                let mut names: Vec<_> =
                    retirements.into_iter().map(|key| self.records.quoted(key)).collect();
                names.sort_unstable();
                let message = format!("is listed by {}", names.join(" and "));
                self.find(AuditRule::RetiredOnce, id, "", message);
            }
        }
    }

    fn orders(&mut self) {
        for (order, id) in self.listed(Collection::OrderDeliveries) {
            let Some(Facts::Delivery { order: actual, .. }) = self.records.facts.get(&id) else {
                continue;
            };
            let expected = (order, "the delivery is listed by");
            self.require(AuditRule::NamesResource, (id, "/order_id"), Some(*actual), expected);
        }
        let deliveries = self.deliveries_by_order();
        let orders: Vec<_> = self.records.facts.iter().collect();
        for (id, facts) in orders {
            let Facts::Order { delivered } = facts else { continue };
            let listed = self.records.items(Collection::OrderDeliveries, *id);
            let sum = match (listed, &deliveries) {
                (Some(items), _) => self.delivered(items),
                (None, Some(sums)) => Some(sums.get(id).copied().unwrap_or_default()),
                (None, None) => None,
            };
            let Some(sum) = sum else { continue };
            let place = (*id, "/credits_delivered/credit_kgs");
            self.compare(
                AuditRule::OrderDeliveries,
                place,
                *delivered,
                ("its deliveries hold", sum),
            );
        }
    }

    /// Returns the total of deliveries. `None` if one was not added.
    fn delivered(&self, deliveries: &[Key]) -> Option<i128> {
        let totals =
            deliveries.iter().map(|id| self.records.facts.get(id)?.total().map(i128::from));
        totals.sum()
    }

    /// Returns the total of the deliveries of each order, if all deliveries are known.
    fn deliveries_by_order(&self) -> Option<BTreeMap<Key, i128>> {
        let is_whole = self.records.is_whole(Collection::Deliveries);
        let mut sums = BTreeMap::<_, i128>::new();
        for facts in self.records.facts.values().filter(|_| is_whole) {
            if let Facts::Delivery { order, total } = facts {
                *sums.entry(*order).or_default() += i128::from(*total);
            }
        }
        is_whole.then_some(sums)
    }

    fn organisations(&mut self) {
        for (organisation, id) in self.listed(Collection::OrganisationBatches) {
            let Some(batch) = self.batch(id) else { continue };
            self.report.add_checks(AuditRule::OrganisationBatches, 1);
            if batch.owner != organisation && batch.beneficiary != Some(organisation) {
                let (owner, organisation) =
                    (self.records.quoted(batch.owner), self.records.quoted(organisation));
                let message = format!("is {owner}, but the batch is listed by {organisation}");
                self.find(AuditRule::OrganisationBatches, id, "/owner/id", message);
            }
        }
        let balances: Vec<_> = self.records.facts.iter().collect();
        for (organisation, facts) in balances {
            let Facts::Balance { active, retired } = *facts else { continue };
            let list = self.records.items(Collection::OrganisationBatches, *organisation);
            let Some(items) = list else { continue };
            let sum = |state| self.owned(items, *organisation, state);
            let (active_sum, retired_sum) = (sum(BatchState::Active), sum(BatchState::Retired));
            let place = (*organisation, "/total/active_credits_total/credit_kgs");
            let batches = ("its active batches hold", active_sum);
            self.compare(AuditRule::BalanceActive, place, active, batches);
            let place = (*organisation, "/total/retired_credits_total/credit_kgs");
            let batches = ("its retired batches hold", retired_sum);
            self.compare(AuditRule::BalanceRetired, place, retired, batches);
        }
    }

    /// Returns the kilograms of the batches of a state that an organisation owns.
    fn owned(&self, items: &[Key], organisation: Key, state: BatchState) -> i128 {
        let items: BTreeSet<_> = items.iter().collect();
        let batches = items.into_iter().filter_map(|id| self.records.batches.get(id));
        let owned = batches.filter(|batch| batch.owner == organisation && batch.state == state);
        owned.map(|batch| i128::from(batch.kilograms)).sum()
    }

    fn projects(&mut self) {
        let retirements = self.retirements_by_project();
        let issuances = self.issuances_by_project();
        let projects: Vec<_> = self.records.facts.iter().collect();
        for (id, facts) in projects {
            let Facts::Project { supplier, issued, buffer_pool, retired, buffer_retired } = *facts
            else {
                continue;
            };
            let place = (*id, "/retired_credits_total/credit_kgs");
            if let Some(sums) = &retirements {
                let batches =
                    ("its batches in retirements hold", sums.get(id).copied().unwrap_or_default());
                self.compare(AuditRule::ProjectRetirements, place, retired, batches);
            }
            let has_issuances = self.records.is_whole(Collection::Issuances)
                || self.records.items(Collection::SupplierIssuances, supplier).is_some();
            if !has_issuances {
                continue;
            }
            let sums = issuances.get(id).cloned().unwrap_or_default();
            self.project_issued(*id, issued, buffer_pool, &sums);
            let Some([supplier, buffer_pool]) = self.retired(&sums.ids) else { continue };
            let batches = ("its retired batches hold", supplier + buffer_pool);
            self.compare(AuditRule::ProjectRetired, place, retired, batches);
            self.report.add_checks(AuditRule::ProjectBufferRetired, 1);
            if i128::from(buffer_retired) > buffer_pool {
                let pointer = "/retired_buffer_pool_credits_total/credit_kgs";
                let message = format!(
                    "is {buffer_retired}, but the retired batches from the buffer pool hold \
                     {buffer_pool} kg"
                );
                self.find(AuditRule::ProjectBufferRetired, *id, pointer, message);
            }
        }
    }

    fn project_issued(&mut self, id: Key, issued: i64, buffer_pool: i64, sums: &IssuedSums) {
        let totals = [
            (AuditRule::ProjectIssued, "/issued_credits_total/credit_kgs", issued, sums.total),
            (
                AuditRule::ProjectBufferPool,
                "/issued_buffer_pool_credits_total/credit_kgs",
                buffer_pool,
                sums.buffer_pool,
            ),
        ];
        for (rule, pointer, stated, sum) in totals {
            self.compare(rule, (id, pointer), stated, ("its issuances hold", sum));
        }
    }

    fn issuances_by_project(&self) -> BTreeMap<Key, IssuedSums> {
        let mut sums = BTreeMap::<_, IssuedSums>::new();
        for (id, facts) in &self.records.facts {
            let Facts::Issuance { project, total, to_buffer_pool, .. } = facts else { continue };
            let sums = sums.entry(*project).or_default();
            sums.total += i128::from(*total);
            sums.buffer_pool += i128::from(*to_buffer_pool);
            sums.ids.push(*id);
        }
        sums
    }

    /// Returns the kilograms of each project in retirements, if all retirements and their
    /// batches are known.
    fn retirements_by_project(&self) -> Option<BTreeMap<Key, i128>> {
        if !self.records.is_whole(Collection::Retirements) {
            return None;
        }
        let mut sums = BTreeMap::new();
        for (id, facts) in &self.records.facts {
            let Facts::Retirement { .. } = facts else { continue };
            for batch in self.records.items(Collection::RetirementBatches, *id)? {
                let batch = self.batch(*batch)?;
                *sums.entry(batch.project).or_default() += i128::from(batch.kilograms);
            }
        }
        Some(sums)
    }

    /// Returns the kilograms of the retired batches that descend from those of issuances: those
    /// of the supplier and those of the buffer pool. `None` if a descendant was not added or has
    /// an unknown status.
    fn retired(&self, issuances: &[Key]) -> Option<[i128; 2]> {
        let mut sums = [0, 0];
        for issuance in issuances {
            for (sum, originals) in sums.iter_mut().zip(self.records.pools.get(issuance)?) {
                *sum += self.retired_descendants(originals)?;
            }
        }
        Some(sums)
    }

    fn retired_descendants(&self, originals: &[Key]) -> Option<i128> {
        let mut sum = 0;
        let mut seen = BTreeSet::new();
        let mut pending = originals.to_vec();
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            let batch = self.batch(id)?;
            pending.extend(batch.named_children());
            match batch.state {
                BatchState::Unknown => return None,
                BatchState::Retired => sum += i128::from(batch.kilograms),
                BatchState::Active | BatchState::Split => {}
            }
        }
        Some(sum)
    }
}

/// The sums of the issuances of a project.
#[derive(Clone, Debug, Default)]
struct IssuedSums {
    total: i128,
    buffer_pool: i128,
    ids: Vec<Key>,
}
