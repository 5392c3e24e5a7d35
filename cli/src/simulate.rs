//! `simulate`: an invented registry, served until interrupted.

use std::io;

use isometric_registry_simulator::Simulator;

use crate::args;
use crate::failure::{Failure, chain};
use crate::output::Output;
use crate::{Outcome, runtime};

pub(crate) fn run(arguments: &args::Simulate) -> Result<Outcome, Failure> {
    let args::Simulate { port, seed, batches } = *arguments;
    // From here on an interruption ends it in good order.
    let runtime = runtime()?;
    let interruption = {
        let _context = runtime.enter();
        interruption().map_err(|error| {
            Failure::failed(format!("cannot wait for signals: {error}"), "try again")
        })?
    };
    let simulator = Simulator::builder().port(port).seed(seed).batches(batches).start();
    let simulator = simulator.map_err(|error| {
        Failure::failed(error.to_string(), "is another program there? Choose another --port")
            .because(chain(&error))
    })?;
    let mut output = Output::stdout();
    output.write(|to| {
        writeln!(
            to,
            "export ISOMETRIC_BASE_URL={} ISOMETRIC_ACCESS_TOKEN={} ISOMETRIC_CLIENT_SECRET={}",
            simulator.base_url(),
            simulator.access_token(),
            simulator.client_secret()
        )
    })?;
    output.flush()?;
    runtime.block_on(interruption);
    Ok(Outcome::Fine)
}

/// Is over once the program is told to end: by Ctrl-C, or as systems end programs.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(std::future::poll_fn(move |context| {
        let is_interrupted = interrupt.poll_recv(context).is_ready();
        match is_interrupted || terminate.poll_recv(context).is_ready() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    }))
}

#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal there is nothing to wait for.
        let _ = tokio::signal::ctrl_c().await;
    })
}
