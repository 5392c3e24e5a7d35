//! Writes over HTTP, and what they do to balances and totals.

use std::collections::BTreeMap;

use isometric_registry::types::{
    CreateRetirement, CreateRetirementFromOldestCredits, CreateTransfer, CreditBatch,
    CreditBatchQuantity, CreditBatchStatus, Organisation, RetirementPurpose,
};
use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::http::{Response, credentials, send, send_body};
use crate::{UNKNOWN, block_on};

/// A minimal random generator (Knuth's MMIX), so that the sequences of writes are reproducible.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

fn post_as(simulator: &Simulator, token: &str, path: &str, body: &Value) -> Response {
    let headers = credentials(simulator, Some(token)) + "content-type: application/json\r\n";
    send_body(simulator, "POST", path, &headers, &body.to_string())
}

fn post(simulator: &Simulator, path: &str, body: &Value) -> Response {
    post_as(simulator, simulator.access_token(), path, body)
}

/// Returns a batch that was issued and delivered to the caller.
fn delivered(simulator: &Simulator, kilograms: i64) -> CreditBatch {
    let batch = simulator.issue(kilograms).unwrap();
    simulator.deliver(&batch.id, simulator.organisation()).unwrap()
}

fn retirement(owner: &Organisation, batch: &CreditBatch, kilograms: i64) -> Value {
    json!({
        "owner_organisation_id": owner.id,
        "beneficiary_organisation_id": owner.id,
        "supplier_id": batch.supplier_id,
        "retirement_purposes": ["insetting"],
        "notes": "Travel",
        "credit_batch_quantities": [
            { "credit_batch_id": batch.id, "credit_quantity_kg": kilograms },
        ],
    })
}

/// Returns the kilograms of the caller's active and retired credits.
fn balance(simulator: &Simulator) -> [i64; 2] {
    let id = simulator.organisation().id;
    let balance = send(simulator, "GET", &format!("/organisations/{id}/credit_balance")).json();
    ["active", "retired"]
        .map(|status| &balance["total"][format!("{status}_credits_total")]["credit_kgs"])
        .map(|kilograms| kilograms.as_i64().unwrap())
}

#[test]
fn a_retirement_of_a_part_splits_the_batch() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let batch = delivered(&simulator, 1_000);
    let before = balance(&simulator);
    let owner = simulator.organisation();
    let quantity: CreditBatchQuantity =
        serde_json::from_value(json!({ "credit_batch_id": batch.id, "credit_quantity_kg": 300 }))
            .unwrap();
    let request = CreateRetirement::new(
        owner.id.clone(),
        owner.id.clone(),
        batch.supplier_id.clone(),
        [RetirementPurpose::Insetting],
        [quantity],
    );
    block_on(async {
        let retirement = registry.create_retirement(&request).await.unwrap();
        assert_eq!(retirement.credit_batch_size_total.credit_kgs, 300);
        let parent = registry.credit_batch(&batch.id).await.unwrap();
        assert_eq!(parent.status, CreditBatchStatus::Split);
        let listed = registry.retirement_credit_batches(&retirement.id).await.unwrap();
        let [part] = &listed.nodes[..] else { panic!("{listed:?}") };
        assert_eq!(part.retirement_id.as_ref(), Some(&retirement.id));
        assert_eq!(part.parent_id.as_ref(), Some(&batch.id));
        let rest = registry.credit_batch(&parent.right_child_id.unwrap()).await.unwrap();
        assert_eq!((rest.size.credit_kgs, rest.status), (700, CreditBatchStatus::Active));
        let newest = registry.retirements().first(1).await.unwrap();
        assert_eq!(newest.nodes, [retirement]);
    });
    assert_eq!(balance(&simulator), [before[0] - 300, before[1] + 300]);
}

