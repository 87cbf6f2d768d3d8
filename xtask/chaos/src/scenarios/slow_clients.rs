//! Clients that send a byte now and then, or read nothing: heads of a first and of a later request, bodies, answers.
//! Each is closed in time, and others are served meanwhile.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ore_harness::held_by_server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Call, LoadPlan, percentile};

/// When each is closed, and what a busy machine may add.
const DEADLINE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(5);

/// A byte comes so often: a deadline that any byte moves would never come.
const DRIP: Duration = Duration::from_millis(500);

/// The allowed p99 of other clients meanwhile.
const OTHERS: Duration = Duration::from_secs(1);

/// Fewest answers to others that a p99 is told of.
const FEWEST_SAMPLES: usize = 100;

/// Answers of some KiB that a slow reader asks for: more than the kernel keeps for it at both ends.
const ANSWERS: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    FirstHead,
    SecondHead,
    Body,
    Reader,
}

const KINDS: [Kind; 4] = [Kind::FirstHead, Kind::SecondHead, Kind::Body, Kind::Reader];

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite()?;
    let mut service = service("service", &database.url()).start_ready(context).await?;
    let others = LoadPlan::register(service.address(), "slow").await?.pausing(Duration::from_millis(10));
    let each = context.choose(10, 100);
    context.step(&format!("slow-clients: {each} of each kind"));
    let load = others.start(&[(Call::Me, 2), (Call::Login, 1), (Call::Health, 1)]);
    let mut clients = Vec::new();
    for kind in KINDS.into_iter().cycle().take(each * KINDS.len()) {
        clients.push(SlowClient::connect(kind, service.address()).await?);
    }
    let longest = time_until_all_closed(clients, service.address().port()).await;
    let results = load.stop().await?;
    context.measure("clients", each * KINDS.len());
    context.measure_time("longest", longest?);
    context.measure("others_requests", results.records.len());
    let times = results.times(Call::Me);
    context.measure("others_samples", times.len());
    context.measure_time("others_p99", percentile(&times, 99));
    results.expect(&[200], |_| false).context("others were not served")?;
    ensure!(times.len() >= FEWEST_SAMPLES, "only {} requests of others were served meanwhile", times.len());
    ensure!(percentile(&times, 99) <= OTHERS, "others were served slowly");
    service.check_health()
}

struct SlowClient {
    kind: Kind,
    stream: TcpStream,
    port: u16,
    started: Instant,
}

impl SlowClient {
    /// Begins to be slow.
    async fn connect(kind: Kind, server: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if kind == Kind::Reader {
            socket.set_recv_buffer_size(4096)?;
        }
        let mut stream = socket.connect(server).await.context("no connection")?;
        let port = stream.local_addr()?.port();
        begin(kind, &mut stream).await?;
        Ok(Self { kind, stream, port, started: Instant::now() })
    }

    /// One byte more, if it sends any.
    fn drip(&self) {
        if self.kind != Kind::Reader {
            // It fails when the service has closed the connection, which the table tells as well.
            let _ = self.stream.try_write(b"x");
        }
    }
}

/// The longest time that the service held one of the connections.
async fn time_until_all_closed(mut clients: Vec<SlowClient>, server: u16) -> Result<Duration> {
    let (mut longest, mut last_drip) = (Duration::ZERO, Instant::now());
    while !clients.is_empty() {
        sleep(Duration::from_millis(100)).await;
        if last_drip.elapsed() >= DRIP {
            last_drip = Instant::now();
            clients.iter().for_each(SlowClient::drip);
        }
        let held = held_by_server(server)?;
        for client in clients.extract_if(.., |client| !held.contains(&client.port)) {
            longest = longest.max(client.started.elapsed());
        }
        for SlowClient { kind, started, .. } in &clients {
            ensure!(started.elapsed() <= DEADLINE + SLACK, "{kind:?}: still open after {:?}", started.elapsed());
        }
    }
    Ok(longest)
}

async fn begin(kind: Kind, stream: &mut TcpStream) -> Result<()> {
    const HEAD: &[u8] = b"GET /health HTTP/1.1\r\nHost: chaos.example\r\n\r\n";
    const SLOW_HEAD: &[u8] = b"GET /health HTTP/1.1\r\nHost: chaos.example\r\nX-Slow: ";
    const SLOW_BODY: &[u8] = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: chaos.example\r\n\
        Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\": \"";
    const LARGE: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: chaos.example\r\n\r\n";
    match kind {
        Kind::FirstHead => stream.write_all(SLOW_HEAD).await?,
        Kind::SecondHead => {
            stream.write_all(HEAD).await?;
            read_answer(stream).await?;
            stream.write_all(SLOW_HEAD).await?;
        }
        Kind::Body => stream.write_all(SLOW_BODY).await?,
        Kind::Reader => stream.write_all(&LARGE.repeat(ANSWERS)).await?,
    }
    Ok(())
}

/// A small answer, whole.
async fn read_answer(stream: &mut TcpStream) -> Result<()> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let length = stream.read_buf(&mut answer).await?;
        ensure!(length > 0, "closed before the first answer");
    }
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(())
}
