//! Measures the time to start the simulator, to compute a batch and to respond: with a batch, and
//! with pages of 50 of several lists.
//!
//! ```text
//! cargo run --release -p isometric-registry-simulator --example timings
//! ```

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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
    let (token, secret) = (simulator.access_token(), simulator.client_secret());
    let mut measure = |resource: &str| -> Result<Duration, Box<dyn Error>> {
        let request = format!(
            "GET /{path}/{resource} HTTP/1.1\r\nhost: {address}\r\n\
             authorization: Bearer {token}\r\nx-client-secret: {secret}\r\n\r\n"
        );
        let start = Instant::now();
        (&stream).write_all(request.as_bytes())?;
        skip_response(&mut responses)?;
        Ok(start.elapsed())
    };
    let mut times = Vec::new();
    for id in &ids {
        times.push(measure(&format!("credit_batches/{id}"))?);
    }
    report("batch over one connection", times);
    let organisation = simulator.organisation().id;
    let supplier = simulator.resource_ids("spl").remove(0);
    let lists = [
        format!("organisations/{organisation}/credit_batches?first=50"),
        format!("organisations/{organisation}/credit_batches?last=50&supplier_id={supplier}"),
        format!("organisations/{organisation}/orders?first=50"),
        format!("suppliers/{supplier}/deliveries?first=50"),
        "issuances?first=50".to_owned(),
        "retirements?last=50".to_owned(),
        "projects?first=50".to_owned(),
        format!("organisations/{organisation}/credit_balance"),
    ];
    for list in &lists {
        let times = (0..PAGES).map(|_| measure(list)).collect::<Result<_, _>>()?;
        report(list, times);
    }
    Ok(())
}

fn skip_response(responses: &mut impl BufRead) -> Result<(), Box<dyn Error>> {
    let mut length = 0;
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        responses.read_line(&mut line)?;
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse()?;
        }
    }
    let mut body = vec![0; length];
    responses.read_exact(&mut body)?;
    Ok(())
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name}: median {:?}, 99th percentile {:?}, maximum {:?}", at(50), at(99), at(100));
}