#[test]
fn the_oldest_credits_are_retired_first() {
    let simulator = Simulator::builder().batches(0).start().unwrap();
    let registry = simulator.registry().unwrap();
    let owner = simulator.organisation();
    let first = delivered(&simulator, 100);
    let others: Vec<_> = (0..40).map(|_| delivered(&simulator, 100)).collect();
    let second = others.iter().find(|batch| batch.supplier_id == first.supplier_id).unwrap();
    let request = CreateRetirementFromOldestCredits::new(
        owner.id.clone(),
        owner.id.clone(),
        first.supplier_id.clone(),
        [RetirementPurpose::Other],
        150,
    );
    block_on(async {
        let retirement = registry.create_retirement_from_oldest_credits(&request).await.unwrap();
        let listed = registry.retirement_credit_batches(&retirement.id).await.unwrap().nodes;
        assert_eq!(listed[0].id, first.id);
        assert_eq!(
            (listed[1].parent_id.as_ref(), listed[1].size.credit_kgs),
            (Some(&second.id), 50)
        );
    });
}

#[test]
fn a_vintage_or_an_order_limits_the_oldest_credits() {
    let simulator = Simulator::start().unwrap();
    let owner = simulator.organisation();
    let batch = delivered(&simulator, 100);
    let delivery = batch.delivery_id.clone().unwrap();
    let delivery = send(&simulator, "GET", &format!("/deliveries/{delivery}")).json();
    let mut body = retirement(&owner, &batch, 1);
    body.as_object_mut().unwrap().remove("credit_batch_quantities");
    body["order_id"] = delivery["order_id"].clone();
    body["credit_quantity_kg"] = json!(101);
    let path = "/retirements/from_oldest_credits";
    let response = post(&simulator, path, &body);
    let detail = &response.json()["detail"][0];
    assert_eq!((response.status, &detail["loc"]), (422, &json!(["body"])));
    let message = "Value error, 101 kg were requested, but only 100 kg are available";
    assert_eq!(detail["msg"], message);
    body["credit_quantity_kg"] = json!(60);
    body["vintage"] = json!(1990);
    assert_eq!(post(&simulator, path, &body).status, 422);
    body["vintage"] = batch.sequestered_on.to_string()[..4].parse::<i64>().unwrap().into();
    let response = post(&simulator, path, &body);
    assert_eq!(response.status, 200, "{:?}", response.json());
    assert_eq!(simulator.batch(&batch.id).unwrap().status, CreditBatchStatus::Split);
}

#[test]
fn a_transfer_moves_credits_to_a_transferee() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let batch = delivered(&simulator, 1_000);
    let before = balance(&simulator);
    let quantity: CreditBatchQuantity =
        serde_json::from_value(json!({ "credit_batch_id": batch.id, "credit_quantity_kg": 1_000 }))
            .unwrap();
    block_on(async {
        let to = registry.transferees().first(1).await.unwrap().nodes.remove(0);
        let request = CreateTransfer::new(
            [quantity],
            simulator.organisation().id,
            to.id.clone(),
            batch.supplier_id.clone(),
        );
        let transfer = registry.create_transfer(&request).await.unwrap();
        assert_eq!(transfer.to_organisation, to);
        let listed = registry.transfer_credit_batches(&transfer.id).await.unwrap();
        assert_eq!(listed.nodes[0].id, batch.id);
        assert_eq!(listed.nodes[0].owner, to);
    });
    assert_eq!(balance(&simulator), [before[0] - 1_000, before[1]]);
}

