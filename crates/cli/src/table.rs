use ore_domain::{Rfc3339, Timestamp};
use unicode_width::UnicodeWidthStr;

use crate::Failure;
use crate::console::{print, printable};

/// The placeholder for an empty cell.
const NOTHING: &str = "-";
const GAP: &str = "  ";

/// A table for people, the same at a terminal and in a pipe: no line is broken or cut.
///
/// Rows may come in several parts. A wider cell of a later part widens its column from there on.
pub(crate) struct Table<const N: usize> {
    headings: Option<[&'static str; N]>,
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    /// With headings, which come with the first row.
    pub(crate) fn new(headings: [&'static str; N]) -> Self {
        Self { headings: Some(headings), widths: [0; N] }
    }

    pub(crate) fn without_headings() -> Self {
        Self { headings: None, widths: [0; N] }
    }

    pub(crate) fn print(&mut self, rows: impl IntoIterator<Item = [String; N]>) -> Result<(), Failure> {
        print(&self.text(rows))
    }

    fn text(&mut self, rows: impl IntoIterator<Item = [String; N]>) -> String {
        let mut lines: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| shown(&cell))).collect();
        if let Some(headings) = self.headings.take_if(|_| !lines.is_empty()) {
            lines.insert(0, headings.map(str::to_owned));
        }
        for line in &lines {
            for (width, cell) in self.widths.iter_mut().zip(line) {
                *width = cell.width().max(*width);
            }
        }
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&self, cells: &[String; N]) -> String {
        let padded = cells.iter().zip(self.widths).map(|(cell, width)| {
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            format!("{cell}{blanks}")
        });
        let line = padded.collect::<Vec<_>>().join(GAP);
        format!("{}\n", line.trim_end())
    }
}

fn shown(cell: &str) -> String {
    if cell.is_empty() { NOTHING.to_owned() } else { printable(cell) }
}

/// A moment as the API writes it; nothing where there is none.
pub(crate) fn moment(at: impl Into<Option<Timestamp>>) -> String {
    at.into().map(|at| Rfc3339(at).to_string()).unwrap_or_default()
}

/// Names with commas between them.
pub(crate) fn list<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let mut table = Table::new(["NAME", "WHAT"]);
        let rows = [["密钥", "a"], ["ada", ""], ["e\u{301}ve\u{1b}", "c"]].map(|row| row.map(str::to_owned));
        let lines = ["NAME       WHAT", "密钥       a", "ada        -", "e\u{301}ve\\u{1b}  c", ""];
        assert_eq!(table.text(rows), lines.join("\n"));
    }

    #[test]
    fn headings_come_once_and_not_alone() {
        let mut table = Table::new(["A", "B"]);
        let row = |first: &str| [[first.to_owned(), "x".to_owned()]];
        assert_eq!(table.text([]), "");
        assert_eq!(table.text(row("longer")), "A       B\nlonger  x\n");
        assert_eq!(table.text(row("a")), "a       x\n");
    }
}
