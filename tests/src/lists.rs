//! Paged lists over real HTTP on loopback.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use isometric_registry::futures_core::Stream;
use isometric_registry::types::{CreditBatchStatus, Organisation, OrganisationId};
use isometric_registry::{Error, Items, Pages, Registry, operations};
use serde_json::{Value, json};

use crate::end_to_end::{block_on, registry};
use crate::server::{ConnectionEnd, Reply, Server, TestRequest};

type Transferees = operations::TransfereesOperation;

/// Returns the identifier of the organisation with a number.
fn organisation_id(number: usize) -> String {
    format!("org_{number:016}")
}

/// Returns a page of organisations.
fn page(numbers: impl IntoIterator<Item = usize>, cursor: Value, more: bool) -> Value {
    let node = |number| json!({ "domain": null, "id": organisation_id(number), "name": "A" });
    json!({
        "nodes": numbers.into_iter().map(node).collect::<Vec<_>>(),
        "total_count": 5,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": null,
            "has_next_page": more,
            "end_cursor": cursor,
        },
    })
}

/// Returns the decoded and sorted parameters of the query. No test needs more of the encoding.
fn query(request: &TestRequest) -> Vec<(String, String)> {
    let target = request.line.split(' ').nth(1).unwrap();
    let Some((_, query)) = target.split_once('?') else { return Vec::new() };
    let decode = |text: &str| text.replace("%2F", "/").replace("%3D", "=");
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (decode(name), decode(value))
    };
    let mut pairs: Vec<_> = query.split('&').map(pair).collect();
    pairs.sort();
    pairs
}

fn cursor_of(request: &TestRequest) -> Option<String> {
    query(request).into_iter().find(|(name, _)| name == "after").map(|(_, cursor)| cursor)
}

/// A server with a reply for each cursor. An empty cursor is the start of the list.
fn server(replies: &[(&str, Reply)]) -> Server {
    let replies: HashMap<_, _> =
        replies.iter().map(|(cursor, reply)| ((*cursor).to_owned(), reply.clone())).collect();
    Server::start(move |request| replies[&cursor_of(request).unwrap_or_default()].clone())
}

/// A list of five organisations on three pages.
fn three_pages() -> Vec<(&'static str, Reply)> {
    vec![
        ("", Reply::json(200, page([1, 2], json!("a/b="), true))),
        ("a/b=", Reply::json(200, page([3, 4], json!("c"), true))),
        ("c", Reply::json(200, page([5], json!("d"), false))),
    ]
}

/// Reads items until the list ends. Returns the numbers of the organisations and the error.
async fn read(mut items: Items<Transferees>) -> (Vec<usize>, Option<Error>) {
    let mut numbers = Vec::new();
    loop {
        match items.next().await {
            Some(Ok(organisation)) => numbers.push(number(&organisation)),
            Some(Err(error)) => {
                assert!(items.next().await.is_none(), "an error ends the stream");
                return (numbers, Some(error));
            }
            None => {
                assert!(items.next().await.is_none());
                return (numbers, None);
            }
        }
    }
}

fn number(organisation: &Organisation) -> usize {
    organisation.id.as_str().trim_start_matches("org_").parse().unwrap()
}

/// Runs other tasks until a condition holds.
async fn until(mut condition: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the condition does not hold after 10 seconds");
}

fn read_from(registry: &Registry) -> (Vec<usize>, Option<Error>) {
    block_on(async { read(registry.transferees().items()).await })
}

#[test]
fn reads_all_items_in_order() {
    let server = server(&three_pages());
    let (numbers, error) = read_from(&registry(&server.base_url()));
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert!(error.is_none());
    let cursors: Vec<_> = server.requests().iter().map(cursor_of).collect();
    assert_eq!(cursors, [None, Some("a/b=".into()), Some("c".into())]);
    for request in server.requests() {
        assert!(query(&request).contains(&("first".into(), "50".into())), "{}", request.line);
    }
}

#[test]
fn awaiting_a_list_fetches_one_page() {
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    let page = block_on(async { registry.transferees().first(2).after("c").await }).unwrap();
    assert_eq!(page.nodes.iter().map(number).collect::<Vec<_>>(), [5]);
    let [request] = &server.requests()[..] else { panic!("expected one request") };
    assert_eq!(query(request), [("after", "c"), ("first", "2")].map(|(n, v)| (n.into(), v.into())));
}

