//! Calls the registry, beside bare `reqwest` on the same server.

mod support;

use std::error::Error;
use std::future::IntoFuture;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use isometric_registry::types::CreditBatchId;
use isometric_registry::{Options, Registry};
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::Value;
use support::{quantile, report};

/// How many calls one after the other, and in how many blocks, of which each has
/// quantiles of its own.
const CALLS: usize = 1_000;
const BLOCKS: usize = 10;

/// How many calls at once, of how many, and how often.
const CONCURRENCY: usize = 64;
const AT_ONCE: usize = 1_000;
const ROUNDS: usize = 20;

/// A lineage of 1023 batches is split nine times.
const DEPTH: u32 = 9;

/// How far away a server is that is not on this machine, and how often it is asked.
const DISTANCE: Duration = Duration::from_millis(50);
const DISTANT_ROUNDS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Outcome<()> {
    let simulator = Simulator::builder().batches(AT_ONCE as u32).start()?;
    let ids: Vec<_> = simulator.ids().take(AT_ONCE).collect();
    let registry = simulator.registry()?.with_options(Options::new().concurrency(CONCURRENCY))?;
    let bare = Bare::new(&simulator)?;
    one_by_one(&simulator, &registry, &bare, &ids).await?;
    at_once(&simulator, &registry, &bare, &ids).await?;
    lineage(&simulator, &registry, &bare).await
}

/// `reqwest` with the headers that the registry asks for.
struct Bare {
    client: reqwest::Client,
    base_url: String,
    access_token: &'static str,
    client_secret: &'static str,
}

impl Bare {
    fn new(simulator: &Simulator) -> Outcome<Self> {
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

/// The two take turns, so that what else the machine does falls on both.
async fn one_by_one(
    simulator: &Simulator,
    registry: &Registry,
    bare: &Bare,
    ids: &[CreditBatchId],
) -> Outcome<()> {
    let mut blocks = Vec::new();
    for _ in 0..BLOCKS {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for id in ids.iter().cycle().take(CALLS) {
            ours.push(time(registry.credit_batch(id).into_future()).await?);
            theirs.push(time(bare.credit_batch(id)).await?);
        }
        simulator.clear_requests();
        blocks.push((ours, theirs));
    }
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let pairs: Vec<_> = blocks
            .iter_mut()
            .map(|(ours, theirs)| (quantile(ours, share), quantile(theirs, share)))
            .collect();
        report(&format!("request {name} client/bare"), &pairs);
    }
    Ok(())
}

async fn at_once(
    simulator: &Simulator,
    registry: &Registry,
    bare: &Bare,
    ids: &[CreditBatchId],
) -> Outcome<()> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let answers = registry.credit_batches(ids.iter().cloned());
        let answers = answers.map(|(_, answer)| answer.map(drop)).try_collect::<()>();
        let ours = time(answers).await?;
        rounds.push((ours, time(bare.credit_batches(ids)).await?));
        simulator.clear_requests();
    }
    report("request 1000 at concurrency 64 client/bare", &rounds);
    Ok(())
}

/// The lineage of a batch that was split, all the way down, into equal halves: beside
/// the same batches fetched bare by someone who knows them all, and beside one call of a
/// server that is away.
async fn lineage(simulator: &Simulator, registry: &Registry, bare: &Bare) -> Outcome<()> {
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
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((time(fetch()).await?, time(bare.credit_batches(&ids)).await?));
        simulator.clear_requests();
    }
    report("lineage 1023/bare calls at once", &rounds);
    simulator.inject(Fault::delay(DISTANCE).always());
    let mut rounds = Vec::new();
    for _ in 0..DISTANT_ROUNDS {
        let call = registry.credit_batch(&origin).into_future();
        rounds.push((time(fetch()).await?, time(call).await?));
        simulator.clear_requests();
    }
    report("lineage 1023/call of a server 50 ms away", &rounds);
    Ok(())
}

/// How long a call takes, in seconds.
async fn time<T, E>(call: impl Future<Output = Result<T, E>>) -> Result<f64, E> {
    let start = Instant::now();
    call.await?;
    Ok(start.elapsed().as_secs_f64())
}
