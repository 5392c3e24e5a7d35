//! Resources of the ledger as JSON.

use isometric_registry::Decimal;
use isometric_registry::chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use isometric_registry::rust_decimal;
use serde_json::{Value, json};

use crate::catalogue::{self, GeoLocation, PATHWAYS, PROJECT_STATUSES};
use crate::identifier::IdentifierKind;
use crate::ledger::{Ledger, Microseconds, Origin, Parts, TransferRow};
use crate::random::Random;

/// The website that the URLs of resources point to. The domain is reserved for examples.
const WEBSITE: &str = "https://registry.example";

impl Ledger {
    /// Returns a resource as the registry serves it.
    pub(crate) fn view(&self, kind: IdentifierKind, key: u32) -> Value {
        match kind {
            IdentifierKind::Batch => self.batch_view(key),
            IdentifierKind::Delivery => self.delivery_view(key),
            IdentifierKind::Document => self.document_view(key),
            IdentifierKind::Issuance => self.issuance_view(key),
            IdentifierKind::Order => self.order_view(key),
            IdentifierKind::Organisation => self.organisation_view(key),
            IdentifierKind::Project => self.project_view(key),
            IdentifierKind::Refund => self.refund_view(key),
            IdentifierKind::Removal => Value::Null,
            IdentifierKind::Retirement => self.retirement_view(key),
            IdentifierKind::StripeConfiguration => self.stripe_view(key),
            IdentifierKind::Supplier => self.supplier_view(key),
            IdentifierKind::Transfer => self.transfer_view(key),
        }
    }

    fn organisation_view(&self, key: u32) -> Value {
        let row = &self.organisations[key as usize];
        json!({
            "domain": row.domain,
            "id": self.id(IdentifierKind::Organisation, key),
            "name": row.name,
        })
    }

    fn supplier_view(&self, key: u32) -> Value {
        let row = &self.suppliers[key as usize];
        let projects = self.projects.iter().filter(|project| project.supplier == key);
        let pathway = projects.map(|project| &PATHWAYS[project.pathway]).next();
        let description = pathway.map(|pathway| format!("Removes CO₂e: {}", pathway.name));
        json!({
            "id": self.id(IdentifierKind::Supplier, key),
            "short_description": description,
            "long_description": null,
            "organisation": self.organisation_view(row.organisation),
            "location": pathway.filter(|_| key % 3 != 2).map(|pathway| location(&pathway.place)),
        })
    }

    fn project_view(&self, key: u32) -> Value {
        let row = &self.projects[key as usize];
        let pathway = &PATHWAYS[row.pathway];
        let id = self.id(IdentifierKind::Project, key);
        let is_validated = row.status == 0;
        json!({
            "name": self.project_name(key),
            "supplier": self.supplier_view(row.supplier),
            "status": PROJECT_STATUSES[row.status],
            "short_code": row.short_code,
            "url": format!("{WEBSITE}/project/{id}"),
            "id": id,
            "process_key": pathway.process_key,
            "pathway": pathway.pathway,
            "protocol_slug": pathway.protocol_slug,
            "country_code": pathway.place.country_code,
            "validator_name": is_validated.then_some("Invented Validation Ltd"),
            "current_verifier_name": key.is_multiple_of(2).then_some("Invented Verification Ltd"),
            "crediting_period_start": is_validated.then_some("2022-01-01"),
            "crediting_period_end": is_validated.then_some("2026-12-31"),
            "issued_credits_total": quantity(row.issued),
            "retired_credits_total": quantity(row.retired),
            "issued_buffer_pool_credits_total": quantity(row.issued_to_pool),
            "retired_buffer_pool_credits_total": quantity(row.retired_from_pool),
            "location": (key % 4 != 3).then(|| location(&pathway.place)),
        })
    }

    /// Returns the name of a project.
    pub(crate) fn project_name(&self, key: u32) -> String {
        let pathway = &PATHWAYS[self.projects[key as usize].pathway];
        format!("{} in {} {key}", pathway.name, pathway.place.country_name)
    }

    fn document_view(&self, key: u32) -> Value {
        let row = &self.documents[key as usize];
        let id = self.id(IdentifierKind::Document, key);
        json!({
            "display_name": row.name,
            "project_id": self.id(IdentifierKind::Project, row.project),
            "url": format!("{WEBSITE}/documents/{id}"),
            "id": id,
        })
    }

