//! Lua scripts that make `wrk`'s requests.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::PASSWORD;
use crate::context::Context;

const LOGIN: &str = r#"wrk.method = "POST"
wrk.path = "/api/v1/auth/login"
wrk.headers["Content-Type"] = "application/json"
local function body(email)
    return '{"email":"' .. email .. '","password":"PASSWORD"}'
end
"#;

/// Always the same account.
pub(crate) fn log_in_as(context: &Context, name: &str, email: &str) -> Result<PathBuf> {
    write(context, name, &format!("{}wrk.body = body(\"{email}\")\n", login()))
}

/// One of the users 1 to `count` at random, but those whose number `stride` divides.
pub(crate) fn random_log_ins(context: &Context, name: &str, count: u64, stride: u64) -> Result<PathBuf> {
    let script = format!(
        "{}function request()
    local n = math.random({count} - 1)
    if n % {stride} == 0 then n = n + 1 end
    return wrk.format(nil, nil, nil, body(\"user-\" .. n .. \"@bench.example\"))
end
",
        login()
    );
    write(context, name, &script)
}

/// `GET` of a path with each of these tokens in turn.
pub(crate) fn each_in_turn(context: &Context, name: &str, path: &str, tokens: &[String]) -> Result<PathBuf> {
    let tokens: Vec<String> = tokens.iter().map(|token| format!("    \"{token}\"")).collect();
    let tokens = tokens.join(",\n");
    let script = format!(
        "local tokens = {{\n{tokens}\n}}
local requests = {{}}
local last = 0
function init()
    for index, token in ipairs(tokens) do
        requests[index] = wrk.format(\"GET\", \"{path}\", {{[\"Authorization\"] = \"Bearer \" .. token}})
    end
end
function request()
    last = last % #requests + 1
    return requests[last]
end
"
    );
    write(context, name, &script)
}

fn login() -> String {
    LOGIN.replace("PASSWORD", PASSWORD)
}

fn write(context: &Context, name: &str, script: &str) -> Result<PathBuf> {
    let file = context.directory().join(format!("{name}.lua"));
    fs::write(&file, script).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
