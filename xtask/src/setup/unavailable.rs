//! Tools that this machine neither has nor can get.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use ore_harness::complain;

use crate::matching;

/// Why a tool cannot be had here: somebody would have to install it, or a registry does not answer. An error of any
/// other kind is a fault of ours.
#[derive(Debug)]
pub(crate) struct Unavailable(String);

impl Unavailable {
    /// With the reason as people will read it.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// Because `program` is missing, and `obstacle` came of the try to install it.
    pub(super) fn missing(program: &str, obstacle: &anyhow::Error) -> Self {
        complain(&format!("{obstacle:#}"));
        Self(format!("{program} is missing and cannot be installed here"))
    }

    /// The error as it is or, where its text fits one of the patterns, one of this kind with the reason.
    pub(super) fn explain(error: anyhow::Error, obstacles: &[(&str, &str)]) -> anyhow::Error {
        let complaint = error.to_string();
        let fits = |(pattern, _): &&(&str, &str)| matching::find(pattern, &complaint).is_some();
        let Some((_, reason)) = obstacles.iter().find(fits) else { return error };
        complain(&complaint);
        Self::new(*reason).into()
    }
}

impl Display for Unavailable {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for Unavailable {}
