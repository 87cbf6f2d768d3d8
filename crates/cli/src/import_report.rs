use std::fmt::Write;

use indicatif::ProgressBar;
use ore_services::{ImportCounts, ImportVerdict};

use crate::Failure;
use crate::console::{print, printable};

/// The maximum number of lines that are held back.
const MAX_LINES: usize = 1000;

/// Says what became of the users of an import, and counts them.
pub(crate) struct ImportReport {
    /// What a place is: a line, or a key.
    noun: &'static str,
    is_dry_run: bool,
    bar: ProgressBar,
    imported: u64,
    present: u64,
    refused: u64,
    /// The first and the last place of a row of users that are there already.
    present_range: Option<(u64, u64)>,
    /// Lines that are not printed yet, by place.
    lines: Vec<(u64, String)>,
}

impl ImportReport {
    pub(crate) fn new(noun: &'static str, is_dry_run: bool, bar: ProgressBar) -> Self {
        Self { noun, is_dry_run, bar, imported: 0, present: 0, refused: 0, present_range: None, lines: Vec::new() }
    }

    /// One that is no user. It is told with the batch around it, in its place.
    pub(crate) fn refuse(&mut self, place: u64, reason: &str) {
        self.refused += 1;
        self.lines.push((place, format!("refused: {}", printable(reason))));
    }

    pub(crate) fn counts(&self) -> ImportCounts {
        ImportCounts { imported: self.imported, present: self.present, refused: self.refused }
    }

    /// Whether so much is yet to be printed that it should be.
    pub(crate) fn is_long(&self) -> bool {
        self.lines.len() >= MAX_LINES
    }

    /// Those of a batch, in their order.
    pub(crate) fn add(&mut self, verdicts: Vec<(u64, ImportVerdict)>) -> Result<(), Failure> {
        for (place, verdict) in verdicts {
            match verdict {
                ImportVerdict::Imported => {
                    self.imported += 1;
                    self.end_range();
                }
                ImportVerdict::Present => {
                    self.present += 1;
                    let first = self.present_range.map_or(place, |(first, _)| first);
                    self.present_range = Some((first, place));
                }
                ImportVerdict::Refused(refusal) => {
                    self.end_range();
                    self.refuse(place, &refusal.to_string());
                }
            }
        }
        self.print_lines()
    }

    /// The end of an import that is not complete.
    pub(crate) fn interrupt(&mut self) -> Result<(), Failure> {
        self.end_range();
        self.print_lines()?;
        self.bar.finish_and_clear();
        let (outcome, imported, present) = (self.outcome_text(), self.imported, self.present);
        print(&format!("before the end: {imported} users {outcome}, {present} already there\n"))
    }

    /// The end: a failure when anybody was refused.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.end_range();
        self.print_lines()?;
        self.bar.finish_and_clear();
        let (outcome, imported, present, refused) = (self.outcome_text(), self.imported, self.present, self.refused);
        print(&format!("{imported} users {outcome}, {present} already there, {refused} refused\n"))?;
        if refused == 0 {
            return Ok(());
        }
        let rest = if self.is_dry_run { "nothing was changed" } else { "all others are in" };
        Err(Failure::because(format!("refused users: {refused}; {rest}")))
    }

    fn outcome_text(&self) -> &'static str {
        if self.is_dry_run { "would be imported" } else { "imported" }
    }

    fn end_range(&mut self) {
        if let Some((first, last)) = self.present_range.take() {
            let range = if first == last { "already there".to_owned() } else { format!("to {last} already there") };
            self.lines.push((first, range));
        }
    }

    fn print_lines(&mut self) -> Result<(), Failure> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.lines.sort_by_key(|(place, _)| *place);
        let text = self.lines.drain(..).fold(String::new(), |mut text, (place, line)| {
            let colon = if line.starts_with("to ") { "" } else { ":" };
            let _ = writeln!(text, "{} {place}{colon} {line}", self.noun);
            text
        });
        self.bar.suspend(|| print(&text))
    }
}