#[test]
fn reads_whole_pages() {
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    block_on(async {
        let mut pages = registry.transferees().pages();
        let mut lengths = Vec::new();
        let mut cursors = vec![pages.cursor().map(str::to_owned)];
        while let Some(page) = pages.try_next().await.unwrap() {
            lengths.push(page.nodes.len());
            cursors.push(pages.cursor().map(str::to_owned));
        }
        assert_eq!(lengths, [2, 2, 1]);
        let expected = [None, Some("a/b="), Some("c"), Some("d")];
        assert_eq!(cursors, expected.map(|cursor| cursor.map(str::to_owned)));
    });
}

#[test]
fn filters_and_page_size_go_with_every_page() {
    let server = server(&[
        ("", Reply::json(200, page([], json!("a"), true))),
        ("a", Reply::json(200, page([], json!(null), false))),
    ]);
    let registry = registry(&server.base_url());
    let organisation: OrganisationId = organisation_id(1).parse().unwrap();
    let supplier = "spl_1CC712KFS1S0YKPS".parse().unwrap();
    let items = registry
        .organisation_credit_batches(&organisation)
        .supplier_id(&supplier)
        .status([CreditBatchStatus::Active, CreditBatchStatus::Split])
        .first(7)
        .items();
    block_on(async {
        let mut items = items;
        assert!(items.try_next().await.unwrap().is_none());
    });
    let filters = [
        ("first", "7"),
        ("status", "active"),
        ("status", "split"),
        ("supplier_id", "spl_1CC712KFS1S0YKPS"),
    ];
    let mut expected: Vec<(String, String)> =
        filters.map(|(name, value)| (name.into(), value.into())).into();
    let requests = server.requests();
    assert_eq!(query(&requests[0]), expected);
    expected.insert(0, ("after".into(), "a".into()));
    assert_eq!(query(&requests[1]), expected);
    assert_eq!(requests.len(), 2);
}

#[test]
fn fetches_the_next_page_while_the_current_one_is_read() {
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    block_on(async {
        let mut items = registry.transferees().items();
        assert_eq!(number(&items.try_next().await.unwrap().unwrap()), 1);
        // The stream is not polled until the second request has arrived.
        until(|| server.requests().len() == 2).await;
        // The second page was not returned, so the third is not fetched.
        assert_eq!(number(&items.try_next().await.unwrap().unwrap()), 2);
        assert_eq!(server.requests().len(), 2);
        assert_eq!(number(&items.try_next().await.unwrap().unwrap()), 3);
        until(|| server.requests().len() == 3).await;
    });
}

#[test]
fn cancelling_next_loses_no_item() {
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    block_on(async {
        let mut items = registry.transferees().items();
        let mut numbers = Vec::new();
        let mut cancelled = 0;
        loop {
            tokio::select! {
                biased;
                item = items.next() => match item {
                    Some(item) => numbers.push(number(&item.unwrap())),
                    None => break,
                },
                () = tokio::task::yield_now() => cancelled += 1,
            }
        }
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert!(cancelled > 0);
        assert_eq!(server.requests().len(), 3);
    });
}

#[test]
fn dropping_a_stream_ends_its_task() {
    let (entered, is_entered) = std::sync::mpsc::channel();
    let server = Server::start(move |request| match cursor_of(request) {
        None => Reply::json(200, page([1], json!("a"), true)),
        Some(_) => {
            entered.send(()).unwrap();
            Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
                .and_then(ConnectionEnd::Stall)
        }
    });
    let registry = registry(&server.base_url());
    block_on(async {
        let mut items = registry.transferees().items();
        items.try_next().await.unwrap();
        until(|| is_entered.try_recv().is_ok()).await;
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        drop(items);
        // The task of the stream ends, and with it that of its connection.
        until(|| tasks() < before).await;
    });
}

