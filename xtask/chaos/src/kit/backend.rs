//! A service behind a gateway that tells what it was told.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use ore_harness::local;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Answers each request with its headers: the names in lower case, as JSON.
pub(crate) struct Backend {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Backend {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(local(0)).await.context("nothing can listen")?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection));
            }
        });
        Ok(Self { address, server })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(mut connection: TcpStream) -> Result<()> {
    let (reader, mut writer) = connection.split();
    let mut lines = BufReader::new(reader).lines();
    let mut headers = Map::new();
    while let Some(line) = lines.next_line().await?.filter(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_lowercase(), Value::from(value));
        }
    }
    let body = Value::from(headers).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    writer.write_all(format!("{head}{body}").as_bytes()).await?;
    Ok(writer.shutdown().await?)
}