    fn issuance_view(&self, key: u32) -> Value {
        let row = &self.issuances[key as usize];
        let supplier = self.projects[row.project as usize].supplier;
        let period_end = self.sequestered_on(key);
        let period_start = period_end.checked_sub_days(Days::new(91)).unwrap_or(period_end);
        json!({
            "id": self.id(IdentifierKind::Issuance, key),
            "issued_at": time(row.at),
            "supplier": self.supplier_view(supplier),
            "project_id": self.id(IdentifierKind::Project, row.project),
            "reporting_period_start_at": period_start,
            "reporting_period_end_at": period_end,
            "supplier_credit_batch_size_total": quantity(row.supplier_kilograms),
            "buffer_pool_credit_batch_size_total": quantity(row.pool_kilograms),
            "credit_batch_size_total": quantity(row.supplier_kilograms + row.pool_kilograms),
        })
    }

    fn order_view(&self, key: u32) -> Value {
        let row = &self.orders[key as usize];
        let status = match row.delivered {
            0 => "placed",
            delivered if delivered < row.ordered => "in_progress",
            _ => "completed",
        };
        json!({
            "id": self.id(IdentifierKind::Order, key),
            "effective_contract_date": time(row.at).date_naive(),
            "fulfilled_at": row.fulfilled_at.map(time),
            "buyer_organisation": self.organisation_view(row.buyer),
            "supplier": self.supplier_view(row.supplier),
            "status": status,
            "credits_ordered": quantity(row.ordered),
            "credits_delivered": quantity(row.delivered),
        })
    }

    fn delivery_view(&self, key: u32) -> Value {
        let row = &self.deliveries[key as usize];
        let order = &self.orders[row.order as usize];
        let id = self.id(IdentifierKind::Delivery, key);
        json!({
            "delivered_at": time(row.at),
            "order_id": self.id(IdentifierKind::Order, row.order),
            "from_supplier": self.supplier_view(order.supplier),
            "to_organisation": self.organisation_view(order.buyer),
            "credit_batch_size_total": self.total_view(row.parts),
            "url": format!("{WEBSITE}/delivery/{id}"),
            "id": id,
            "notes": row.notes,
        })
    }

    fn transfer_view(&self, key: u32) -> Value {
        let TransferRow { from, to, at, parts, notes } = &self.transfers[key as usize];
        json!({
            "id": self.id(IdentifierKind::Transfer, key),
            "transferred_at": time(*at),
            "from_organisation": self.organisation_view(*from),
            "to_organisation": self.organisation_view(*to),
            "credit_batch_size_total": self.total_view(*parts),
            "notes": notes,
        })
    }

    fn refund_view(&self, key: u32) -> Value {
        let TransferRow { from, to, at, parts, notes } = &self.refunds[key as usize];
        json!({
            "id": self.id(IdentifierKind::Refund, key),
            "refunded_at": time(*at),
            "from_buffer_pool_organisation": self.organisation_view(*from),
            "to_organisation": self.organisation_view(*to),
            "credit_batch_size_total": self.total_view(*parts),
            "notes": notes.as_deref().unwrap_or_default(),
        })
    }

    fn retirement_view(&self, key: u32) -> Value {
        let row = &self.retirements[key as usize];
        let id = self.id(IdentifierKind::Retirement, key);
        json!({
            "retired_at": time(row.at),
            "purposes": catalogue::purposes(row.purposes).collect::<Vec<_>>(),
            "beneficiary": self.organisation_view(row.beneficiary),
            "owner": self.organisation_view(row.owner),
            "credit_batch_size_total": self.total_view(row.parts),
            "url": format!("{WEBSITE}/retirement/{id}"),
            "id": id,
            "notes": row.notes,
        })
    }

    fn stripe_view(&self, supplier: u32) -> Value {
        let id = self.id(IdentifierKind::StripeConfiguration, supplier);
        json!({
            "account_id": format!("acct_{}", id.trim_start_matches("ssc_")),
            "id": id,
            "credit_product_price_per_tonne": format!("{}.50", 180 + 10 * (supplier % 20)),
            "verification_product_price_per_tonne": "14.75",
            "currency": "USD",
            "isometric_terms_and_conditions_url": format!("{WEBSITE}/terms"),
        })
    }

    fn batch_view(&self, key: u32) -> Value {
        let row = self.batch(key);
        let batch_id = |key: u32| self.id(IdentifierKind::Batch, key);
        let retirement = row.retirement.map(|key| &self.retirements[key as usize]);
        let delivered = row.delivery.map(|key| self.deliveries[key as usize].at);
        let delivery_id = row.delivery.map(|key| self.id(IdentifierKind::Delivery, key));
        let retirement_id = row.retirement.map(|key| self.id(IdentifierKind::Retirement, key));
        let mut view = json!({
            "beneficiary": retirement.map(|row| self.organisation_view(row.beneficiary)),
            "delivered_at": delivered.map(time),
            "delivery_id": delivery_id,
            "id": batch_id(key),
            "left_child_id": row.left_child.map(batch_id),
            "owner": self.organisation_view(row.owner),
            "parent_id": row.parent.map(batch_id),
            "retired_at": retirement.map(|row| time(row.at)),
            "retirement_id": retirement_id,
            "right_child_id": row.left_child.map(|left| batch_id(left + 1)),
            "serial_number": self.serial_number(key),
            "size": quantity(row.kilograms),
            "status": self.status(key),
        });
        let constant = match row.origin {
            Origin::Issuance(issuance) => self.issued_properties(issuance),
            Origin::Inserted(_) => self.inserted(key).map_or(Value::Null, |row| row.base.clone()),
        };
        complete(&mut view, constant);
        view
    }