#[test]
fn an_error_ends_the_list_and_has_the_cursor_to_continue_from() {
    let mut replies = three_pages();
    replies[1].1 = Reply::json(503, json!({ "detail": "busy" }));
    let broken = server(&replies);
    let (mut numbers, error) = read_from(&registry(&broken.base_url()));
    assert_eq!(numbers, [1, 2]);
    let error = error.unwrap();
    assert_eq!((error.status().unwrap().as_u16(), error.cursor()), (503, Some("a/b=")));
    assert!(error.is_retryable());

    let mended = server(&three_pages());
    let rest = registry(&mended.base_url()).transferees().after(error.cursor().unwrap()).items();
    assert_eq!(rest.cursor(), Some("a/b="));
    let (rest, error) = block_on(read(rest));
    assert!(error.is_none());
    numbers.extend(rest);
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn an_error_of_the_first_page_has_no_cursor() {
    let server = server(&[("", Reply::new(500, ""))]);
    let (numbers, error) = read_from(&registry(&server.base_url()));
    assert_eq!((numbers, error.unwrap().cursor()), (vec![], None));
}

#[test]
fn an_expired_token_ends_the_list_with_the_cursor() {
    // The payload is `{"exp":1}`.
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2lnbmF0dXJl";
    let server = server(&[]);
    let registry = registry(&server.base_url()).with_access_token(token).unwrap();
    let error = block_on(async { registry.transferees().after("c").items().try_next().await });
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Access(_)), "{error}");
    assert_eq!(error.cursor(), Some("c"));
}

#[test]
fn a_page_that_violates_the_spec_ends_the_list() {
    let mut replies = three_pages();
    let mut invalid = page([3, 4], json!("c"), true);
    invalid["nodes"][1]["id"] = json!("prj_1CTWZQGKE1S0VAXA");
    replies[1].1 = Reply::json(200, invalid);
    let server = server(&replies);
    let (numbers, error) = read_from(&registry(&server.base_url()));
    assert_eq!(numbers, [1, 2]);
    let error = error.unwrap();
    assert_eq!(error.field().as_deref(), Some("/nodes/1/id"));
    assert_eq!(error.cursor(), Some("a/b="));
}

/// Reads a list that contradicts itself, and returns the numbers, the message and the cursor.
fn read_contradiction(replies: &[(&str, Value)]) -> (Vec<usize>, String, Option<String>) {
    let replies: Vec<_> =
        replies.iter().map(|(cursor, page)| (*cursor, Reply::json(200, page))).collect();
    let server = server(&replies);
    let (numbers, error) = read_from(&registry(&server.base_url()));
    let error = error.unwrap();
    assert!(matches!(error, Error::Pagination(_)), "{error:?}");
    assert!(!error.is_retryable());
    assert!(server.requests().len() <= replies.len(), "{:?}", server.requests());
    (numbers, error.to_string(), error.cursor().map(str::to_owned))
}

#[test]
fn a_missing_cursor_is_an_error() {
    let replies = [("", page([1], json!("a"), true)), ("a", page([2], json!(null), true))];
    let (numbers, message, cursor) = read_contradiction(&replies);
    assert_eq!(numbers, [1, 2]);
    let expected =
        "transferees: incomplete list: a page claims that more follow, but has no cursor";
    assert_eq!(message, expected);
    assert_eq!(cursor.as_deref(), Some("a"));
}

#[test]
fn a_repeated_cursor_is_an_error() {
    let same = [("", page([1], json!("a"), true)), ("a", page([2], json!("a"), true))];
    let (numbers, message, _) = read_contradiction(&same);
    assert_eq!(numbers, [1, 2]);
    assert!(message.ends_with("but repeats an earlier cursor"), "{message}");
    let circle = [
        ("", page([1], json!("a"), true)),
        ("a", page([2], json!("b"), true)),
        ("b", page([3], json!("a"), true)),
    ];
    assert_eq!(read_contradiction(&circle).0, [1, 2, 3]);
}

#[test]
fn two_empty_pages_that_claim_more_are_an_error() {
    let replies = [
        ("", page([1], json!("a"), true)),
        ("a", page([], json!("b"), true)),
        ("b", page([], json!("c"), true)),
    ];
    let (numbers, message, _) = read_contradiction(&replies);
    assert_eq!(numbers, [1]);
    assert!(message.ends_with("but two pages in a row are empty"), "{message}");
}

#[test]
fn one_empty_page_is_no_error() {
    let server = server(&[
        ("", Reply::json(200, page([], json!("a"), true))),
        ("a", Reply::json(200, page([1], json!("b"), true))),
        ("b", Reply::json(200, page([], json!("c"), true))),
        ("c", Reply::json(200, page([2], json!(null), false))),
    ]);
    let (numbers, error) = read_from(&registry(&server.base_url()));
    assert_eq!(numbers, [1, 2]);
    assert!(error.is_none());
}

