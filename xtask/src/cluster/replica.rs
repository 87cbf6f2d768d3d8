//! A process of the service.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroU8;
use std::path::Path;

use anyhow::{Context, Result};

use super::member::Member;
use crate::programs::bare_command;
use crate::setup::ClusterServers;

/// One of the processes behind haproxy.
#[derive(Debug)]
pub(super) struct Replica {
    member: Member,
    metrics_port: u16,
}

impl Replica {
    /// Starts all with one key, and returns when they are ready.
    ///
    /// # Errors
    /// When one does not get ready.
    pub(super) fn start_all(
        program: &Path,
        directory: &Path,
        count: NonZeroU8,
        servers: &ClusterServers,
    ) -> Result<Vec<Self>> {
        let key = secret_key()?;
        let start = |number| Self::start(program, directory, number, count, servers, &key);
        let mut replicas = (1..=count.get()).map(start).collect::<Result<Vec<_>>>()?;
        replicas.iter_mut().try_for_each(|replica| replica.member.wait_until_ready("/readiness"))?;
        Ok(replicas)
    }

    fn start(
        program: &Path,
        directory: &Path,
        number: u8,
        count: NonZeroU8,
        servers: &ClusterServers,
        key: &str,
    ) -> Result<Self> {
        let (port, metrics_port) = (ClusterServers::free_port()?, ClusterServers::free_port()?);
        let name = format!("replica-{number}");
        let workplace = directory.join(&name);
        fs::create_dir(&workplace).with_context(|| format!("cannot make {}", workplace.display()))?;
        let settings = [
            ("BACKEND_HOST", "127.0.0.1"),
            ("BACKEND_PORT", &port.to_string()),
            ("BACKEND_METRICS_BIND", &format!("127.0.0.1:{metrics_port}")),
            ("BACKEND_DATABASE_URL", servers.postgres_url()),
            ("BACKEND_REDIS_URL", servers.redis_url()),
            ("BACKEND_REPLICAS", &count.to_string()),
            ("BACKEND_SECRET_KEY", key),
            ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
            ("BACKEND_LOG_FORMAT", "json"),
        ];
        let mut command = bare_command(program, &workplace);
        let member = Member::start(&name, port, directory, command.arg("serve").envs(settings))?;
        Ok(Self { member, metrics_port })
    }

    pub(super) fn member(&mut self) -> &mut Member {
        &mut self.member
    }

    pub(super) fn name(&self) -> &str {
        self.member.name()
    }

    pub(super) fn port(&self) -> u16 {
        self.member.port()
    }

    pub(super) fn metrics_port(&self) -> u16 {
        self.metrics_port
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    pub(super) fn metrics_url(&self) -> String {
        format!("http://127.0.0.1:{}/metrics", self.metrics_port)
    }
}

/// 32 bytes in hexadecimal digits.
fn secret_key() -> Result<String> {
    use std::fmt::Write;
    let mut bytes = [0_u8; 32];
    let mut source = File::open("/dev/urandom").context("there is no randomness")?;
    source.read_exact(&mut bytes).context("there is no randomness")?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
