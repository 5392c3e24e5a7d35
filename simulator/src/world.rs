//! The world that a seed generates.
//!
//! No batch is stored. A batch is computed on request from its origin, by replaying the few splits
//! between the two. A world of any size is therefore available at once.

use isometric_registry::audit::SerialRange;
use isometric_registry::chrono::{DateTime, Datelike, TimeDelta, Utc};
use isometric_registry::types::{
    CreditBatch, CreditBatchId, IssuanceId, Organisation, OrganisationId, ProjectId, RemovalId,
    SupplierId,
};
use serde_json::{Value, json};

use crate::error::WorldError;
use crate::identifier::{Identifier, identifier, number};
use crate::random::Random;
use crate::transaction::{credits, deliver, retire, split};

/// The numbers of batches in the lineages of a block. Each number is odd, because a split adds two
/// batches.
const LINEAGE_SIZES: [u64; 6] = [15, 7, 5, 3, 1, 1];
const BLOCK_SIZE: u64 = 32;

/// The maximum size of an origin. Each batch reserves this number of serial numbers, but a lineage
/// uses only those of its origin.
const MAX_ORIGIN_KILOGRAMS: i64 = 1_000_000;

const PROJECTS: i64 = 12;
const BUYERS: i64 = 24;

/// The number of the first supplier's organisation. Lower numbers are buyers.
const FIRST_SUPPLIER: u64 = 100;

/// The pathways of projects, as abbreviated in serial numbers, and their countries.
const PATHWAYS: [(&str, &str); 8] = [
    ("BSTORE", "GBR"),
    ("DAC", "ISL"),
    ("ERW", "BRA"),
    ("BIOCHAR", "KEN"),
    ("BSTORE", "USA"),
    ("OAE", "CAN"),
    ("ERW", "IND"),
    ("DAC", "NOR"),
];

/// The earliest time of issuance: 2023-01-01T00:00:00Z in microseconds.
const FIRST_ISSUANCE: i64 = 1_672_531_200_000_000;
const DAY: i64 = 86_400_000_000;

/// The parameters of a world. The number of batches is below 2⁴⁰.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) batches: u64,
}

/// The position of a batch in its lineage.
///
/// The batches below it have the numbers after its own: the left child, its descendants, the
/// right child, its descendants.
#[derive(Clone, Copy, Debug)]
struct LineagePosition {
    number: u64,
    /// The number of splits of the batch and its descendants.
    splits: u64,
}

impl LineagePosition {
    /// Counts the batch and its descendants.
    fn batches(self) -> u64 {
        2 * self.splits + 1
    }

    fn contains(self, number: u64) -> bool {
        (self.number..self.number + self.batches()).contains(&number)
    }
}

impl World {
    pub(crate) fn id(&self, number: u64) -> CreditBatchId {
        self.identifier(number)
    }

    pub(crate) fn identifier<T: Identifier>(&self, number: u64) -> T {
        identifier(self.seed, number)
    }

    /// Returns the first unit that no serial number of the seeded batches covers.
    pub(crate) fn first_free_unit(&self) -> u64 {
        self.batches * MAX_ORIGIN_KILOGRAMS.unsigned_abs() + 1
    }

    /// Computes the batch with an identifier.
    pub(crate) fn find(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        let number = number(self.seed, id).filter(|number| *number < self.batches);
        let number = number.ok_or_else(|| WorldError::Unknown(id.clone()))?;
        let mut position = self.lineage(number);
        let mut batch = self.origin(position.number);
        while let Some(next) = self.replay(&mut batch, position, number)? {
            (batch, position) = next;
        }
        Ok(batch)
    }

    /// Returns the origin of the lineage that contains a number.
    fn lineage(&self, number: u64) -> LineagePosition {
        let start = number / BLOCK_SIZE * BLOCK_SIZE;
        let end = self.batches.min(start + BLOCK_SIZE);
        let mut sizes = LINEAGE_SIZES.iter().cycle();
        let mut position = LineagePosition { number: start, splits: 0 };
        loop {
            let size = sizes.next().map_or(1, |size| *size.min(&(end - position.number)));
            position.splits = size.saturating_sub(1) / 2;
            if position.contains(number) {
                return position;
            }
            position.number += position.batches();
        }
    }

    /// Applies all changes to a batch. Returns the child that leads to a number, unless the
    /// batch itself has the number or is not split.
    fn replay(
        &self,
        batch: &mut CreditBatch,
        position: LineagePosition,
        number: u64,
    ) -> Result<Option<(CreditBatch, LineagePosition)>, WorldError> {
        let mut random = Random::new(self.seed, "node", position.number);
        let is_leaf = position.splits == 0;
        if batch.delivery_id.is_none() && random.one_in(if is_leaf { 2 } else { 4 }) {
            let after = TimeDelta::microseconds(random.within(DAY..90 * DAY));
            deliver(batch, self.identifier(position.number), self.any_buyer(&mut random), after)?;
        }
        if !is_leaf {
            return self.divide(batch, position, number, &mut random);
        }
        if batch.delivery_id.is_some() && random.one_in(2) {
            let after = TimeDelta::microseconds(random.within(DAY..365 * DAY));
            let is_gift = random.one_in(3);
            let beneficiary =
                if is_gift { self.any_buyer(&mut random) } else { batch.owner.clone() };
            retire(batch, self.identifier(position.number), beneficiary, after)?;
        }
        Ok(None)
    }

