//! The simulator as a test sees it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use isometric_registry::types::{CreditBatch, CreditBatchId, Organisation};
use isometric_registry::{Credentials, Error, Registry};
use serde_json::Value;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::access::{ACCESS_TOKEN, CLIENT_SECRET, OUTSIDERS_ACCESS_TOKEN};
use crate::error::{StartError, WorldError};
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::request::Request;
use crate::server::{BASE_PATH, Shared, serve};
use crate::world::World;

/// How a simulator is to be.
#[derive(Clone, Debug)]
#[must_use = "nothing is served until `start` is called"]
pub struct Builder {
    port: u16,
    seed: u64,
    batches: u32,
}

impl Builder {
    /// The port at 127.0.0.1. It is 0 unless said otherwise, which takes a free one.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// What the invented world depends on. It is 0 unless said otherwise. The same
    /// seed makes the same world, as long as the version of this crate is the same.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// How many credit batches the invented world has. There are 100 unless said
    /// otherwise, and a million take no longer: a batch is worked out when it is
    /// asked for.
    pub fn batches(self, batches: u32) -> Self {
        Self { batches, ..self }
    }

    /// Starts to serve, in a thread of its own.
    ///
    /// # Errors
    ///
    /// [`StartError`] where the port is taken, or the system has no thread to spare.
    pub fn start(self) -> Result<Simulator, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        Simulator::serve(self, address).map_err(|source| StartError { address, source })
    }
}

