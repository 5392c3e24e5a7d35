//! Operations that change the ledger.

use http::StatusCode;
use isometric_registry::types::{
    CreateBeneficiary, CreateDelivery, CreateRetirement, CreateRetirementFromOldestCredits,
    CreateStripeCheckoutSession, CreateTransfer, CreditBatchQuantity, RetirementPurpose,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error_response::ErrorResponse;
use super::invalid::value_error;
use crate::catalogue::purpose_bit;
use crate::identifier::IdentifierKind;
use crate::ledger::{
    Ledger, OrganisationRow, Portion, RefusalReason, RefusedWrite, RetirementTerms, TransferTerms,
};

/// The property of a request that lists quantities of batches.
const QUANTITIES: &str = "credit_batch_quantities";

/// A request that changes the ledger: the caller's organisation and the body.
struct WriteRequest<'l> {
    ledger: &'l mut Ledger,
    caller: u32,
}

type Write = fn(&mut WriteRequest<'_>, &[u8]) -> Result<Value, ErrorResponse>;

const WRITES: [(&str, Write); 6] = [
    ("create_beneficiary", |request, body| request.create_beneficiary(parse(body)?)),
    ("create_delivery", |request, body| request.create_delivery(parse(body)?)),
    ("create_retirement", |request, body| request.create_retirement(parse(body)?)),
    ("create_retirement_from_oldest_credits", |request, body| {
        request.retire_oldest_credits(parse(body)?)
    }),
    ("create_stripe_checkout_session", |request, body| request.check_out(parse(body)?)),
    ("create_transfer", |request, body| request.create_transfer(parse(body)?)),
];

/// Performs a write. The body conforms to the spec.
pub(super) fn write(
    ledger: &mut Ledger,
    operation: &str,
    caller: u32,
    body: &[u8],
) -> Result<Value, ErrorResponse> {
    match WRITES.iter().find(|(name, _)| *name == operation) {
        Some((_, write)) => write(&mut WriteRequest { ledger, caller }, body),
        None => Err(ErrorResponse::of(StatusCode::NOT_IMPLEMENTED)),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ErrorResponse> {
    serde_json::from_slice(body).map_err(|error| {
        let errors = vec![value_error(&["body".into()], &error.to_string(), &Value::Null)];
        ErrorResponse::invalid(errors)
    })
}

impl WriteRequest<'_> {
    fn create_delivery(&mut self, body: CreateDelivery) -> Result<Value, ErrorResponse> {
        let order = self.find(IdentifierKind::Order, body.order_id.as_str())?;
        let portions = self.portions(&body.credit_batch_quantities)?;
        let supplier = self.ledger.orders[order as usize].supplier;
        if self.ledger.suppliers[supplier as usize].organisation != self.caller {
            return Err(not_permitted("the order was placed with another supplier"));
        }
        self.ledger.check_portions(&portions, self.caller, supplier).map_err(refused)?;
        self.ledger.check_delivery(order, &portions).map_err(refused)?;
        let (at, notes) = (self.ledger.next_time(), body.notes.map(Into::into));
        let key = self.ledger.deliver(order, &portions, at, notes);
        Ok(self.ledger.view(IdentifierKind::Delivery, key))
    }

    fn create_transfer(&mut self, body: CreateTransfer) -> Result<Value, ErrorResponse> {
        let from = self.find(IdentifierKind::Organisation, body.from_organisation_id.as_str())?;
        let to = self.find(IdentifierKind::Organisation, body.to_organisation_id.as_str())?;
        let supplier = self.find(IdentifierKind::Supplier, body.supplier_id.as_str())?;
        let portions = self.portions(&body.credit_batch_quantities)?;
        self.require_own(from)?;
        if !self.ledger.organisations[from as usize].transferees.contains(&to) {
            return Err(not_permitted("the recipient is not a transferee of the organisation"));
        }
        self.ledger.check_portions(&portions, from, supplier).map_err(refused)?;
        let (at, notes) = (self.ledger.next_time(), body.notes.map(Into::into));
        let key = self.ledger.transfer(&portions, TransferTerms { from, to, at, notes });
        Ok(self.ledger.view(IdentifierKind::Transfer, key))
    }

    fn create_retirement(&mut self, body: CreateRetirement) -> Result<Value, ErrorResponse> {
        let owner = body.owner_organisation_id.as_str();
        let beneficiary = body.beneficiary_organisation_id.as_str();
        let (owner, beneficiary) = (self.organisation(owner)?, self.organisation(beneficiary)?);
        let supplier = self.find(IdentifierKind::Supplier, body.supplier_id.as_str())?;
        let portions = self.portions(&body.credit_batch_quantities)?;
        let terms = self.terms(owner, beneficiary, &body.retirement_purposes, body.notes)?;
        self.ledger.check_portions(&portions, owner, supplier).map_err(refused)?;
        let key = self.ledger.retire(&portions, terms);
        Ok(self.ledger.view(IdentifierKind::Retirement, key))
    }

    fn retire_oldest_credits(
        &mut self,
        body: CreateRetirementFromOldestCredits,
    ) -> Result<Value, ErrorResponse> {
        let owner = body.owner_organisation_id.as_str();
        let beneficiary = body.beneficiary_organisation_id.as_str();
        let (owner, beneficiary) = (self.organisation(owner)?, self.organisation(beneficiary)?);
        let supplier = self.find(IdentifierKind::Supplier, body.supplier_id.as_str())?;
        let order = body.order_id.as_ref().map(|id| self.find(IdentifierKind::Order, id.as_str()));
        let order = order.transpose()?;
        let terms = self.terms(owner, beneficiary, &body.retirement_purposes, body.notes)?;
        let is_eligible = |ledger: &Ledger, batch| {
            ledger.supplier_of(batch) == Some(supplier)
                && order.is_none_or(|order| ledger.order_of(batch) == Some(order))
                && body.vintage.is_none_or(|year| ledger.vintage(batch) == Some(year))
        };
        let portions = self.ledger.oldest_portions(owner, body.credit_quantity_kg, is_eligible);
        let key = self.ledger.retire(&portions.map_err(refused)?, terms);
        Ok(self.ledger.view(IdentifierKind::Retirement, key))
    }

    /// Adds a beneficiary. A domain or an e-mail address is unique, so that repeating the request
    /// returns the same organisation.
    fn create_beneficiary(&mut self, body: CreateBeneficiary) -> Result<Value, ErrorResponse> {
        let (name, domain, contact) = match body {
            CreateBeneficiary::OrganisationBeneficiary(body) => {
                let domain = body.beneficiary_domain;
                (body.beneficiary_name, Some(domain.clone()), domain)
            }
            CreateBeneficiary::IndividualBeneficiary(body) => {
                check_email(&body.beneficiary_email)?;
                (body.beneficiary_name, None, body.beneficiary_email)
            }
            _ => return Err(ErrorResponse::of(StatusCode::UNPROCESSABLE_ENTITY)),
        };
        let mut organisations = (0..).zip(&self.ledger.organisations);
        let known = organisations.find(|(_, row)| row.contact.as_deref() == Some(&*contact));
        let key = match known {
            Some((key, _)) => key,
            None => self.ledger.add_organisation(OrganisationRow {
                domain: domain.map(Into::into),
                contact: Some(contact.into()),
                ..OrganisationRow::named(&name)
            }),
        };
        let beneficiaries = &mut self.ledger.organisations[self.caller as usize].beneficiaries;
        if key != self.caller && !beneficiaries.contains(&key) {
            beneficiaries.push(key);
        }
        Ok(self.ledger.view(IdentifierKind::Organisation, key))
    }

    fn check_out(&mut self, body: CreateStripeCheckoutSession) -> Result<Value, ErrorResponse> {
        let supplier = self.ledger.supplier_of_organisation(self.caller);
        let supplier = supplier.filter(|key| self.ledger.suppliers[*key as usize].has_stripe);
        let not_found = || {
            let detail = "The organisation is not set up for Stripe Connect";
            ErrorResponse::new(StatusCode::NOT_FOUND, detail)
        };
        let supplier = supplier.ok_or_else(not_found)?;
        let accepted = [
            (
                "isometric_terms_and_conditions_accepted",
                body.isometric_terms_and_conditions_accepted,
            ),
            ("supplier_terms_and_conditions_accepted", body.supplier_terms_and_conditions_accepted),
        ];
        let mut errors = Vec::new();
        for (property, _) in accepted.iter().filter(|(_, accepted)| !accepted) {
            let message = "the terms and conditions must be accepted";
            errors.push(value_error(&["body".into(), json!(property)], message, &json!(false)));
        }
        if body.quantity_kg < 1 {
            let message = "the quantity must be at least 1 kg";
            let input = json!(body.quantity_kg);
            errors.push(value_error(&["body".into(), "quantity_kg".into()], message, &input));
        }
        if !errors.is_empty() {
            return Err(ErrorResponse::invalid(errors));
        }
        let session = self.ledger.id(IdentifierKind::StripeConfiguration, supplier);
        let session = session.trim_start_matches("ssc_");
        let url = format!("https://checkout.example/c/pay/cs_test_{session}");
        Ok(json!({ "redirect_url": url }))
    }

    fn find(&self, kind: IdentifierKind, id: &str) -> Result<u32, ErrorResponse> {
        let unknown = || refused(RefusalReason::Unknown(id.to_owned()).into());
        self.ledger.find(kind, id).ok_or_else(unknown)
    }

    fn organisation(&self, id: &str) -> Result<u32, ErrorResponse> {
        self.find(IdentifierKind::Organisation, id)
    }

    fn portions(&self, quantities: &[CreditBatchQuantity]) -> Result<Vec<Portion>, ErrorResponse> {
        let portion = |quantity: &CreditBatchQuantity| {
            let batch = self.find(IdentifierKind::Batch, quantity.credit_batch_id.as_str())?;
            Ok(Portion { batch, kilograms: quantity.credit_quantity_kg })
        };
        quantities.iter().map(portion).collect()
    }

    fn require_own(&self, organisation: u32) -> Result<(), ErrorResponse> {
        if organisation == self.caller {
            return Ok(());
        }
        Err(not_permitted("the access token belongs to another organisation"))
    }

    fn terms(
        &self,
        owner: u32,
        beneficiary: u32,
        purposes: &[RetirementPurpose],
        notes: Option<String>,
    ) -> Result<RetirementTerms, ErrorResponse> {
        self.require_own(owner)?;
        let beneficiaries = &self.ledger.organisations[owner as usize].beneficiaries;
        if beneficiary != owner && !beneficiaries.contains(&beneficiary) {
            return Err(not_permitted("the organisation cannot retire for this beneficiary"));
        }
        let purposes = purposes.iter().fold(0, |bits, each| bits | purpose_bit(each.as_str()));
        let (notes, at) = (notes.map(Into::into), self.ledger.next_time());
        Ok(RetirementTerms { owner, beneficiary, purposes, notes, at })
    }
}

/// Checks the format of an e-mail address, which the tables of the client do not contain.
fn check_email(address: &str) -> Result<(), ErrorResponse> {
    let is_valid = address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
    });
    if is_valid {
        return Ok(());
    }
    let location = ["body".into(), "beneficiary_email".into()];
    let message = "value is not a valid email address";
    Err(ErrorResponse::invalid(vec![value_error(&location, message, &json!(address))]))
}

fn not_permitted(reason: &str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::FORBIDDEN, reason)
}

/// Converts a refusal to a response: 404 for an unknown resource, 403 for credits of another
/// organisation, and 422 if the state of the credits does not permit the write.
fn refused(RefusedWrite { reason, portion }: RefusedWrite) -> ErrorResponse {
    let message = reason.to_string();
    match reason {
        RefusalReason::Unknown(_) => ErrorResponse::new(StatusCode::NOT_FOUND, message),
        RefusalReason::NotOwner(_) => ErrorResponse::new(StatusCode::FORBIDDEN, message),
        _ => {
            let mut location = vec![json!("body")];
            if let Some(index) = portion {
                location.extend([json!(QUANTITIES), json!(index)]);
            }
            ErrorResponse::invalid(vec![value_error(&location, &message, &Value::Null)])
        }
    }
}
