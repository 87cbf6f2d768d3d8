//! What both caches promise, on the real Redis that `cargo xtask test` starts, and what becomes of callers without one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not take for tests")]

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ore_cache::{MemoryCache, RedisCache};
use ore_services::{Cache, ReadThrough};
use rstest::rstest;
use uuid::Uuid;

const HOUR: Duration = Duration::from_hours(1);
/// Longer than any answer may take: a Redis that is there answers however busy the machine is.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Memory,
    Redis,
}

impl Kind {
    async fn start(self) -> Arc<dyn Cache> {
        match self {
            Self::Memory => Arc::new(MemoryCache::new(10_000_000)),
            Self::Redis => Arc::new(connected(&Uuid::now_v7().to_string()).await),
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
fn redis_url() -> String {
    std::env::var("ORE_TEST_REDIS_URL")
        .expect("ORE_TEST_REDIS_URL is not set: run this test with `cargo xtask test`, which starts Redis")
}

async fn connected(prefix: &str) -> RedisCache {
    let cache = RedisCache::start(&redis_url(), prefix, ANSWER_TIMEOUT).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while cache.get("connected").await.is_none() {
        assert!(Instant::now() < deadline, "Redis does not cache");
        cache.set("connected", vec![1], HOUR).await;
    }
    cache
}

#[rstest]
#[tokio::test]
async fn a_value_is_kept_until_it_is_replaced_or_removed(#[values(Kind::Memory, Kind::Redis)] kind: Kind) {
    let cache = kind.start().await;
    assert_eq!(cache.get("a").await, None);
    for value in [vec![1, 0, 255], Vec::new()] {
        cache.set("a", value.clone(), HOUR).await;
        assert_eq!((cache.get("a").await, cache.get("b").await), (Some(value), None));
    }
    cache.remove("a").await;
    assert_eq!(cache.get("a").await, None);
}

#[rstest]
#[tokio::test]
async fn a_value_ends_with_its_lifetime(#[values(Kind::Memory, Kind::Redis)] kind: Kind) {
    let cache = kind.start().await;
    cache.set("a", vec![1], HOUR).await;
    cache.set("a", vec![2], Duration::from_millis(50)).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while cache.get("a").await.is_some() {
        assert!(Instant::now() < deadline, "the value goes on living");
    }
}

#[tokio::test]
async fn replicas_share_what_redis_keeps_under_one_prefix_and_nothing_under_another() {
    let prefix = Uuid::now_v7().to_string();
    let (one, two, other) = (connected(&prefix).await, connected(&prefix).await, connected("other").await);
    let key = Uuid::now_v7().to_string();
    one.set(&key, vec![1], HOUR).await;
    assert_eq!((two.get(&key).await, other.get(&key).await), (Some(vec![1]), None));
    two.remove(&key).await;
    assert_eq!(one.get(&key).await, None);
}

#[tokio::test]
async fn redis_keeps_no_value_above_a_mebibyte() {
    let cache = connected(&Uuid::now_v7().to_string()).await;
    for (length, is_kept) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        cache.set(&length.to_string(), vec![0; length], HOUR).await;
        assert_eq!(cache.get(&length.to_string()).await.is_some(), is_kept, "{length}");
    }
}

#[tokio::test]
async fn one_key_or_lifetime_that_redis_cannot_serve_is_no_outage() {
    let prefix = Uuid::now_v7().to_string();
    let cache = connected(&prefix).await;
    let mut connection = redis::Client::open(redis_url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd("LPUSH").arg(format!("{prefix}list")).arg(1).exec_async(&mut connection).await.unwrap();
    assert_eq!(cache.get("list").await, None);
    cache.set("a", vec![1], Duration::MAX).await;
    assert_eq!(cache.get("a").await, Some(vec![1]));
}

/// Loads with a Redis that is asked for each value, and tells how long all took.
async fn load_with(url: &str) -> Duration {
    let cache = Arc::new(RedisCache::start(url, "ore:", Duration::from_millis(100)).unwrap());
    let values = ReadThrough::<u32, String>::new(cache, "number:", HOUR);
    let started = Instant::now();
    for number in 0..20 {
        assert_eq!(values.get("a", || async move { Ok(number) }).await, Ok(number));
    }
    started.elapsed()
}

#[tokio::test]
async fn without_redis_every_value_is_loaded_and_nobody_waits() {
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    // Accepts connections and never answers.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for address in [nobody, silent.local_addr().unwrap()] {
        let took = load_with(&format!("redis://{address}")).await;
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}