#[test]
fn a_supplier_delivers_for_its_orders_until_they_are_complete() {
    let simulator = Simulator::builder().batches(400).start().unwrap();
    let supplier = simulator.registry_of_supplier().unwrap();
    let token = simulator.access_token_of_supplier();
    block_on(async {
        let own = supplier.current_supplier().await.unwrap();
        let organisation = supplier.current_organisation().await.unwrap();
        let mut orders = supplier.supplier_orders(&own.id).items();
        let order = loop {
            let order = orders.try_next().await.unwrap().expect("an open order");
            if order.credits_delivered.credit_kgs < order.credits_ordered.credit_kgs {
                break order;
            }
        };
        let missing = order.credits_ordered.credit_kgs - order.credits_delivered.credit_kgs;
        let is_own = |batch: &CreditBatch| {
            batch.owner.id == organisation.id && batch.status == CreditBatchStatus::Active
        };
        let delivered =
            simulator.batches().find(|b| b.delivery_id.is_some() && b.supplier_id == own.id);
        let mut batches: Vec<_> = simulator.batches().filter(is_own).collect();
        while batches.iter().map(|batch| batch.size.credit_kgs).sum::<i64>() <= missing {
            batches.extend([simulator.issue(missing).unwrap()].into_iter().filter(is_own));
        }
        let quantities = |total: i64| {
            let mut rest = total;
            let take = |batch: &CreditBatch| {
                let kilograms = batch.size.credit_kgs.min(rest);
                rest -= kilograms;
                json!({ "credit_batch_id": batch.id, "credit_quantity_kg": kilograms })
            };
            let taken: Vec<_> = batches.iter().map(take).collect();
            let is_used = |quantity: &Value| quantity["credit_quantity_kg"] != 0;
            json!(taken.into_iter().filter(is_used).collect::<Vec<_>>())
        };
        let body = |quantities| json!({ "order_id": order.id, "notes": null, "credit_batch_quantities": quantities });
        let too_much = post_as(&simulator, token, "/deliveries", &body(quantities(missing + 1)));
        assert_eq!(too_much.status, 422);
        if let Some(batch) = delivered {
            let quantity = json!([{ "credit_batch_id": batch.id, "credit_quantity_kg": 1 }]);
            let response = post_as(&simulator, token, "/deliveries", &body(quantity));
            assert!([403, 422].contains(&response.status));
        }
        let response = post_as(&simulator, token, "/deliveries", &body(quantities(missing)));
        assert_eq!(response.status, 200, "{:?}", response.json());
        let completed = supplier.order(&order.id).await.unwrap();
        assert_eq!(completed.credits_delivered, completed.credits_ordered);
        assert_eq!(completed.status.as_str(), "completed");
        assert!(completed.fulfilled_at.is_some());
        let newest = supplier.order_deliveries(&order.id).first(1).await.unwrap();
        assert_eq!(response.json()["id"], newest.nodes[0].id.as_str());
    });
}

#[test]
fn impossible_retirements_are_refused_and_change_nothing() {
    let simulator = Simulator::start().unwrap();
    let owner = simulator.organisation();
    let batch = delivered(&simulator, 1_000);
    let retired = delivered(&simulator, 10);
    simulator.retire(&retired.id, owner.clone()).unwrap();
    let foreign = simulator.batches().find(|b| b.owner.id != owner.id).unwrap();
    let other_supplier = simulator.batches().find(|b| b.supplier_id != batch.supplier_id).unwrap();
    let with = |edit: &dyn Fn(&mut Value)| {
        let mut body = retirement(&owner, &batch, 10);
        edit(&mut body);
        body
    };
    let quantities = "credit_batch_quantities";
    let cases: Vec<(&str, u16, Value)> = vec![
        ("more than the batch has", 422, retirement(&owner, &batch, 1_001)),
        ("retired already", 422, retirement(&owner, &retired, 10)),
        ("another owner", 403, retirement(&owner, &foreign, 1)),
        (
            "another supplier",
            422,
            with(&|body| {
                body["supplier_id"] = json!(other_supplier.supplier_id);
            }),
        ),
        (
            "more than the batch has in two portions",
            422,
            with(&|body| {
                let half = json!({ "credit_batch_id": batch.id, "credit_quantity_kg": 501 });
                body[quantities] = json!([half, half]);
            }),
        ),
        (
            "an unknown batch",
            404,
            with(&|body| {
                body[quantities][0]["credit_batch_id"] = json!(UNKNOWN);
            }),
        ),
        (
            "not on the caller's behalf",
            403,
            with(&|body| {
                body["owner_organisation_id"] = json!(foreign.owner.id);
            }),
        ),
        (
            "not a beneficiary",
            403,
            with(&|body| {
                let pool = simulator.batches().find(|b| b.owner.name.ends_with("pool")).unwrap();
                body["beneficiary_organisation_id"] = json!(pool.owner.id);
            }),
        ),
        ("no kilograms", 422, retirement(&owner, &batch, 0)),
        ("an unknown purpose", 422, with(&|body| body["retirement_purposes"] = json!(["fun"]))),
        (
            "the same purpose twice",
            422,
            with(&|body| {
                body["retirement_purposes"] = json!(["other", "other"]);
            }),
        ),
        ("no batches", 422, with(&|body| body[quantities] = json!([]))),
    ];
    let before = (balance(&simulator), simulator.ids().count());
    for (name, status, body) in cases {
        let response = post(&simulator, "/retirements", &body);
        assert_eq!(response.status, status, "{name}: {}", response.json());
        assert!(response.json()["detail"] != Value::Null);
    }
    assert_eq!((balance(&simulator), simulator.ids().count()), before);
}

