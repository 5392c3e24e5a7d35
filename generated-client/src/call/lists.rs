//! Paged lists.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::Call;
use super::operation::{CountedList, List};
use super::page::PageFields;
use super::spec::{OperationSpec, Pagination};
use crate::error::{Error, PaginationError, PaginationProblem};

/// Lists. Awaiting a call of a list fetches one page.
impl<O: List> Call<O> {
    /// Returns a stream of all items from the start of the list, or from the cursor of the call.
    ///
    /// Filters go with every page. The pages have the maximum size unless the call sets one.
    pub fn items(self) -> Items<O> {
        Items { pages: self.pages(), page: Vec::new().into_iter(), cursor: None }
    }

    /// Returns a stream of all pages from the start of the list, or from the cursor of the call.
    ///
    /// Filters go with every page. The pages have the maximum size unless the call sets one.
    pub fn pages(mut self) -> Pages<O> {
        if let Some(&Pagination { first: Some(first), max_size: Some(size), .. }) =
            self.spec.pagination
            && !self.arguments.is_set(first)
        {
            self.arguments.set(first, &size);
        }
        let cursor = self.cursor();
        let seen = cursor.iter().cloned().collect();
        let (spec, next) = (self.spec, Some(self));
        Pages {
            spec,
            next,
            fetch: None,
            failure: None,
            cursor,
            seen,
            was_empty: false,
            total: None,
        }
    }

    /// Fetches a page with the fields that paging needs.
    async fn page(self) -> Result<(O::Output, PageFields), Error> {
        let spec = self.spec;
        let response = self.response().await?;
        let fields = PageFields::read(response.body(), spec.pagination);
        Ok((response.accept()?, fields))
    }
}

impl<O: CountedList> Call<O> {
    /// Returns the number of items on all pages, without reading the pages.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn count(mut self) -> Result<i64, Error> {
        let spec = self.spec;
        if let Some(&Pagination { first, after, last, before, min_size, .. }) = spec.pagination {
            for index in [Some(after), last, before].into_iter().flatten() {
                self.arguments.unset(index);
            }
            if let (Some(first), Some(size)) = (first, min_size) {
                self.arguments.set(first, &size);
            }
        }
        let (_, fields) = self.page().await?;
        let missing = || PaginationError::new(spec.name, PaginationProblem::MissingTotal, None);
        fields.total.ok_or_else(|| missing().into())
    }
}

/// A stream of the pages of a list.
///
/// For callers without a stream library it has its own [`next`](Self::next) and
/// [`try_next`](Self::try_next). The next page is fetched while the current one is read, by a task
/// that ends when the stream is dropped. Cancelling [`next`](Self::next), for example in
/// `tokio::select!`, loses no page.
///
/// An error ends the stream. It has the [cursor](Error::cursor) to continue from.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<O: List> {
    spec: &'static OperationSpec,
    /// The call for the next page that is to be fetched.
    next: Option<Call<O>>,
    fetch: Option<Fetch<O::Output>>,
    /// The error after the last page.
    failure: Option<Error>,
    /// The cursor of the page that is to be returned next.
    cursor: Option<String>,
    /// All cursors so far.
    seen: HashSet<String>,
    was_empty: bool,
    total: Option<i64>,
}

/// A task that fetches a page.
struct Fetch<T>(JoinHandle<Result<(T, PageFields), Error>>);

impl<T: Send + 'static> Fetch<T> {
    fn start<O: List<Output = T>>(call: &Call<O>) -> Self {
        Self(tokio::spawn(call.clone().page().in_current_span()))
    }
}

