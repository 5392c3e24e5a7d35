//! The world that a seed generates.
//!
//! A world is a sequence of scenarios. In each, a project is issued credits, some are delivered for
//! an order, transferred and retired, and some return from the buffer pool. Scenarios use the
//! writes of the ledger, so that seeded and later changes obey the same rules.

use crate::catalogue::{DOCUMENTS, NOTES, PATHWAYS, PROJECT_STATUSES, PURPOSES};
use crate::ledger::{
    DocumentRow, Ledger, Microseconds, OrganisationRow, Portion, ProjectRow, RetirementTerms,
    SupplierRow, TransferTerms,
};
use crate::random::Random;

/// The name of the random sequences of scenarios. With it, the default world has the batch that
/// help and documentation use as an example: a retired one with ancestors and a sibling that was
/// split.
const SCENARIO: &str = "story2807";

/// The earliest time of issuance: 2023-01-01T00:00:00Z in microseconds.
const FIRST_ISSUANCE: Microseconds = 1_672_531_200_000_000;
const DAY: Microseconds = 86_400_000_000;

/// The period in which credits are issued.
const ISSUING: Microseconds = 730 * DAY;

const MIN_BUYERS: usize = 24;
const MIN_SUPPLIERS: usize = 6;

/// The number of batches for each further buyer and supplier.
const BATCHES_PER_BUYER: usize = 500;
const BATCHES_PER_SUPPLIER: usize = 1000;

const PROJECTS_PER_SUPPLIER: usize = 2;

/// The numbers of organisations that a buyer can retire for and transfer to.
const BENEFICIARIES: usize = 14;
const TRANSFEREES: usize = 12;

/// The key of the organisation of the access token, a buyer.
pub(crate) const CALLER: u32 = 0;

/// The key of the organisation without access to private data.
pub(crate) const OUTSIDER: u32 = 1;

/// The key of the first organisation that is a buyer besides [`CALLER`].
const FIRST_BUYER: usize = 2;

/// The parameters of a world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) batches: u32,
}

impl World {
    /// Generates the ledger of the world.
    pub(crate) fn generate(self) -> Ledger {
        let batches = self.batches as usize;
        let mut ledger = Ledger::seeding(self.seed, batches);
        let buyers = MIN_BUYERS + batches / BATCHES_PER_BUYER;
        let suppliers = MIN_SUPPLIERS + batches / BATCHES_PER_SUPPLIER;
        add_buyers(&mut ledger, buyers);
        add_suppliers(&mut ledger, suppliers);
        add_projects(&mut ledger, suppliers * PROJECTS_PER_SUPPLIER);
        let mut scenario = 0;
        while ledger.batches.len() < batches {
            Scenario::new(&mut ledger, self, buyers, scenario).run();
            scenario += 1;
        }
        ledger.finish();
        ledger
    }
}

/// Adds the caller, the outsider and the buyers.
fn add_buyers(ledger: &mut Ledger, buyers: usize) {
    let last = FIRST_BUYER + buyers;
    // The other buyers that follow a buyer, in a circle.
    let followers = |index: usize, offset: usize, count: usize| -> Vec<u32> {
        let place = index.saturating_sub(FIRST_BUYER - 1);
        let after = (1..=count).map(|step| (FIRST_BUYER + (place + offset + step) % buyers) as u32);
        after.filter(|key| *key != index as u32).collect()
    };
    for index in 0..last {
        if index == OUTSIDER as usize {
            ledger.add_organisation(OrganisationRow::named("Invented Outsider"));
            continue;
        }
        let number = index.saturating_sub(1);
        ledger.add_organisation(OrganisationRow {
            domain: (index % 3 != 2).then(|| format!("buyer-{number}.example").into()),
            beneficiaries: followers(index, 0, BENEFICIARIES),
            transferees: followers(index, 4, TRANSFEREES),
            ..OrganisationRow::named(&format!("Invented Buyer {number}"))
        });
    }
}

/// Adds suppliers, each with the organisation that holds its buffer pool.
fn add_suppliers(ledger: &mut Ledger, suppliers: usize) {
    for number in 0..suppliers {
        let mut add = |name: String, domain: Option<String>, related: Vec<u32>| {
            ledger.add_organisation(OrganisationRow {
                domain: domain.map(Into::into),
                beneficiaries: related.clone(),
                transferees: related,
                ..OrganisationRow::named(&name)
            })
        };
        let name = format!("Invented Supplier {number}");
        let pool = format!("{name} buffer pool");
        let organisation = add(name, Some(format!("supplier-{number}.example")), vec![CALLER]);
        let pool = add(pool, None, Vec::new());
        ledger.suppliers.push(SupplierRow { organisation, pool, has_stripe: number % 2 == 0 });
    }
}

