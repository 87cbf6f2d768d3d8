//! Tools that this machine neither has nor can get.

use anyhow::Error;
use ore_harness::{Skipped, complain};

use crate::matching;

/// Because `program` is missing, and `obstacle` came of the try to install it.
pub(super) fn missing(program: &str, obstacle: &Error) -> Error {
    complain(&format!("{obstacle:#}"));
    Skipped(format!("{program} is missing and cannot be installed here")).into()
}

/// The error as it is or, where its text fits one of the patterns, the reason why the tool cannot be had here: a registry does
/// not answer, say.
pub(super) fn explain(error: Error, obstacles: &[(&str, &str)]) -> Error {
    let complaint = error.to_string();
    let fits = |(pattern, _): &&(&str, &str)| matching::find(pattern, &complaint).is_some();
    let Some((_, reason)) = obstacles.iter().find(fits) else { return error };
    complain(&complaint);
    Skipped((*reason).to_owned()).into()
}
