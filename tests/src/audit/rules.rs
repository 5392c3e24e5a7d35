//! Each rule, on a world of the simulator that is made wrong on purpose.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use isometric_registry::audit::{Audit, AuditLevel, AuditReport, AuditRule, SerialRange};
use isometric_registry::types::{CreditBatch, CreditBatchStatus};
use isometric_registry::{Error, Registry};
use isometric_registry_simulator::Simulator;
use serde_json::{Value, json};

use crate::end_to_end::block_on;

/// A world and the identifiers that its edits need.
struct World {
    simulator: Simulator,
    split: CreditBatch,
    children: [CreditBatch; 2],
    delivered: CreditBatch,
    retired: CreditBatch,
    transfer: String,
    /// A refund that the supplier can see.
    refund: String,
    /// An order of the caller with a delivery.
    order: String,
}

/// Returns the state of the seeded world, which is the same for every test.
fn seeded() -> &'static [CreditBatch] {
    static SEEDED: OnceLock<Vec<CreditBatch>> = OnceLock::new();
    SEEDED.get_or_init(|| Simulator::start().unwrap().batches().collect())
}

impl World {
    fn new() -> Self {
        let simulator = Simulator::start().unwrap();
        let find = |test: fn(&CreditBatch) -> bool| {
            seeded().iter().find(|batch| test(batch)).unwrap().clone()
        };
        // The children of an issued batch that was split first.
        let split =
            find(|batch| batch.status == CreditBatchStatus::Split && batch.parent_id.is_none());
        let children = [&split.left_child_id, &split.right_child_id].map(|id| {
            let child = seeded().iter().find(|batch| Some(&batch.id) == id.as_ref());
            child.unwrap().clone()
        });
        let first = |prefix: &str| simulator.resource_ids(prefix).swap_remove(0);
        let order = order_with_delivery(&simulator);
        Self {
            split,
            children,
            delivered: find(|batch| {
                batch.delivery_id.is_some() && batch.status == CreditBatchStatus::Retired
            }),
            retired: find(|batch| batch.status == CreditBatchStatus::Retired),
            transfer: first("tfr"),
            refund: refund_of_supplier(&simulator),
            order,
            simulator,
        }
    }

    fn edit(&self, id: impl AsRef<str>, edit: impl FnOnce(&mut Value)) -> String {
        self.simulator.corrupt_resource(id.as_ref(), edit).unwrap();
        id.as_ref().to_owned()
    }

    fn set(&self, id: impl AsRef<str>, pointer: &str, value: Value) -> String {
        self.edit(id, |json| *json.pointer_mut(pointer).unwrap() = value)
    }

    /// Adds a kilogram to a quantity.
    fn add(&self, id: impl AsRef<str>, pointer: &str) -> String {
        self.edit(id, |json| add_kilogram(json.pointer_mut(pointer).unwrap()))
    }

    fn retirement(&self) -> &str {
        self.retired.retirement_id.as_ref().unwrap().as_str()
    }

    fn delivery(&self) -> &str {
        self.delivered.delivery_id.as_ref().unwrap().as_str()
    }

    fn project(&self) -> &str {
        self.retired.project_id.as_str()
    }

    /// Edits the balance of the caller.
    fn balance(&self, edit: impl Fn(&mut Value) + Send + 'static) -> String {
        self.simulator.corrupt_response("organisation_credit_balance", None, edit).unwrap();
        self.simulator.organisation().id.to_string()
    }
}

/// Returns the first order of the caller of which something was delivered.
fn order_with_delivery(simulator: &Simulator) -> String {
    let id = simulator.organisation().id;
    let registry = simulator.registry().unwrap();
    let orders = block_on(async { registry.organisation_orders(&id).first(50).await.unwrap() });
    let mut orders = orders.nodes.into_iter();
    let order = orders.find(|order| order.credits_delivered.credit_kgs > 0);
    order.unwrap().id.to_string()
}

/// Refunds a batch from a buffer pool to the supplier.
fn refund_of_supplier(simulator: &Simulator) -> String {
    let registry = simulator.registry_of_supplier().unwrap();
    let supplier = block_on(async { registry.current_supplier().await.unwrap().id });
    let batches = seeded().iter().filter(|batch| batch.supplier_id == supplier);
    batches.filter_map(|batch| simulator.refund(&batch.id).ok()).next().unwrap();
    simulator.resource_ids("bpr").pop().unwrap()
}

