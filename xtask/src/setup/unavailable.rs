//! What package managers complain about when the fault lies with the machine.

use anyhow::Error;
use ore_harness::{Skipped, complain};

use crate::matching;

/// No index of packages is reached, or Python or Node.js is too old. Before version 10, npm writes `npm ERR! code …`.
const OBSTACLE: &str = concat!(
    r"(connection broken by|require a different python version|code (?:EAI_AGAIN|EBADENGINE|ECONNREFUSED|ECONNRESET",
    r"|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ERR_SOCKET_TIMEOUT|ETIMEDOUT|E50[0234])\b)",
);

/// The error as it is or, where it is an obstacle, the reason why these packages cannot be had here.
pub(super) fn explain(packages: &str, error: Error) -> Error {
    let complaint = error.to_string();
    let Some(obstacle) = matching::find(OBSTACLE, &complaint) else { return error };
    complain(&complaint);
    Skipped(format!("the packages of {packages} cannot be had here: {obstacle}")).into()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_the_machine_lacks_makes_packages_unavailable_and_a_faulty_list_of_them_does_not() {
        for (complaint, is_unavailable) in [
            ("WARNING: Retrying after connection broken by 'NewConnectionError' | ERROR: No match", true),
            ("ERROR: Ignored the following versions that require a different python version: 4.0", true),
            ("ERROR: Could not find a version that satisfies the requirement six==0.0 (from versions: 1.16)", false),
            ("npm ERR! code ENOTFOUND | npm ERR! errno", true),
            ("npm error code EBADENGINE | npm error engine Unsupported engine", true),
            ("npm error code EUSAGE | npm error ENOTFOUND in a name", false),
        ] {
            assert_eq!(explain("a list", anyhow!(complaint)).is::<Skipped>(), is_unavailable, "{complaint}");
        }
    }
}