    /// Returns the properties that all batches of an issuance share.
    fn issued_properties(&self, issuance: u32) -> Value {
        let row = &self.issuances[issuance as usize];
        let project = &self.projects[row.project as usize];
        let pathway = &PATHWAYS[project.pathway];
        json!({
            "carbon_removal_data": self.removal_data(issuance),
            "ccp_approved": project.ccp_approved,
            "country_of_issue": pathway.place.country_code,
            "issuance_id": self.id(IdentifierKind::Issuance, issuance),
            "issued_at": time(row.at),
            "project_id": self.id(IdentifierKind::Project, row.project),
            "removal_id": self.id(IdentifierKind::Removal, issuance),
            "sequestered_on": self.sequestered_on(issuance),
            "supplier_id": self.id(IdentifierKind::Supplier, project.supplier),
        })
    }

    /// Returns the account of a removal, which some issuances lack.
    fn removal_data(&self, issuance: u32) -> Option<Value> {
        let mut random = Random::new(self.seed, "removal", issuance.into());
        let row = &self.issuances[issuance as usize];
        let net = row.supplier_kilograms + row.pool_kilograms;
        let mut share = |percent| random.within(0..net / 100 * percent + 1);
        let (counterfactuals, emissions, losses) = (share(2), share(20), share(1));
        (!random.one_in(4)).then(|| {
            json!({
                "counterfactuals_kg": counterfactuals,
                "emissions_kg": emissions,
                "gross_carbon_removed_kg": net + counterfactuals + emissions + losses,
                "losses_kg": losses,
                "net_carbon_removed_kg": net,
            })
        })
    }

    /// Returns the last day of the reporting period, on which the CO₂e was put into storage.
    fn sequestered_on(&self, issuance: u32) -> NaiveDate {
        let mut random = Random::new(self.seed, "period", issuance.into());
        let at = time(self.issuances[issuance as usize].at);
        (at - TimeDelta::days(random.within(10..200))).date_naive()
    }

    /// Returns the year in which the CO₂e of a batch was put into storage.
    pub(crate) fn vintage(&self, batch: u32) -> Option<i64> {
        match self.batch(batch).origin {
            Origin::Issuance(issuance) => Some(self.sequestered_on(issuance).year().into()),
            Origin::Inserted(_) => {
                let day = self.inserted(batch)?.base.get("sequestered_on")?.as_str()?;
                day.split('-').next()?.parse().ok()
            }
        }
    }

    fn serial_number(&self, key: u32) -> String {
        let row = self.batch(key);
        if let Some(inserted) = self.inserted(key) {
            return inserted.serial_number.as_ref().to_owned();
        }
        let series = self.project_of(key).map(|project| self.series(project)).unwrap_or_default();
        let year = time(self.issued_at(key)).year();
        let last = row.first_unit + row.kilograms.unsigned_abs() - 1;
        format!("{series}-{year}-{}-{last}", row.first_unit)
    }

    /// Returns the start of the serial numbers of a project.
    pub(crate) fn series(&self, project: u32) -> String {
        let row = &self.projects[project as usize];
        let pathway = &PATHWAYS[row.pathway];
        format!("ISO-1-{}-{}-{}", pathway.mark, pathway.place.country_code, row.short_code)
    }

    fn total_view(&self, parts: Parts) -> Value {
        quantity(self.total(parts))
    }
}

/// Adds the properties that an object lacks.
fn complete(object: &mut Value, properties: Value) {
    let (Value::Object(object), Value::Object(properties)) = (object, properties) else { return };
    for (name, value) in properties {
        let property = object.entry(name).or_insert(Value::Null);
        if property.is_null() {
            *property = value;
        }
    }
}

/// Returns a quantity in kilograms and in credits.
pub(crate) fn quantity(kilograms: i64) -> Value {
    let credits: Decimal = rust_decimal::Decimal::new(kilograms, 3).into();
    json!({ "credit_kgs": kilograms, "credits": credits })
}

fn time(microseconds: Microseconds) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(microseconds).unwrap_or_default()
}

fn location(place: &GeoLocation) -> Value {
    json!({
        "country_code": place.country_code,
        "country_name": place.country_name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "description": null,
    })
}
