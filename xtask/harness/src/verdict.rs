//! How a part of the work went.

use anyhow::Result;

/// Why something cannot be done on this machine.
#[derive(Debug)]
pub struct Skipped(
    /// As people read it.
    pub String,
);

impl std::fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// How one part of a program's work went.
#[derive(Debug)]
pub enum Verdict {
    /// As it should.
    Done,
    /// Otherwise, for this reason.
    Failed(String),
    /// Not at all on this machine, for this reason.
    Skipped(String),
}

impl Verdict {
    /// Whether the whole fails with it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl From<Result<()>> for Verdict {
    fn from(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) => match error.downcast_ref::<Skipped>() {
                Some(reason) => Self::Skipped(reason.to_string()),
                None => Self::Failed(format!("{error:#}")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_is_missing_is_told_from_what_went_wrong() {
        assert!(matches!(Verdict::from(Err(Skipped("no nginx".to_owned()).into())), Verdict::Skipped(_)));
        assert!(matches!(Verdict::from(Err(anyhow!("lost"))), Verdict::Failed(_)));
        assert!(matches!(Verdict::from(Ok(())), Verdict::Done));
    }
}
