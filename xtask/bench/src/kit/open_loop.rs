//! Requests at a fixed rate, whatever becomes of them. A time counts from when the request should have been sent: who
//! waits behind a slow answer waits too, and a closed loop would hide it.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use ore_harness::{Client, Request};
use tokio::runtime;
use tokio::task::JoinSet;

/// Threads, each with a connection of its own.
const CONNECTIONS: u32 = 16;

/// Digits of a time.
const DIGITS: u8 = 3;

/// Requests for the user of a token, at a fixed rate.
#[derive(Debug, Clone)]
pub(crate) struct OpenLoop {
    pub(crate) server: SocketAddr,
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
    /// From the first request to the last answer.
    pub(crate) took: Duration,
}

impl OpenLoop {
    /// Runs it. A load that the server cannot bear ends after twice its time.
    pub(crate) async fn run(self) -> Result<Latencies> {
        let start = Instant::now();
        let mut threads = JoinSet::new();
        for index in 0..CONNECTIONS {
            let load = self.clone();
            threads.spawn_blocking(move || block_on(load.work(index, start)));
        }
        let (mut times, mut lateness) = (Histogram::new(DIGITS)?, Histogram::new(DIGITS)?);
        while let Some(thread) = threads.join_next().await {
            let (of_one, late) = thread??;
            times.add(of_one)?;
            lateness.add(late)?;
        }
        Ok(Latencies { times, lateness, took: start.elapsed() })
    }

    /// Sends every request whose number is `index` in each sixteen.
    async fn work(self, index: u32, start: Instant) -> Result<(Histogram<u64>, Histogram<u64>)> {
        // Threads that sleep are woken up to 50 µs late to save power (prctl(2), PR_SET_TIMERSLACK).
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let (mut client, request) = (Client::new(self.server), Request::me(&self.token));
        let (mut times, mut lateness) = (Histogram::new(DIGITS)?, Histogram::new(DIGITS)?);
        let mut number = index;
        loop {
            let offset = Duration::from_secs(1) * number / self.rate;
            let free = start.elapsed();
            if offset >= self.time || free >= 2 * self.time {
                return Ok((times, lateness));
            }
            // The timers of tokio tick once a millisecond.
            thread::sleep(offset.saturating_sub(free));
            let sent = start.elapsed();
            lateness.record(nanoseconds(sent.saturating_sub(offset.max(free))))?;
            let answer = client.send(&request).await?;
            ensure!(answer.status == 200, "{request} was answered with {answer}");
            times.record(nanoseconds((sent + answer.took).saturating_sub(offset)))?;
            number += CONNECTIONS;
        }
    }
}

/// Runs a client on this thread, where no other task makes its answers wait.
pub(crate) fn block_on<T>(client: impl Future<Output = Result<T>>) -> Result<T> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(client)
}

/// The time in microseconds that this part of a histogram stays within.
#[expect(clippy::cast_precision_loss, reason = "no time has 2^52 nanoseconds")]
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

    #[tokio::test]
    async fn requests_that_wait_behind_a_slow_answer_count_with_their_waiting() {
        let server = start_server(Duration::from_millis(200));
        let time = Duration::from_millis(320);
        let load = OpenLoop { server, token: String::new(), rate: 1600, time };
        let latencies = load.run().await.unwrap();
        // On each of 16 connections requests are due every 10 ms; the first is answered after 200 ms, and of those
        // that were due meanwhile ten had to wait for 100 ms and more.
        assert!(latencies.times.count_between(100_000_000, u64::MAX) >= 16 * 10, "{latencies:?}");
    }
}
