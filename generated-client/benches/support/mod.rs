//! Reports of paired measurements, and pages of invented issuances.

#![allow(dead_code, reason = "each benchmark uses a part")]

pub(crate) mod page_server;

use std::env;
use std::ops::Range;

use serde_json::{Value, json};

/// The environment variable for a short run, which shows that the benchmarks work.
const SHORT: &str = "BENCH_SHORT";

/// Returns whether this is a short run.
pub(crate) fn is_short() -> bool {
    env::var_os(SHORT).is_some()
}

/// Returns the number of measurements: `full`, or 2 in a short run.
pub(crate) fn rounds(full: usize) -> usize {
    if is_short() { full.min(2) } else { full }
}

/// The times of the client and of an alternative, in seconds, measured in turns.
pub(crate) type Pair = (f64, f64);

/// Prints the median times, and the median ratio of the client to the alternative with its
/// quartiles.
#[expect(clippy::print_stdout, reason = "benchmarks report on stdout")]
pub(crate) fn report(name: &str, pairs: &[Pair]) {
    let (mut client, mut alternative): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let [client, alternative] =
        [&mut client, &mut alternative].map(|times| quantile(times, 0.5) * 1e6);
    let digits = if alternative < 100.0 { 2 } else { 0 };
    println!("{name}: {client:.digits$} µs and {alternative:.digits$} µs");
    let mut ratios: Vec<_> =
        pairs.iter().map(|(client, alternative)| client / alternative).collect();
    let [low, median, high] = [0.25, 0.5, 0.75].map(|share| quantile(&mut ratios, share));
    println!("{name} = {median:.2} ({low:.2} to {high:.2})");
}

/// Returns a quantile: `share` of the values are at most as large.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let index = values.len().saturating_sub(1) as f64 * share;
    values.get(index.round() as usize).copied().unwrap_or(f64::NAN)
}

/// Returns the JSON of a page of issuances with these numbers; `cursor` leads to the next page.
pub(crate) fn issuance_page(numbers: Range<usize>, cursor: Option<usize>) -> Value {
    json!({
        "nodes": numbers.map(issuance).collect::<Vec<_>>(),
        "total_count": 10_000,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": "mpG5kcuo",
            "has_next_page": cursor.is_some(),
            "end_cursor": cursor.map(|cursor| cursor.to_string()),
        },
    })
}

fn issuance(number: usize) -> Value {
    let kilograms = 100_000 + number;
    let size =
        |kilograms: usize| json!({ "credit_kgs": kilograms, "credits": kilograms as f64 / 1000.0 });
    json!({
        "id": format!("iss_1EWT8R5FY1S{number:05}"),
        "issued_at": "2024-01-22T11:56:48.520641Z",
        "supplier": {
            "id": "spl_1CC712KFS1S0YKPS",
            "short_description": "Stores bio-oil underground",
            "long_description": "Converts residues of forests and fields into bio-oil, which is \
                                 injected into depleted wells for permanent storage.",
            "organisation": {
                "domain": "supplier.example",
                "id": "org_1CP8EQDNQSBXTMR2",
                "name": "Bio-Oil Storage",
            },
            "location": {
                "country_code": "USA",
                "country_name": "United States of America",
                "description": "San Francisco, California",
                "latitude": 37.7749,
                "longitude": -122.4194,
            },
        },
        "project_id": "prj_1CTWZQGKE1S0VAXA",
        "reporting_period_start_at": "2023-10-01",
        "reporting_period_end_at": "2023-12-31",
        "supplier_credit_batch_size_total": size(kilograms - 5_000),
        "buffer_pool_credit_batch_size_total": size(5_000),
        "credit_batch_size_total": size(kilograms),
    })
}