fn add_projects(ledger: &mut Ledger, projects: usize) {
    for number in 0..projects {
        let mut random = Random::new(ledger.seed, "project", number as u64);
        let pathway = random.within(0..PATHWAYS.len() as i64) as usize;
        let code = random.within(0x1000..0x10000);
        ledger.projects.push(ProjectRow {
            supplier: (number / PROJECTS_PER_SUPPLIER) as u32,
            pathway,
            // Every sixth project is on its way to validation and has no credits.
            status: if number % 6 == 5 { 1 + number / 6 % (PROJECT_STATUSES.len() - 1) } else { 0 },
            short_code: format!("{code:X}").into(),
            ccp_approved: random.one_in(2),
            issued: 0,
            retired: 0,
            issued_to_pool: 0,
            retired_from_pool: 0,
        });
        let documents = DOCUMENTS.iter().take(1 + number % DOCUMENTS.len());
        let documents = documents.map(|&name| DocumentRow { project: number as u32, name });
        ledger.documents.extend(documents);
    }
}

/// The life of the credits of one issuance.
struct Scenario<'l> {
    ledger: &'l mut Ledger,
    random: Random,
    /// The number of batches at which the world is complete.
    limit: usize,
    buyers: usize,
    number: u64,
    issued_at: Microseconds,
}

impl<'l> Scenario<'l> {
    fn new(ledger: &'l mut Ledger, world: World, buyers: usize, number: u64) -> Self {
        let mut random = Random::new(world.seed, SCENARIO, number);
        let limit = world.batches as usize;
        let progress = ISSUING * ledger.batches.len() as Microseconds / limit as Microseconds;
        let issued_at = FIRST_ISSUANCE + progress + random.within(0..DAY);
        Self { ledger, random, limit, buyers, number, issued_at }
    }

    /// Returns the number of batches that the world still lacks.
    fn remaining_batches(&self) -> usize {
        self.limit.saturating_sub(self.ledger.batches.len())
    }

    fn run(&mut self) {
        let [issued, pool] = self.issue();
        let supplier = self.ledger.supplier_of(issued.start);
        let Some(supplier) = supplier else { return };
        let (buyer, delivered, at) = self.deliver(supplier, issued);
        let (transferee, transferred) = self.transfer(buyer, &delivered, at);
        let kept: Vec<_> =
            delivered.into_iter().filter(|batch| !transferred.contains(batch)).collect();
        self.retire(buyer, kept, at);
        self.retire(transferee, transferred, at + 30 * DAY);
        self.refund(supplier, pool);
    }

    /// Issues batches to the supplier and, unless only one is lacking, to the buffer pool.
    fn issue(&mut self) -> [std::ops::Range<u32>; 2] {
        let remaining = self.remaining_batches();
        let supplier_batches =
            if remaining >= 12 { 1 + self.random.within(0..3) as usize } else { 1 };
        let mut sizes = [0; 3];
        for size in &mut sizes[..supplier_batches] {
            *size = self.random.within(2_000..1_000_001);
        }
        let total: i64 = sizes.iter().sum();
        let pool = total * self.random.within(5..16) / 100;
        let pool: &[i64] = if remaining > supplier_batches { &[pool] } else { &[] };
        let mut project = (self.number.wrapping_mul(5) as usize + self.ledger.seed as usize % 7)
            % self.ledger.projects.len();
        if self.ledger.projects[project].status != 0 {
            project -= 1;
        }
        let issuance =
            self.ledger.issue(project as u32, self.issued_at, &sizes[..supplier_batches], pool);
        let row = &self.ledger.issuances[issuance as usize];
        let middle = row.first_batch + row.supplier_batches;
        [row.first_batch..middle, middle..middle + row.pool_batches]
    }

    /// Returns all of a batch, or a part of it if another two batches fit into the world.
    fn portion(&mut self, batch: u32, planned: usize) -> Portion {
        let kilograms = self.ledger.batch(batch).kilograms;
        let can_split = kilograms >= 2 && self.remaining_batches() >= 2 * (planned + 1);
        let is_part = can_split && !self.random.one_in(3);
        let part = if is_part { self.random.within(1..kilograms) } else { kilograms };
        Portion { batch, kilograms: part }
    }

    fn portions(&mut self, batches: impl IntoIterator<Item = u32>) -> Vec<Portion> {
        let mut portions = Vec::new();
        for batch in batches {
            let portion = self.portion(batch, portions.len());
            portions.push(portion);
        }
        portions
    }

