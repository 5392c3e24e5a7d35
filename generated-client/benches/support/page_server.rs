//! A server of pages that were prepared before the measurement.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Starts a server on a free port, and returns its base URL. The cursor of a page is its number,
/// and a request without a cursor is answered with the first page.
pub(crate) async fn start(pages: &'static [String], latency: Duration) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection, pages, latency));
        }
    });
    Ok(base_url)
}

/// Answers the requests of one connection.
async fn serve(
    connection: TcpStream,
    pages: &'static [String],
    latency: Duration,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut connection = BufReader::new(connection);
    let mut line = String::new();
    loop {
        line.clear();
        if connection.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let cursor = line.split("after=").nth(1).unwrap_or_default();
        let digits = cursor.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let page = pages.get(digits.parse().unwrap_or(0)).map_or("", String::as_str);
        // A blank line ends the headers.
        while line != "\r\n" {
            line.clear();
            connection.read_line(&mut line).await?;
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            page.len()
        );
        connection.write_all((head + page).as_bytes()).await?;
    }
}
