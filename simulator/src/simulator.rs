//! The public interface of the simulator.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use isometric_registry::types::{CreditBatch, CreditBatchId, Organisation};
use isometric_registry::{Credentials, Error, Registry};
use serde::Serialize;
use serde_json::Value;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::api::access::{
    ACCESS_TOKEN, ACCESS_TOKEN_OF_SUPPLIER, ACCESS_TOKEN_WITHOUT_ACCESS, CLIENT_SECRET,
};
use crate::api::route;
use crate::changes;
use crate::error::{AnswerError, StartError, WorldError, final_status};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::received::ReceivedRequest;
use crate::served::ServedWorld;
use crate::server::{BASE_PATH, ServerState, serve};
use crate::world::{CALLER, World};

/// The settings of a simulator.
#[derive(Clone, Debug)]
#[must_use = "nothing is served until `start` is called"]
pub struct Builder {
    port: u16,
    seed: u64,
    batches: u32,
    request_timeout: Duration,
}

impl Builder {
    /// Sets the port at 127.0.0.1. The default is 0, which selects a free port.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Sets the seed of the invented world. The default is 0. The same seed generates the same
    /// world in every release with the same version.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets the number of credit batches in the invented world. The default is 100. The other
    /// resources follow from it: there are about six batches for each issuance.
    pub fn batches(self, batches: u32) -> Self {
        Self { batches, ..self }
    }

    /// Sets the time in which a client must send the headers of a request, and again its body.
    /// The default is 30 seconds.
    pub fn request_timeout(self, request_timeout: Duration) -> Self {
        Self { request_timeout, ..self }
    }

    /// Starts the server in its own thread.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the port is in use or the thread cannot be created.
    pub fn start(self) -> Result<Simulator, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        Simulator::serve(self, address).map_err(|source| StartError { address, source })
    }
}

/// An invented registry, served over HTTP at a port of 127.0.0.1 until it is dropped.
///
/// The server runs in its own thread, so tests need no asynchronous runtime.
pub struct Simulator {
    base_url: String,
    world: World,
    organisation: Organisation,
    state: Arc<ServerState>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator with the default world at a free port.
    ///
    /// # Errors
    ///
    /// The same errors as [`Builder::start`].
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Returns the default settings.
    pub fn builder() -> Builder {
        Builder { port: 0, seed: 0, batches: 100, request_timeout: Duration::from_secs(30) }
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
        let world = World { seed: builder.seed, batches: builder.batches };
        let served = ServedWorld::new(world.generate());
        let organisation = served.ledger.view(IdentifierKind::Organisation, CALLER);
        let organisation = serde_json::from_value(organisation)?;
        let state = Arc::new(ServerState::new(served, builder.request_timeout));
        let (stop, stopped) = oneshot::channel();
        let served = serve(listener, state.clone(), stopped);
        let thread = thread::Builder::new().name("isometric-registry-simulator".to_owned());
        let thread = thread.spawn(move || runtime.block_on(served))?;
        Ok(Self { base_url, world, organisation, state, stop: Some(stop), thread: Some(thread) })
    }