    /// Delivers some of the batches for an order. Returns the buyer, the delivered batches and
    /// the time of the latest delivery.
    fn deliver(
        &mut self,
        supplier: u32,
        issued: std::ops::Range<u32>,
    ) -> (u32, Vec<u32>, Microseconds) {
        let buyer = if self.random.one_in(3) { CALLER } else { self.any_buyer() };
        let placed_at = self.issued_at - self.random.within(0..120 * DAY);
        let mut at = self.issued_at;
        let chosen: Vec<_> = issued.filter(|_| !self.random.one_in(5)).collect();
        let portions = self.portions(chosen);
        let total: i64 = portions.iter().map(|portion| portion.kilograms).sum();
        if portions.is_empty() {
            if self.random.one_in(2) {
                let ordered = self.random.within(1_000..500_000);
                self.ledger.place_order(buyer, supplier, placed_at, ordered);
            }
            return (buyer, Vec::new(), at);
        }
        let is_complete = self.random.one_in(2);
        let missing = if is_complete { 0 } else { self.random.within(1..total + 1) };
        let order = self.ledger.place_order(buyer, supplier, placed_at, total + missing);
        let deliveries = if portions.len() > 1 && self.random.one_in(2) { 2 } else { 1 };
        let mut delivered = Vec::new();
        for chunk in portions.chunks(portions.len().div_ceil(deliveries)) {
            at += self.random.within(DAY..45 * DAY);
            let notes = self.notes();
            let key = self.ledger.deliver(order, chunk, at, notes);
            let parts = self.ledger.deliveries[key as usize].parts;
            delivered.extend_from_slice(self.ledger.parts(parts));
        }
        (buyer, delivered, at)
    }

    /// Transfers some of the delivered batches. Returns the new owner and its batches.
    fn transfer(&mut self, from: u32, delivered: &[u32], at: Microseconds) -> (u32, Vec<u32>) {
        let to = self.related(from, |row| &row.transferees);
        let Some(to) = to.filter(|_| !delivered.is_empty() && self.random.one_in(4)) else {
            return (from, Vec::new());
        };
        let count = self.random.within(1..delivered.len() as i64 + 1) as usize;
        let portions = self.portions(delivered[..count].iter().copied());
        let at = at + self.random.within(DAY..30 * DAY);
        let notes = self.notes();
        let key = self.ledger.transfer(&portions, TransferTerms { from, to, at, notes });
        let parts = self.ledger.transfers[key as usize].parts;
        (to, self.ledger.parts(parts).to_vec())
    }

    /// Retires batches of an owner, in up to three steps.
    fn retire(&mut self, owner: u32, mut batches: Vec<u32>, mut at: Microseconds) {
        for _ in 0..3 {
            batches = batches.into_iter().map(|batch| self.remainder(batch)).collect();
            batches.retain(|batch| self.ledger.check_active(*batch).is_ok());
            if batches.is_empty() || self.random.one_in(3) {
                return;
            }
            let is_gift = self.random.one_in(3);
            let beneficiary = self.related(owner, |row| &row.beneficiaries);
            let beneficiary = beneficiary.filter(|_| is_gift).unwrap_or(owner);
            let portions = self.portions(batches.iter().copied());
            at += self.random.within(DAY..120 * DAY);
            let purposes = 1 << self.random.within(0..PURPOSES.len() as i64);
            let notes = self.notes();
            let terms = RetirementTerms { owner, beneficiary, purposes, notes, at };
            self.ledger.retire(&portions, terms);
        }
    }

    /// Returns the part of a batch that remains after its splits.
    fn remainder(&self, mut batch: u32) -> u32 {
        while let Some(left) = self.ledger.batch(batch).left_child {
            batch = left + 1;
        }
        batch
    }

    /// Returns credits of the buffer pool to the supplier, or retires them for a reversal.
    fn refund(&mut self, supplier: u32, pool: std::ops::Range<u32>) {
        if pool.is_empty() || !self.random.one_in(4) {
            return;
        }
        let row = &self.ledger.suppliers[supplier as usize];
        let (holder, organisation) = (row.pool, row.organisation);
        let portions = self.portions(pool);
        let at = self.issued_at + self.random.within(180 * DAY..400 * DAY);
        if self.random.one_in(3) {
            let notes = Some("Reversal covered by the buffer pool".into());
            let purposes = 1 << (PURPOSES.len() - 1);
            let (owner, beneficiary) = (holder, holder);
            let terms = RetirementTerms { owner, beneficiary, purposes, notes, at };
            self.ledger.retire(&portions, terms);
        } else {
            let notes = Some("Lower risk of reversal after reassessment".into());
            let terms = TransferTerms { from: holder, to: organisation, at, notes };
            self.ledger.refund(&portions, terms);
        }
    }

    fn any_buyer(&mut self) -> u32 {
        (FIRST_BUYER as i64 + self.random.within(0..self.buyers as i64)) as u32
    }

    /// Returns an organisation from a list of another organisation.
    fn related(&mut self, of: u32, list: fn(&OrganisationRow) -> &Vec<u32>) -> Option<u32> {
        let list = list(&self.ledger.organisations[of as usize]);
        (!list.is_empty()).then(|| *self.random.pick(list))
    }

    fn notes(&mut self) -> Option<Box<str>> {
        let has_notes = self.random.one_in(4);
        has_notes.then(|| (*self.random.pick(NOTES)).into())
    }
}