fn add_kilogram(quantity: &mut Value) {
    let kilograms = quantity["credit_kgs"].as_i64().unwrap() + 1;
    *quantity = json!({ "credit_kgs": kilograms, "credits": kilograms as f64 / 1000.0 });
}

/// Makes a world wrong and returns the identifier to audit.
type Corruption = fn(&World) -> String;

/// At least one corruption for each rule.
const CORRUPTIONS: &[(AuditRule, &str, Corruption)] = &[
    (AuditRule::SplitChildren, "split batch that is active", |world| {
        world.set(&world.split.id, "/status", json!("active"))
    }),
    (AuditRule::RetiredRetirement, "retired batch without retirement", |world| {
        world.set(&world.retired.id, "/retirement_id", Value::Null)
    }),
    (AuditRule::RetiredBeneficiary, "retired batch without beneficiary", |world| {
        world.set(&world.retired.id, "/beneficiary", Value::Null)
    }),
    (AuditRule::DeliveredDelivery, "delivered batch without time", |world| {
        world.set(&world.delivered.id, "/delivered_at", Value::Null)
    }),
    (AuditRule::CreditsKilograms, "batch with other credits than kilograms", |world| {
        world.set(&world.split.id, "/size/credits", json!(0.5))
    }),
    (AuditRule::CreditsKilograms, "retirement with other credits than kilograms", |world| {
        world.set(world.retirement(), "/credit_batch_size_total/credits", json!(0.5))
    }),
    (AuditRule::NegativeQuantity, "negative order", |world| {
        let quantity = json!({ "credit_kgs": -1, "credits": -0.001 });
        world.set(&world.order, "/credits_ordered", quantity)
    }),
    (AuditRule::IssuedFirst, "batch retired before its issuance", |world| {
        world.set(&world.retired.id, "/retired_at", json!("2001-01-01T00:00:00Z"))
    }),
    (AuditRule::OwnRelative, "batch that is its own child", |world| {
        world.set(&world.split.id, "/left_child_id", json!(world.split.id))
    }),
    (AuditRule::Present, "child that does not exist", |world| {
        world.simulator.corrupt_by_removing(&world.children[0].id).unwrap();
        world.split.id.to_string()
    }),
    (AuditRule::ValidResponse, "unknown country", |world| {
        world.set(&world.split.id, "/country_of_issue", json!("XKX"))
    }),
    (AuditRule::SameEverywhere, "list that differs from its items", |world| {
        let edit =
            |list: &mut Value| list["nodes"][0]["owner"]["id"] = json!("org_0000000000000000");
        world.simulator.corrupt_response("retirement_credit_batches", None, edit).unwrap();
        // The batches of the caller are in its own list, too.
        ALL.to_owned()
    }),
    (AuditRule::Acyclic, "child with its parent as a child", |world| {
        world.set(&world.children[0].id, "/left_child_id", json!(world.split.id))
    }),
    (AuditRule::NamedOnce, "same child on both sides", |world| {
        world.set(&world.split.id, "/right_child_id", json!(world.split.left_child_id))
    }),
    (AuditRule::NamesParent, "child without parent", |world| {
        world.set(&world.children[0].id, "/parent_id", Value::Null);
        world.split.id.to_string()
    }),
    (AuditRule::NamesChild, "parent without its left child", |world| {
        world.set(&world.split.id, "/left_child_id", Value::Null);
        world.children[0].id.to_string()
    }),
    (AuditRule::KilogramsConserved, "kilogram gained in a split", |world| {
        world.add(&world.children[0].id, "/size")
    }),
    (AuditRule::SerialsDisjoint, "batches with the same range", |world| {
        let [left, right] = leaves(&world.split);
        world.set(&left.id, "/serial_number", json!(right.serial_number));
        world.split.issuance_id.to_string()
    }),
    (AuditRule::SerialsWithinParent, "range beyond that of the parent", |world| {
        let SerialRange { series, last, .. } =
            SerialRange::parse(&world.split.serial_number).unwrap();
        let serial = format!("{series}-{}-{}", last + 1, last + 2);
        world.set(&world.children[0].id, "/serial_number", json!(serial))
    }),
    (AuditRule::SharedSupplier, "child of another supplier", |world| {
        world.set(&world.children[0].id, "/supplier_id", json!("spl_0000000000000000"))
    }),
    (AuditRule::SharedProject, "child of another project", |world| {
        world.set(&world.children[0].id, "/project_id", json!("prj_0000000000000000"))
    }),
    (AuditRule::SharedIssuance, "child of another issuance", |world| {
        world.set(&world.children[0].id, "/issuance_id", json!("iss_0000000000000000"))
    }),
    (AuditRule::BatchesTotal, "issuance with a kilogram more", |world| {
        world.add(&world.split.issuance_id, "/buffer_pool_credit_batch_size_total")
    }),
    (AuditRule::BatchesTotal, "list of an issuance with a kilogram more", |world| {
        let edit = |list: &mut Value| add_kilogram(&mut list["supplier_credit_batch_size_total"]);
        world.simulator.corrupt_response("issuance_credit_batches", None, edit).unwrap();
        world.split.issuance_id.to_string()
    }),
    (AuditRule::BatchesTotal, "delivery with a kilogram more", |world| {
        world.add(world.delivery(), "/credit_batch_size_total")
    }),
    (AuditRule::BatchesTotal, "transfer with a kilogram more", |world| {
        world.add(&world.transfer, "/credit_batch_size_total")
    }),
    (AuditRule::BatchesTotal, "refund with a kilogram more", |world| {
        world.add(&world.refund, "/credit_batch_size_total")
    }),
    (AuditRule::BatchesTotal, "retirement with a kilogram more", |world| {
        world.add(world.retirement(), "/credit_batch_size_total")
    }),
    (AuditRule::NamesResource, "batch of another issuance", |world| {
        world.set(&world.split.id, "/issuance_id", json!("iss_0000000000000000"));
        world.split.issuance_id.to_string()
    }),
    (AuditRule::NamesResource, "batch of another delivery", |world| {
        let edit =
            |list: &mut Value| list["nodes"][0]["delivery_id"] = json!("dlv_0000000000000000");
        world.simulator.corrupt_response("delivery_credit_batches", None, edit).unwrap();
        world.delivery().to_owned()
    }),
    (AuditRule::NamesResource, "batch of another retirement", |world| {
        world.set(&world.retired.id, "/retirement_id", json!("ret_0000000000000000"));
        world.retirement().to_owned()
    }),
    (AuditRule::NamesResource, "delivery of another order", |world| {
        let edit = |list: &mut Value| list["nodes"][0]["order_id"] = json!("ord_0000000000000000");
        world.simulator.corrupt_response("order_deliveries", None, edit).unwrap();
        world.order.clone()
    }),
    (AuditRule::IssuanceTotal, "issuance with a kilogram more", |world| {
        world.add(&world.split.issuance_id, "/credit_batch_size_total")
    }),
    (AuditRule::IssuanceOrigin, "issuance for another project", |world| {
        world.set(&world.split.issuance_id, "/project_id", json!("prj_0000000000000000"))
    }),
    (AuditRule::RetirementRetired, "active batch in a retirement", |world| {
        world.set(&world.retired.id, "/status", json!("active"));
        world.retirement().to_owned()
    }),
    (AuditRule::RetirementBeneficiary, "batch retired for another beneficiary", |world| {
        world.set(&world.retired.id, "/beneficiary/id", json!("org_0000000000000000"));
        world.retirement().to_owned()
    }),
    (AuditRule::RetiredOnce, "batch in all retirements", |world| {
        let batch = json!(world.retired);
        let edit =
            move |list: &mut Value| list["nodes"].as_array_mut().unwrap().push(batch.clone());
        world.simulator.corrupt_response("retirement_credit_batches", None, edit).unwrap();
        ALL.to_owned()
    }),
    (AuditRule::OrderDeliveries, "order with a kilogram more", |world| {
        world.add(&world.order, "/credits_delivered")
    }),
    (AuditRule::OrderBounded, "order of nothing", |world| {
        world.set(&world.order, "/credits_ordered", json!({ "credit_kgs": 0, "credits": 0 }))
    }),
    (AuditRule::OrderCompleted, "placed order that is fulfilled", |world| {
        world.edit(&world.order, |order| {
            order["status"] = json!("placed");
            order["fulfilled_at"] = json!("2024-05-17T16:00:00Z");
        })
    }),
    (AuditRule::BalanceSuppliers, "balance without suppliers", |world| {
        world.balance(|balance| balance["supplier_balances"] = json!([]))
    }),
    (AuditRule::BalanceProjects, "balance with a kilogram more in a project", |world| {
        world.balance(|balance| {
            add_kilogram(&mut balance["project_balances"][0]["total"]["active_credits_total"]);
        })
    }),
    (AuditRule::BalanceOrders, "balance with the orders twice", |world| {
        world.balance(|balance| {
            let orders = balance["order_balances"].as_array_mut().unwrap();
            orders.extend(orders.clone());
        })
    }),
    (AuditRule::BalanceActive, "balance with an active kilogram more", |world| {
        world.balance(|balance| add_kilogram(&mut balance["total"]["active_credits_total"]))
    }),
    (AuditRule::BalanceRetired, "balance with a retired kilogram more", |world| {
        world.balance(|balance| add_kilogram(&mut balance["total"]["retired_credits_total"]))
    }),
    (AuditRule::OrganisationBatches, "list with the batch of another organisation", |world| {
        let edit = |list: &mut Value| {
            list["nodes"][0]["owner"]["id"] = json!("org_0000000000000000");
            list["nodes"][0]["beneficiary"] = Value::Null;
        };
        world.simulator.corrupt_response("organisation_credit_batches", None, edit).unwrap();
        world.simulator.organisation().id.to_string()
    }),
    (AuditRule::ProjectIssued, "project with an issued kilogram more", |world| {
        world.add(world.project(), "/issued_credits_total")
    }),
    (AuditRule::ProjectBufferPool, "project with a kilogram more in the buffer pool", |world| {
        world.add(world.project(), "/issued_buffer_pool_credits_total")
    }),
    (AuditRule::ProjectRetired, "project with a retired kilogram more", |world| {
        world.add(world.project(), "/retired_credits_total")
    }),
    (AuditRule::ProjectRetirements, "project with a retired kilogram more", |world| {
        world.add(world.project(), "/retired_credits_total");
        ALL.to_owned()
    }),
    (AuditRule::ProjectBufferRetired, "buffer pool with more retired than it has", |world| {
        let id = world.project();
        world.edit(id, |project| {
            project["retired_buffer_pool_credits_total"] =
                project["issued_buffer_pool_credits_total"].clone();
        })
    }),
    (AuditRule::ProjectParts, "project with more retired than issued", |world| {
        world.edit(world.project(), |project| {
            project["retired_credits_total"] = project["issued_credits_total"].clone();
            add_kilogram(&mut project["retired_credits_total"]);
        })
    }),
];

