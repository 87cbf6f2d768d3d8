use std::num::NonZeroU32;
use std::time::Duration;

use ore_domain::{Charge, Charges, Decision, LimitedBy, Quota};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script};
use tokio::time::timeout;

/// How long it may take to connect, which no call waits for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Keeps all keys on one node of a cluster, where alone they can be charged together.
const HASH_TAG: &str = "{rate-limit}";

/// Asks Redis.
pub(super) struct Connector {
    client: Client,
    script: Script,
    prefix: String,
    /// How long a call waits.
    timeout: Duration,
}

/// Why Redis does not count.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("Redis did not answer within {} ms", .0.as_millis())]
    Slow(Duration),
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

impl Connector {
    pub(super) fn new(client: Client, prefix: &str, timeout: Duration) -> Self {
        Self { client, script: Script::new(include_str!("charge.lua")), prefix: prefix.to_owned(), timeout }
    }

    /// A connection that has counted a call of nobody's: what merely accepts connections, or is read-only, or has no
    /// memory left, is not back.
    pub(super) async fn connect(&self) -> Result<ConnectionManager, Fault> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            // Each call has its own.
            .set_response_timeout(None);
        let connection = ConnectionManager::new_with_config(self.client.clone(), config).await?;
        self.charge(connection.clone(), &charges_of_nobody()).await?;
        Ok(connection)
    }

    pub(super) async fn charge(&self, connection: ConnectionManager, charges: &Charges) -> Result<Decision, Fault> {
        let answer = timeout(self.timeout, self.run_twice(connection, charges)).await;
        Ok(answer.map_err(|_| Fault::Slow(self.timeout))??)
    }

    /// The manager notices that a connection is gone when a command fails, and has another for the next.
    async fn run_twice(&self, connection: ConnectionManager, charges: &Charges) -> RedisResult<Decision> {
        match self.run(connection.clone(), charges).await {
            Err(error) if error.is_io_error() || error.is_unrecoverable_error() => self.run(connection, charges).await,
            answer => answer,
        }
    }

    async fn run(&self, mut connection: ConnectionManager, charges: &Charges) -> RedisResult<Decision> {
        let mut invocation = self.script.prepare_invoke();
        for Charge { key, quota } in charges {
            invocation.key(format!("{}{HASH_TAG}:{key}", self.prefix));
            invocation.arg(micros(quota.interval())).arg(micros(quota.capacity()));
        }
        let (position, wait): (usize, u64) = invocation.invoke_async(&mut connection).await?;
        let by = position.checked_sub(1).and_then(|index| LimitedBy::ALL.get(index).copied());
        let retry_after = Duration::from_micros(wait);
        Ok(by.map_or(Decision::Admitted, |by| Decision::Refused { by, retry_after }))
    }
}

fn charges_of_nobody() -> Charges {
    LimitedBy::ALL.map(|by| {
        let quota = Quota::per_minute(NonZeroU32::MIN, NonZeroU32::MAX);
        Charge { key: format!("nobody:{by:?}"), quota }
    })
}

fn micros(duration: Duration) -> u64 {
    duration.as_micros().try_into().unwrap_or(u64::MAX)
}