#[test]
fn several_portions_of_a_batch_are_taken_one_after_the_other() {
    let simulator = Simulator::start().unwrap();
    let owner = simulator.organisation();
    let batch = delivered(&simulator, 1_000);
    let mut body = retirement(&owner, &batch, 300);
    let portion =
        |kilograms| json!({ "credit_batch_id": batch.id, "credit_quantity_kg": kilograms });
    body["credit_batch_quantities"] = json!([portion(300), portion(200), portion(500)]);
    let response = post(&simulator, "/retirements", &body);
    assert_eq!(response.status, 200, "{:?}", response.json());
    assert_eq!(response.json()["credit_batch_size_total"]["credit_kgs"], 1_000);
}

#[test]
fn a_beneficiary_is_created_once() {
    let simulator = Simulator::start().unwrap();
    let count = || send(&simulator, "GET", "/beneficiaries").json()["total_count"].clone();
    let before = count().as_u64().unwrap();
    let acme = json!({ "beneficiary_name": "Acme", "beneficiary_domain": "acme.example" });
    let ada = json!({ "beneficiary_name": "Ada", "beneficiary_email": "ada@example.com" });
    let created = [&acme, &acme, &ada].map(|body| post(&simulator, "/beneficiary", body).json());
    assert_eq!(created[0], created[1]);
    assert_eq!(created[0]["domain"], "acme.example");
    assert_eq!((&created[2]["name"], &created[2]["domain"]), (&json!("Ada"), &Value::Null));
    assert_eq!(count(), before + 2);

    let batch = delivered(&simulator, 100);
    let mut body = retirement(&simulator.organisation(), &batch, 100);
    body["beneficiary_organisation_id"] = created[0]["id"].clone();
    let response = post(&simulator, "/retirements", &body);
    assert_eq!(response.json()["beneficiary"], created[0]);
}

#[test]
fn stripe_is_for_suppliers() {
    let simulator = Simulator::start().unwrap();
    let token = simulator.access_token_of_supplier();
    let mut body = json!({
        "quantity_kg": 1_000,
        "frequency": "monthly",
        "isometric_terms_and_conditions_accepted": true,
        "supplier_terms_and_conditions_accepted": true,
        "success_url": "https://example.com/success",
        "cancel_url": "https://example.com/cancel",
    });
    assert_eq!(send(&simulator, "GET", "/stripe/configuration").status, 404);
    assert_eq!(post(&simulator, "/stripe/checkout", &body).status, 404);
    assert_eq!(post_as(&simulator, token, "/stripe/checkout", &body).status, 200);
    body["supplier_terms_and_conditions_accepted"] = json!(false);
    let response = post_as(&simulator, token, "/stripe/checkout", &body);
    let location = json!(["body", "supplier_terms_and_conditions_accepted"]);
    assert_eq!((response.status, &response.json()["detail"][0]["loc"]), (422, &location));
}

