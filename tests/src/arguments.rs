//! Arguments that violate the spec are refused before anything is sent.

use isometric_registry::types::{
    self, CreateBeneficiary, CreateIndividualBeneficiary, CreateRetirement, CreditBatchQuantity,
    CreditBatchStatus, OrganisationId, RetirementPurpose,
};
use isometric_registry::{Error, Outcome, Registry};
use serde_json::{from_value, json};

use crate::end_to_end::{block_on, registry};
use crate::server::{Reply, Server};

/// Makes a call that is refused, and returns the error.
fn refused<T>(call: impl AsyncFnOnce(Registry) -> Result<T, Error>) -> Error {
    let server = Server::always(Reply::new(500, ""));
    let result = block_on(call(registry(&server.base_url())));
    assert!(server.requests().is_empty(), "{:?}", server.requests());
    let Err(error) = result else { panic!("the arguments are accepted") };
    assert!(matches!(error, Error::Argument(_)), "{error:?}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
    assert!(!error.is_retryable());
    error
}

fn violations(error: &Error) -> Vec<String> {
    error.violations().iter().map(ToString::to_string).collect()
}

fn organisation() -> OrganisationId {
    "org_1GB56M1ST1S0GVNA".parse().unwrap()
}

#[test]
fn reports_all_invalid_arguments_at_once() {
    // Deserialization keeps invalid identifiers and unknown values, as of responses.
    let id: OrganisationId = from_value(json!("..")).unwrap();
    let unknown: CreditBatchStatus = from_value(json!("frozen")).unwrap();
    let error = refused(async |registry| {
        let call = registry.organisation_credit_batches(&id).first(1000).after("");
        let call = call.status([CreditBatchStatus::Active, unknown, CreditBatchStatus::Active]);
        call.supplier_id(&from_value(json!("prj_1CTWZQGKE1S0VAXA")).unwrap()).await
    });
    assert_eq!(
        violations(&error),
        [
            "/path/id: length: expected 20 to 37 characters, got \"..\" (2 characters)",
            "/query/supplier_id: prefix: expected `spl_` at the start, got \
             \"prj_1CTWZQGKE1S0VAXA\"",
            "/query/status/1: enum: expected `active` or `split` or `retired`, got \"frozen\"",
            "/query/status/2: unique: expected a unique item, got \"active\"",
            "/query/first: range: expected at least 1 and at most 50, got 1000",
            "/query/after: length: expected at least 1 character, got \"\" (0 characters)",
        ]
    );
    assert_eq!(error.field().as_deref(), Some("id"));
    assert_eq!(
        error.to_string(),
        "organisation_credit_batches: invalid argument: /path/id: length: expected 20 to 37 \
         characters, got \"..\" (2 characters); and 5 more; nothing was sent"
    );
}

#[test]
fn validates_request_bodies() {
    let request = CreateRetirement::new(
        organisation(),
        from_value(json!("spl_1CC712KFS1S0YKPS")).unwrap(),
        "spl_1CC712KFS1S0YKPS".parse().unwrap(),
        [RetirementPurpose::Other, RetirementPurpose::Other],
        [CreditBatchQuantity::new("ctb_1DRBTYA8Q1S07CBY".parse().unwrap(), 0)],
    )
    .notes("x".repeat(257));
    let error = refused(async |registry| registry.create_retirement(&request).await);
    let pointers: Vec<_> = error
        .violations()
        .iter()
        .map(|violation| (violation.pointer.as_str(), violation.rule.as_str()))
        .collect();
    assert_eq!(
        pointers,
        [
            ("/body/beneficiary_organisation_id", "prefix"),
            ("/body/credit_batch_quantities/0/credit_quantity_kg", "range"),
            ("/body/notes", "length"),
            ("/body/retirement_purposes/1", "unique"),
        ]
    );
    assert_eq!(error.field().as_deref(), Some("/beneficiary_organisation_id"));
}

#[test]
fn validates_alternatives_of_request_bodies() {
    let individual = CreateIndividualBeneficiary::new("n".repeat(257), "ada@example.com");
    let request = CreateBeneficiary::from(individual);
    let error = refused(async |registry| registry.create_beneficiary(&request).await);
    assert_eq!(error.violations().len(), 1, "{error}");
}

#[test]
fn required_properties_without_a_value_are_sent_as_null() {
    let request = types::CreateTransfer::new(
        [CreditBatchQuantity::new("ctb_1DRBTYA8Q1S07CBY".parse().unwrap(), 25_000)],
        organisation(),
        organisation(),
        "spl_1CC712KFS1S0YKPS".parse().unwrap(),
    );
    let server = Server::always(Reply::new(500, ""));
    let registry = registry(&server.base_url());
    block_on(async { registry.create_transfer(&request).await }).unwrap_err();
    let [sent] = &server.requests()[..] else { panic!("expected one request") };
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&sent.body).unwrap(),
        json!({
            "credit_batch_quantities": [
                { "credit_batch_id": "ctb_1DRBTYA8Q1S07CBY", "credit_quantity_kg": 25_000 },
            ],
            "from_organisation_id": "org_1GB56M1ST1S0GVNA",
            "to_organisation_id": "org_1GB56M1ST1S0GVNA",
            "supplier_id": "spl_1CC712KFS1S0YKPS",
            "notes": null,
        })
    );
}

#[test]
fn prices_are_exact() {
    let mut body = json!({
        "id": "ssc_1EFF4PWKE1S0TF1S",
        "account_id": "acct_1032D82eZvKYlo2C",
        "credit_product_price_per_tonne": "0.10000000000000000001",
        "verification_product_price_per_tonne": "14.750",
        "currency": "USD",
        "isometric_terms_and_conditions_url": "https://isometric.com/terms",
    });
    let fetch = |body: &serde_json::Value| {
        let server = Server::always(Reply::json(200, body));
        let registry = registry(&server.base_url());
        block_on(async { registry.stripe_configuration().await })
    };
    let configuration = fetch(&body).unwrap();
    let price = configuration.credit_product_price_per_tonne.clone().unwrap();
    assert_eq!(price.to_string(), "0.10000000000000000001");
    assert_eq!(serde_json::to_value(&configuration).unwrap(), body);
    for invalid in ["", ".5", "5.", "1e3", "+1", "1_000", "0x10", "1.1.1", "NaN"] {
        body["credit_product_price_per_tonne"] = json!(invalid);
        let error = fetch(&body).unwrap_err();
        let pointers: Vec<_> = error.violations().iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(pointers, ["/credit_product_price_per_tonne"], "{invalid}");
    }
}
