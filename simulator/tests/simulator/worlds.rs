//! Seeded worlds and the changes to them.

use std::collections::{BTreeMap, BTreeSet};

use isometric_registry::types::{CreditBatch, CreditBatchId, CreditBatchStatus};
use isometric_registry::validate::HasSchema;
use isometric_registry_simulator::{Simulator, WorldError};
use serde_json::{Value, json};

use crate::http::send;
use crate::{UNKNOWN, unknown};

type World = BTreeMap<CreditBatchId, CreditBatch>;

fn world(simulator: &Simulator) -> World {
    simulator.batches().map(|batch| (batch.id.clone(), batch)).collect()
}

/// Asserts that every batch is consistent in itself and with its relatives, and that serial numbers
/// do not overlap.
fn assert_consistent(world: &World) {
    let mut units = Vec::new();
    for batch in world.values() {
        assert_eq!(batch.violations(), []);
        assert_eq!(batch.findings(), []);
        if let Some(parent) = &batch.parent_id {
            let parent = &world[parent];
            let children = [&parent.left_child_id, &parent.right_child_id];
            assert!(children.contains(&&Some(batch.id.clone())), "{batch:?}");
        }
        match batch.status {
            CreditBatchStatus::Split => assert_conserved(world, batch),
            _ => units.push(range(batch)),
        }
    }
    units.sort_unstable();
    for pair in units.windows(2) {
        let ((series, _, last), (next_series, first, _)) = (&pair[0], &pair[1]);
        assert!(series != next_series || last < first, "{pair:?}");
    }
}

fn assert_conserved(world: &World, parent: &CreditBatch) {
    let ids = [&parent.left_child_id, &parent.right_child_id];
    let children = ids.map(|id| &world[id.as_ref().unwrap()]);
    let [left, right] = children;
    assert_eq!(left.size.credit_kgs + right.size.credit_kgs, parent.size.credit_kgs);
    let ((series, first, last), (_, left_first, left_last)) = (range(parent), range(left));
    assert_eq!((first, last), (left_first, range(right).2));
    assert_eq!(left_last + 1, range(right).1);
    for child in children {
        assert_eq!(child.parent_id.as_ref(), Some(&parent.id));
        assert_eq!(child.supplier_id, parent.supplier_id);
        assert_eq!(child.project_id, parent.project_id);
        assert_eq!(child.issuance_id, parent.issuance_id);
        assert_eq!(range(child).0, series);
    }
}

fn range(batch: &CreditBatch) -> (String, i64, i64) {
    let mut parts = batch.serial_number.rsplitn(3, '-');
    let [last, first] = [(); 2].map(|()| parts.next().unwrap().parse().unwrap());
    assert_eq!(last - first + 1, batch.size.credit_kgs, "{}", batch.serial_number);
    (parts.next().unwrap().to_owned(), first, last)
}

fn depth(world: &World, batch: &CreditBatch) -> usize {
    batch.parent_id.as_ref().map_or(0, |parent| 1 + depth(world, &world[parent]))
}

#[test]
fn worlds_of_any_size_and_seed_are_consistent() {
    for seed in [0, u64::MAX] {
        for batches in (0..34).chain([100]) {
            let simulator = Simulator::builder().seed(seed).batches(batches).start().unwrap();
            let world = world(&simulator);
            assert_eq!(world.len(), batches as usize);
            assert_consistent(&world);
        }
    }
}

#[test]
fn a_world_has_every_status_and_both_forms_of_nullable_properties() {
    let world = world(&Simulator::start().unwrap());
    let batches = || world.values();
    for status in [CreditBatchStatus::Active, CreditBatchStatus::Split, CreditBatchStatus::Retired]
    {
        assert!(batches().filter(|batch| batch.status == status).count() >= 10, "{status}");
    }
    let nullable: [fn(&CreditBatch) -> bool; 9] = [
        |batch| batch.beneficiary.is_none(),
        |batch| batch.carbon_removal_data.is_none(),
        |batch| batch.delivered_at.is_none(),
        |batch| batch.delivery_id.is_none(),
        |batch| batch.left_child_id.is_none(),
        |batch| batch.parent_id.is_none(),
        |batch| batch.retired_at.is_none(),
        |batch| batch.retirement_id.is_none(),
        |batch| batch.owner.domain.is_none(),
    ];
    for is_null in nullable {
        assert!(batches().any(is_null));
        assert!(!batches().all(is_null));
    }
    assert!(batches().map(|batch| depth(&world, batch)).max() >= Some(3));
    let delivered_before_split =
        |b: &CreditBatch| b.status == CreditBatchStatus::Split && b.delivery_id.is_some();
    assert!(batches().any(delivered_before_split));
    let kinds: [fn(&CreditBatch) -> String; 4] = [
        |batch| batch.supplier_id.to_string(),
        |batch| batch.project_id.to_string(),
        |batch| batch.country_of_issue.to_string(),
        |batch| batch.owner.id.to_string(),
    ];
    for kind in kinds {
        assert!(batches().map(kind).collect::<BTreeSet<_>>().len() >= 4);
    }
}

