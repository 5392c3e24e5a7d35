//! The async runtime for the client.

use crate::outcome::CommandFailure;

pub(crate) fn start() -> Result<tokio::runtime::Runtime, CommandFailure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        CommandFailure::failed(
            format!("cannot start the async runtime: {error}"),
            "check the limits of this process, such as `ulimit -n`",
        )
    })
}
