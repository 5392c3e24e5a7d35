//! Reading a list, compared with a loop over the same pages with bare `reqwest`.

mod support;

use std::error::Error;
use std::time::{Duration, Instant};

use isometric_registry::{Credentials, Registry};
use serde_json::Value;
use support::{issuance_page, page_server, report, rounds};

/// The number of issuances on a page.
const PAGE_SIZE: usize = 50;

/// The number of pages that are read over loopback: 10,000 issuances.
const PAGES: usize = 200;

/// The number of measurements over loopback.
const ROUNDS: usize = 30;

/// The latency of a remote server, and the time that a reader takes for a page.
const DELAY: Duration = Duration::from_millis(50);

/// The number of pages that are read from the remote server.
const REMOTE_PAGES: usize = 20;

/// The number of measurements with the remote server.
const REMOTE_ROUNDS: usize = 5;

const SECRET: &str = "not-a-secret";

type BenchResult<T> = Result<T, Box<dyn Error>>;

fn main() -> BenchResult<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> BenchResult<()> {
    let base_url = page_server::start(pages(PAGES), Duration::ZERO).await?;
    let (registry, bare) = clients(&base_url)?;
    let mut pairs = Vec::new();
    for _ in 0..rounds(ROUNDS) {
        let ours = time(stream_items(&registry)).await?;
        pairs.push((ours, time(loop_pages(&bare, &base_url, Duration::ZERO)).await?));
    }
    report("list 10000 issuances stream/bare loop", &pairs);

    let base_url = page_server::start(pages(REMOTE_PAGES), DELAY).await?;
    let (registry, bare) = clients(&base_url)?;
    let mut pairs = Vec::new();
    for _ in 0..rounds(REMOTE_ROUNDS) {
        let ours = time(stream_pages(&registry)).await?;
        pairs.push((ours, time(loop_pages(&bare, &base_url, DELAY)).await?));
    }
    report("list server and reader of 50 ms stream/sequential loop", &pairs);
    Ok(())
}

/// Returns the JSON of the pages. It lives as long as the process.
fn pages(count: usize) -> &'static [String] {
    let page = |number: usize| {
        let numbers = number * PAGE_SIZE..(number + 1) * PAGE_SIZE;
        issuance_page(numbers, Some(number + 1).filter(|next| *next < count)).to_string()
    };
    (0..count).map(page).collect::<Vec<_>>().leak()
}

fn clients(base_url: &str) -> BenchResult<(Registry, reqwest::Client)> {
    let registry = Registry::at(base_url, Credentials::client_secret(SECRET)?)?;
    Ok((registry, reqwest::Client::builder().no_proxy().build()?))
}

async fn stream_items(registry: &Registry) -> BenchResult<usize> {
    let mut items = registry.issuances().items();
    let mut count = 0;
    while items.try_next().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// Reads every page for a while.
async fn stream_pages(registry: &Registry) -> BenchResult<usize> {
    let mut pages = registry.issuances().pages();
    let mut count = 0;
    while let Some(page) = pages.try_next().await? {
        count += page.nodes.len();
        tokio::time::sleep(DELAY).await;
    }
    Ok(count)
}

/// Fetches a page and reads it for a while before it fetches the next one.
async fn loop_pages(
    client: &reqwest::Client,
    base_url: &str,
    reading: Duration,
) -> BenchResult<usize> {
    let mut url = format!("{base_url}/issuances?first={PAGE_SIZE}");
    let mut count = 0;
    loop {
        let request = client.get(&url).header("x-client-secret", SECRET);
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        count += page["nodes"].as_array().map_or(0, Vec::len);
        if !reading.is_zero() {
            tokio::time::sleep(reading).await;
        }
        let Some(cursor) = page["page_info"]["end_cursor"].as_str() else { return Ok(count) };
        url = format!("{base_url}/issuances?first={PAGE_SIZE}&after={cursor}");
    }
}

/// Returns the time that it takes to read a list, in seconds.
async fn time(list: impl Future<Output = BenchResult<usize>>) -> BenchResult<f64> {
    let start = Instant::now();
    let count = list.await?;
    assert!(count == PAGES * PAGE_SIZE || count == REMOTE_PAGES * PAGE_SIZE, "{count} items");
    Ok(start.elapsed().as_secs_f64())
}
