//! A client in TypeScript, with types that are generated from the OpenAPI document.

use anyhow::{Context, Result};

use super::service::Service;
use super::tap;
use crate::process;
use crate::setup::NodeTools;

/// Generates the types, checks the client with them, runs it, and returns how many of its tests passed.
pub(super) fn run(service: &Service) -> Result<String> {
    let tools = NodeTools::prepare()?;
    process::run(tools.program("openapi-typescript").arg(service.document()).args(["--output", "schema.d.ts"]))?;
    // The settings are those of `tsc --strict`; nothing is written where there is a type error.
    process::run(tools.program("tsc").args(["--project", "tsconfig.json"])).context("the client has type errors")?;
    let report = service.workplace().join("typescript.tap");
    tap::run(&tools, "build/client.js", &report, &[("ORE_CONTRACT_URL", service.url().into())])
}