#[test]
fn the_world_depends_on_the_seed() {
    let seeded = |seed| world(&Simulator::builder().seed(seed).start().unwrap());
    assert_eq!(seeded(7), seeded(7));
    assert_ne!(seeded(7), seeded(8));
}

#[test]
fn a_batch_does_not_depend_on_the_order_of_requests() {
    let [first, second] = [(); 2].map(|()| Simulator::start().unwrap());
    let ids: Vec<_> = first.ids().collect();
    for id in ids.iter().rev() {
        assert_eq!(first.batch(id), second.batch(id));
    }
}

#[test]
fn the_world_of_seed_7_is_stable() {
    let simulator = Simulator::builder().seed(7).start().unwrap();
    let id = simulator.ids().nth(2).unwrap();
    let expected = json!({
        "beneficiary": null,
        "carbon_removal_data": {
            "counterfactuals_kg": 10437,
            "emissions_kg": 72325,
            "gross_carbon_removed_kg": 1602465,
            "losses_kg": 5395,
            "net_carbon_removed_kg": 1514308
        },
        "ccp_approved": false,
        "country_of_issue": "NOR",
        "delivered_at": null,
        "delivery_id": null,
        "id": "ctb_ZPSCF0000SIM0002",
        "issuance_id": "iss_0GDT60000SIM0000",
        "issued_at": "2023-01-01T01:29:11.220662Z",
        "left_child_id": "ctb_G2TBJ0000SIM0006",
        "owner": {
            "domain": "supplier-0.example",
            "id": "org_EBREV0000SIM000T",
            "name": "Invented Supplier 0"
        },
        "parent_id": null,
        "project_id": "prj_CMY2T0000SIM0000",
        "removal_id": "rmv_XTFQG0000SIM0000",
        "retired_at": null,
        "retirement_id": null,
        "right_child_id": "ctb_PJMJB0000SIM0007",
        "sequestered_on": "2022-11-04",
        "serial_number": "ISO-1-DAC-NOR-6F36-2023-1410329-1428593",
        "size": { "credit_kgs": 18265, "credits": 18.265 },
        "status": "split",
        "supplier_id": "spl_KXG1G0000SIM0000"
    });
    assert_eq!(serde_json::to_value(simulator.batch(&id).unwrap()).unwrap(), expected);
}

#[test]
fn a_world_of_100_000_batches_is_complete() {
    let simulator = Simulator::builder().batches(100_000).start().unwrap();
    let ids: Vec<_> = simulator.ids().collect();
    assert_eq!(ids.len(), 100_000);
    let last = simulator.batch(&ids[99_999]).unwrap();
    assert_eq!(last.id, ids[99_999]);

    let issuances = simulator.resource_ids("iss");
    let path = format!("/issuances/{}/credit_batches", issuances.last().unwrap());
    let issued = send(&simulator, "GET", &path).json();
    let total = |list: &str| -> i64 {
        let sizes = issued[list].as_array().unwrap().iter().map(|batch| &batch["size"]);
        sizes.map(|size| size["credit_kgs"].as_i64().unwrap()).sum()
    };
    assert_eq!(
        issued["credit_batch_size_total"]["credit_kgs"],
        total("supplier_credit_batches") + total("buffer_pool_credit_batches")
    );
}

#[test]
fn serves_a_consistent_world_after_changes_to_an_issued_batch() {
    let simulator = Simulator::start().unwrap();
    let issued = simulator.issue(5_000_000_000).unwrap();
    let [left, right] = simulator.split(&issued.id, 1).unwrap();
    let delivered = simulator.deliver(&right.id, simulator.organisation()).unwrap();
    assert_eq!(delivered.owner, simulator.organisation());
    let [first, second] = simulator.split(&right.id, 2_000_000_000).unwrap();
    assert_eq!(first.delivery_id, delivered.delivery_id);
    let retired = simulator.retire(&first.id, second.owner.clone()).unwrap();
    assert_eq!(retired.beneficiary, Some(simulator.organisation()));

    let world = world(&simulator);
    assert_eq!(world.len(), 105);
    assert_consistent(&world);
    assert_eq!(world[&left.id].size.credit_kgs, 1);
    assert_eq!(world[&second.id].status, CreditBatchStatus::Active);
    assert_eq!(world[&first.id], retired);
    for batch in world.values() {
        let response = send(&simulator, "GET", &format!("/credit_batches/{}", batch.id));
        assert_eq!(response.json(), serde_json::to_value(batch).unwrap());
    }
}

