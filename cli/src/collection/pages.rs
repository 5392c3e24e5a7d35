//! The items of a list, page by page.

use std::collections::HashSet;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};
use isometric_registry::json::{Json, JsonText};
use isometric_registry::{Call, Error, List};

use super::{CollectionArgs, resume};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::registry::ConnectedRegistry;
use crate::runtime;
use crate::terminal::note;

/// A list that is being read.
pub(crate) struct PageReader<'c> {
    collection: &'c CollectionArgs,
    connected: &'c ConnectedRegistry,
    /// Set if the command can go on after a failed page.
    is_resumable: bool,
    progress: ProgressBar,
    is_terminal: bool,
    /// The number of items up to the limit.
    remaining: u64,
    read: u64,
}

impl<'c> PageReader<'c> {
    pub(crate) fn new(
        collection: &'c CollectionArgs,
        connected: &'c ConnectedRegistry,
        is_resumable: bool,
    ) -> Self {
        Self {
            collection,
            connected,
            is_resumable,
            progress: progress_bar(),
            is_terminal: io::stdout().is_terminal(),
            remaining: collection.limit.unwrap_or(u64::MAX),
            read: 0,
        }
    }

    /// Passes the items of each page to `on_page`. A page that violates the spec is reported as a
    /// failure, and passed on as well.
    ///
    /// # Errors
    ///
    /// Returns the failure of a page, or that of `on_page`.
    pub(crate) fn read(
        mut self,
        mut on_page: impl FnMut(&[JsonText]) -> Result<(), CommandFailure>,
    ) -> Result<CommandOutcome, CommandFailure> {
        let call = self.collection.call(&self.connected.registry);
        let call = call.map_err(|error| self.connected.failure(&error))?;
        let read = runtime::start()?.block_on(self.pages(&call, &mut on_page));
        self.progress.finish_and_clear();
        read
    }

    async fn pages(
        &mut self,
        call: &Call<Json>,
        on_page: &mut dyn FnMut(&[JsonText]) -> Result<(), CommandFailure>,
    ) -> Result<CommandOutcome, CommandFailure> {
        let mut pages = call.clone().pages();
        let mut first_failure = None;
        let mut continued = HashSet::new();
        while self.remaining > 0
            && let Some(result) = pages.next().await
        {
            if let Some(total) = pages.total() {
                self.progress.set_length(total.unsigned_abs());
            }
            let error = match result {
                Ok(page) => {
                    self.pass(page, on_page)?;
                    continue;
                }
                Err(error) => error,
            };
            let Some(page) = invalid_page(&error) else { return Err(self.failure(&error)) };
            self.pass(page.clone(), on_page)?;
            self.progress.suspend(|| note(&format!("error: {error}")));
            first_failure.get_or_insert_with(|| self.connected.failure(&error));
            match self.next_call(call, page) {
                Some((cursor, next)) if continued.insert(cursor.clone()) => pages = next.pages(),
                _ => break,
            }
        }
        match first_failure {
            None => Ok(CommandOutcome::Success),
            Some(failure) => Err(failure.summarize("some pages violate the spec".to_owned())),
        }
    }

    /// Passes the items of a page on, up to the limit.
    fn pass(
        &mut self,
        page: JsonText,
        on_page: &mut dyn FnMut(&[JsonText]) -> Result<(), CommandFailure>,
    ) -> Result<(), CommandFailure> {
        let items = Json::items(page, self.collection.operation);
        let count = items.len().min(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        let mut pass = || on_page(&items[..count]);
        // The progress bar and the output may share the terminal.
        if self.is_terminal { self.progress.suspend(pass) } else { pass() }?;
        self.remaining -= count as u64;
        self.read += count as u64;
        self.progress.set_position(self.read);
        Ok(())
    }

    /// Returns the call of the page after an invalid one, and its cursor.
    fn next_call(&self, call: &Call<Json>, page: &JsonText) -> Option<(String, Call<Json>)> {
        let operation = self.collection.operation;
        let pages = operation.pagination?;
        let has_more = page.at(pages.more)? == "true";
        let cursor: String = serde_json::from_str(page.at(pages.cursor)?).ok()?;
        let call = call.clone().argument(operation.parameters[pages.after].name, &cursor).ok()?;
        has_more.then_some((cursor, call))
    }

    /// Converts the error of a page, and names the command that goes on.
    fn failure(&self, error: &Error) -> CommandFailure {
        self.progress.finish_and_clear();
        if let Some(cursor) = error.cursor().filter(|_| self.is_resumable) {
            let command = resume::command(cursor, self.remaining);
            let total = self.progress.length().map(|total| format!(" of {total}"));
            let (read, total) = (self.read, total.unwrap_or_default());
            note(&format!("items printed: {read}{total}; go on with: {command}"));
        }
        self.connected.failure(error)
    }
}

/// Returns the decoded page of a response that violates the spec.
fn invalid_page(error: &Error) -> Option<&JsonText> {
    match error {
        Error::Invalid(rejected) => rejected.value(),
        _ => None,
    }
}

/// Returns a progress bar, which is hidden if stderr is not a terminal.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} items, {eta} left");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
