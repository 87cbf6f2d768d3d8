//! A service behind a gateway that tells what it was told.

use anyhow::{Context as _, Result};
use ore_harness::local;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Answers each request with its headers, the names in lower case, as JSON. Returns the port.
pub(crate) async fn start_backend() -> Result<u16> {
    let listener = TcpListener::bind(local(0)).await.context("nothing can listen")?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(answer(connection));
        }
    });
    Ok(port)
}

async fn answer(mut connection: TcpStream) -> Result<()> {
    let mut lines = BufReader::new(&mut connection).lines();
    let mut headers = Map::new();
    while let Some(line) = lines.next_line().await?.filter(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_lowercase(), value.into());
        }
    }
    let body = Value::from(headers).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    connection.write_all(format!("{head}{body}").as_bytes()).await?;
    Ok(connection.shutdown().await?)
}
