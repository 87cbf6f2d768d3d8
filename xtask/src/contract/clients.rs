//! Clients of OAuth and checkers of tokens that others wrote: jose, oauth4webapi, joserfc and `PyJWT`.

use std::ffi::OsString;

use anyhow::{Context, Result};

use super::node_tests;
use super::service::Service;
use crate::process;
use crate::setup::{CONTRACT, NodeTools};

/// Tokens name it, and nobody answers there: the scripts ask the service where it is.
const ISSUER: &str = "https://id.example.org";

const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

/// The permissions of the clients' account, one of which is for the list of users.
const PERMISSIONS: [&str; 2] = ["users.read", "tokens.verify"];

/// Runs the scripts against a service for each algorithm with public keys, and returns how many of their tests passed.
pub(super) fn run() -> Result<String> {
    let mut counts = Vec::new();
    for algorithm in ALGORITHMS {
        let settings =
            [("BACKEND_ALGORITHM", algorithm), ("BACKEND_ISSUER", ISSUER), ("BACKEND_EXCHANGE_AUDIENCES", "billing")];
        let service = Service::start(&format!("clients-{algorithm}"), &settings)?;
        let checked = check(&service, algorithm);
        let stopped = service.stop();
        counts.push(checked.with_context(|| format!("with {algorithm}"))?);
        stopped?;
    }
    Ok(counts.join("; "))
}

fn check(service: &Service, algorithm: &str) -> Result<String> {
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
    let of_node = node_tests(&NodeTools::prepare()?, "clients.mjs", &variables)?;
    let mut python = CONTRACT.program("python")?;
    let of_python = process::verdict(python.arg("xtask/contract/clients.py").envs(variables), "(?m)^passed: (.+)$")?;
    Ok(format!("{algorithm}: {of_node}, {of_python}"))
}
