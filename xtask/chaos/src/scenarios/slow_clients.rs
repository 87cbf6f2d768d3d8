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
use crate::kit::{Call, LoadPlan};

/// When each is closed, and what a busy machine may add.
const DEADLINE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(5);

/// A byte comes so often: a deadline that any byte moves would never come.
const DRIP: Duration = Duration::from_millis(250);

/// How long 99 of 100 answers to others may take meanwhile, of which there are at least so many.
const OTHERS: Duration = Duration::from_secs(1);
const FEWEST_SAMPLES: usize = 100;

/// Answers of some KiB that a slow reader asks for: more than the kernel keeps for it at both ends.
const ANSWERS: usize = 1000;

struct Kind {
    name: &'static str,
    /// Whether a whole request and its answer come before.
    is_second: bool,
    begin: &'static str,
    /// Whether a byte follows now and then. Else that is sent many times, and nothing is read.
    drips: bool,
}

const HEAD: &str = "GET /health HTTP/1.1\r\nHost: chaos.example\r\nX-Slow: ";
const BODY: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: chaos.example\r\nContent-Type: application/json\r\n\
    Content-Length: 1000\r\n\r\n{\"email\": \"";
const LARGE: &str = "GET /metrics HTTP/1.1\r\nHost: chaos.example\r\n\r\n";

const KINDS: [Kind; 4] = [
    Kind { name: "a head", is_second: false, begin: HEAD, drips: true },
    Kind { name: "a second head", is_second: true, begin: HEAD, drips: true },
    Kind { name: "a body", is_second: false, begin: BODY, drips: true },
    Kind { name: "a reader", is_second: false, begin: LARGE, drips: false },
];

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let mut service = service("service", &database.url()).start_ready(context).await?;
    let others = LoadPlan::register(service.address()).await?;
    let each = context.choose(10, 100);
    context.step(&format!("slow-clients: {each} of each kind"));
    let load = others.start(&[(Call::Me, 2), (Call::Login, 1), (Call::Health, 1)]);
    let started = Instant::now();
    let mut clients = Vec::new();
    for kind in KINDS.iter().cycle().take(each * KINDS.len()) {
        clients.push((kind, connect(kind, service.address()).await?));
    }
    let closed = drip_until_closed(clients, service.address().port(), started).await;
    let results = load.stop().await?;
    let times = results.times_of_served(Call::Me);
    let (samples, slow) = (times.len(), times.iter().filter(|time| **time > OTHERS).count());
    context.measure("others_samples", samples);
    context.measure("others_slow", slow);
    context.measure_time("closed_after", closed?);
    results.expect(&[200], &[]).context("others were not served")?;
    ensure!(samples >= FEWEST_SAMPLES, "only {samples} requests of others were served meanwhile");
    ensure!(slow * 100 <= samples, "{slow} of {samples} requests of others took more than {OTHERS:?}");
    service.check_running()
}

/// Begins to be slow.
async fn connect(kind: &Kind, server: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    // For those that do not read.
    socket.set_recv_buffer_size(4096)?;
    let mut stream = socket.connect(server).await.context("no connection")?;
    if kind.is_second {
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: chaos.example\r\n\r\n").await?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).await?;
        ensure!(answer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
    }
    let times = if kind.drips { 1 } else { ANSWERS };
    stream.write_all(kind.begin.repeat(times).as_bytes()).await?;
    Ok(stream)
}

/// Returns when the service held the last of the connections.
async fn drip_until_closed(mut clients: Vec<(&Kind, TcpStream)>, server: u16, started: Instant) -> Result<Duration> {
    loop {
        sleep(DRIP).await;
        let held = held_by_server(server)?;
        clients.retain(|(_, stream)| stream.local_addr().is_ok_and(|address| held.contains(&address.port())));
        let Some((kind, _)) = clients.first() else { return Ok(started.elapsed()) };
        ensure!(started.elapsed() <= DEADLINE + SLACK, "{} is still open after {:?}", kind.name, started.elapsed());
        for (_, stream) in clients.iter().filter(|(kind, _)| kind.drips) {
            // It fails when the service has closed the connection, which the table tells as well.
            let _ = stream.try_write(b"x");
        }
    }
}
