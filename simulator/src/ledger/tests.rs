//! The batches of organisations equal a scan of all batches after any writes.

use serde_json::json;

use super::{InsertedRow, Ledger, Microseconds, Portion, RetirementTerms, TransferTerms};
use crate::random::Random;
use crate::world::World;

const WORLDS: u64 = 8;
const WRITES: usize = 60;

/// Returns the batches that an organisation owns or is the beneficiary of, oldest first.
fn scan(ledger: &Ledger, organisation: u32) -> Vec<u32> {
    let is_listed = |batch: &u32| {
        let row = ledger.batch(*batch);
        let retirement = row.retirement.map(|key| &ledger.retirements[key as usize]);
        row.owner == organisation || retirement.is_some_and(|row| row.beneficiary == organisation)
    };
    ledger.timelines.batches.keys().filter(is_listed).collect()
}

fn assert_indexed(ledger: &Ledger, context: &str) {
    for (key, row) in (0..).zip(&ledger.organisations) {
        let listed: Vec<_> = row.batches.keys().collect();
        assert_eq!(listed, scan(ledger, key), "{context}, organisation {key}");
        let owned = listed.into_iter().filter(|batch| ledger.batch(*batch).owner == key);
        let mut kilograms = [0, 0];
        for batch in owned {
            match ledger.status(batch) {
                "active" => kilograms[0] += ledger.batch(batch).kilograms,
                "retired" => kilograms[1] += ledger.batch(batch).kilograms,
                _ => {}
            }
        }
        let total = &ledger.balance(key)["total"];
        let balance = ["active_credits_total", "retired_credits_total"];
        let balance = balance.map(|property| total[property]["credit_kgs"].as_i64().unwrap());
        assert_eq!(balance, kilograms, "{context}, organisation {key}");
    }
}

/// Inserts a batch of a new organisation.
fn insert(ledger: &mut Ledger, number: usize, at: Microseconds, kilograms: i64) {
    let owner = ledger.find_or_add_organisation(&format!("org_{number}"), "New", None);
    let row = InsertedRow::new(json!({}), &format!("X-{number}"), [Some(at), None]);
    ledger.insert(&format!("ctb_foreign{number}"), owner, row, kilograms);
}

/// Performs a random write on a random active batch, and returns the name of the write.
fn write(ledger: &mut Ledger, random: &mut Random, number: usize) -> &'static str {
    let active =
        ledger.timelines.batches.keys().filter(|batch| ledger.check_active(*batch).is_ok());
    let batch = *random.pick(&active.collect::<Vec<_>>());
    let (owner, size) = (ledger.batch(batch).owner, ledger.batch(batch).kilograms);
    let other = random.within(0..ledger.organisations.len() as i64) as u32;
    let at = ledger.issued_at(batch) + random.within(1..1_000_000_000);
    let kilograms = random.within(1..size + 1);
    let portions = [Portion { batch, kilograms }];
    let terms = TransferTerms { from: owner, to: other, at, notes: None };
    match random.within(0..7) {
        0 => {
            ledger.issue(0, at, &[kilograms, 5], &[3]);
            "issue"
        }
        1 if kilograms < size => {
            ledger.split(batch, kilograms);
            "split"
        }
        2 if ledger.delivered_at(batch).is_none() => {
            let supplier = ledger.supplier_of(batch).unwrap_or_default();
            let order = ledger.place_order(other, supplier, at, kilograms);
            ledger.deliver(order, &portions, at, None);
            "deliver"
        }
        3 => {
            ledger.transfer(&portions, terms);
            "transfer"
        }
        4 => {
            ledger.refund(&portions, terms);
            "refund"
        }
        5 => {
            insert(ledger, number, at, kilograms);
            "insert"
        }
        _ => {
            let terms = RetirementTerms { owner, beneficiary: other, purposes: 1, notes: None, at };
            ledger.retire(&portions, terms);
            "retire"
        }
    }
}

#[test]
fn the_batches_of_organisations_equal_a_scan_after_random_writes() {
    for seed in 0..WORLDS {
        let mut ledger = World { seed, batches: 60 }.generate();
        assert_indexed(&ledger, &format!("seed {seed}"));
        let mut random = Random::new(seed, "writes", 0);
        for number in 0..WRITES {
            let name = write(&mut ledger, &mut random, number);
            assert_indexed(&ledger, &format!("seed {seed}, write {number}, {name}"));
        }
    }
}
