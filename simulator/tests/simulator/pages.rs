//! Pages, filters and sorting.

use std::collections::BTreeSet;

use isometric_registry::operations;
use isometric_registry_simulator::Simulator;
use serde_json::Value;

use crate::http::{credentials, send, send_with};

fn nodes(page: &Value) -> Vec<Value> {
    page["nodes"].as_array().unwrap().clone()
}

/// Reads a list page by page with a size of its own for each direction, and returns the items in
/// the order of the list.
fn read(
    simulator: &Simulator,
    headers: &str,
    path: &str,
    size: usize,
    forwards: bool,
) -> Vec<Value> {
    let [sizing, cursor, next, more] = if forwards {
        ["first", "after", "end_cursor", "has_next_page"]
    } else {
        ["last", "before", "start_cursor", "has_previous_page"]
    };
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut query = format!("{path}{separator}{sizing}={size}");
    let mut pages = Vec::new();
    loop {
        let page = send_with(simulator, "GET", &query, headers).json();
        let info = &page["page_info"];
        assert!(nodes(&page).len() <= size);
        let at_start = pages.is_empty();
        let behind = if forwards { "has_previous_page" } else { "has_next_page" };
        assert_eq!(info[behind], !at_start, "{query}: {info}");
        pages.push(nodes(&page));
        if info[more] == false {
            break;
        }
        let position = info[next].as_str().unwrap();
        query = format!("{path}{separator}{sizing}={size}&{cursor}={position}");
    }
    if !forwards {
        pages.reverse();
    }
    pages.concat()
}

fn path(simulator: &Simulator, template: &str) -> String {
    let organisation = simulator.organisation().id.to_string();
    let own = send(simulator, "GET", &format!("/organisations/{organisation}/orders")).json();
    let order = &own["nodes"][0];
    let project = &send(simulator, "GET", "/projects").json()["nodes"][0]["id"];
    let id = match template.split('/').nth(1).unwrap() {
        "orders" => order["id"].as_str().unwrap().to_owned(),
        "projects" => project.as_str().unwrap().to_owned(),
        "suppliers" => order["supplier"]["id"].as_str().unwrap().to_owned(),
        _ => organisation,
    };
    template.replace("{id}", &id)
}

#[test]
fn pages_in_both_directions_make_up_the_list() {
    let simulator = Simulator::builder().batches(300).start().unwrap();
    let headers = credentials(&simulator, Some(simulator.access_token()));
    let mut lists = 0;
    for operation in operations::all().iter().filter(|each| each.pagination.is_some()) {
        let path = path(&simulator, operation.path);
        let response = send(&simulator, "GET", &path);
        if response.status == 403 {
            assert_eq!(operation.name, "supplier_orders");
            continue;
        }
        let whole = read(&simulator, &headers, &path, 50, true);
        assert_eq!(response.json()["total_count"], whole.len(), "{path}");
        assert_eq!(nodes(&response.json()), whole[..whole.len().min(10)], "{path}");
        let ids: BTreeSet<_> = whole.iter().map(|item| item["id"].to_string()).collect();
        assert_eq!(ids.len(), whole.len(), "{path}: an item is listed twice");
        for (size, forwards) in [(7, true), (7, false), (50, false)] {
            assert_eq!(read(&simulator, &headers, &path, size, forwards), whole, "{path}");
        }
        lists += 1;
    }
    assert!(lists >= 13, "{lists}");
}

#[test]
fn lists_of_events_start_with_the_newest() {
    let simulator = Simulator::builder().batches(300).start().unwrap();
    let headers = credentials(&simulator, None);
    let times = [
        ("/issuances", "issued_at"),
        ("/deliveries", "delivered_at"),
        ("/transfers", "transferred_at"),
        ("/retirements", "retired_at"),
    ];
    for (path, time) in times {
        let items = read(&simulator, &headers, path, 50, true);
        let listed: Vec<_> = items.iter().map(|item| item[time].as_str().unwrap()).collect();
        assert!(listed.len() > 3, "{path}");
        assert!(listed.is_sorted_by(|left, right| left >= right), "{path}: {listed:?}");
    }
    let projects = read(&simulator, &headers, "/projects", 50, true);
    assert!(projects.is_sorted_by_key(|project| project["name"].as_str().unwrap().to_owned()));
}