impl<T> Drop for Fetch<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<O: List> Pages<O> {
    fn operation(&self) -> &'static str {
        self.spec.name
    }

    /// Returns the cursor after the pages returned so far, to continue with
    /// `registry.x().after(cursor)`. Returns `None` at the start of the list.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns the number of items on all pages according to the last page returned, or `None`
    /// before the first page and for lists without a total.
    pub fn total(&self) -> Option<i64> {
        self.total
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Output, Error>>> {
        let result = loop {
            let Some(call) = &self.next else {
                return Poll::Ready(self.failure.take().map(Err));
            };
            let fetch = self.fetch.get_or_insert_with(|| Fetch::start(call));
            let result = ready!(Pin::new(&mut fetch.0).poll(context));
            self.fetch = None;
            match result {
                Ok(result) => break result,
                // Only the end of a runtime cancels the task. The page is fetched again.
                Err(error) if error.is_cancelled() => {}
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        };
        match result {
            Ok((page, fields)) => {
                self.advance(fields);
                Poll::Ready(Some(Ok(page)))
            }
            Err(error) => {
                self.next = None;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    /// Starts to fetch the page after a received one.
    fn advance(&mut self, fields: PageFields) {
        self.total = fields.total;
        let (Some(mut call), Some(pagination)) = (self.next.take(), self.spec.pagination) else {
            return;
        };
        if !fields.has_more {
            self.cursor = fields.cursor.or(self.cursor.take());
            return;
        }
        let is_stuck = fields.is_empty && self.was_empty;
        self.was_empty = fields.is_empty;
        let problem = match fields.cursor {
            None => PaginationProblem::MissingCursor,
            Some(cursor) if !self.seen.insert(cursor.clone()) => PaginationProblem::RepeatedCursor,
            Some(_) if is_stuck => PaginationProblem::EmptyPages,
            Some(cursor) => {
                call.arguments.set(pagination.after, &cursor);
                self.cursor = Some(cursor);
                self.fetch = Some(Fetch::start(&call));
                self.next = Some(call);
                return;
            }
        };
        let cursor = self.cursor.clone();
        self.failure = Some(PaginationError::new(self.spec.name, problem, cursor).into());
    }
}

/// A stream of the items of a list.
///
/// It fetches pages as [`Pages`] does.
///
/// ```no_run
/// # async fn example(registry: isometric_registry::Registry) -> Result<(), isometric_registry::Error> {
/// let mut issuances = registry.issuances().items();
/// while let Some(issuance) = issuances.try_next().await? {
///     println!("{} {}", issuance.id, issuance.credit_batch_size_total.credits);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Items<O: List> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
    /// The cursor after the pages whose items were all returned.
    cursor: Option<String>,
}

impl<O: List> Items<O> {
    fn operation(&self) -> &'static str {
        self.pages.operation()
    }

    /// Returns the cursor after the pages whose items were all returned. A call that continues
    /// from it returns the items of the current page again.
    pub fn cursor(&self) -> Option<&str> {
        if self.page.as_slice().is_empty() { self.pages.cursor() } else { self.cursor.as_deref() }
    }

    /// Returns the number of all items according to the current page, or `None` before the first
    /// page and for lists without a total.
    pub fn total(&self) -> Option<i64> {
        self.pages.total()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item, Error>>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            self.cursor = self.pages.cursor.clone();
            match ready!(self.pages.poll(context)) {
                Some(Ok(page)) => self.page = O::items(page, self.pages.spec).into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Implements a stream by its method `poll`.
macro_rules! paged_stream {
    ($name:ident: $item:ident) => {
        impl<O: List> $name<O> {
            /// Waits for the next element. Returns `None` after the last element or an error.
            pub async fn next(&mut self) -> Option<Result<O::$item, Error>> {
                poll_fn(|context| self.poll(context)).await
            }

            /// Waits for the next element. Returns `Ok(None)` after the last element.
            ///
            /// # Errors
            ///
            /// Any [`Error`], which ends the stream.
            pub async fn try_next(&mut self) -> Result<Option<O::$item>, Error> {
                self.next().await.transpose()
            }

            /// Returns an iterator that blocks the thread until the next element arrives.
            #[cfg(feature = "blocking")]
            pub fn block(self) -> super::blocking::Blocking<Self> {
                super::blocking::Blocking::new(self)
            }
        }

        impl<O: List> Stream for $name<O> {
            type Item = Result<O::$item, Error>;

            fn poll_next(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                self.poll(context)
            }
        }

        impl<O: List> fmt::Debug for $name<O> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("operation", &self.operation())
                    .field("cursor", &self.cursor())
                    .finish_non_exhaustive()
            }
        }
    };
}

paged_stream!(Items: Item);
paged_stream!(Pages: Output);
