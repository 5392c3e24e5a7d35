//! Requests of the conformance client as a server receives them, and its handling of responses.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use isometric_registry::chrono::{DateTime, NaiveDate, Utc};
use isometric_registry::types::{self, State, ThingId};
use isometric_registry::{Credentials, Decimal, Error, Registry};

/// The body of responses with the schema `Labels`, which most operations have.
const LABELS: &str = r#"{"a":"b"}"#;
const THING: &str = r#"{"id":"thg_12345","parent":null,"size":3}"#;

/// A request.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn read(stream: &TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let first = line();
        let [method, target, _] = first.split(' ').collect::<Vec<_>>()[..] else {
            panic!("request line {first:?}");
        };
        let header = |line: String| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        };
        let (method, target) = (method.to_owned(), target.to_owned());
        let headers = std::iter::from_fn(|| Some(line()).filter(|line| !line.is_empty()));
        let mut request =
            Self { method, target, headers: headers.map(header).collect(), body: String::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        reader.take(length).read_to_string(&mut request.body).unwrap();
        request
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the decoded segments of the path.
    fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap();
        path.split('/').skip(1).map(decoded).collect()
    }

    /// Returns the decoded parameters of the query.
    fn query(&self) -> Vec<(String, String)> {
        let Some((_, query)) = self.target.split_once('?') else { return Vec::new() };
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        };
        query.split('&').map(pair).collect()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A server that sends responses in order.
