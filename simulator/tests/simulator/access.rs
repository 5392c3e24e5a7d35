//! Access of an organisation, a supplier and an application without an access token.

use isometric_registry::operations;
use isometric_registry_simulator::Simulator;
use serde_json::Value;

use crate::http::{credentials, send_with};

fn get(simulator: &Simulator, token: Option<&str>, path: &str) -> (u16, Value) {
    let response = send_with(simulator, "GET", path, &credentials(simulator, token));
    (response.status, response.json())
}

#[test]
fn the_client_secret_alone_gives_access_to_public_operations() {
    let simulator = Simulator::start().unwrap();
    for operation in operations::all() {
        let id = if operation.path.starts_with("/suppliers") { "spl" } else { "org" };
        let path = operation.path.replace("{id}", &format!("{id}_1GB56M1ST1S0GVNA"));
        let response =
            send_with(&simulator, operation.method, &path, &credentials(&simulator, None));
        let name = operation.name;
        assert_eq!(response.status == 401, operation.needs_access_token, "{name}");
    }
}

#[test]
fn an_organisation_sees_public_data_and_its_own() {
    let simulator = Simulator::builder().batches(300).start().unwrap();
    let buyer = Some(simulator.access_token());
    let supplier = Some(simulator.access_token_of_supplier());
    let outsider = Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdXRzaWRlciJ9.");

    let (_, own_supplier) = get(&simulator, supplier, "/supplier");
    let supplier_id = own_supplier["id"].as_str().unwrap();
    let supplier_organisation = own_supplier["organisation"]["id"].as_str().unwrap();
    let organisation = simulator.organisation().id;
    let (_, orders) =
        get(&simulator, buyer, &format!("/organisations/{organisation}/orders?first=50"));
    let orders = orders["nodes"].as_array().unwrap();
    let from = |is_own: bool| {
        let order = orders.iter().find(|each| (each["supplier"]["id"] == *supplier_id) == is_own);
        order.unwrap()["id"].as_str().unwrap()
    };
    let batch = simulator.ids().next().unwrap();

    let table = [
        (format!("/organisations/{organisation}/credit_balance"), [200, 403, 403]),
        (format!("/organisations/{organisation}/orders"), [200, 403, 403]),
        (format!("/organisations/{organisation}/credit_batches"), [200, 403, 403]),
        (format!("/organisations/{supplier_organisation}/credit_batches"), [403, 200, 403]),
        (format!("/suppliers/{supplier_id}/orders"), [403, 200, 403]),
        (format!("/suppliers/{supplier_id}/deliveries"), [200, 200, 200]),
        (format!("/orders/{}", from(true)), [200, 200, 403]),
        (format!("/orders/{}", from(false)), [200, 403, 403]),
        (format!("/orders/{}/deliveries", from(false)), [200, 403, 403]),
        (format!("/credit_batches/{batch}"), [200, 200, 403]),
        ("/supplier".to_owned(), [404, 200, 404]),
        ("/organisation".to_owned(), [200, 200, 200]),
        ("/organisations/org_1GB56M1ST1S0GVNA".to_owned(), [200, 200, 200]),
        ("/organisations/org_1GB56M1ST1S0GVNA/orders".to_owned(), [404, 404, 404]),
        ("/retirements".to_owned(), [200, 200, 200]),
    ];
    for (path, expected) in table {
        let statuses = [buyer, supplier, outsider].map(|token| get(&simulator, token, &path).0);
        assert_eq!(statuses, expected, "{path}");
    }
}

#[test]
fn refunds_are_for_the_holder_of_the_buffer_pool_and_the_recipient() {
    let simulator = Simulator::builder().batches(300).start().unwrap();
    let supplier = Some(simulator.access_token_of_supplier());
    let (_, own) = get(&simulator, supplier, "/supplier");
    let mut seen = [0, 0];
    for id in simulator.resource_ids("bpr") {
        let path = format!("/refunds/{id}");
        assert_eq!(get(&simulator, Some(simulator.access_token()), &path).0, 403);
        let (status, refund) = get(&simulator, supplier, &path);
        if status == 200 {
            assert_eq!(refund["to_organisation"], own["organisation"]);
            let (_, batches) = get(&simulator, supplier, &format!("{path}/credit_batches"));
            assert_eq!(batches["total_count"], batches["nodes"].as_array().unwrap().len());
            seen[0] += 1;
        } else {
            assert_eq!(status, 403);
            seen[1] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

#[test]
fn unknown_resources_are_null_where_the_spec_permits_it() {
    let simulator = Simulator::start().unwrap();
    let token = Some(simulator.access_token());
    let paths = [
        ("/organisations/org_1GB56M1ST1S0GVNA", 200),
        ("/suppliers/spl_1CC712KFS1S0YKPS", 200),
        ("/projects/prj_1CTWZQGKE1S0VAXA", 200),
        ("/projects/prj_1CTWZQGKE1S0VAXA/documents", 404),
        ("/issuances/iss_1EWT8R5FY1S0GFCY", 404),
        ("/orders/ord_1FAN3S3WV1S0B842", 404),
    ];
    for (path, expected) in paths {
        let (status, body) = get(&simulator, token, path);
        assert_eq!(status, expected, "{path}");
        assert_eq!(body.is_null(), expected == 200, "{path}");
    }
}
