//! Things that do the same work, measured in turn.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{ClosedLoop, Service, cores, processor_time};

use super::{Cost, Program, Refreshers};
use crate::context::Context;
use crate::report::{Goal, Row, Spread};

/// What clients ask for most.
pub(crate) const ME: &str = "/api/v1/auth/me";
/// Who refresh.
pub(crate) const CLIENTS: usize = 64;

/// So that caches are warm, and what is made at the first request has been made.
const WARM_UP: Duration = Duration::from_secs(1);

/// What is done over and over.
pub(crate) enum Load {
    Requests(ClosedLoop),
    Refreshes(Refreshers),
    /// One that warms up itself, or has nothing to warm up.
    Program(Program),
}

/// Something that is measured beside others.
pub(crate) struct Contender {
    name: String,
    load: Load,
    /// For the comparison.
    goal: Option<Goal>,
    /// Those whose processor time counts.
    processes: Vec<u32>,
}

/// What is measured of contenders, and compared.
#[derive(Clone, Copy)]
pub(crate) enum Figure {
    /// How often a second.
    Rate,
    /// The same, compared by the times that the rates mean.
    Time,
    /// The microseconds that the processors spend on processes each time.
    Cost,
}

impl Load {
    /// Requests for the user of a token, on many connections.
    pub(crate) fn me(service: &Service, token: &str) -> Self {
        Self::Requests(ClosedLoop::get(service.address(), ME).with_token(token))
    }

    /// Log-ins for each core, of which one is computed while the other waits: no core is idle, and nobody is refused.
    pub(crate) fn log_ins(service: &Service, script: String) -> Self {
        Self::Requests(ClosedLoop::scripted(service.address(), script).on_connections(2 * cores()))
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
}

impl Contender {
    /// One without a goal.
    pub(crate) fn new(name: impl Into<String>, load: Load) -> Self {
        Self { name: name.into(), load, goal: None, processes: Vec::new() }
    }

    /// With a goal for the comparison.
    pub(crate) fn judged(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// With the services whose processor time counts.
    pub(crate) fn costing(self, services: &[Service]) -> Self {
        Self { processes: services.iter().map(Service::process).collect(), ..self }
    }

    async fn measure(&self, context: &Context, figure: Figure) -> Result<f64> {
        let spent = || self.processes.iter().map(|process| processor_time(*process)).sum::<Result<Duration>>();
        let before = spent()?;
        let (count, rate) = self.load.run(context, context.time()).await?;
        let cost = spent()?.saturating_sub(before).as_secs_f64() * 1_000_000.0 / count;
        Ok(if let Figure::Cost = figure { cost } else { rate })
    }
}

/// Measures all of them in each round, one after another, puts a line for each into the table, where all but the first are
/// compared with it, and returns the figures of each. What else the machine does strikes them alike.
pub(crate) async fn compare(
    context: &Context,
    figure: Figure,
    with: &str,
    contenders: &[Contender],
) -> Result<Vec<Vec<f64>>> {
    for Contender { name, load, .. } in contenders {
        if !matches!(load, Load::Program(_)) {
            context.step(&format!("{name}, warming up"));
            load.run(context, WARM_UP).await?;
        }
    }
    let mut figures = vec![Vec::new(); contenders.len()];
    for round in 1..=context.pace.rounds {
        for (contender, figures) in contenders.iter().zip(&mut figures) {
            context.step(&format!("{}, round {round} of {}", contender.name, context.pace.rounds));
            figures.push(contender.measure(context, figure).await?);
        }
    }
    let unit = if let Figure::Cost = figure { "µs" } else { "a second" };
    for (index, (Contender { name, goal, .. }, of_one)) in contenders.iter().zip(&figures).enumerate() {
        let row = Row::new(name, unit, Spread::of(of_one));
        let ratio = match figure {
            Figure::Time => Spread::of_ratios(&figures[0], of_one),
            Figure::Rate | Figure::Cost => Spread::of_ratios(of_one, &figures[0]),
        };
        context.record(if index == 0 { row } else { row.compared(with, ratio, *goal) });
    }
    Ok(figures)
}

/// What a client does most, on one service: a token is checked, somebody logs in, sessions are refreshed.
pub(crate) async fn three_loads(
    service: &Service,
    (token, log_ins): (&str, String),
    (cost, on): (Cost, &str),
) -> Result<Vec<Contender>> {
    let refreshers = Refreshers::register(service.address(), CLIENTS).await?;
    Ok(vec![
        Contender::new(format!("GET {ME}, {on}"), Load::me(service, token)),
        Contender::new(format!("log-ins, {cost}, {on}"), Load::log_ins(service, log_ins)),
        Contender::new(format!("refreshes of {CLIENTS} clients, {on}"), Load::Refreshes(refreshers)),
    ])
}

/// Compares each time with many of something with that with few, which may take 5 % more.
pub(crate) async fn compare_times(
    context: &Context,
    few: Vec<Contender>,
    many: Vec<Contender>,
    with: &str,
) -> Result<()> {
    for (few, many) in few.into_iter().zip(many) {
        compare(context, Figure::Time, with, &[few, many.judged(Goal::AtMost(1.05))]).await?;
    }
    Ok(())
}
