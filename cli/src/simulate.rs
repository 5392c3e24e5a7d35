//! The `simulate` command: serves a simulated registry until interrupted.

use std::io;

use isometric_registry_simulator::Simulator;

use crate::args::SimulateArgs;
use crate::outcome::{CommandFailure, CommandOutcome, sources};
use crate::output::Output;
use crate::runtime;

pub(crate) fn run(arguments: &SimulateArgs) -> Result<CommandOutcome, CommandFailure> {
    let SimulateArgs { port, seed, batches } = *arguments;
    let runtime = runtime::start()?;
    // The handlers are installed before the address is printed, so that a script can interrupt
    // the process as soon as it knows the address.
    let interruption = {
        let _context = runtime.enter();
        interruption().map_err(|error| {
            CommandFailure::failed(format!("cannot install signal handlers: {error}"), "try again")
        })?
    };
    let simulator = Simulator::builder().port(port).seed(seed).batches(batches).start();
    let simulator = simulator.map_err(|error| {
        CommandFailure::failed(error.to_string(), "choose another port with --port")
            .caused_by(sources(&error))
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
    Ok(CommandOutcome::Success)
}

/// Waits for SIGINT or SIGTERM.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(std::future::poll_fn(move |context| {
        let interrupted = interrupt.poll_recv(context).is_ready();
        let terminated = terminate.poll_recv(context).is_ready();
        if interrupted || terminated { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // If the handler cannot be installed, the default action ends the process.
        let _ = tokio::signal::ctrl_c().await;
    })
}
