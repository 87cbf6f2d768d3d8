//! Things that do the same work, measured in turn.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use ore_harness::run;
use serde::Deserialize;

use super::{ClosedLoop, Cost, ExchangeLoop, Refreshers};
use crate::context::Context;
use crate::report::cores;

/// The same loop around argon2-cffi.
const PYTHON_LOOP: &str = include_str!("hash_loop.py");

/// So that caches are warm, and what is made at the first request has been made.
const WARM_UP: Duration = Duration::from_secs(1);

/// Something whose rate is measured.
pub(crate) enum Contender {
    /// Answers a second.
    Requests(ClosedLoop),
    /// Hashes a second.
    Hashes(HashLoop),
    /// Refreshes a second.
    Refreshes(Refreshers),
    /// The statements of a refresh, in exchanges per second.
    Exchanges(ExchangeLoop),
}

/// A program that hashes on all cores and prints how fast.
#[derive(Debug, Clone)]
pub(crate) struct HashLoop {
    program: PathBuf,
    arguments: Vec<String>,
}

/// The output of such a program.
#[derive(Debug, Deserialize)]
struct HashRate {
    #[serde(alias = "plain_hashes_per_second")]
    hashes_per_second: f64,
}

impl HashLoop {
    /// Around the `argon2` crate, with memory that is kept.
    pub(crate) fn rust(context: &Context, cost: Cost) -> Result<Self> {
        // One round of its own.
        let arguments = arguments(cost).into_iter().chain(["1".to_owned()]).collect();
        Ok(Self { program: context.tools().get("hash_loop")?.to_owned(), arguments })
    }

    /// Around the C library that argon2-cffi brings.
    pub(crate) fn c_library(context: &Context, cost: Cost) -> Result<Self> {
        let arguments = ["-c".to_owned(), PYTHON_LOOP.to_owned()].into_iter().chain(arguments(cost));
        let arguments = arguments.chain([context.time().as_secs().to_string()]).collect();
        Ok(Self { program: context.tools().get("python")?.to_owned(), arguments })
    }

    async fn rate(&self) -> Result<f64> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        let text = tokio::task::spawn_blocking(move || run(&mut command)).await??;
        let rate: HashRate = serde_json::from_str(&text).with_context(|| format!("no rate of hashes: {text}"))?;
        Ok(rate.hashes_per_second)
    }
}

/// Memory, passes, lanes, threads.
fn arguments(cost: Cost) -> Vec<String> {
    let threads = u32::try_from(cores()).unwrap_or(u32::MAX);
    [cost.memory_kib, cost.passes, cost.lanes, threads].map(|number| number.to_string()).to_vec()
}

impl Contender {
    async fn rate(&self, context: &Context) -> Result<f64> {
        match self {
            Self::Requests(load) => Ok(load.run(context, context.time()).await?.rate()),
            Self::Hashes(program) => program.rate().await,
            Self::Refreshes(clients) => clients.rate(context.time()).await,
            Self::Exchanges(program) => program.rate(context.time()).await,
        }
    }

    /// Programs of loops see to it themselves, or have nothing to warm up.
    async fn warm_up(&self, context: &Context) -> Result<()> {
        match self {
            Self::Requests(load) => load.run(context, WARM_UP).await.map(drop),
            Self::Refreshes(clients) => clients.rate(WARM_UP).await.map(drop),
            Self::Hashes(_) | Self::Exchanges(_) => Ok(()),
        }
    }
}

/// Measures all of them in each round, one after another, and returns the rates of each. What else the machine does
/// strikes them alike.
pub(crate) async fn alternate_all(context: &Context, contenders: &[(String, Contender)]) -> Result<Vec<Vec<f64>>> {
    for (name, contender) in contenders {
        context.step(&format!("{name}, warming up"));
        contender.warm_up(context).await?;
    }
    let mut rates = vec![Vec::new(); contenders.len()];
    for round in 1..=context.rounds() {
        for ((name, contender), rates) in contenders.iter().zip(&mut rates) {
            context.step(&format!("{name}, round {round} of {}", context.rounds()));
            rates.push(contender.rate(context).await?);
        }
    }
    Ok(rates)
}

/// As [`alternate_all`], of a number that is known.
pub(crate) async fn alternate<const N: usize>(
    context: &Context,
    contenders: [(&str, Contender); N],
) -> Result<[Vec<f64>; N]> {
    let contenders = contenders.map(|(name, contender)| (name.to_owned(), contender));
    let rates = alternate_all(context, &contenders).await?;
    rates.try_into().map_err(|_| anyhow!("rates are missing"))
}