struct Server {
    registry: Registry,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn start(responses: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let credentials = Credentials::new("aaaaaaaa.bbbbbbbb.cccccccc", "secret-value-1").unwrap();
        let registry = Registry::at(&base, credentials).unwrap().without_retries();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut responses: VecDeque<_> =
            responses.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let received = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                received.lock().unwrap().push(Request::read(&stream));
                let (status, body) = responses.pop_front().unwrap_or((500, String::new()));
                // A response with the status 204 has no content.
                let length = match status {
                    204 => String::new(),
                    _ => format!(
                        "content-type: application/json\r\ncontent-length: {}\r\n",
                        body.len()
                    ),
                };
                let head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n{length}\r\n");
                let _ = stream.write_all((head + &body).as_bytes());
            }
        });
        Self { registry, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Makes a call and returns its value and its request.
async fn exchange<C, T>(response: (u16, &str), call: impl FnOnce(Registry) -> C) -> (T, Request)
where
    C: IntoFuture<Output = Result<T, Error>>,
{
    let server = Server::start(&[response]);
    let value = call(server.registry.clone()).await.unwrap();
    let [request] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
    (value, request.clone())
}

/// Makes a call whose response has the schema `Labels`, and returns its request.
async fn request<C, T>(call: impl FnOnce(Registry) -> C) -> Request
where
    C: IntoFuture<Output = Result<T, Error>>,
{
    exchange((200, LABELS), call).await.1
}

/// Makes a call that is expected to fail before a request is sent. Returns its error.
async fn refused<C, T>(call: impl FnOnce(Registry) -> C) -> Error
where
    C: IntoFuture<Output = Result<T, Error>>,
{
    let server = Server::start(&[(200, LABELS)]);
    let result = call(server.registry.clone()).await;
    assert_eq!(server.requests().len(), 0, "{:?}", server.requests());
    let Err(error) = result else { panic!("the arguments are accepted") };
    assert!(matches!(error, Error::Argument(_)), "{error}");
    error
}

fn id() -> ThingId {
    "thg_12345".parse().unwrap()
}

fn time() -> DateTime<Utc> {
    "2024-05-17T16:00:00.250Z".parse().unwrap()
}

fn date() -> NaiveDate {
    "2024-05-17".parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn path_parameters_of_every_type() {
    let text = "a/b c?d=e#f%2F&ü..";
    let call = |registry: Registry| {
        registry.path_parameters(
            text,
            &id(),
            &id(),
            State::WornOut,
            i64::MIN,
            -5,
            1.5,
            0.1,
            1e21,
            decimal("2.5"),
            true,
            date(),
            time(),
            "a/..b",
        )
    };
    let request = request(call).await;
    assert_eq!(request.method, "GET");
    let expected = [
        "path",
        text,
        "thg_12345",
        "thg_12345",
        "worn-out",
        "-9223372036854775808",
        "-5",
        "1.5",
        "0.1",
        "1e+21",
        "2.5",
        "true",
        "2024-05-17",
        "2024-05-17T16:00:00.250Z",
        "a/..b",
    ];
    assert_eq!(request.segments(), expected);
    assert!(!request.target.contains('?'), "{}", request.target);
}

#[tokio::test]
async fn path_segments_that_mean_other_paths_are_refused() {
    for text in ["", ".", ".."] {
        refused(|registry| registry.group_thing(text, &id())).await;
    }
    let request =
        exchange::<_, types::Thing>((200, THING), |registry| registry.group_thing("...", &id()));
    assert_eq!(request.await.1.segments(), ["groups", "...", "things", "thg_12345"]);
}

#[tokio::test]
async fn path_parameters_within_segments() {
    let path = request(|registry| registry.path_suffix("a/b"));
    assert_eq!(path.await.target, "/paths/a%2Fb.json");
    let path = request(|registry| registry.path_prefix("a b"));
    assert_eq!(path.await.target, "/paths/pre-a%20b/rest");
    let path = request(|registry| registry.path_two_in_a_segment("a", 1));
    assert_eq!(path.await.target, "/paths/two/a-1");
    let path = request(|registry| registry.path_verb());
    assert_eq!(path.await.target, "/paths/a:verb");
    let path = request(|registry| registry.path_characters());
    assert_eq!(path.await.target, "/paths/a;b=c,d!$&'()*+:@x~%20");
}

#[tokio::test]
async fn optional_query_parameters_of_every_type() {
    let call = |registry: Registry| {
        registry
            .query_parameters()
            .string("a/b c?d=e#f%2F&ü+")
            .id(&id())
            .alias(&id())
            .choice(State::Some)
            .integer(50)
            .small(-1)
            .number(0.5)
            .double(0.75)
            .float(2.0)
            .decimal(decimal("12.5"))
            .boolean(false)
            .date(date())
            .time(time())
            .bounded("a/..")
            .note("")
            .country(&"GBR".parse().unwrap())
            .email("a@example.com")
            .empty("")
            .default("d")
    };
    let request = request(call).await;
    let mut query = request.query();
    query.sort();
    let mut expected = pairs(&[
        ("string", "a/b c?d=e#f%2F&ü+"),
        ("id", "thg_12345"),
        ("alias", "thg_12345"),
        ("choice", "Some"),
        ("integer", "50"),
        ("small", "-1"),
        ("number", "0.5"),
        ("double", "0.75"),
        ("float", "2.0"),
        ("decimal", "12.5"),
        ("boolean", "false"),
        ("date", "2024-05-17"),
        ("time", "2024-05-17T16:00:00.250Z"),
        ("bounded", "a/.."),
        ("note", ""),
        ("country", "GBR"),
        ("email", "a@example.com"),
        ("empty", ""),
        ("default", "d"),
    ]);
    expected.sort();
    assert_eq!(query, expected);
}

#[tokio::test]
async fn absent_parameters_are_not_sent() {
    assert_eq!(request(|registry| registry.query_parameters()).await.target, "/query");
    assert_eq!(request(|registry| registry.query_arrays()).await.target, "/query/arrays");
    let request = request(|registry| registry.optional_header_parameters()).await;
    assert_eq!(request.header("if-none-match"), None);
}

#[tokio::test]
async fn required_query_parameters() {
    let call = |registry: Registry| {
        registry.required_query_parameters(
            "a",
            &id(),
            State::New,
            1,
            0.5,
            decimal("0.001"),
            true,
            date(),
            "2024-05-17T16:00:00Z".parse().unwrap(),
            [id()],
        )
    };
    let mut query = request(call).await.query();
    query.sort();
    let expected = [
        ("boolean", "true"),
        ("choice", "new"),
        ("date", "2024-05-17"),
        ("decimal", "0.001"),
        ("id", "thg_12345"),
        ("ids", "thg_12345"),
        ("integer", "1"),
        ("number", "0.5"),
        ("string", "a"),
        ("time", "2024-05-17T16:00:00Z"),
    ];
    assert_eq!(query, pairs(&expected));
}

#[tokio::test]
async fn arrays_in_a_query_repeat_the_parameter() {
    let other: ThingId = "thg_67890".parse().unwrap();
    let call = |registry: Registry| {
        registry
            .query_arrays()
            .strings(["a&b=c", "d/e f+"])
            .ids([id(), other.clone()])
            .aliases([id()])
            .choices([State::New, State::WornOut])
            .integers([1, -2])
            .numbers([1.5, 2.0])
            .decimals([decimal("1.1"), decimal("2")])
            .booleans([true, false])
            .dates([date()])
            .times(["2024-05-17T16:00:00Z".parse().unwrap()])
            .named([id()])
            .aliased(vec![other.clone()])
            .brackets(["x".to_owned()])
    };
    let mut query = request(call).await.query();
    // The sort is stable: elements keep their order.
    query.sort_by(|(a, _), (b, _)| a.cmp(b));
    let expected = [
        ("aliased", "thg_67890"),
        ("aliases", "thg_12345"),
        ("booleans", "true"),
        ("booleans", "false"),
        ("brackets[]", "x"),
        ("choices", "new"),
        ("choices", "worn-out"),
        ("dates", "2024-05-17"),
        ("decimals", "1.1"),
        ("decimals", "2"),
        ("ids", "thg_12345"),
        ("ids", "thg_67890"),
        ("integers", "1"),
        ("integers", "-2"),
        ("named", "thg_12345"),
        ("numbers", "1.5"),
        ("numbers", "2.0"),
        ("strings", "a&b=c"),
        ("strings", "d/e f+"),
        ("times", "2024-05-17T16:00:00Z"),
    ];
    assert_eq!(query, pairs(&expected));
}

#[tokio::test]
async fn headers_of_every_type() {
    let call = |registry: Registry| {
        registry.header_parameters(
            "a b",
            &id(),
            State::WornOut,
            -1,
            1.5,
            decimal("2.5"),
            true,
            date(),
            "2024-05-17T16:00:00Z".parse().unwrap(),
        )
    };
    let received = request(call).await;
    let expected = [
        ("x-string", "a b"),
        ("x-id", "thg_12345"),
        ("x-choice", "worn-out"),
        ("x-integer", "-1"),
        ("x-number", "1.5"),
        ("x-decimal", "2.5"),
        ("x-boolean", "true"),
        ("x-date", "2024-05-17"),
        ("x-time", "2024-05-17T16:00:00Z"),
    ];
    for (name, value) in expected {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
    let call = |registry: Registry| {
        registry
            .optional_header_parameters()
            .x_time("2024-05-17T16:00:00Z".parse().unwrap())
            .x_id(&id())
            .if_none_match("\"tag\"")
            .x_decimal(decimal("1"))
    };
    let received = request(call).await;
    assert_eq!(received.header("x-time"), Some("2024-05-17T16:00:00Z"));
    assert_eq!(received.header("x-id"), Some("thg_12345"));
    assert_eq!(received.header("if-none-match"), Some("\"tag\""));
    assert_eq!(received.header("x-decimal"), Some("1"));
}

#[tokio::test]
async fn a_header_cannot_contain_a_line_end() {
    refused(|registry| registry.optional_header_parameters().if_none_match("a\r\nb: c")).await;
    refused(|registry| registry.optional_header_parameters().if_none_match("ü")).await;
}

#[tokio::test]
async fn parameters_keep_their_names() {
    let call = |registry: Registry| {
        registry.required_names(
            "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
            "17", "18", "19",
        )
    };
    let received = request(call).await;
    assert_eq!(received.segments(), ["names", "1", "2", "3", "4"]);
    let expected = [
        ("exchange", "5"),
        ("header_map", "6"),
        ("request", "7"),
        ("response", "8"),
        ("url", "9"),
        ("result", "10"),
        ("info", "11"),
        ("client", "12"),
        ("call", "13"),
        ("arguments", "14"),
        ("registry", "15"),
        ("value", "16"),
        ("x", "17"),
        ("arg_x", "18"),
        ("arg-type", "19"),
    ];
    let sorted = |mut pairs: Vec<(String, String)>| {
        pairs.sort();
        pairs
    };
    assert_eq!(sorted(received.query()), sorted(pairs(&expected)));

    let call = |registry: Registry| {
        registry
            .optional_names(&labels())
            .type_("1")
            .header_map("2")
            .camel_case("3")
            .kebab_case("4")
            .filter_name("5")
            .a_b("6")
            .größe("7")
            .x_header("8")
    };
    let received = request(call).await;
    let expected = [
        ("type", "1"),
        ("header_map", "2"),
        ("camelCase", "3"),
        ("kebab-case", "4"),
        ("filter[name]", "5"),
        ("a b", "6"),
        ("größe", "7"),
    ];
    assert_eq!(sorted(received.query()), sorted(pairs(&expected)));
    assert_eq!(received.header("x-header"), Some("8"));
    assert_eq!((received.method.as_str(), received.body.as_str()), ("POST", r#"{"a":"b"}"#));
}

#[tokio::test]
async fn every_parameter_is_checked_against_its_own_schema() {
    let query = |registry: Registry| registry.query_parameters();
    refused(|registry| query(registry).integer(0)).await;
    refused(|registry| query(registry).integer(51)).await;
    refused(|registry| query(registry).small(i64::from(i32::MAX) + 1)).await;
    refused(|registry| query(registry).number(0.0)).await;
    refused(|registry| query(registry).number(f64::NAN)).await;
    refused(|registry| query(registry).double(0.3)).await;
    refused(|registry| query(registry).bounded("a")).await;
    refused(|registry| query(registry).bounded("abcdefghij")).await;
    refused(|registry| query(registry).bounded("a?")).await;
    let arrays = |registry: Registry| registry.query_arrays();
    refused(|registry| arrays(registry).strings(["a", "A"])).await;
    refused(|registry| arrays(registry).ids([])).await;
    refused(|registry| arrays(registry).ids([id(), id()])).await;
    refused(|registry| {
        arrays(registry).ids(["thg_1a", "thg_2", "thg_3"].map(|id| id.parse().unwrap()))
    })
    .await;
    refused(|registry| arrays(registry).integers([1, 101])).await;
    refused(|registry| arrays(registry).numbers([1.0, 2.0, 1.0])).await;
    refused(|registry| arrays(registry).named([])).await;
    refused(|registry| arrays(registry).aliased([])).await;
    refused(|registry| registry.optional_header_parameters().if_none_match("0123456789")).await;
    // All violations are reported at once.
    let error = refused(|registry| query(registry).integer(51).number(0.0).bounded("a")).await;
    assert_eq!(error.violations().len(), 3, "{error}");
}

fn labels() -> types::Labels {
    json(r#"{"a":"b"}"#)
}

/// Parses a value of a type without a constructor.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

/// Makes a call without content in its response, and returns the body of its request.
async fn sent<C>(call: impl FnOnce(Registry) -> C) -> String
where
    C: IntoFuture<Output = Result<(), Error>>,
{
    let ((), request) = exchange((204, ""), call).await;
    assert_eq!(request.header("content-type"), Some("application/json"));
    request.body
}

#[tokio::test]
async fn request_bodies_are_sent_verbatim() {
    let things: types::Things = json(&format!("[{THING}]"));
    let sizes: types::Size = json("9007199254740993");
    let any: types::Anything = json(r#"{"a":[1,null]}"#);
    let combined: types::Combined = json(r#"{"own":"x"}"#);
    assert_eq!(sent(|registry| registry.replace_array(&things)).await, format!("[{THING}]"));
    assert_eq!(sent(|registry| registry.replace_map(&labels())).await, r#"{"a":"b"}"#);
    assert_eq!(sent(|registry| registry.replace_string(&id())).await, r#""thg_12345""#);
    assert_eq!(sent(|registry| registry.replace_enum(&State::New)).await, r#""new""#);
    assert_eq!(sent(|registry| registry.replace_integer(&sizes)).await, "9007199254740993");
    assert_eq!(sent(|registry| registry.replace_any(&any)).await, r#"{"a":[1,null]}"#);
    assert_eq!(sent(|registry| registry.replace_combined(&combined)).await, r#"{"own":"x"}"#);
    let names = types::CreateNames::new("1", "2", "3", "4")
        .kebab_case("5")
        .new_("6")
        .states([State::New])
        .größe("7");
    assert_eq!(
        sent(|registry| registry.create_names(&names)).await,
        r#"{"größe":"7","kebab-case":"5","new":"6","request":"4","self":"2","states":["new"],"type":"1","value":"3"}"#
    );
    let everything = types::Everything::new(1, time())
        .decimal(decimal("12.5"))
        .times(["2024-05-17T16:00:00Z".parse().unwrap()]);
    let body = sent(|registry| registry.create_everything(&everything)).await;
    assert!(body.contains(r#""decimal":12.5"#), "{body}");
    assert!(body.contains(r#""times":["2024-05-17T16:00:00Z"]"#), "{body}");
    assert!(body.contains(r#""nullable_array":null"#), "{body}");
}

#[tokio::test]
async fn alternatives_and_null_are_sent_as_such() {
    let choices = ["\"text\"", "[1,2]"];
    for text in choices {
        let choice: types::Choice = json(text);
        assert_eq!(request(|registry| registry.create_choice(&choice)).await.body, text);
    }
    let thing: types::Thing = json(THING);
    let some = request(|registry| registry.replace_nullable_inline(Some(&thing))).await;
    assert_eq!(some.body, THING);
    assert_eq!(request(|registry| registry.replace_nullable_inline(None)).await.body, "null");
    let maybe: types::MaybeThing = json("null");
    assert_eq!(request(|registry| registry.replace_nullable(&maybe)).await.body, "null");
}

#[tokio::test]
async fn less_common_forms_survive_a_round_trip() {
    let text = r#"{"a/b":"1","alias":{"id":"thg_12345","parent":null,"size":3},"any_of_one":"x","boolean":true,"bounded_or_null":"a","c~d":"2","date":"2024-05-17","defaults":{"a":"x"},"directions":{"secret":"s"},"e\"f\\g":"3","h\ni":"4","items_of_any":[1,null,{}],"list_of_nullable":[null],"map_of_any":{"a":null},"map_of_nullable":{"a":null},"nested_nulls":[null,[null,"x"]],"nullable_directions":{"sent":null},"objects":{"a":"b"},"one_of_one":{"id":"thg_12345","parent":null,"size":3},"one_value":"only","state":1,"string_alias":"thg_12345","time":"2024-05-17T16:00:00Z","time_or_null":null,"times":"2024-05-17","typed":{"a":"x","b":"y"},"{j}":"5"}"#;
    let forms: types::Forms = json(text);
    let response = text.replace("{\"secret\":\"s\"}", "{\"made\":\"2024-05-17\",\"own\":\"o\"}");
    let response = response.replace("\"sent\":null", "\"received\":null");
    let (received, request) =
        exchange((200, &response), |registry| registry.replace_forms(&forms)).await;
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let (mut sent, mut expected) = (parse(&request.body), parse(text));
    expected.as_object_mut().unwrap().remove("state");
    for value in [&mut sent, &mut expected] {
        // An optional property that is null is not sent.
        value.as_object_mut().unwrap().remove("time_or_null");
    }
    assert_eq!(sent, expected);
    assert_eq!(received.string_alias, Some(json("\"thg_12345\"")));
}

#[tokio::test]
async fn invalid_bodies_are_refused() {
    let choice: types::Choice = json("\"a long text\"");
    refused(|registry| registry.create_choice(&choice)).await;
    let labels: types::Labels = json(&format!(
        "{{{}}}",
        (0..10).map(|n| format!("\"{n}\":\"\"")).collect::<Vec<_>>().join(",")
    ));
    refused(|registry| registry.replace_map(&labels)).await;
    let everything: types::Everything = json(
        r#"{"int32":2147483648,"int64":100,"double":0.15,"array":[1,1.0],"date_time":"2024-05-17T16:00:00Z","nullable_array":null}"#,
    );
    let error = refused(|registry| registry.create_everything(&everything)).await;
    assert!(error.violations().len() >= 4, "{error}");
}

#[tokio::test]
async fn required_properties_depend_on_the_direction() {
    let nested = types::Nested::new("s".parse().unwrap());
    let account = types::Account::new("A", "1234").nested(nested);
    let response =
        r#"{"id":"1","name":"A","notes":null,"owner":null,"nested":{"made":"2024-05-17"}}"#;
    let call = |registry: Registry| registry.create_account(&account);
    let (received, request) = exchange((201, response), call).await;
    assert_eq!((received.id.as_deref(), received.pin), (Some("1"), None));
    for part in [r#""pin":"1234""#, r#""notes":null"#, r#""owner":null"#, r#"{"secret":"s"}"#] {
        assert!(request.body.contains(part), "{}", request.body);
    }
    assert!(!request.body.contains("\"id\""), "{}", request.body);
    // A request lacks `pin` and the secret of `nested`.
    let account: types::Account =
        json(r#"{"name":"A","notes":null,"owner":null,"nested":{"made":"2024-05-17"}}"#);
    let error = refused(|registry| registry.create_account(&account)).await;
    assert_eq!(error.violations().len(), 2, "{error}");
    // A response lacks `id`.
    let server = Server::start(&[(201, r#"{"name":"A","notes":null,"owner":null}"#)]);
    let account = types::Account::new("A", "1234");
    let error = server.registry.create_account(&account).await.unwrap_err();
    assert_eq!(error.violations().len(), 1, "{error}");
}

/// Makes a call and returns its value.
async fn value<C, T>(status: u16, body: &str, call: impl FnOnce(Registry) -> C) -> T
where
    C: IntoFuture<Output = Result<T, Error>>,
{
    exchange((status, body), call).await.0
}

#[tokio::test]
async fn every_form_of_response_is_read() {
    value(201, THING, |registry| registry.response_created()).await;
    value(203, THING, |registry| registry.response_range()).await;
    for status in [200, 201, 202] {
        value(status, THING, |registry| registry.response_several()).await;
    }
    value(200, THING, |registry| registry.response_default_alone()).await;
    value(201, THING, |registry| registry.response_default_alone()).await;
    value(200, THING, |registry| registry.response_default_beside_success()).await;
    value(200, THING, |registry| registry.response_headers()).await;
    // Any 2xx with a body of the right type is a success.
    value(202, THING, |registry| registry.thing(&id())).await;
    let thing = value(200, THING, |registry| registry.response_nullable_inline()).await;
    assert_eq!(thing.map(|thing| thing.id), Some(id()));
    let thing = value(200, "null", |registry| registry.response_nullable_inline()).await;
    assert!(thing.is_none());
    value(200, "null", |registry| registry.response_nullable()).await;
    let things = value(200, &format!("[{THING}]"), |registry| registry.response_array()).await;
    assert_eq!(things.len(), 1);
    let labels = value(200, LABELS, |registry| registry.response_map()).await;
    assert_eq!(labels["a"], "b");
    let received = value(200, "\"thg_12345\"", |registry| registry.response_string()).await;
    assert_eq!(received, id());
    let state = value(200, "\"a new state\"", |registry| registry.response_enum()).await;
    assert_eq!(state.to_string(), "a new state");
    let size = value(200, "9007199254740993", |registry| registry.response_integer()).await;
    assert_eq!(*size, 9_007_199_254_740_993);
    value(200, "[1,2]", |registry| registry.response_choice()).await;
    value(200, "[1,2]", |registry| registry.response_any()).await;
    value(204, "", |registry| registry.delete_thing(&id())).await;
    value(
        200,
        r#"{"int32":1,"date_time":"2024-05-17T16:00:00Z","nullable_array":null}"#,
        |registry| registry.response_everything(),
    )
    .await;
}

#[tokio::test]
async fn errors_have_the_detail_of_the_response() {
    let detail = r#"{"detail":"no such thing"}"#;
    let server = Server::start(&[(404, detail), (400, detail), (418, detail), (404, "")]);
    let error = server.registry.thing(&id()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
    assert!(error.to_string().contains("no such thing"), "{error}");
    let error = server.registry.response_several().await.unwrap_err();
    assert!(error.to_string().contains("no such thing"), "{error}");
    let error = server.registry.response_default_beside_success().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 418);
    let error = server.registry.response_error_without_content().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn violations_of_responses_are_reported_with_the_value() {
    let server = Server::start(&[
        (200, r#"{"id":"thg_12345","parent":"x","size":-3}"#),
        (200, "[]"),
        (200, "null"),
    ]);
    let response = server.registry.thing(&id()).response().await.unwrap();
    assert_eq!(*response.value().size, -3);
    assert_eq!(response.violations().len(), 2, "{:?}", response.violations());
    let error = server.registry.thing(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let error = server.registry.thing(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");
}

#[tokio::test]
async fn a_response_about_another_thing_is_refused() {
    let other = THING.replace("thg_12345", "thg_67890");
    let server = Server::start(&[(200, &other)]);
    let error = server.registry.thing(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Mismatch(_)), "{error}");
}

#[tokio::test]
async fn bulk_methods_are_named_after_their_collections() {
    let server = Server::start(&[(200, LABELS); 5]);
    let registry = &server.registry;
    registry.options_by_id([id()]).next().await.unwrap().1.unwrap();
    registry.match_by_id([id()]).next().await.unwrap().1.unwrap();
    let targets: Vec<_> = server.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/options/thg_12345", "/match/thg_12345"]);
}

fn connection(nodes: &str, cursor: &str, more: bool) -> String {
    format!(
        r#"{{"nodes":[{nodes}],"page_info":{{"end_cursor":{cursor},"has_next_page":{more}}},"total_count":2}}"#
    )
}

#[tokio::test]
async fn lists_send_filters_with_every_page() {
    let pages = [connection(THING, "\"a/b\"", true), connection(THING, "null", false)];
    let server = Server::start(&[(200, &pages[0]), (200, &pages[1])]);
    let mut items = server.registry.relay_list().state([State::New, State::Used]).items();
    let mut ids = Vec::new();
    while let Some(thing) = items.try_next().await.unwrap() {
        ids.push(thing.id);
    }
    assert_eq!(ids, [id(), id()]);
    let queries: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            let mut query = request.query();
            query.sort_by(|(a, _), (b, _)| a.cmp(b));
            query
        })
        .collect();
    let filters = [("first", "50"), ("state", "new"), ("state", "used")];
    assert_eq!(queries[0], pairs(&filters));
    assert_eq!(queries[1], pairs(&[&[("after", "a/b")], &filters[..]].concat()));
}

#[tokio::test]
async fn lists_with_other_names_have_required_arguments() {
    let pages = [
        r#"{"results":{"ids":["thg_12345"]},"next":"n","more":true,"total":2}"#,
        r#"{"results":{"ids":["thg_67890"]},"more":false,"total":2}"#,
    ];
    let server = Server::start(&[(200, pages[0]), (200, pages[1])]);
    let mut items = server.registry.other_list("g", State::New).items();
    let mut ids = Vec::new();
    while let Some(id) = items.try_next().await.unwrap() {
        ids.push(id.to_string());
    }
    assert_eq!(ids, ["thg_12345", "thg_67890"]);
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.segments() == ["lists", "g", "other"]));
    assert!(requests.iter().all(|request| {
        request.query().contains(&("page-size".to_owned(), "3".to_owned()))
            && request.query().contains(&("kind".to_owned(), "new".to_owned()))
    }));
    assert!(requests[1].query().contains(&("page-token".to_owned(), "n".to_owned())));
}

#[tokio::test]
async fn opposite_directions_of_a_list_are_refused() {
    refused(|registry| registry.relay_list().first(1).last(1)).await;
    refused(|registry| registry.relay_list().after("a").last(1)).await;
    refused(|registry| registry.relay_list().first(51)).await;
}

/// Futures of calls can be spawned.
#[test]
fn calls_are_send() {
    fn assert_send<T: Send + 'static>(_: impl Future<Output = T> + Send + 'static) {}
    let server = Server::start(&[]);
    assert_send(server.registry.many_optional().p1("a").p17("b").into_future());
    assert_send(server.registry.relay_list().count());
}
