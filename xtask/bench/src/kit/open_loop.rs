//! Requests at a fixed rate, whatever becomes of them. A time counts from when the request should have been sent: who
//! waits behind a slow answer waits too, and a closed loop would hide it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use super::ME;

/// Threads, each with a connection of its own.
const CONNECTIONS: u32 = 16;

/// Digits of a time.
const DIGITS: u8 = 3;

/// Longer than any answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Headers of an answer.
const HEADERS: usize = 64;

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
            threads.spawn_blocking(move || load.work(index, start));
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
    fn work(self, index: u32, start: Instant) -> Result<(Histogram<u64>, Histogram<u64>)> {
        // Threads that sleep are woken up to 50 µs late to save power (prctl(2), PR_SET_TIMERSLACK).
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let Self { server, token, rate, time } = self;
        let request = format!("GET {ME} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n\r\n");
        let mut stream = TcpStream::connect(server).context("not connected")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        let (mut times, mut lateness) = (Histogram::new(DIGITS)?, Histogram::new(DIGITS)?);
        let mut number = index;
        loop {
            let offset = Duration::from_secs(1) * number / rate;
            let free = start.elapsed();
            if offset >= time || free >= 2 * time {
                return Ok((times, lateness));
            }
            // The timers of tokio tick once a millisecond.
            thread::sleep(offset.saturating_sub(free));
            lateness.record(nanoseconds(start.elapsed().saturating_sub(offset.max(free))))?;
            stream.write_all(request.as_bytes())?;
            let status = read_answer(&mut stream)?;
            ensure!(status == 200, "{ME} was answered with {status}");
            times.record(nanoseconds(start.elapsed().saturating_sub(offset)))?;
            number += CONNECTIONS;
        }
    }
}

/// Reads an answer to its end; the status. The client of the harness would add a third to the time of a quick answer.
fn read_answer(stream: &mut TcpStream) -> Result<u16> {
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut part)?;
        ensure!(read > 0, "the server has closed the connection");
        answer.extend_from_slice(&part[..read]);
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = response.parse(&answer)? else { continue };
        let length = response.headers.iter().find(|it| it.name.eq_ignore_ascii_case("content-length"));
        let length = length.context("an answer of unknown length")?.value;
        if answer.len() >= head + std::str::from_utf8(length)?.parse::<usize>()? {
            return response.code.context("no status");
        }
    }
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
    use std::net::TcpListener;

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Answers every connection's requests; the first answer of each waits.
    fn start_server() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut buffer = [0; 4096];
                    let mut wait = Duration::from_millis(200);
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
        let time = Duration::from_millis(320);
        let load = OpenLoop { server: start_server(), token: String::new(), rate: 1600, time };
        let latencies = load.run().await.unwrap();
        // On each of 16 connections requests are due every 10 ms; the first is answered after 200 ms, and of those
        // that were due meanwhile ten had to wait for 100 ms and more.
        assert!(latencies.times.count_between(100_000_000, u64::MAX) >= 16 * 10, "{latencies:?}");
    }
}