/// An invented registry, served over HTTP at a port of 127.0.0.1 until it is dropped.
///
/// It runs in a thread of its own, and so in any test, whether that has a runtime or
/// not.
pub struct Simulator {
    base_url: String,
    world: World,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator with the usual world at a free port.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`].
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// A simulator with another world, or at another port.
    pub fn builder() -> Builder {
        Builder { port: 0, seed: 0, batches: 100 }
    }

    fn serve(builder: Builder, address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}{BASE_PATH}", listener.local_addr()?);
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let world = World { seed: builder.seed, batches: builder.batches.into() };
        let shared = Arc::new(Shared::new(Ledger::new(world)));
        let (stop, stopped) = oneshot::channel();
        let served = serve(listener, shared.clone(), stopped);
        let thread = thread::Builder::new().name("isometric-registry-simulator".to_owned());
        let thread = thread.spawn(move || runtime.block_on(served))?;
        Ok(Self { base_url, world, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The URL that the paths of all operations are relative to, as in
    /// `http://127.0.0.1:49152/registry/v0`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The access token that gives access to every batch.
    pub fn access_token(&self) -> &'static str {
        ACCESS_TOKEN
    }

    /// The client secret.
    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    /// A client of this simulator, with credentials that give access to every batch.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where the client cannot be set up.
    pub fn registry(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::new(ACCESS_TOKEN, CLIENT_SECRET)?)
    }

    /// A client of this simulator, with credentials that are valid and give access to
    /// no batch: each is refused with 403.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where the client cannot be set up.
    pub fn outsider(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::new(OUTSIDERS_ACCESS_TOKEN, CLIENT_SECRET)?)
    }

    /// The organisation that the access token is of.
    pub fn organisation(&self) -> Organisation {
        self.world.buyer(0)
    }

    /// The identifiers of all batches: those of the seed, an origin before what it was
    /// split into, and then the others in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = CreditBatchId> {
        let seeded = (0..self.world.batches).map(|number| self.world.id(number));
        let all = seeded.chain(self.shared.ledger().added());
        all.filter(|id| self.shared.ledger().exists(id))
    }

    /// All batches that are in order, as they are now, in the order of
    /// [`ids`](Self::ids).
    ///
    /// ```
    /// use isometric_registry::types::CreditBatchStatus;
    /// use isometric_registry_simulator::Simulator;
    ///
    /// let simulator = Simulator::start()?;
    /// let retired = simulator.batches().find(|b| b.status == CreditBatchStatus::Retired);
    /// assert!(retired.is_some());
    /// # Ok::<(), isometric_registry_simulator::StartError>(())
    /// ```
    pub fn batches(&self) -> impl Iterator<Item = CreditBatch> {
        self.ids().filter_map(|id| self.batch(&id).ok())
    }

    /// A batch as it is now.
    ///
    /// # Errors
    ///
    /// [`WorldError::Unknown`] and [`WorldError::Corrupt`].
    pub fn batch(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        self.shared.ledger().batch(id)
    }

    /// Issues a new batch to one of the suppliers.
    ///
    /// # Errors
    ///
    /// [`WorldError::Quantity`] unless it is of 1 to 10¹² kilograms.
    pub fn issue(&self, kilograms: i64) -> Result<CreditBatch, WorldError> {
        self.shared.ledger().issue(kilograms)
    }

    /// Inserts a batch that has no relatives: from a file, for instance, or an issued
    /// one with another `id` and `serial_number`.
    ///
    /// # Errors
    ///
    /// [`WorldError::Invalid`] and [`WorldError::Inconsistent`] where the batch itself
    /// is not in order; [`WorldError::Related`], [`WorldError::Exists`] and
    /// [`WorldError::SerialNumber`] where it does not fit in this world.
    pub fn insert(&self, batch: CreditBatch) -> Result<(), WorldError> {
        self.shared.ledger().insert(batch)
    }

    /// Splits an active batch. Gives the left child, which has so many kilograms, and
    /// the right one, which has the others.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`]; [`WorldError::Indivisible`] where a child would have
    /// no kilogram; and those of [`batch`](Self::batch).
    pub fn split(&self, id: &CreditBatchId, left_kgs: i64) -> Result<[CreditBatch; 2], WorldError> {
        self.shared.ledger().split(id, left_kgs)
    }

    /// Delivers an active batch to a buyer, such as
    /// [`organisation`](Self::organisation), a day after it was issued.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], [`WorldError::Delivered`], and those of
    /// [`batch`](Self::batch).
    pub fn deliver(
        &self,
        id: &CreditBatchId,
        buyer: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        self.shared.ledger().deliver(id, buyer)
    }

    /// Retires an active batch for the benefit of an organisation, a day after it was
    /// delivered, or issued if it was not.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], and those of [`batch`](Self::batch).
    pub fn retire(
        &self,
        id: &CreditBatchId,
        beneficiary: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        self.shared.ledger().retire(id, beneficiary)
    }

    /// Makes a world that must not exist: serves any JSON as the batch, whether there
    /// was one or not.
    ///
    /// ```
    /// use isometric_registry_simulator::Simulator;
    /// use serde_json::json;
    ///
    /// let simulator = Simulator::start()?;
    /// let batch = simulator.issue(1_000)?;
    /// let mut json = serde_json::to_value(&batch)?;
    /// json["size"]["credit_kgs"] = json!(-1);
    /// simulator.corrupt(&batch.id, json);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn corrupt(&self, id: &CreditBatchId, json: Value) {
        self.shared.ledger().corrupt(id, json);
    }

    /// Makes a world that must not exist: loses a batch, and leaves its relatives as
    /// they are.
    ///
    /// # Errors
    ///
    /// [`WorldError::Unknown`].
    pub fn corrupt_by_removing(&self, id: &CreditBatchId) -> Result<(), WorldError> {
        self.shared.ledger().remove(id)
    }

    /// Lets the next requests fail. Of several faults that are for a request, it meets
    /// the one that was injected first.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults().inject(fault);
    }

    /// Takes back all faults that were injected.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// The requests so far, oldest first; of more than 65 536, the latest.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests().to_vec()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.requests().clear();
    }
}

/// Stops serving: open connections are closed.
impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Where it panicked, its thread has said so, and there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let World { seed, batches } = self.world;
        let mut shown = f.debug_struct("Simulator");
        shown.field("base_url", &self.base_url).field("seed", &seed).field("batches", &batches);
        shown.finish_non_exhaustive()
    }
}