#[test]
fn every_filter_keeps_exactly_the_matching_items() {
    let simulator = Simulator::builder().batches(400).start().unwrap();
    let headers = credentials(&simulator, Some(simulator.access_token()));
    let own = format!("/organisations/{}/credit_batches", simulator.organisation().id);
    let everything = format!("{own}?status=active&status=split&status=retired");
    let filters = [
        (&*everything, "supplier_id", "/supplier_id"),
        (&everything, "project_id", "/project_id"),
        (&everything, "issuance_id", "/issuance_id"),
        (&everything, "delivery_id", "/delivery_id"),
        (&everything, "retirement_id", "/retirement_id"),
        (&own, "status", "/status"),
        ("/deliveries", "from_supplier_id", "/from_supplier/id"),
        ("/deliveries", "to_organisation_id", "/to_organisation/id"),
        ("/transfers", "from_organisation_id", "/from_organisation/id"),
        ("/transfers", "to_organisation_id", "/to_organisation/id"),
        ("/retirements", "beneficiary_org_id", "/beneficiary/id"),
        ("/retirements", "owner_org_id", "/owner/id"),
    ];
    for (path, parameter, pointer) in filters {
        let all = read(&simulator, &headers, path, 50, true);
        let property = |item: &Value| item.pointer(pointer).unwrap().clone();
        let value = all.iter().map(property).find(|value| !value.is_null()).unwrap();
        let separator = if path.contains('?') { '&' } else { '?' };
        let filtered = format!("{path}{separator}{parameter}={}", value.as_str().unwrap());
        let filtered = read(&simulator, &headers, &filtered, 3, true);
        let expected: Vec<_> = all.into_iter().filter(|item| property(item) == value).collect();
        assert_eq!(filtered, expected, "{path} {parameter}");
    }
}

#[test]
fn batches_are_filtered_by_time_and_sorted_in_either_direction() {
    let simulator = Simulator::builder().batches(400).start().unwrap();
    let headers = credentials(&simulator, Some(simulator.access_token()));
    let path = format!("/organisations/{}/credit_batches", simulator.organisation().id);
    let all = read(&simulator, &headers, &path, 50, true);
    assert!(all.iter().all(|batch| batch["status"] != "split"));
    let mut ascending = read(&simulator, &headers, &format!("{path}?sort_direction=asc"), 4, true);
    ascending.reverse();
    assert_eq!(ascending, all);

    let middle = all[all.len() / 2]["issued_at"].as_str().unwrap();
    let around = [("issued_after", true), ("issued_before", false)].map(|(name, is_after)| {
        let kept = read(&simulator, &headers, &format!("{path}?{name}={middle}"), 50, true);
        let is_right = |batch: &&Value| {
            let issued_at = batch["issued_at"].as_str().unwrap();
            if is_after { issued_at > middle } else { issued_at < middle }
        };
        let expected: Vec<_> = all.iter().filter(is_right).cloned().collect();
        assert_eq!(kept, expected, "{name}");
        kept.len()
    });
    let equal = all.iter().filter(|batch| batch["issued_at"] == middle).count();
    assert_eq!(around[0] + equal + around[1], all.len());
}

#[test]
fn a_cursor_keeps_its_place_when_its_item_leaves_the_list() {
    let simulator = Simulator::builder().batches(400).start().unwrap();
    let path =
        format!("/organisations/{}/credit_batches?status=active", simulator.organisation().id);
    let first = send(&simulator, "GET", &format!("{path}&first=2")).json();
    let second = send(&simulator, "GET", &format!("{path}&first=4")).json();
    let id = first["nodes"][1]["id"].as_str().unwrap().parse().unwrap();
    simulator.retire(&id, simulator.organisation()).unwrap();
    let cursor = first["page_info"]["end_cursor"].as_str().unwrap();
    let rest = send(&simulator, "GET", &format!("{path}&first=2&after={cursor}")).json();
    assert_eq!(nodes(&rest), nodes(&second)[2..]);
}

#[test]
fn invalid_queries_get_422_with_location_and_type() {
    let simulator = Simulator::start().unwrap();
    let path = format!("/organisations/{}/credit_batches", simulator.organisation().id);
    let cases = [
        ("first=0", "first", "greater_than_equal"),
        ("first=51", "first", "less_than_equal"),
        ("last=x", "last", "int_parsing"),
        ("first=1&first=2", "first", "value_error"),
        ("after=", "after", "string_too_short"),
        ("status=frozen", "status", "enum"),
        ("status=active&status=active", "status", "value_error"),
        ("issued_after=yesterday", "issued_after", "datetime_from_date_parsing"),
        ("supplier_id=prj_1CTWZQGKE1S0VAXA", "supplier_id", "string_pattern_mismatch"),
        ("sort_direction=up", "sort_direction", "enum"),
    ];
    for (query, parameter, kind) in cases {
        let response = send(&simulator, "GET", &format!("{path}?{query}"));
        assert_eq!(response.status, 422, "{query}");
        let detail = &response.json()["detail"][0];
        assert_eq!(detail["loc"][0], "query");
        assert_eq!(
            (&detail["loc"][1], &detail["type"]),
            (&parameter.into(), &kind.into()),
            "{query}"
        );
    }
    assert_eq!(send(&simulator, "GET", &format!("{path}?unknown=1&after=unknown")).status, 200);
}
