//! The world that a seed stands for.
//!
//! Nothing of it is kept. A batch is worked out when somebody asks for it: it belongs
//! to a lineage, and the way down from its origin is short. So a world of any size is
//! there at once.

use isometric_registry::chrono::{DateTime, Datelike, TimeDelta, Utc};
use isometric_registry::types::{
    CreditBatch, CreditBatchId, IssuanceId, Organisation, OrganisationId, ProjectId, RemovalId,
    SupplierId,
};
use serde_json::{Value, json};

use crate::error::WorldError;
use crate::identifier::{Identifier, identifier, number};
use crate::random::Random;
use crate::serial::SerialNumber;
use crate::transaction::{credits, deliver, retire, split};

/// How many batches the lineages of a block have, and so each block. A lineage has an
/// odd number, as each split adds two.
const BLOCK: [u64; 6] = [15, 7, 5, 3, 1, 1];
const BATCHES_OF_A_BLOCK: u64 = 32;

/// The most kilograms that an origin has. Each batch has so many serial numbers of its
/// own, which the origin of a lineage shares out.
const MOST_KILOGRAMS: i64 = 1_000_000;

const PROJECTS: i64 = 12;
const BUYERS: i64 = 24;

/// The numbers of the suppliers' organisations start here, after those of the buyers.
const SUPPLIERS: u64 = 100;

/// The pathway of a project, as in serial numbers, and its country.
const PLACES: [(&str, &str); 8] = [
    ("BSTORE", "GBR"),
    ("DAC", "ISL"),
    ("ERW", "BRA"),
    ("BIOCHAR", "KEN"),
    ("BSTORE", "USA"),
    ("OAE", "CAN"),
    ("ERW", "IND"),
    ("DAC", "NOR"),
];

/// 2023-01-01T00:00:00Z in microseconds: nothing is issued before.
const FIRST_ISSUANCE: i64 = 1_672_531_200_000_000;
const DAY: i64 = 86_400_000_000;

/// A number of credit batches, below 2⁴⁰, that depend on a seed alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) batches: u64,
}

/// A batch that is yet to be split so many times, itself and its descendants together.
/// They have the numbers that follow its own: first the left child with all that comes
/// of it, and then the right.
#[derive(Clone, Copy, Debug)]
struct Node {
    number: u64,
    splits: u64,
}

impl Node {
    /// How many batches there are from this one down.
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

    /// Where the serial numbers that the world does not use start.
    pub(crate) fn end_of_units(&self) -> u64 {
        self.batches * MOST_KILOGRAMS.unsigned_abs() + 1
    }

    /// The batch with an identifier.
    pub(crate) fn find(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        let number = number(self.seed, id).filter(|number| *number < self.batches);
        let number = number.ok_or_else(|| WorldError::Unknown(id.clone()))?;
        let mut node = self.lineage(number);
        let mut batch = self.origin(node.number);
        while let Some((child, child_node)) = self.live(&mut batch, node, number)? {
            (batch, node) = (child, child_node);
        }
        Ok(batch)
    }

    /// The origin of the lineage that a number belongs to.
    fn lineage(&self, number: u64) -> Node {
        let start = number / BATCHES_OF_A_BLOCK * BATCHES_OF_A_BLOCK;
        let end = self.batches.min(start + BATCHES_OF_A_BLOCK);
        let mut sizes = BLOCK.iter().cycle();
        let mut node = Node { number: start, splits: 0 };
        loop {
            let size = sizes.next().map_or(1, |size| *size.min(&(end - node.number)));
            node.splits = size.saturating_sub(1) / 2;
            if node.contains(number) {
                return node;
            }
            node.number += node.batches();
        }
    }

    /// Lets happen to a batch what happens to it. Gives the child that is on the way
    /// to a number, if the way goes on.
    fn live(
        &self,
        batch: &mut CreditBatch,
        node: Node,
        number: u64,
    ) -> Result<Option<(CreditBatch, Node)>, WorldError> {
        let mut random = Random::new(self.seed, "node", node.number);
        let is_leaf = node.splits == 0;
        if batch.delivery_id.is_none() && random.one_in(if is_leaf { 2 } else { 4 }) {
            let after = TimeDelta::microseconds(random.within(DAY..90 * DAY));
            deliver(batch, self.identifier(node.number), self.any_buyer(&mut random), after)?;
        }
        if !is_leaf {
            return self.divide(batch, node, number, &mut random);
        }
        if batch.delivery_id.is_some() && random.one_in(2) {
            let after = TimeDelta::microseconds(random.within(DAY..365 * DAY));
            let beneficiary = match random.one_in(3) {
                true => self.any_buyer(&mut random),
                false => batch.owner.clone(),
            };
            retire(batch, self.identifier(node.number), beneficiary, after)?;
        }
        Ok(None)
    }

