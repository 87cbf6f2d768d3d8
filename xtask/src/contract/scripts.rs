//! Our own scripts of tests, which use the service as people in a browser and as programs of others do.

use std::ffi::OsString;

use anyhow::{Context, Result};

use super::service::Service;
use crate::setup::{CHINESE_FONT, CHROMIUM, CONTRACT, node};
use crate::{process, workspace};

/// Runs a script of `node:test`.
pub(super) fn node_tests(script: &str, variables: &[(&str, OsString)]) -> Result<()> {
    let mut node = node()?;
    node.args(["--test-reporter=spec", script]).envs(variables.iter().cloned()).env("NO_COLOR", "1");
    process::run_telling(&mut node, ALL_PASSED)
}

/// What it counts at the end. It does not fail for tests that are marked `skip` or `todo`, the latter whether or not
/// they pass.
const ALL_PASSED: &str = r"(?m)^\W*pass ([1-9]\d*)\n\W*fail 0\n\W*cancelled 0\n\W*skipped 0\n\W*todo 0$";

/// Looks after the service on its pages.
const ADMINISTRATOR: &str = "administrator@example.org";

/// Opens the documentation pages and the pages for people in Chromium, and uses them as people do. The pictures of them
/// go to `docs/images`, or to `target/contract` when nobody asked for them.
pub(super) fn open_pages(service: &Service, keep_pictures: bool) -> Result<()> {
    let chromium = CHROMIUM.prepare()?;
    let mut pictures = service.workplace.clone();
    if keep_pictures {
        pictures = workspace::root().join("docs/images");
        CHINESE_FONT.prepare()?;
    }
    service.register(ADMINISTRATOR)?;
    service.operate(&["user", "grant", ADMINISTRATOR, "admin"])?;
    let variables = [
        ("ORE_CONTRACT_URL", service.url().into()),
        ("ORE_CONTRACT_DOCUMENT", service.document.clone().into()),
        ("ORE_CONTRACT_CHROMIUM", chromium.into()),
        ("ORE_CONTRACT_ADMINISTRATOR", ADMINISTRATOR.into()),
        ("ORE_CONTRACT_MAILS", service.mails().into()),
        ("ORE_CONTRACT_PICTURES", pictures.into()),
    ];
    node_tests("browser.mjs", &variables)?;
    node_tests("pages.mjs", &variables)
}

/// Tokens name it, and nobody answers there: the scripts ask the service where it is.
const ISSUER: &str = "https://id.example.org";

const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

/// The permissions of the clients' account, one of which is for the list of users.
const PERMISSIONS: [&str; 2] = ["users.read", "tokens.verify"];

/// Runs clients of OAuth and checkers of tokens that others wrote (jose, oauth4webapi, joserfc and `PyJWT`) against a
/// service for each algorithm with public keys.
pub(super) fn run_clients() -> Result<()> {
    for algorithm in ALGORITHMS {
        let settings =
            [("BACKEND_ALGORITHM", algorithm), ("BACKEND_ISSUER", ISSUER), ("BACKEND_EXCHANGE_AUDIENCES", "billing")];
        let service = Service::start(&format!("clients-{algorithm}"), &settings)?;
        check(&service, algorithm).with_context(|| format!("with {algorithm}"))?;
        service.stop()?;
    }
    Ok(())
}

fn check(service: &Service, algorithm: &str) -> Result<()> {
    let (id, key) = service.client(&PERMISSIONS)?;
    let token = service.register(&format!("{}@example.org", algorithm.to_lowercase()))?;
    let variables: [(&str, OsString); 6] = [
        ("ORE_CONTRACT_URL", service.url().into()),
        ("ORE_CONTRACT_ISSUER", ISSUER.into()),
        ("ORE_CONTRACT_ALGORITHM", algorithm.into()),
        ("ORE_CONTRACT_CLIENT", id.into()),
        ("ORE_CONTRACT_KEY", key.into()),
        ("ORE_CONTRACT_TOKEN", token.into()),
    ];
    node_tests("clients.mjs", &variables)?;
    process::run(CONTRACT.program("python")?.arg("xtask/contract/clients.py").envs(variables))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching;

    #[test]
    fn a_script_without_tests_or_that_leaves_one_out_fails() {
        let passed = |passed, skipped, todo| {
            let counts = format!(
                "ℹ pass {passed}\nℹ fail 0\nℹ cancelled 0\nℹ skipped {skipped}\nℹ todo {todo}\nℹ duration_ms 9"
            );
            matching::find(ALL_PASSED, &format!("✔ registers (1ms)\nℹ suites 0\n{counts}\n")).is_some()
        };
        assert!(passed(7, 0, 0));
        for (count, skipped, todo) in [(6, 1, 0), (6, 0, 2), (0, 0, 0)] {
            assert!(!passed(count, skipped, todo));
        }
    }
}