#[test]
fn contradictory_arguments_are_refused_before_anything_is_sent() {
    let server = server(&[]);
    let registry = registry(&server.base_url());
    let list = || registry.transferees();
    block_on(async {
        for (call, pointers) in [
            (list().first(1).last(1), vec!["/query/last"]),
            (list().after("a").last(1), vec!["/query/last"]),
            (list().first(1).before("a"), vec!["/query/before"]),
            (list().after("a").before("b"), vec!["/query/before"]),
            (list().first(1).last(1).before("a"), vec!["/query/last", "/query/before"]),
            (list().first(51), vec!["/query/first"]),
            (list().after(""), vec!["/query/after"]),
            (list().first(0).last(99), vec!["/query/first", "/query/last", "/query/last"]),
        ] {
            let error = call.clone().await.unwrap_err();
            assert!(matches!(error, Error::Argument(_)), "{error:?}");
            let found: Vec<_> =
                error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
            assert_eq!(found, pointers, "{error}");
            assert!(call.items().next().await.unwrap().is_err());
        }
        let error = list().first(1).last(1).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "transferees: invalid argument: /query/last: conflict: expected no `last` together \
             with `first`, got 1; nothing was sent"
        );
        assert_eq!(error.field().as_deref(), Some("last"));
        assert!(list().last(1).items().next().await.unwrap().is_err());
    });
    assert!(server.requests().is_empty());
}

#[test]
fn counts_items_without_reading_the_pages() {
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    let count = block_on(async { registry.transferees().first(50).after("c").count().await });
    assert_eq!(count.unwrap(), 5);
    let [request] = &server.requests()[..] else { panic!("expected one request") };
    assert_eq!(query(request), [("first".to_owned(), "1".to_owned())]);
}

#[test]
fn errors_name_the_query_but_no_secret() {
    let server = server(&[("a/b=", Reply::new(500, "")), ("x", Reply::new(500, ""))]);
    let registry = registry(&server.base_url());
    let error = |cursor: &str| {
        let call = registry.transferees().first(3).after(cursor);
        block_on(async { call.await }).unwrap_err().to_string()
    };
    assert!(error("a/b=").contains("/transferees?first=3&after=a%2Fb%3D)"), "{}", error("a/b="));
}

#[test]
fn blocking_iterators_read_lists() {
    let mut replies = three_pages();
    let server = server(&replies);
    let registry = registry(&server.base_url());
    let items = registry.transferees().items().block();
    let numbers: Result<Vec<_>, _> = items.map(|item| item.map(|item| number(&item))).collect();
    assert_eq!(numbers.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(registry.transferees().pages().block().map(Result::unwrap).count(), 3);

    replies[1].1 = Reply::new(500, "");
    let broken = self::server(&replies);
    let registry = self::registry(&broken.base_url());
    let results: Vec<_> = registry.transferees().items().block().map(|item| item.is_ok()).collect();
    assert_eq!(results, [true, true, false]);
}

#[test]
fn streams_are_send_and_implement_stream() {
    fn assert_send<T: Send + 'static>(value: T) -> T {
        value
    }
    async fn collect<S: Stream + Unpin>(mut stream: S) -> Vec<S::Item> {
        let mut items = Vec::new();
        while let Some(item) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
            items.push(item);
        }
        items
    }
    let server = server(&three_pages());
    let registry = registry(&server.base_url());
    let items = assert_send(registry.transferees().items());
    let pages: Pages<Transferees> = assert_send(registry.transferees().pages());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let spawned = runtime.spawn(async move { (collect(items).await, collect(pages).await) });
    let (items, pages) = runtime.block_on(spawned).unwrap();
    assert_eq!((items.len(), pages.len()), (5, 3));
}

#[test]
fn a_list_can_move_to_another_runtime() {
    let server = server(&three_pages());
    let mut items = registry(&server.base_url()).transferees().items();
    assert_eq!(number(&block_on(items.try_next()).unwrap().unwrap()), 1);
    // The first runtime has ended, and with it the task that fetches the second page.
    let (numbers, error) = block_on(read(items));
    assert_eq!(numbers, [2, 3, 4, 5]);
    assert!(error.is_none());
}

#[test]
fn operations_have_facts() {
    let mut all = operations::all().iter();
    let spec = all.find(|operation| operation.name == "transferees").unwrap();
    assert_eq!((spec.name, spec.method, spec.path), ("transferees", "GET", "/transferees"));
    assert_eq!(operations::all().len(), 41);
}
