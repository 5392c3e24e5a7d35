//! Calls of the client, compared with bare `reqwest` on the same server.

mod support;

use std::error::Error;
use std::future::IntoFuture;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use isometric_registry::types::CreditBatchId;
use isometric_registry::{Options, Registry};
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::Value;
use support::{quantile, report, rounds};

/// The number of sequential calls per block.
const CALLS: usize = 1_000;

/// The number of blocks. Quantiles are taken per block.
const BLOCKS: usize = 10;

/// The number of concurrent calls.
const CONCURRENCY: usize = 64;

/// The number of batches fetched concurrently.
const BATCHES: usize = 1_000;

/// The number of measurements of concurrent calls and of lineages.
const ROUNDS: usize = 20;

/// The number of generations of splits in a lineage of 1023 batches.
const DEPTH: u32 = 9;

/// The simulated latency of a remote server.
const LATENCY: Duration = Duration::from_millis(50);

/// The number of measurements of lineages on the remote server.
const REMOTE_ROUNDS: usize = 5;

type BenchResult<T> = Result<T, Box<dyn Error>>;

fn main() -> BenchResult<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> BenchResult<()> {
    let simulator = Simulator::builder().batches(BATCHES as u32).start()?;
    let ids: Vec<_> = simulator.ids().take(BATCHES).collect();
    let registry = simulator.registry()?.with_options(Options::new().concurrency(CONCURRENCY))?;
    let bare = BareClient::new(&simulator)?;
    sequential_calls(&simulator, &registry, &bare, &ids).await?;
    concurrent_calls(&simulator, &registry, &bare, &ids).await?;
    lineage(&simulator, &registry, &bare).await
}

/// `reqwest` with the headers that the registry requires.
struct BareClient {
    client: reqwest::Client,
    base_url: String,
    access_token: &'static str,
    client_secret: &'static str,
}

impl BareClient {
    fn new(simulator: &Simulator) -> BenchResult<Self> {
        Ok(Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            base_url: simulator.base_url().to_owned(),
            access_token: simulator.access_token(),
            client_secret: simulator.client_secret(),
        })
    }

    async fn credit_batch(&self, id: &CreditBatchId) -> reqwest::Result<Value> {
        let url = format!("{}/credit_batches/{id}", self.base_url);
        let request = self.client.get(url).bearer_auth(self.access_token);
        let response = request.header("x-client-secret", self.client_secret).send().await?;
        response.error_for_status()?.json().await
    }

    async fn credit_batches(&self, ids: &[CreditBatchId]) -> reqwest::Result<()> {
        let calls = stream::iter(ids).map(|id| self.credit_batch(id));
        calls.buffer_unordered(CONCURRENCY).map_ok(drop).try_collect().await
    }
}

/// The clients take turns, so that other load on the machine affects both.
async fn sequential_calls(
    simulator: &Simulator,
    registry: &Registry,
    bare: &BareClient,
    ids: &[CreditBatchId],
) -> BenchResult<()> {
    let mut blocks = Vec::new();
    for _ in 0..rounds(BLOCKS) {
        let (mut client, mut alternative) = (Vec::new(), Vec::new());
        for id in ids.iter().cycle().take(CALLS) {
            client.push(time(registry.credit_batch(id).into_future()).await?);
            alternative.push(time(bare.credit_batch(id)).await?);
        }
        simulator.clear_requests();
        blocks.push((client, alternative));
    }
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let pairs: Vec<_> = blocks
            .iter_mut()
            .map(|(client, alternative)| (quantile(client, share), quantile(alternative, share)))
            .collect();
        report(&format!("request {name} client/bare"), &pairs);
    }
    Ok(())
}

async fn concurrent_calls(
    simulator: &Simulator,
    registry: &Registry,
    bare: &BareClient,
    ids: &[CreditBatchId],
) -> BenchResult<()> {
    let mut pairs = Vec::new();
    for _ in 0..rounds(ROUNDS) {
        let results = registry.credit_batches_by_id(ids.iter().cloned());
        let results = results.map(|(_, result)| result.map(drop)).try_collect::<()>();
        let client = time(results).await?;
        pairs.push((client, time(bare.credit_batches(ids)).await?));
        simulator.clear_requests();
    }
    report("request 1000 at concurrency 64 client/bare", &pairs);
    Ok(())
}

/// Fetches the lineage of a batch that was split into equal halves, [`DEPTH`] times over.
///
/// Compares it with bare requests for the same batches, whose ids are known, and with a single
/// call to a remote server.
async fn lineage(simulator: &Simulator, registry: &Registry, bare: &BareClient) -> BenchResult<()> {
    let origin = simulator.issue(1 << DEPTH)?.id;
    let mut ids = vec![origin.clone()];
    let mut level = 0..1;
    for depth in 0..DEPTH {
        for index in level.clone() {
            let halves = simulator.split(&ids[index], 1 << (DEPTH - depth - 1))?;
            ids.extend(halves.map(|half| half.id));
        }
        level = level.end..ids.len();
    }
    let fetch = async || {
        let tree = registry.lineage(&origin).await?;
        assert_eq!(tree.batches().count(), ids.len());
        Ok::<_, isometric_registry::Error>(())
    };
    let mut pairs = Vec::new();
    for _ in 0..rounds(ROUNDS) {
        pairs.push((time(fetch()).await?, time(bare.credit_batches(&ids)).await?));
        simulator.clear_requests();
    }
    report("lineage 1023/bare calls at once", &pairs);
    simulator.inject(Fault::delay(LATENCY).always());
    let mut pairs = Vec::new();
    for _ in 0..rounds(REMOTE_ROUNDS) {
        let call = registry.credit_batch(&origin).into_future();
        pairs.push((time(fetch()).await?, time(call).await?));
        simulator.clear_requests();
    }
    report("lineage 1023/call of a server 50 ms away", &pairs);
    Ok(())
}

/// Returns the duration of a call in seconds.
async fn time<T, E>(call: impl Future<Output = Result<T, E>>) -> Result<f64, E> {
    let start = Instant::now();
    call.await?;
    Ok(start.elapsed().as_secs_f64())
}