    /// Splits a batch and returns the child that leads to a number.
    fn divide(
        &self,
        batch: &mut CreditBatch,
        position: LineagePosition,
        number: u64,
        random: &mut Random,
    ) -> Result<Option<(CreditBatch, LineagePosition)>, WorldError> {
        let left_splits = random.within(0..position.splits as i64) as u64;
        let left = LineagePosition { number: position.number + 1, splits: left_splits };
        let right_splits = position.splits - 1 - left_splits;
        let right = LineagePosition { number: left.number + left.batches(), splits: right_splits };
        // Each side needs at least a kilogram for each of its batches.
        let spare = batch.size.credit_kgs - (left.batches() + right.batches()) as i64;
        let left_kgs = left.batches() as i64 + random.within(0..spare + 1);
        let ids = [self.id(left.number), self.id(right.number)];
        let children = split(batch, left_kgs, ids)?.into_iter().zip([left, right]);
        Ok(children.into_iter().find(|(_, child)| child.contains(number)))
    }

    fn origin(&self, number: u64) -> CreditBatch {
        let kilograms =
            Random::new(self.seed, "size", number).within(1_000..MAX_ORIGIN_KILOGRAMS + 1);
        self.issue(number, number * MAX_ORIGIN_KILOGRAMS.unsigned_abs() + 1, kilograms)
    }

    /// Creates an issued batch with the serial numbers from `first` on.
    #[expect(clippy::expect_used, reason = "the JSON conforms to the spec, tested with many seeds")]
    pub(crate) fn issue(&self, number: u64, first: u64, kilograms: i64) -> CreditBatch {
        let mut random = Random::new(self.seed, "issue", number);
        let project = random.within(0..PROJECTS) as u64;
        let InventedProject { series, country, ccp_approved, supplier } = self.project(project);
        let issued_at = FIRST_ISSUANCE + random.within(0..730 * DAY);
        let issued_at = DateTime::<Utc>::from_timestamp_micros(issued_at).unwrap_or_default();
        let sequestered_at = issued_at - TimeDelta::days(random.within(10..200));
        let series = format!("{series}-{}", issued_at.year());
        let serial =
            SerialRange { series: &series, first, last: first + kilograms.unsigned_abs() - 1 };
        let batch = json!({
            "beneficiary": null,
            "carbon_removal_data": removal_data(kilograms, &mut random),
            "ccp_approved": ccp_approved,
            "country_of_issue": country,
            "delivered_at": null,
            "delivery_id": null,
            "id": self.id(number),
            "issuance_id": self.identifier::<IssuanceId>(number),
            "issued_at": issued_at,
            "left_child_id": null,
            "owner": self.supplier(supplier),
            "parent_id": null,
            "project_id": self.identifier::<ProjectId>(project),
            "removal_id": self.identifier::<RemovalId>(number),
            "retired_at": null,
            "retirement_id": null,
            "right_child_id": null,
            "sequestered_on": sequestered_at.date_naive(),
            "serial_number": serial.to_string(),
            "size": { "credit_kgs": kilograms, "credits": credits(kilograms) },
            "status": "active",
            "supplier_id": self.identifier::<SupplierId>(supplier),
        });
        serde_json::from_value(batch).expect("a credit batch")
    }

    fn project(&self, number: u64) -> InventedProject {
        let mut random = Random::new(self.seed, "project", number);
        let (pathway, country) = *random.pick(&PATHWAYS);
        let code = random.within(0x1000..0x10000);
        InventedProject {
            series: format!("ISO-1-{pathway}-{country}-{code:X}"),
            country,
            ccp_approved: random.one_in(2),
            supplier: number / 2,
        }
    }

    /// Returns whether the series of a serial number belongs to a project of the world.
    pub(crate) fn owns(&self, range: &SerialRange<'_>) -> bool {
        let series = |project| self.project(project).series;
        (0..PROJECTS as u64).any(|project| range.series.starts_with(&series(project)))
    }

    /// Returns a buyer by number. Buyer 0 is the organisation of the access token.
    pub(crate) fn buyer(&self, number: u64) -> Organisation {
        let domain = (number % 3 != 2).then(|| format!("buyer-{number}.example"));
        self.organisation(number, &format!("Invented Buyer {number}"), domain)
    }

    fn any_buyer(&self, random: &mut Random) -> Organisation {
        self.buyer(random.within(0..BUYERS) as u64)
    }

    fn supplier(&self, number: u64) -> Organisation {
        let domain = format!("supplier-{number}.example");
        self.organisation(
            FIRST_SUPPLIER + number,
            &format!("Invented Supplier {number}"),
            Some(domain),
        )
    }

    #[expect(clippy::expect_used, reason = "the JSON conforms to the spec, tested with many seeds")]
    fn organisation(&self, number: u64, name: &str, domain: Option<String>) -> Organisation {
        let id: OrganisationId = self.identifier(number);
        let organisation = json!({ "domain": domain, "id": id, "name": name });
        serde_json::from_value(organisation).expect("an organisation")
    }
}

struct InventedProject {
    /// The first part of the project's serial numbers.
    series: String,
    country: &'static str,
    ccp_approved: bool,
    supplier: u64,
}

/// Invents the data of a removal, which some batches lack. It describes the removal as a whole,
/// so all batches of a lineage share it.
fn removal_data(net: i64, random: &mut Random) -> Option<Value> {
    let mut share = |percent| random.within(0..net * percent / 100 + 1);
    let (counterfactuals, emissions, losses) = (share(2), share(20), share(1));
    if random.one_in(4) {
        return None;
    }
    Some(json!({
        "counterfactuals_kg": counterfactuals,
        "emissions_kg": emissions,
        "gross_carbon_removed_kg": net + counterfactuals + emissions + losses,
        "losses_kg": losses,
        "net_carbon_removed_kg": net,
    }))
}