#[test]
fn invalid_bodies_get_422_with_every_error() {
    let simulator = Simulator::start().unwrap();
    let headers = credentials(&simulator, Some(simulator.access_token()));
    let send = |body: &str| send_body(&simulator, "POST", "/beneficiary", &headers, body);
    let no_address = r#"{"beneficiary_name": "Ada", "beneficiary_email": "ada"}"#;
    for body in ["", "{", "[]", "null", "{}", "\u{feff}{}", no_address] {
        assert_eq!(send(body).status, 422, "{body}");
    }
    let response = post(&simulator, "/deliveries", &json!({ "order_id": "x", "notes": 1 }));
    let locations: Vec<_> =
        response.json()["detail"].as_array().unwrap().iter().map(|e| e["loc"].clone()).collect();
    let expected =
        ["order_id", "notes", "credit_batch_quantities"].map(|name| json!(["body", name]));
    assert_eq!(response.status, 422);
    for location in expected {
        assert!(locations.contains(&location), "{locations:?}");
    }
}

/// Returns the kilograms of all batches that are not split, and asserts that every issuance,
/// project and balance matches its batches.
fn assert_conserved(simulator: &Simulator) -> i64 {
    let batches: Vec<CreditBatch> = simulator.batches().collect();
    let leaves = || batches.iter().filter(|batch| batch.status != CreditBatchStatus::Split);
    let mut issued = BTreeMap::<String, i64>::new();
    let mut projects = BTreeMap::<String, [i64; 2]>::new();
    for batch in leaves() {
        *issued.entry(batch.issuance_id.to_string()).or_default() += batch.size.credit_kgs;
        let [all, retired] = projects.entry(batch.project_id.to_string()).or_default();
        *all += batch.size.credit_kgs;
        if batch.status == CreditBatchStatus::Retired {
            *retired += batch.size.credit_kgs;
        }
    }
    for (id, kilograms) in issued {
        let issuance = send(simulator, "GET", &format!("/issuances/{id}")).json();
        assert_eq!(issuance["credit_batch_size_total"]["credit_kgs"], kilograms, "{issuance}");
    }
    for (id, [all, retired]) in projects {
        let project = send(simulator, "GET", &format!("/projects/{id}")).json();
        assert_eq!(project["issued_credits_total"]["credit_kgs"], all, "{project}");
        assert_eq!(project["retired_credits_total"]["credit_kgs"], retired, "{project}");
    }
    let owner = simulator.organisation();
    let own = |status| {
        let own = leaves().filter(|batch| batch.owner.id == owner.id && batch.status == status);
        own.map(|batch| batch.size.credit_kgs).sum::<i64>()
    };
    let expected = [own(CreditBatchStatus::Active), own(CreditBatchStatus::Retired)];
    assert_eq!(balance(simulator), expected);
    leaves().map(|batch| batch.size.credit_kgs).sum()
}

#[test]
fn random_writes_conserve_kilograms() {
    for seed in 0..4 {
        let simulator = Simulator::builder().seed(seed).batches(120).start().unwrap();
        let owner = simulator.organisation();
        let transferees = send(&simulator, "GET", "/transferees").json();
        let to = transferees["nodes"][0]["id"].clone();
        let mut dice = Dice(seed);
        let mut kilograms = assert_conserved(&simulator);
        let mut succeeded = 0;
        for _ in 0..60 {
            let batches: Vec<CreditBatch> = simulator.batches().collect();
            let batch = &batches[dice.below(batches.len() as u64) as usize];
            let part = 1 + dice.below(batch.size.credit_kgs as u64) as i64;
            let mut body = retirement(&owner, batch, part);
            let outcome = match dice.below(7) {
                0 => simulator.split(&batch.id, part).is_ok(),
                1 => simulator.deliver(&batch.id, owner.clone()).is_ok(),
                2 => simulator.retire(&batch.id, owner.clone()).is_ok(),
                3 => simulator.refund(&batch.id).is_ok(),
                4 => {
                    let issued = simulator.issue(part).unwrap();
                    kilograms += issued.size.credit_kgs;
                    true
                }
                5 => post(&simulator, "/retirements", &body).status == 200,
                _ => {
                    body["from_organisation_id"] = json!(owner.id);
                    body["to_organisation_id"] = to.clone();
                    post(&simulator, "/transfers", &body).status == 200
                }
            };
            succeeded += usize::from(outcome);
        }
        assert!(succeeded > 10, "{succeeded}");
        assert_eq!(assert_conserved(&simulator), kilograms);
    }
}