#[test]
fn seeded_batches_can_be_changed() {
    let simulator = Simulator::start().unwrap();
    let active: Vec<_> =
        simulator.batches().filter(|batch| batch.status == CreditBatchStatus::Active).collect();
    for (index, batch) in active.iter().enumerate() {
        match index % 3 {
            0 => drop(simulator.split(&batch.id, batch.size.credit_kgs / 2).unwrap()),
            1 => drop(simulator.retire(&batch.id, batch.owner.clone()).unwrap()),
            _ => drop(simulator.deliver(&batch.id, simulator.organisation())),
        }
    }
    assert_consistent(&world(&simulator));
}

#[test]
fn split_and_retired_batches_cannot_be_changed() {
    let simulator = Simulator::start().unwrap();
    let organisation = || simulator.organisation();
    let split = simulator.issue(10).unwrap();
    let [retired, _] = simulator.split(&split.id, 5).unwrap();
    simulator.retire(&retired.id, organisation()).unwrap();
    for (id, status) in
        [(&split.id, CreditBatchStatus::Split), (&retired.id, CreditBatchStatus::Retired)]
    {
        let before = simulator.batch(id).unwrap();
        let expected = WorldError::NotActive { id: id.clone(), status };
        assert_eq!(simulator.split(id, 1).unwrap_err(), expected);
        assert_eq!(simulator.deliver(id, organisation()).unwrap_err(), expected);
        assert_eq!(simulator.retire(id, organisation()).unwrap_err(), expected);
        assert_eq!(simulator.batch(id).unwrap(), before);
    }
}

#[test]
fn rejects_a_second_delivery() {
    let simulator = Simulator::start().unwrap();
    let batch = simulator.issue(10).unwrap();
    simulator.deliver(&batch.id, simulator.organisation()).unwrap();
    let error = simulator.deliver(&batch.id, batch.owner).unwrap_err();
    assert_eq!(error, WorldError::AlreadyDelivered(batch.id));
}

#[test]
fn rejects_splits_with_a_child_below_one_kilogram() {
    let simulator = Simulator::start().unwrap();
    let id = simulator.issue(10).unwrap().id;
    for kilograms in [i64::MIN, -1, 0, 10, 11, i64::MAX] {
        let error = simulator.split(&id, kilograms).unwrap_err();
        assert_eq!(error, WorldError::Indivisible { id: id.clone(), kilograms, size: 10 });
    }
    assert_eq!(simulator.batch(&id).unwrap().status, CreditBatchStatus::Active);
    assert!(simulator.split(&id, 9).is_ok());
}

#[test]
fn issues_1_to_a_trillion_kilograms() {
    let simulator = Simulator::start().unwrap();
    for kilograms in [i64::MIN, -1, 0, 1_000_000_000_001, i64::MAX] {
        assert_eq!(simulator.issue(kilograms), Err(WorldError::InvalidQuantity(kilograms)));
    }
    for kilograms in [1, 1_000_000_000_000] {
        assert_eq!(simulator.issue(kilograms).unwrap().size.credit_kgs, kilograms);
    }
}

/// Returns a batch of another world, with the identifier [`UNKNOWN`](crate::UNKNOWN).
fn foreign(edit: impl FnOnce(&mut Value)) -> CreditBatch {
    let batch = Simulator::builder().seed(99).start().unwrap().issue(1_000).unwrap();
    let mut batch = serde_json::to_value(batch).unwrap();
    batch["id"] = json!(UNKNOWN);
    batch["serial_number"] = json!("ISO-1-BSTORE-GBR-F5X7-2024-78177-81177");
    edit(&mut batch);
    serde_json::from_value(batch).unwrap()
}

#[test]
fn an_inserted_batch_is_served_and_can_be_split() {
    let simulator = Simulator::start().unwrap();
    let batch = foreign(|_| ());
    simulator.insert(batch.clone()).unwrap();
    assert_eq!(simulator.batch(&batch.id), Ok(batch.clone()));
    assert_eq!(simulator.ids().last(), Some(batch.id.clone()));
    let [left, right] = simulator.split(&batch.id, 500).unwrap();
    assert_eq!(left.serial_number, "ISO-1-BSTORE-GBR-F5X7-2024-78177-79676");
    assert_eq!(right.serial_number, "ISO-1-BSTORE-GBR-F5X7-2024-79677-81177");
}

#[test]
fn children_of_a_batch_without_serial_range_get_suffixes() {
    let simulator = Simulator::start().unwrap();
    simulator.insert(foreign(|batch| batch["serial_number"] = json!("INVENTED"))).unwrap();
    let [left, right] = simulator.split(&unknown(), 500).unwrap();
    assert_eq!([&*left.serial_number, &*right.serial_number], ["INVENTED-L", "INVENTED-R"]);
}

