//! Requests at a fixed rate, whatever becomes of them. A time counts from when the request should have been sent: who
//! waits behind a slow answer waits too, and a closed loop would hide it.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use hdrhistogram::Histogram;

use super::raw_client::RawClient;

/// Threads, each with a connection of its own.
const CONNECTIONS: u32 = 16;

/// From a microsecond to a minute, with three digits.
const BOUNDS: (u64, u64, u8) = (1_000, 60_000_000_000, 3);

/// A load at a fixed rate.
#[derive(Debug, Clone)]
pub(crate) struct OpenLoop {
    pub(crate) server: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) token: String,
    /// Requests a second.
    pub(crate) rate: u32,
    pub(crate) time: Duration,
}

/// The latencies, in nanoseconds.
#[derive(Debug)]
pub(crate) struct Latencies {
    pub(crate) times: Histogram<u64>,
    /// How late the requests left of which no earlier answer was to blame: what the load itself adds.
    pub(crate) lateness: Histogram<u64>,
    /// Answers a second.
    pub(crate) rate: f64,
}

impl OpenLoop {
    /// Runs it. A load that the server cannot bear ends after twice its time.
    pub(crate) async fn run(self) -> Result<Latencies> {
        tokio::task::spawn_blocking(move || self.run_threads()).await?
    }

    fn run_threads(&self) -> Result<Latencies> {
        let start = Instant::now();
        let parts: Vec<Result<Part>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS).map(|index| scope.spawn(move || self.work(index, start))).collect();
            let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
            joined.map(|it| it.unwrap_or_else(|_| Err(anyhow!("a thread failed")))).collect()
        });
        let mut whole = Part::new()?;
        for part in parts {
            let part = part?;
            whole.times.add(&part.times).context("cannot add times")?;
            whole.lateness.add(&part.lateness).context("cannot add times")?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a number of requests is far below 2^52")]
        let rate = whole.times.len() as f64 / start.elapsed().as_secs_f64();
        Ok(Latencies { times: whole.times, lateness: whole.lateness, rate })
    }

    /// Sends every request whose number is `index` in each sixteen.
    fn work(&self, index: u32, start: Instant) -> Result<Part> {
        // Threads that sleep are woken up to 50 µs late to save power (prctl(2), PR_SET_TIMERSLACK).
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let request = self.request();
        let mut client = RawClient::connect(self.server)?;
        let mut part = Part::new()?;
        let mut number = index;
        loop {
            let offset = Duration::from_secs(1) * number / self.rate;
            let free = start.elapsed();
            if offset >= self.time || free >= 2 * self.time {
                return Ok(part);
            }
            thread::sleep(offset.saturating_sub(free));
            part.lateness.saturating_record(nanoseconds(start.elapsed().saturating_sub(offset.max(free))));
            let status = client.exchange(&request)?.status;
            ensure!(status == 200, "{} was answered with {status}", self.path);
            part.times.saturating_record(nanoseconds(start.elapsed().saturating_sub(offset)));
            number += CONNECTIONS;
        }
    }

    fn request(&self) -> Vec<u8> {
        let Self { server, path, token, .. } = self;
        format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
    }
}

/// The measurements of one thread.
struct Part {
    times: Histogram<u64>,
    lateness: Histogram<u64>,
}

impl Part {
    fn new() -> Result<Self> {
        let (least, most, digits) = BOUNDS;
        let histogram = Histogram::new_with_bounds(least, most, digits).context("no histogram of these bounds")?;
        Ok(Self { times: histogram.clone(), lateness: histogram })
    }
}

impl Latencies {
    /// The time in microseconds that this part of the answers stayed within.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        microseconds(&self.times, part)
    }
}

/// The time in microseconds that this part of a histogram stays within.
#[expect(clippy::cast_precision_loss, reason = "a minute in nanoseconds is below 2^52")]
pub(crate) fn microseconds(histogram: &Histogram<u64>, part: f64) -> f64 {
    histogram.value_at_quantile(part) as f64 / 1000.0
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Answers every connection's requests; the first answer of each waits.
    fn start_server(wait: Duration) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut buffer = [0; 4096];
                    let mut wait = wait;
                    while stream.read(&mut buffer).is_ok_and(|length| length > 0) {
                        thread::sleep(std::mem::take(&mut wait));
                        stream.write_all(ANSWER).unwrap();
                    }
                });
            }
        });
        address
    }

    #[test]
    fn requests_that_wait_behind_a_slow_answer_count_with_their_waiting() {
        let server = start_server(Duration::from_millis(200));
        let time = Duration::from_millis(320);
        let load = OpenLoop { server, path: "/", token: String::new(), rate: 1600, time };
        let latencies = load.run_threads().unwrap();
        // On each of 16 connections requests are due every 10 ms; the first is answered after 200 ms, and of those
        // that were due meanwhile ten had to wait for 100 ms and more.
        assert!(latencies.times.count_between(100_000_000, u64::MAX) >= 16 * 10, "{latencies:?}");
    }
}