    /// Splits a batch, and gives the child that is on the way to a number.
    fn divide(
        &self,
        batch: &mut CreditBatch,
        node: Node,
        number: u64,
        random: &mut Random,
    ) -> Result<Option<(CreditBatch, Node)>, WorldError> {
        let left_splits = random.within(0..node.splits as i64) as u64;
        let left = Node { number: node.number + 1, splits: left_splits };
        let right_splits = node.splits - 1 - left_splits;
        let right = Node { number: left.number + left.batches(), splits: right_splits };
        // Each side keeps a kilogram for each batch that is to come of it.
        let spare = batch.size.credit_kgs - (left.batches() + right.batches()) as i64;
        let left_kgs = left.batches() as i64 + random.within(0..spare + 1);
        let ids = [self.id(left.number), self.id(right.number)];
        let children = split(batch, left_kgs, ids)?.into_iter().zip([left, right]);
        Ok(children.into_iter().find(|(_, child)| child.contains(number)))
    }

    fn origin(&self, number: u64) -> CreditBatch {
        let kilograms = Random::new(self.seed, "size", number).within(1_000..MOST_KILOGRAMS + 1);
        self.issue(number, number * MOST_KILOGRAMS.unsigned_abs() + 1, kilograms)
    }

    /// A batch as it is issued, with the serial numbers from `first` on.
    #[expect(clippy::expect_used, reason = "written as the spec says, and tested with many seeds")]
    pub(crate) fn issue(&self, number: u64, first: u64, kilograms: i64) -> CreditBatch {
        let mut random = Random::new(self.seed, "issue", number);
        let project = random.within(0..PROJECTS) as u64;
        let Project { series, country, ccp_approved, supplier } = self.project(project);
        let issued_at = FIRST_ISSUANCE + random.within(0..730 * DAY);
        let issued_at = DateTime::<Utc>::from_timestamp_micros(issued_at).unwrap_or_default();
        let sequestered_at = issued_at - TimeDelta::days(random.within(10..200));
        let series = format!("{series}-{}", issued_at.year());
        let serial = SerialNumber { series, first, last: first + kilograms.unsigned_abs() - 1 };
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

    fn project(&self, number: u64) -> Project {
        let mut random = Random::new(self.seed, "project", number);
        let (pathway, country) = *random.pick(&PLACES);
        let code = random.within(0x1000..0x10000);
        Project {
            series: format!("ISO-1-{pathway}-{country}-{code:X}"),
            country,
            ccp_approved: random.one_in(2),
            supplier: number / 2,
        }
    }

    /// Whether the series of a serial number is one of the world's own.
    pub(crate) fn owns(&self, serial: &SerialNumber) -> bool {
        let series = |project| self.project(project).series;
        (0..PROJECTS as u64).any(|project| serial.series.starts_with(&series(project)))
    }

    /// A buyer by number. The first is the organisation that calls the simulator.
    pub(crate) fn buyer(&self, number: u64) -> Organisation {
        let domain = (number % 3 != 2).then(|| format!("buyer-{number}.example"));
        self.organisation(number, &format!("Invented Buyer {number}"), domain)
    }

    fn any_buyer(&self, random: &mut Random) -> Organisation {
        self.buyer(random.within(0..BUYERS) as u64)
    }

    fn supplier(&self, number: u64) -> Organisation {
        let domain = format!("supplier-{number}.example");
        self.organisation(SUPPLIERS + number, &format!("Invented Supplier {number}"), Some(domain))
    }

    #[expect(clippy::expect_used, reason = "written as the spec says, and tested with many seeds")]
    fn organisation(&self, number: u64, name: &str, domain: Option<String>) -> Organisation {
        let id: OrganisationId = self.identifier(number);
        let organisation = json!({ "domain": domain, "id": id, "name": name });
        serde_json::from_value(organisation).expect("an organisation")
    }
}

struct Project {
    /// How the serial numbers of its credits start.
    series: String,
    country: &'static str,
    ccp_approved: bool,
    supplier: u64,
}

/// The account of a removal of so many kilograms, where one is known. A batch that is
/// split hands it on as it is: it is that of the removal, whoever holds what share.
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
