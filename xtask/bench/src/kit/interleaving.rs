//! Requests whose answers must take the same time, one after another on one connection.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::raw_client::{RawClient, post};

/// The same in every run.
const SEED: u64 = 0x6f72_652d_6265_6e63;

/// The number of requests of each class that are sent first and not counted.
const WARM_UP: usize = 10;

/// Requests of one class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// The expected status of each answer.
    pub(crate) status: u16,
    /// The body of the first request, the second and so on.
    pub(crate) body: fn(usize) -> Value,
}

impl Class {
    /// The number of requests of each class for this number of samples.
    pub(crate) const fn requests(samples: usize) -> usize {
        samples + WARM_UP
    }
}

/// The times of so many answers of each class in microseconds, in the order in which they came. The order of the classes is
/// random throughout, so that whatever a request leaves behind strikes all of them alike.
pub(crate) async fn interleave(server: SocketAddr, classes: &[Class], samples: usize) -> Result<Vec<Vec<f64>>> {
    let classes = classes.to_vec();
    tokio::task::spawn_blocking(move || run(server, &classes, samples)).await?
}

fn run(server: SocketAddr, classes: &[Class], samples: usize) -> Result<Vec<Vec<f64>>> {
    let order = |each: usize| {
        let mut order: Vec<usize> = (0..classes.len()).flat_map(|class| vec![class; each]).collect();
        fastrand::Rng::with_seed(SEED).shuffle(&mut order);
        order
    };
    let mut client = RawClient::connect(server)?;
    let mut sent = vec![0; classes.len()];
    let mut times = vec![Vec::new(); classes.len()];
    for (number, index) in order(WARM_UP).into_iter().chain(order(samples)).enumerate() {
        let Class { name, path, status, body } = classes[index];
        let request = post(server, path, &body(sent[index]));
        sent[index] += 1;
        let begun = Instant::now();
        let answer = client.exchange(&request)?;
        let time = begun.elapsed();
        let text = String::from_utf8_lossy(answer.body);
        ensure!(answer.status == status, "{name} was answered with {}: {text}", answer.status);
        if number >= WARM_UP * classes.len() {
            times[index].push(time.as_secs_f64() * 1_000_000.0);
        }
    }
    Ok(times)
}
