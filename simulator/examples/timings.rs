//! Measures the time to start the simulator, to compute a batch and to respond: with a batch, and
//! with pages of 50 of every list.
//!
//! ```text
//! cargo run --release -p isometric-registry-simulator --example timings
//! ```

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use isometric_registry::json::ParameterLocation;
use isometric_registry::operations;
use isometric_registry::validate::Schema;
use isometric_registry_simulator::Simulator;

const STARTS: usize = 20;
const REQUESTS: usize = 10_000;
const PAGES: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let simulator = Simulator::builder().batches(100_000).start()?;
        starts.push(start.elapsed());
        drop(simulator);
    }
    report("start with 100,000 batches", starts);

    let simulator = Simulator::builder().batches(100_000).start()?;
    let ids: Vec<_> = simulator.ids().step_by(100_000 / REQUESTS).collect();
    let start = Instant::now();
    for id in &ids {
        simulator.batch(id)?;
    }
    println!("computed batch: {:?} on average", start.elapsed() / REQUESTS as u32);

    let url = simulator.base_url().trim_start_matches("http://").to_owned();
    let (address, path) = url.split_once('/').ok_or("a base URL without a path")?;
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut responses = BufReader::new(stream.try_clone()?);
    let secret = simulator.client_secret();
    let tokens = [simulator.access_token(), simulator.access_token_of_supplier()];
    let mut measure = |resource: &str, token: &str| -> Result<(Duration, bool), Box<dyn Error>> {
        let request = format!(
            "GET /{path}/{resource} HTTP/1.1\r\nhost: {address}\r\n\
             authorization: Bearer {token}\r\nx-client-secret: {secret}\r\n\r\n"
        );
        let start = Instant::now();
        (&stream).write_all(request.as_bytes())?;
        let is_ok = read_response(&mut responses)?;
        Ok((start.elapsed(), is_ok))
    };
    let mut times = Vec::new();
    for id in &ids {
        times.push(measure(&format!("credit_batches/{id}"), tokens[0])?.0);
    }
    report("batch over one connection", times);
    for resources in lists(&simulator) {
        let mut requests = resources.iter().flat_map(|path| tokens.map(|token| (path, token)));
        // The first resource that one of the tokens gives access to.
        let readable = requests.find(|(path, token)| matches!(measure(path, token), Ok((_, true))));
        let (path, token) = readable.ok_or_else(|| format!("cannot read {resources:?}"))?;
        let mut times = Vec::new();
        for _ in 0..PAGES {
            times.push(measure(path, token)?.0);
        }
        report(path, times);
    }
    Ok(())
}

/// Returns the paths of every list and balance, for each resource that has it, and of filtered and
/// reversed lists.
fn lists(simulator: &Simulator) -> Vec<Vec<String>> {
    let organisation = simulator.organisation().id;
    let supplier = simulator.resource_ids("spl").remove(0);
    let batches = format!("organisations/{organisation}/credit_batches?last=50");
    let mut lists = vec![
        vec![format!("{batches}&supplier_id={supplier}")],
        vec![format!("{batches}&status=split&sort_direction=asc")],
        vec![format!("organisations/{organisation}/credit_balance")],
    ];
    for operation in operations::all().iter().filter(|operation| operation.items().is_some()) {
        let path = format!("{}?first=50", operation.path.trim_start_matches('/'));
        let prefix = operation.parameters.iter().find_map(|parameter| {
            let is_in_path = parameter.location == ParameterLocation::Path;
            match parameter.schema {
                Schema::String(rules) if is_in_path => Some(rules.prefix.trim_end_matches('_')),
                _ => None,
            }
        });
        lists.push(match prefix {
            Some(prefix) => {
                let ids = simulator.resource_ids(prefix);
                ids.iter().map(|id| path.replace("{id}", id)).collect()
            }
            None => vec![path],
        });
    }
    lists
}

/// Reads a response and returns true if its status is 200.
fn read_response(responses: &mut impl BufRead) -> Result<bool, Box<dyn Error>> {
    let mut length = 0;
    let mut is_ok = false;
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        responses.read_line(&mut line)?;
        is_ok |= line.starts_with("HTTP/1.1 200 ");
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse()?;
        }
    }
    let mut body = vec![0; length];
    responses.read_exact(&mut body)?;
    Ok(is_ok)
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{name}: minimum {:?}, median {:?}, 99th percentile {:?}, maximum {:?}",
        at(0),
        at(50),
        at(99),
        at(100)
    );
}
