//! What package managers complain about when the fault lies with the machine.

use anyhow::Error;
use ore_harness::{Skipped, complain};

use crate::matching;

/// Patterns of complaints, and what they mean. Before version 10, npm writes `npm ERR! code ENOTFOUND`.
const OBSTACLES: [(&str, &str); 4] = [
    ("(that require a different python version)", "the Python here is too old"),
    ("(connection broken by)", "pip reaches no package index"),
    (" code (EBADENGINE)", "the Node.js here is too old"),
    (
        r" code (EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ERR_SOCKET_TIMEOUT|ETIMEDOUT|E50[0234])\b",
        "npm reaches no registry",
    ),
];

/// The error as it is or, where it is an obstacle, the reason why the packages cannot be had here.
pub(super) fn explain(error: Error) -> Error {
    let complaint = error.to_string();
    let Some((_, reason)) = OBSTACLES.iter().find(|(pattern, _)| matching::find(pattern, &complaint).is_some()) else {
        return error;
    };
    complain(&complaint);
    Skipped((*reason).to_owned()).into()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_the_machine_lacks_makes_packages_unavailable_and_a_faulty_list_of_them_does_not() {
        for (complaint, is_unavailable) in [
            (
                "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError' | ERROR: No match",
                true,
            ),
            ("ERROR: Ignored the following versions that require a different python version: 4.0", true),
            ("ERROR: Could not find a version that satisfies the requirement six==0.0 (from versions: 1.16)", false),
            ("npm error code ENOTFOUND | npm error syscall getaddrinfo", true),
            ("npm WARN old | npm ERR! code ECONNREFUSED | npm ERR! errno", true),
            ("npm error code EBADENGINE | npm error engine Unsupported engine", true),
            ("npm error code EUSAGE | npm error ENOTFOUND in a name", false),
        ] {
            let error = explain(anyhow!("`npm ci` failed (exit status: 1): {complaint}"));
            assert_eq!(error.is::<Skipped>(), is_unavailable, "{complaint}");
        }
    }
}