/// Stands for an audit of everything.
const ALL: &str = "--all";

/// Returns two batches without children that descend from a batch.
fn leaves(origin: &CreditBatch) -> [&'static CreditBatch; 2] {
    let of_issuance = seeded().iter().filter(|batch| batch.issuance_id == origin.issuance_id);
    let mut leaves = of_issuance.filter(|batch| batch.status != CreditBatchStatus::Split);
    [(); 2].map(|()| leaves.next().unwrap())
}

fn audit(registry: &Registry, id: &str) -> Result<AuditReport, Error> {
    block_on(async {
        let audit = Audit::of(registry);
        if id == ALL { audit.all().await } else { audit.ids([id]).await }
    })
}

fn lines(report: &AuditReport) -> Vec<String> {
    report.findings().map(ToString::to_string).collect()
}

#[test]
fn each_rule_has_a_finding_in_a_corrupt_world() {
    let mut missing = Vec::new();
    for (rule, name, corrupt) in CORRUPTIONS {
        let world = World::new();
        let id = corrupt(&world);
        // Only the owners of a refund can see it.
        let registry = if id.starts_with("bpr_") {
            world.simulator.registry_of_supplier()
        } else {
            world.simulator.registry()
        };
        let report = audit(&registry.unwrap(), &id).unwrap();
        if !report.findings().any(|finding| finding.rule == *rule) {
            missing.push(format!("{rule}: {name}: {:?}", lines(&report)));
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn each_rule_has_a_corruption() {
    let tested: BTreeSet<_> = CORRUPTIONS.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(tested.into_iter().collect::<Vec<_>>(), AuditRule::ALL);
}

#[test]
fn each_rule_has_a_sentence_and_a_source_for_its_level() {
    let mut ids = BTreeSet::new();
    for rule in AuditRule::ALL {
        assert!(ids.insert(rule.as_str()), "{rule}");
        assert!(rule.sentence().ends_with('.'), "{rule}");
        let is_reading = rule.source().starts_with("our reading");
        assert_eq!(is_reading, rule.level() == AuditLevel::Note, "{rule}: {}", rule.source());
    }
}

#[test]
fn a_sound_world_has_no_finding_for_any_caller() {
    for seed in 0..3 {
        let simulator = Simulator::builder().seed(seed).batches(300).start().unwrap();
        for registry in [
            simulator.registry(),
            simulator.registry_of_supplier(),
            simulator.registry_with_secret_only(),
            simulator.registry_without_access(),
        ] {
            let report = audit(&registry.unwrap(), ALL).unwrap();
            assert_eq!(lines(&report), [""; 0], "{seed}");
        }
    }
}

#[test]
fn an_audit_of_everything_checks_every_rule() {
    let simulator = Simulator::start().unwrap();
    let report = audit(&simulator.registry().unwrap(), ALL).unwrap();
    let checked: BTreeSet<_> = report.rules().map(|(rule, _)| rule).collect();
    assert_eq!(checked.into_iter().collect::<Vec<_>>(), AuditRule::ALL);
}

#[test]
fn fetches_each_resource_and_each_list_once() {
    let simulator = Simulator::start().unwrap();
    audit(&simulator.registry().unwrap(), ALL).unwrap();
    let requests = simulator.requests();
    let mut requests: Vec<_> =
        requests.iter().map(|request| (request.path(), request.query())).collect();
    requests.sort();
    let count = requests.len();
    requests.dedup();
    assert_eq!(requests.len(), count);
}

#[test]
fn reports_what_the_credentials_cannot_see() {
    let simulator = Simulator::start().unwrap();
    let report = audit(&simulator.registry_with_secret_only().unwrap(), ALL).unwrap();
    assert_eq!(lines(&report), [""; 0]);
    let reasons: Vec<_> = report.not_checked().first.iter().map(|it| &it.reason).collect();
    assert!(reasons.iter().all(|reason| reason.contains("access token")), "{reasons:?}");
    assert!(report.rules().any(|(rule, _)| rule == AuditRule::BatchesTotal));
    assert!(!report.rules().any(|(rule, _)| rule == AuditRule::BalanceActive));
}

#[test]
fn returns_the_error_of_a_requested_resource() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    for id in ["iss_0000000000000000", "ctb_0000000000000000"] {
        assert_eq!(audit(&registry, id).unwrap_err().status().unwrap(), 404, "{id}");
    }
    assert!(matches!(audit(&registry, "iss_1"), Err(Error::Argument(_))));
    let report = audit(&registry, "xyz_1").unwrap();
    assert_eq!(report.not_checked().count, 1);
}

#[test]
fn incomplete_evidence_is_not_a_finding() {
    let world = World::new();
    let retirement = world.retirement();
    world.simulator.answer("retirement_credit_batches", 403, &json!({ "detail": "No" })).unwrap();
    let report = audit(&world.simulator.registry().unwrap(), retirement).unwrap();
    assert_eq!(lines(&report), [""; 0]);
    let unchecked = &report.not_checked().first[0];
    assert_eq!(unchecked.subject, format!("retirement_credit_batches {retirement}"));
    assert!(!report.rules().any(|(rule, _)| rule == AuditRule::BatchesTotal));
}

#[test]
fn a_list_without_its_last_page_is_not_complete() {
    let simulator = Simulator::start().unwrap();
    let edit = |page: &mut Value| {
        page["page_info"]["has_next_page"] = json!(true);
        page["page_info"]["end_cursor"] = Value::Null;
    };
    simulator.corrupt_response("issuances", None, edit).unwrap();
    let report = audit(&simulator.registry().unwrap(), ALL).unwrap();
    assert_eq!(lines(&report), [""; 0]);
    assert_eq!(report.not_checked().first[0].subject, "issuances");
    assert!(!report.rules().any(|(rule, _)| rule == AuditRule::ProjectIssued));
}

#[test]
fn reports_progress_until_all_calls_are_done() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let mut progress = Vec::new();
    let audit = Audit::of(&registry).on_progress(|calls| progress.push(calls));
    block_on(audit.all()).unwrap();
    assert!(progress.iter().all(|calls| calls.done <= calls.planned));
    assert!(progress.is_sorted_by_key(|calls| calls.done));
    let last = progress.last().unwrap();
    assert_eq!((last.done, last.planned), (progress.len(), simulator.requests().len()));
}
