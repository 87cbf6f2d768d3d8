//! What `workflow-server config` prints.

use std::fmt;

use super::fault::{Fault, SettingsFaults};
use super::load;
use super::sources::Sources;
use super::values::Values;

/// Every setting with its value, secrets masked, and where it came from; then the faults, if there are any.
#[derive(Debug, Clone)]
pub struct Listing {
    rows: Vec<[String; 3]>,
    faults: Vec<Fault>,
}

impl Listing {
    /// Reads the sources. Faults do not stop it: they are listed behind the settings.
    pub fn of(sources: &Sources) -> Self {
        let mut values = Values::gather(sources);
        // Read for the faults alone.
        drop(load::read(&mut values));
        Self { rows: values.all_shown(), faults: values.faults }
    }

    /// Tells whether [`Settings::load`](super::Settings::load) would take the same sources.
    ///
    /// # Errors
    /// The faults it would return.
    pub fn check(&self) -> Result<(), SettingsFaults> {
        if self.faults.is_empty() { Ok(()) } else { Err(SettingsFaults::new(self.faults.clone())) }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let (names, values) = (width(0), width(1));
        for [name, value, origin] in &self.rows {
            writeln!(formatter, "{name:names$}  {value:values$}  {origin}")?;
        }
        if !self.faults.is_empty() {
            writeln!(formatter)?;
        }
        self.faults.iter().try_for_each(|fault| writeln!(formatter, "{fault}"))
    }
}
