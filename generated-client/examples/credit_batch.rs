//! Fetches a credit batch, from a server in this program whose answers are invented.
//!
//! ```text
//! cargo run --example credit_batch
//! ```
//!
//! To see a real batch, set `ISOMETRIC_ACCESS_TOKEN`, `ISOMETRIC_CLIENT_SECRET` and
//! `ISOMETRIC_ENVIRONMENT`, and use `Registry::from_env()?` for `registry` in `main`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use isometric_registry::types::{CreditBatch, CreditBatchId};
use isometric_registry::{Credentials, Error as CallError, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::new("an-invented-access-token", "an-invented-client-secret")?;
    let registry = Registry::at(&serve()?, credentials)?;

    let batch = registry.credit_batch(&"ctb_1DRBTYA8Q1S07CBY".parse()?).await?;
    println!("serial number: {}", batch.serial_number);
    println!("size:          {}", batch.size);
    println!("status:        {}", batch.status);

    println!("\nThe answer for the next batch breaks the spec:");
    let broken: CreditBatchId = "ctb_1CA2D3S73SBXYN70".parse()?;
    match registry.credit_batch(&broken).await {
        Err(CallError::Invalid(rejected)) => {
            for violation in rejected.violations() {
                println!("  {violation}");
            }
            let batch = rejected.value::<CreditBatch>().ok_or("the batch cannot be decoded")?;
            println!("and nothing of it is lost: it is for {}", batch.size);
        }
        other => println!("an answer that nobody expected: {other:?}"),
    }
    Ok(())
}

/// Starts the server and gives its base URL.
fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base_url = format!("http://{}/registry/v0", listener.local_addr()?);
    thread::spawn(move || listener.incoming().flatten().try_for_each(answer));
    Ok(base_url)
}

fn answer(stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for header in lines {
        if header?.is_empty() {
            break;
        }
    }
    let body = match request.contains("ctb_1DRBTYA8Q1S07CBY") {
        true => INVENTED.to_owned(),
        false => INVENTED.replace("\"GBR\"", "\"ATLANTIS\"").replace("org_", "firm_"),
    };
    let header = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    write!(&stream, "{header}content-length: {}\r\n\r\n{body}", body.len())
}

/// Nothing in here is real.
const INVENTED: &str = r#"{
    "beneficiary": null,
    "carbon_removal_data": null,
    "ccp_approved": true,
    "country_of_issue": "GBR",
    "delivered_at": "2024-03-02T09:30:00Z",
    "delivery_id": "dlv_1C454ZXA61S03Z9T",
    "id": "ctb_1DRBTYA8Q1S07CBY",
    "issuance_id": "iss_1EWT8R5FY1S0GFCY",
    "issued_at": "2024-01-22T11:56:48.520641Z",
    "left_child_id": null,
    "owner": {"domain": null, "id": "org_1GB56M1ST1S0GVNA", "name": "Invented Ltd"},
    "parent_id": null,
    "project_id": "prj_1CTWZQGKE1S0VAXA",
    "removal_id": "rmv_1EEM6NJXX1S0EXKD",
    "retired_at": null,
    "retirement_id": null,
    "right_child_id": null,
    "sequestered_on": "2023-12-25",
    "serial_number": "INVENTED-1",
    "size": {"credit_kgs": 125632, "credits": 125.632},
    "status": "active",
    "supplier_id": "spl_1CC712KFS1S0YKPS"
}"#;