#[test]
fn rejects_inserting_invalid_and_inconsistent_batches() {
    let simulator = Simulator::start().unwrap();
    let invalid = foreign(|batch| batch["country_of_issue"] = json!("XKX"));
    let unknown_status = foreign(|batch| batch["status"] = json!("frozen"));
    for batch in [invalid, unknown_status] {
        let error = simulator.insert(batch).unwrap_err();
        assert!(matches!(error, WorldError::Invalid { .. }), "{error}");
    }
    let error = simulator.insert(foreign(|batch| batch["size"]["credits"] = json!(2))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "inconsistent credit batch: ctb_1DRBTYA8Q1S07CBY: /size/credits: credits-kilograms: is \
         2, but `credit_kgs` is 1000"
    );
    assert_eq!(simulator.batch(&unknown()), Err(WorldError::Unknown(unknown())));
}

#[test]
fn rejects_inserting_batches_that_conflict_with_the_world() {
    let simulator = Simulator::start().unwrap();
    let relative = "ctb_1CA2D3S73SBXYN70";
    let child = foreign(|batch| batch["parent_id"] = json!(relative));
    let parent = foreign(|batch| {
        batch["status"] = json!("split");
        batch["left_child_id"] = json!(relative);
        batch["right_child_id"] = json!("ctb_1CA2D3S73SBXYN71");
    });
    for batch in [child, parent] {
        assert_eq!(simulator.insert(batch), Err(WorldError::HasRelatives(unknown())));
    }

    let seeded = simulator.ids().next().unwrap();
    let error = simulator.insert(foreign(|batch| batch["id"] = json!(seeded))).unwrap_err();
    assert_eq!(error, WorldError::AlreadyExists(seeded.clone()));
    let serial = simulator.batch(&seeded).unwrap().serial_number;
    let overlapping = foreign(|batch| batch["serial_number"] = json!(serial));
    assert_eq!(simulator.insert(overlapping), Err(WorldError::SerialNumberInUse(serial)));

    simulator.insert(foreign(|_| ())).unwrap();
    assert_eq!(simulator.insert(foreign(|_| ())), Err(WorldError::AlreadyExists(unknown())));
    let another = foreign(|batch| batch["id"] = json!(relative));
    let error = simulator.insert(another).unwrap_err();
    assert!(matches!(error, WorldError::SerialNumberInUse(_)), "{error}");
}

#[test]
fn new_batches_do_not_reuse_the_identifier_of_an_inserted_one() {
    let [simulator, twin] = [(); 2].map(|()| Simulator::start().unwrap());
    let next = twin.issue(1).unwrap().id;
    simulator.insert(foreign(|batch| batch["id"] = json!(next))).unwrap();
    assert_ne!(simulator.issue(1).unwrap().id, next);
}

#[test]
fn a_corrupt_batch_is_served_and_cannot_be_changed() {
    let simulator = Simulator::start().unwrap();
    let id = simulator.issue(10).unwrap().id;
    for id in [&id, &unknown()] {
        simulator.corrupt(id, json!({ "status": 7 }));
        let response = send(&simulator, "GET", &format!("/credit_batches/{id}"));
        assert_eq!((response.status, response.json()), (200, json!({ "status": 7 })));
        let corrupt = WorldError::Corrupt(id.clone());
        assert_eq!(simulator.batch(id).unwrap_err(), corrupt);
        assert_eq!(simulator.split(id, 5).unwrap_err(), corrupt);
        assert_eq!(simulator.retire(id, simulator.organisation()).unwrap_err(), corrupt);
        assert_eq!(simulator.ids().filter(|each| each == id).count(), 1);
    }
    let error = simulator.insert(foreign(|_| ())).unwrap_err();
    assert_eq!(error, WorldError::AlreadyExists(unknown()));
}

#[test]
fn relatives_still_name_a_removed_batch() {
    let simulator = Simulator::start().unwrap();
    let parent = simulator.issue(10).unwrap().id;
    let [left, _] = simulator.split(&parent, 5).unwrap();
    simulator.corrupt_by_removing(&left.id).unwrap();
    let response = send(&simulator, "GET", &format!("/credit_batches/{}", left.id));
    assert_eq!(response.status, 404);
    assert_eq!(simulator.batch(&parent).unwrap().left_child_id, Some(left.id.clone()));
    assert!(simulator.ids().all(|id| id != left.id));
    assert_eq!(simulator.corrupt_by_removing(&left.id), Err(WorldError::Unknown(left.id)));
    assert_eq!(simulator.corrupt_by_removing(&unknown()), Err(WorldError::Unknown(unknown())));
}
