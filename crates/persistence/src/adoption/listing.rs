use std::fmt;

/// The first of many things, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// At most [`Listing::LIMIT`].
    pub shown: Vec<T>,
    /// With those that are not shown.
    pub total: usize,
}

impl<T> Listing<T> {
    /// The most that are shown, so that a message stays readable however bad a database is.
    pub const LIMIT: usize = 20;

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(crate) fn add(&mut self, item: impl FnOnce() -> T) {
        self.total += 1;
        if self.shown.len() < Self::LIMIT {
            self.shown.push(item());
        }
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self { shown: Vec::new(), total: 0 }
    }
}

impl<T: fmt::Display> fmt::Display for Listing<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.shown.iter().enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            item.fmt(formatter)?;
        }
        match self.total - self.shown.len() {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}
