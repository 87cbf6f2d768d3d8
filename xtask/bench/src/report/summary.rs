//! All results, as a table in Markdown and as JSON.

use std::fs;

use ore_harness::{Outcome, cores};
use procfs::{CpuInfo, Current, Meminfo};
use serde::Serialize;
use serde_json::{Value, json};

use super::Row;

const HEADINGS: [&str; 7] = ["case", "what", "median", "spread", "ratio", "goal", ""];

/// What the figures were measured on, as far as it matters.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
    kernel: String,
}

impl Machine {
    /// As Linux describes it (proc(5)).
    pub(crate) fn look() -> Self {
        let processor = CpuInfo::current().ok().and_then(|it| it.model_name(0).map(str::to_owned));
        Self {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: cores(),
            memory_mib: Meminfo::current().map_or(0, |it| it.mem_total >> 20),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        }
    }
}

/// All cases of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) machine: Machine,
    pub(crate) is_quick: bool,
    pub(crate) rounds: usize,
    pub(crate) cases: Vec<Outcome<Vec<Row>>>,
}

impl Summary {
    /// The results for programs.
    pub(crate) fn to_json(&self) -> Value {
        let case = |it: &Outcome<Vec<Row>>| {
            let rows: Vec<_> = it.measured.iter().map(Row::to_json).collect();
            json!({"case": it.name, "seconds": it.seconds(), "obstacle": obstacle(it), "rows": rows})
        };
        let cases: Vec<_> = self.cases.iter().map(case).collect();
        json!({"machine": self.machine, "mode": self.mode(), "rounds": self.rounds, "cases": cases})
    }

    /// A page of its own.
    pub(crate) fn to_markdown(&self) -> String {
        let (Machine { processor, cores, memory_mib, kernel }, head) = (&self.machine, line(HEADINGS));
        format!(
            "# Benchmark results\n\nWritten by `cargo xtask bench`; [how](../performance.md). {} run, {} rounds, on \
             {processor}, {cores} cores, {memory_mib} MiB of memory, Linux {kernel}.\n\n{head}|{}\n{}",
            self.mode(),
            self.rounds,
            "---|".repeat(HEADINGS.len()),
            self.cases.iter().map(lines).collect::<String>(),
        )
    }

    fn mode(&self) -> &'static str {
        if self.is_quick { "Quick" } else { "Full" }
    }
}

fn obstacle(case: &Outcome<Vec<Row>>) -> Option<String> {
    case.reason().map(|reason| format!("{}: {reason}", case.word()))
}

fn lines(case: &Outcome<Vec<Row>>) -> String {
    let with_case = |cells: &[String; 6]| {
        let [what, median, spread, ratio, goal, reached] = cells.each_ref().map(String::as_str);
        line([&case.name, what, median, spread, ratio, goal, reached])
    };
    let obstacle = obstacle(case).map(|reason| line([&case.name, &reason, "", "", "", "", ""]));
    case.measured.iter().map(|row| with_case(&row.cells())).chain(obstacle).collect()
}

fn line(cells: [&str; 7]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