    /// Returns the base URL of all operations, such as `http://127.0.0.1:49152/registry/v0`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the access token of [`organisation`](Self::organisation), a buyer. It gives access
    /// to every batch.
    pub fn access_token(&self) -> &'static str {
        ACCESS_TOKEN
    }

    /// Returns the access token of the first supplier, which can deliver credits for its orders.
    pub fn access_token_of_supplier(&self) -> &'static str {
        ACCESS_TOKEN_OF_SUPPLIER
    }

    /// Returns the client secret.
    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    /// Creates a client of this simulator for [`organisation`](Self::organisation), a buyer. It
    /// has access to every batch and to the organisation's private data.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the client cannot be created.
    pub fn registry(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::new(ACCESS_TOKEN, CLIENT_SECRET)?)
    }

    /// Creates a client of this simulator for the first supplier, which can deliver credits for its
    /// orders.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the client cannot be created.
    pub fn registry_of_supplier(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::new(ACCESS_TOKEN_OF_SUPPLIER, CLIENT_SECRET)?)
    }

    /// Creates a client of this simulator without an access token, which sees public data only.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the client cannot be created.
    pub fn registry_with_secret_only(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::client_secret(CLIENT_SECRET)?)
    }

    /// Creates a client of this simulator with valid credentials that give access to no batch:
    /// the response to every existing batch is 403.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the client cannot be created.
    pub fn registry_without_access(&self) -> Result<Registry, Error> {
        Registry::at(&self.base_url, Credentials::new(ACCESS_TOKEN_WITHOUT_ACCESS, CLIENT_SECRET)?)
    }

    /// Returns the organisation of the access token.
    pub fn organisation(&self) -> Organisation {
        self.organisation.clone()
    }

    /// Returns the identifiers of all batches: the seeded ones, parents before children, and
    /// then the others in the order of addition.
    pub fn ids(&self) -> impl Iterator<Item = CreditBatchId> {
        // Every identifier of a batch has the form that its type requires.
        self.resource_ids("ctb").into_iter().filter_map(|id| id.parse().ok())
    }

    /// Returns the identifiers of all resources of a kind, by the prefix of the identifiers such as
    /// `iss` for issuances, in the order of creation. Unknown prefixes have none.
    ///
    /// ```
    /// let simulator = isometric_registry_simulator::Simulator::start()?;
    /// assert!(simulator.resource_ids("iss")[0].starts_with("iss_"));
    /// # Ok::<(), isometric_registry_simulator::StartError>(())
    /// ```
    pub fn resource_ids(&self, prefix: &str) -> Vec<String> {
        self.state.world().ids(&format!("{prefix}_"))
    }

    /// Returns the current state of all batches that are not corrupt, in the order of
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

    /// Returns the current state of a batch.
    ///
    /// # Errors
    ///
    /// [`WorldError::Unknown`] and [`WorldError::Corrupt`].
    pub fn batch(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        changes::batch(&self.state.world(), id)
    }

    /// Issues a new batch to a supplier.
    ///
    /// # Errors
    ///
    /// [`WorldError::InvalidQuantity`] unless `kilograms` is 1 to 10¹².
    pub fn issue(&self, kilograms: i64) -> Result<CreditBatch, WorldError> {
        changes::issue(&mut self.state.world(), kilograms)
    }

    /// Inserts a batch without relatives, for example from a file, or an issued batch with
    /// another `id` and `serial_number`.
    ///
    /// # Errors
    ///
    /// [`WorldError::Invalid`] and [`WorldError::Inconsistent`] if the batch itself is invalid;
    /// [`WorldError::HasRelatives`], [`WorldError::AlreadyExists`] and
    /// [`WorldError::SerialNumberInUse`] if it conflicts with the world.
    pub fn insert(&self, batch: CreditBatch) -> Result<(), WorldError> {
        changes::insert(&mut self.state.world(), batch)
    }

    /// Splits an active batch and returns the left child, which gets `left_kgs` kilograms, and
    /// the right child, which gets the rest.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`]; [`WorldError::Indivisible`] if a child would have less than one
    /// kilogram; and the errors of [`batch`](Self::batch).
    pub fn split(&self, id: &CreditBatchId, left_kgs: i64) -> Result<[CreditBatch; 2], WorldError> {
        changes::split(&mut self.state.world(), id, left_kgs)
    }

    /// Delivers an active batch to a buyer, such as [`organisation`](Self::organisation), one
    /// day after its issuance.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], [`WorldError::AlreadyDelivered`], and the errors of
    /// [`batch`](Self::batch).
    pub fn deliver(
        &self,
        id: &CreditBatchId,
        buyer: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        changes::deliver(&mut self.state.world(), id, &buyer)
    }

    /// Retires an active batch for a beneficiary, one day after its delivery or, if it was not
    /// delivered, its issuance.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], and the errors of [`batch`](Self::batch).
    pub fn retire(
        &self,
        id: &CreditBatchId,
        beneficiary: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        changes::retire(&mut self.state.world(), id, &beneficiary)
    }

    /// Transfers an active batch to another organisation, one day after its delivery or, if it was
    /// not delivered, its issuance.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], and the errors of [`batch`](Self::batch).
    pub fn transfer(
        &self,
        id: &CreditBatchId,
        to: Organisation,
    ) -> Result<CreditBatch, WorldError> {
        changes::transfer(&mut self.state.world(), id, &to)
    }

    /// Returns an active batch from a buffer pool to its supplier, one day after its issuance.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotActive`], [`WorldError::NotInBufferPool`], and the errors of
    /// [`batch`](Self::batch).
    pub fn refund(&self, id: &CreditBatchId) -> Result<CreditBatch, WorldError> {
        changes::refund(&mut self.state.world(), id)
    }

    /// Makes the world inconsistent: edits the JSON of one resource of any kind, wherever the
    /// simulator serves it as a resource or as an item of a list.
    ///
    /// Later changes of the world do not affect the resource.
    ///
    /// ```
    /// use isometric_registry_simulator::Simulator;
    /// use serde_json::json;
    ///
    /// let simulator = Simulator::start()?;
    /// let batch = simulator.issue(1_000)?;
    /// simulator.corrupt_resource(batch.issuance_id.as_str(), |issuance| {
    ///     issuance["credit_batch_size_total"]["credit_kgs"] = json!(2_000);
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WorldError::UnknownResource`].
    pub fn corrupt_resource(
        &self,
        id: &str,
        edit: impl FnOnce(&mut Value),
    ) -> Result<(), WorldError> {
        let mut world = self.state.world();
        let (kind, mut json) =
            world.by_id(id).ok_or_else(|| WorldError::UnknownResource(id.to_owned()))?;
        edit(&mut json);
        world.corrupt(kind, id, json);
        Ok(())
    }

    /// Makes the world inconsistent: edits every successful response of an operation, for example
    /// the total of a list.
    ///
    /// `id` is the identifier in the path, or `None` for all requests to the operation.
    ///
    /// ```
    /// use isometric_registry_simulator::Simulator;
    /// use serde_json::json;
    ///
    /// let simulator = Simulator::start()?;
    /// simulator.corrupt_response("issuances", None, |page| page["total_count"] = json!(0))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnswerError::UnknownOperation`].
    pub fn corrupt_response(
        &self,
        operation_id: &str,
        id: Option<&str>,
        edit: impl Fn(&mut Value) + Send + 'static,
    ) -> Result<(), AnswerError> {
        let unknown = || AnswerError::UnknownOperation(operation_id.to_owned());
        let operation = route::by_id(operation_id).ok_or_else(unknown)?;
        let id = id.map(str::to_owned);
        self.state.world().edit_responses(operation.name, id, Box::new(edit));
        Ok(())
    }

    /// Makes the world inconsistent: serves arbitrary JSON as an existing or a new batch.
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
        self.state.world().corrupt(IdentifierKind::Batch, id.as_str(), json);
    }

    /// Makes the world inconsistent: removes a batch and leaves its relatives unchanged.
    ///
    /// # Errors
    ///
    /// [`WorldError::Unknown`].
    pub fn corrupt_by_removing(&self, id: &CreditBatchId) -> Result<(), WorldError> {
        let mut world = self.state.world();
        let is_known = match world.corruption(id.as_str()) {
            Some(corruption) => corruption.is_some(),
            None => world.ledger.find(IdentifierKind::Batch, id.as_str()).is_some(),
        };
        if !is_known {
            return Err(WorldError::Unknown(id.clone()));
        }
        world.remove(id.as_str());
        Ok(())
    }

    /// Queues a canned response, with a status and a JSON body, for the next request to an
    /// operation. The value need not conform to the spec.
    ///
    /// Further calls queue further responses; the oldest is sent first. The returned [`Answer`]
    /// changes the number of requests. Credentials are checked first, faults apply to the canned
    /// response like to any other, and arguments are not checked.
    ///
    /// ```
    /// use isometric_registry_simulator::Simulator;
    /// use serde_json::json;
    ///
    /// let simulator = Simulator::start()?;
    /// let mut batch = serde_json::to_value(simulator.issue(1_000)?)?;
    /// batch["status"] = json!("frozen"); // a status that the spec does not list
    /// simulator.answer("credit_batch", 200, &batch)?;
    /// simulator.answer("credit_batch", 404, &json!({ "detail": "Not Found" }))?.times(2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if the spec has no operation with the `operationId`, the status is not 200
    /// to 599, or the value cannot be serialized.
    pub fn answer(
        &self,
        operation_id: &str,
        status: u16,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Answer<'_>, AnswerError> {
        let unknown = || AnswerError::UnknownOperation(operation_id.to_owned());
        let operation = route::by_id(operation_id).ok_or_else(unknown)?;
        let (status, body) = (final_status(status)?, serde_json::to_vec(value)?);
        let ticket = self.state.canned().add(operation.name, status, body.into());
        Ok(Answer { simulator: self, ticket })
    }

    /// Removes all queued canned responses.
    pub fn clear_answers(&self) {
        self.state.canned().clear();
    }

    /// Makes the next requests fail. At most one fault affects a request: the oldest that matches
    /// it.
    pub fn inject(&self, fault: Fault) {
        self.state.faults().inject(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state.faults().clear();
    }

    /// Returns the latest requests, up to 65,536 and 32 MiB, oldest first.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.state.requests().to_vec()
    }

    /// Removes all requests from the log.
    pub fn clear_requests(&self) {
        self.state.requests().clear();
    }
}

/// Closes all connections and stops the server.
impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been printed, and has stopped the server.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let World { seed, batches } = self.world;
        let mut output = f.debug_struct("Simulator");
        output.field("base_url", &self.base_url).field("seed", &seed).field("batches", &batches);
        output.finish_non_exhaustive()
    }
}

/// A canned response that [`Simulator::answer`] queued for one request.
///
/// Dropping it leaves the response queued.
#[derive(Debug)]
pub struct Answer<'s> {
    simulator: &'s Simulator,
    ticket: u64,
}

impl Answer<'_> {
    /// Sends the response to the next `times` requests to the operation.
    pub fn times(self, times: usize) {
        self.simulator.state.canned().set_remaining(self.ticket, Some(times));
    }

    /// Sends the response to all requests to the operation.
    pub fn always(self) {
        self.simulator.state.canned().set_remaining(self.ticket, None);
    }
}
