//! Things that do the same work, measured in turn.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{ClosedLoop, Service, cores, processor_time};

use super::{Cost, Program, Refreshers};
use crate::context::Context;
use crate::report::{Goal, Row, Spread};

const ME: &str = "/api/v1/auth/me";
/// Who refresh.
const CLIENTS: usize = 64;

/// So that caches are warm, and what is made at the first request has been made.
const WARM_UP: Duration = Duration::from_secs(1);

/// Something whose rate is measured.
pub(crate) enum Contender {
    Requests(ClosedLoop),
    Refreshes(Refreshers),
    /// One that warms up itself, or has nothing to warm up.
    Program(Program),
}

/// What is measured of contenders.
#[derive(Clone, Copy)]
pub(crate) enum Figure<'a> {
    /// How often a second.
    Rate,
    /// The microseconds that the processors spend on these services' processes each time.
    Cost(&'a [Vec<&'a Service>]),
}

/// What a contender is compared with: the first of all. The ratio is that of the rates or costs, or of the times that the
/// rates mean.
pub(crate) enum Beside<'a> {
    Figure(&'a str),
    Time(&'a str),
}

/// What becomes of the comparison.
pub(crate) enum Ratio {
    /// It is not shown, as that of the first.
    Hidden,
    Shown,
    Judged(Goal),
}

impl Contender {
    /// A GET with a token, on many connections.
    pub(crate) fn get(service: &Service, path: &str, token: &str) -> Self {
        Self::Requests(ClosedLoop::get(service.address(), path).with_token(token))
    }

    /// Log-ins for each core, of which one is computed while the other waits: no core is idle, and nobody is refused.
    pub(crate) fn log_ins(at: std::net::SocketAddr, script: String) -> Self {
        Self::Requests(ClosedLoop::scripted(at, script).on_connections(2 * cores()))
    }

    /// How often, and how often a second.
    async fn run(&self, context: &Context, time: Duration) -> Result<(f64, f64)> {
        let of_rate = |rate: f64| (rate * time.as_secs_f64(), rate);
        match self {
            Self::Requests(load) => load.run(context, time).await.map(|rate| (rate.requests.into(), rate.per_second())),
            Self::Refreshes(clients) => clients.rate(time).await.map(of_rate),
            Self::Program(program) => program.rate(time).await.map(of_rate),
        }
    }

    async fn measure(&self, context: &Context, processes: Option<&[&Service]>) -> Result<f64> {
        let spent = || -> Result<Duration> {
            processes.into_iter().flatten().map(|service| processor_time(service.process())).sum()
        };
        let before = spent()?;
        let (count, rate) = self.run(context, context.time()).await?;
        let cost = spent()?.saturating_sub(before).as_secs_f64() * 1_000_000.0 / count;
        Ok(if processes.is_some() { cost } else { rate })
    }
}

/// Measures all of them in each round, one after another, puts a line for each into the table, and returns the figures of
/// each. What else the machine does strikes them alike.
pub(crate) async fn compare(
    context: &Context,
    figure: Figure<'_>,
    beside: Beside<'_>,
    contenders: Vec<(String, Contender, Ratio)>,
) -> Result<Vec<Vec<f64>>> {
    for (name, contender, _) in &contenders {
        if !matches!(contender, Contender::Program(_)) {
            context.step(&format!("{name}, warming up"));
            contender.run(context, WARM_UP).await?;
        }
    }
    let mut figures = vec![Vec::new(); contenders.len()];
    for round in 1..=context.pace.rounds {
        for (index, (name, contender, _)) in contenders.iter().enumerate() {
            context.step(&format!("{name}, round {round} of {}", context.pace.rounds));
            let processes = if let Figure::Cost(all) = figure { Some(all[index].as_slice()) } else { None };
            figures[index].push(contender.measure(context, processes).await?);
        }
    }
    let unit = if let Figure::Cost(_) = figure { "µs" } else { "a second" };
    for ((name, _, ratio), of_one) in contenders.into_iter().zip(&figures) {
        let row = Row::new(name, unit, of_one);
        let compared = |row: Row| match beside {
            Beside::Figure(with) => row.compared(with, Spread::of_ratios(of_one, &figures[0])),
            Beside::Time(with) => row.compared(with, Spread::of_ratios(&figures[0], of_one)),
        };
        context.record(match ratio {
            Ratio::Hidden => row,
            Ratio::Shown => compared(row),
            Ratio::Judged(goal) => compared(row).with_goal(goal),
        });
    }
    Ok(figures)
}

/// What a client does most, on one service: a token is checked, somebody logs in, sessions are refreshed. Each with its name.
pub(crate) async fn three_loads(
    server: &Service,
    (token, log_ins): (&str, String),
    (cost, database): (Cost, &str),
) -> Result<[(String, Contender); 3]> {
    Ok([
        (format!("GET {ME}, {database}"), Contender::get(server, ME, token)),
        (format!("log-ins, {cost}, {database}"), Contender::log_ins(server.address(), log_ins)),
        (
            format!("refreshes of {CLIENTS} clients, {database}"),
            Contender::Refreshes(Refreshers::register(server.address(), CLIENTS).await?),
        ),
    ])
}

/// Compares the time with many of something with that with few, which may take 5 % more.
pub(crate) async fn compare_times(
    context: &Context,
    few: (String, Contender),
    many: (String, Contender),
    with: &str,
) -> Result<()> {
    let contenders = vec![(few.0, few.1, Ratio::Hidden), (many.0, many.1, Ratio::Judged(Goal::AtMost(1.05)))];
    compare(context, Figure::Rate, Beside::Time(with), contenders).await.map(drop)
}
