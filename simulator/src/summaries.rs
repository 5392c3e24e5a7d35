//! Summaries of resources: the batches of issuances and the balances of organisations.

use serde_json::{Value, json};

use crate::identifier::IdentifierKind::{self, Issuance, Order, Project, Supplier};
use crate::ledger::Ledger;
use crate::views::quantity;

impl Ledger {
    /// Returns the original batches of an issuance and their totals.
    pub(crate) fn issuance_batches(
        &self,
        key: u32,
        mut view: impl FnMut(u32) -> Option<Value>,
    ) -> Value {
        let row = &self.issuances[key as usize];
        let middle = row.first_batch + row.supplier_batches;
        let mut views = |keys: std::ops::Range<u32>| keys.filter_map(&mut view).collect::<Vec<_>>();
        json!({
            "issuance_id": self.id(Issuance, key),
            "supplier_credit_batches": views(row.first_batch..middle),
            "supplier_credit_batch_size_total": quantity(row.supplier_kilograms),
            "buffer_pool_credit_batches": views(middle..middle + row.pool_batches),
            "buffer_pool_credit_batch_size_total": quantity(row.pool_kilograms),
            "credit_batch_size_total": quantity(row.supplier_kilograms + row.pool_kilograms),
        })
    }

    /// Returns the balance of an organisation, in total and by supplier, project and order.
    pub(crate) fn balance(&self, organisation: u32) -> Value {
        let mut total = Balance::default();
        let mut suppliers = self.no_balances(Supplier);
        let mut projects = self.no_balances(Project);
        let mut orders = self.no_balances(Order);
        for batch in self.organisations[organisation as usize].batches.keys() {
            let row = self.batch(batch);
            if row.owner != organisation {
                continue;
            }
            let status = self.status(batch);
            total.add(status, row.kilograms);
            let places = [
                (&mut suppliers, self.supplier_of(batch)),
                (&mut projects, self.project_of(batch)),
                (&mut orders, self.order_of(batch)),
            ];
            for (balances, key) in places {
                if let Some(key) = key {
                    balances[key as usize].get_or_insert_default().add(status, row.kilograms);
                }
            }
        }
        json!({
            "total": total.view(),
            "supplier_balances": self.balances(Supplier, "supplier_id", &suppliers),
            "project_balances": self.balances(Project, "project_id", &projects),
            "order_balances": self.balances(Order, "order_id", &orders),
        })
    }

    /// Returns a place for the balance of each resource of a kind.
    fn no_balances(&self, kind: IdentifierKind) -> Vec<Option<Balance>> {
        vec![None; self.len(kind)]
    }

    fn balances(
        &self,
        kind: IdentifierKind,
        property: &str,
        balances: &[Option<Balance>],
    ) -> Vec<Value> {
        let view = |(key, balance): (u32, &Option<Balance>)| {
            let total = balance.as_ref()?.view();
            Some(json!({ property: self.id(kind, key), "total": total }))
        };
        (0..).zip(balances).filter_map(view).collect()
    }
}

/// The kilograms of active and of retired credits.
#[derive(Clone, Debug, Default)]
struct Balance {
    active: i64,
    retired: i64,
}

impl Balance {
    fn add(&mut self, status: &str, kilograms: i64) {
        match status {
            "active" => self.active += kilograms,
            "retired" => self.retired += kilograms,
            _ => {}
        }
    }

    fn view(&self) -> Value {
        json!({
            "active_credits_total": quantity(self.active),
            "retired_credits_total": quantity(self.retired),
        })
    }
}
