//! What every counter promises, tried on each of them.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ore_domain::Readiness;
use ore_domain::{Charge, Charges, Decision, LimitedBy, Quota};
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions};
use ore_telemetry::metrics::Metrics;
use rstest::rstest;
use uuid::Uuid;

use super::{LimitCounter, MemoryCounter, PostgresCounter, RedisCounter};

#[derive(Debug, Clone, Copy)]
enum Kind {
    Memory,
    Postgres,
    Redis,
}

/// A counter of which nothing is used up, and where it counts.
struct Empty {
    counter: Box<dyn LimitCounter>,
    _database: Option<TemporaryDatabase>,
}

impl Kind {
    async fn start(self) -> Empty {
        match self {
            Self::Memory => Empty { counter: Box::new(MemoryCounter::new()), _database: None },
            Self::Postgres => on_postgres(),
            Self::Redis => on_redis().await,
        }
    }
}

fn on_postgres() -> Empty {
    let place = TemporaryDatabase::migrated();
    let options = DatabaseOptions::new(place.url().parse().unwrap(), NonZeroU32::new(4).unwrap());
    let database = Arc::new(Database::new(options));
    database.migrate().unwrap();
    let readiness = Readiness::new();
    readiness.set_store_ready(true);
    let counter =
        PostgresCounter::start(database.rate_limits().unwrap(), readiness, &Metrics::new("1").unwrap().worker_pools)
            .unwrap();
    Empty { counter: Box::new(counter), _database: Some(place) }
}

#[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
async fn on_redis() -> Empty {
    let url = std::env::var("ORE_TEST_REDIS_URL")
        .expect("ORE_TEST_REDIS_URL is not set: run this test with `cargo xtask test`, which starts Redis");
    let metrics = Metrics::new("1").unwrap().rate_limits;
    let timeout = Duration::from_secs(10);
    let counter = RedisCounter::start(&url, &Uuid::now_v7().to_string(), timeout, metrics).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while counter.charge(charges(["nobody", "nobody's", "everybody"].map(key))).await.is_err() {
        assert!(Instant::now() < deadline, "no connection to Redis");
        tokio::task::yield_now().await;
    }
    Empty { counter: Box::new(counter), _database: None }
}

impl Empty {
    async fn charge(&self, keys: Charges) -> Decision {
        self.counter.charge(keys).await.unwrap()
    }

    async fn admits(&self, keys: Charges) -> bool {
        self.charge(keys).await == Decision::Admitted
    }
}

/// With room for whatever a test does.
fn key(name: &str) -> Charge {
    limited(name, 1000, 1)
}

fn limited(name: &str, burst: u32, per_minute: u32) -> Charge {
    let [burst, per_minute] = [burst, per_minute].map(|number| NonZeroU32::new(number).unwrap());
    Charge { key: name.to_owned(), quota: Quota::per_minute(burst, per_minute) }
}

/// Of an address with two limits, and of the total. Nobody has a fair share, and so nobody the reserve.
fn charges([narrow, wide, total]: [Charge; 3]) -> Charges {
    Charges { address: vec![narrow, wide], total, reserve: key("reserve"), fair_share: 0 }
}

const LIMITS: [LimitedBy; 3] = [LimitedBy::Address(0), LimitedBy::Address(1), LimitedBy::Total];

#[rstest]
#[tokio::test]
async fn of_a_burst_exactly_the_limit_is_admitted(
    #[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind,
    #[values(0, 1, 2)] limit: usize,
) {
    let empty = kind.start().await;
    let calls = (0..60).map(|index| {
        // The other keys are each call's own.
        let mut keys = [0, 1, 2].map(|position| key(&format!("{position} {index}")));
        keys[limit] = limited("the same", 10, 1);
        empty.charge(charges(keys))
    });
    let decisions = join_all(calls).await;
    let admitted = decisions.iter().filter(|decision| **decision == Decision::Admitted).count();
    assert_eq!(admitted, 10);
    for decision in decisions {
        if let Decision::Refused { by, retry_after } = decision {
            assert_eq!(by, LIMITS[limit]);
            assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_mins(1), "{retry_after:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn the_rate_goes_on_after_the_burst_and_not_faster(
    #[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind,
) {
    const INTERVAL: Duration = Duration::from_millis(20);
    let empty = kind.start().await;
    let keys = || charges([key("address"), limited("wide", 5, 3000), key("total")]);
    let started = Instant::now();
    let mut admitted = 0;
    while admitted < 15 {
        admitted += u32::from(empty.admits(keys()).await);
        assert!(started.elapsed() < Duration::from_secs(30), "only {admitted} were admitted");
    }
    // The clocks of the counters tick in microseconds.
    assert!(started.elapsed() + Duration::from_millis(1) > INTERVAL * 10, "{:?}", started.elapsed());
}

#[rstest]
#[tokio::test]
async fn each_key_has_a_quota_of_its_own(#[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind) {
    let empty = kind.start().await;
    let keys = |address| charges([limited(address, 1, 1), key("wide"), key("total")]);
    assert!(empty.admits(keys("ada")).await);
    assert!(!empty.admits(keys("ada")).await);
    assert!(empty.admits(keys("grace")).await);
}

#[rstest]
#[tokio::test]
async fn a_call_that_its_address_refuses_charges_nothing_and_one_that_the_total_refuses_its_address(
    #[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind,
) {
    let empty = kind.start().await;
    let one = |names: [&str; 3]| charges(names.map(|name| limited(name, 1, 1)));
    assert!(empty.admits(one(["address", "wide", "total"])).await);
    for (refused, by) in [
        (["address", "wide 2", "total 2"], LimitedBy::Address(0)),
        (["address 2", "wide", "total 2"], LimitedBy::Address(1)),
        (["address 3", "wide 3", "total"], LimitedBy::Total),
        (["address 3", "wide 4", "total 4"], LimitedBy::Address(0)),
        (["address 4", "wide 3", "total 4"], LimitedBy::Address(1)),
    ] {
        let decision = empty.charge(one(refused)).await;
        assert!(matches!(decision, Decision::Refused { by: limit, .. } if limit == by), "{refused:?}: {decision:?}");
    }
    assert!(empty.admits(one(["address 2", "wide 2", "total 2"])).await);
    assert!(empty.admits(one(["address 4", "wide 4", "total 4"])).await);
}

/// One network floods, each time from another address.
#[rstest]
#[tokio::test]
async fn where_the_total_is_used_up_the_reserve_admits_addresses_that_took_no_more_than_their_share(
    #[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind,
) {
    let empty = kind.start().await;
    let call = |address: String, network: &str| Charges {
        address: vec![key(&address), key(network)],
        total: limited("total", 8, 1),
        reserve: limited("reserve", 3, 1),
        fair_share: 2,
    };
    let mut flood = 0;
    for index in 0..50 {
        flood += u32::from(empty.admits(call(format!("flood {index}"), "flood")).await);
    }
    assert_eq!(flood, 8);
    assert!(empty.admits(call("ada".to_owned(), "home")).await);
    assert!(empty.admits(call("ada".to_owned(), "home")).await);
    let more = empty.charge(call("ada".to_owned(), "home")).await;
    assert!(matches!(more, Decision::Refused { by: LimitedBy::Total, .. }), "took its share: {more:?}");
    assert!(empty.admits(call("grace".to_owned(), "office")).await);
    let more = empty.charge(call("mary".to_owned(), "abroad")).await;
    assert!(matches!(more, Decision::Refused { by: LimitedBy::Total, .. }), "the reserve is used up: {more:?}");
}

#[rstest]
#[tokio::test]
async fn an_address_has_as_many_limits_as_it_has(#[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind) {
    let empty = kind.start().await;
    for tiers in [1, 3] {
        let call = |last: u32| Charges {
            address: (0..tiers).map(|tier| limited(&format!("{tiers} {tier}"), last + tiers - tier, 1)).collect(),
            ..charges([key("unused"), key("unused"), key("total")])
        };
        assert!(empty.admits(call(0)).await);
        let by = LimitedBy::Address(usize::try_from(tiers - 1).unwrap());
        let decision = empty.charge(call(0)).await;
        assert!(matches!(decision, Decision::Refused { by: limit, .. } if limit == by), "{decision:?}");
    }
}

#[rstest]
#[tokio::test]
async fn what_another_quota_has_left_behind_locks_nobody_out(
    #[values(Kind::Memory, Kind::Postgres, Kind::Redis)] kind: Kind,
    #[values(0, 1, 2)] limit: usize,
) {
    let empty = kind.start().await;
    let keys = |burst, per_minute| {
        let mut keys = ["address", "wide", "total"].map(key);
        keys[limit] = limited("the same", burst, per_minute);
        charges(keys)
    };
    for _ in 0..10 {
        assert!(empty.admits(keys(10, 1)).await);
    }
    assert!(empty.admits(keys(1, 6000)).await);
}

/// A call that waited for a lock has an earlier time than those who held it, and finds the key fuller than it can be by
/// that time; here the key is fuller because a larger quota filled it.
#[rstest]
#[tokio::test]
async fn a_call_that_others_overtook_resets_nothing(#[values(0, 1, 2)] limit: usize) {
    let empty = Kind::Postgres.start().await;
    let keys = |burst| {
        let mut keys = ["address", "wide", "total"].map(key);
        keys[limit] = limited("the same", burst, 60);
        charges(keys)
    };
    for _ in 0..10 {
        assert!(empty.admits(keys(10)).await);
    }
    assert!(!empty.admits(keys(9)).await);
    assert!(!empty.admits(keys(10)).await);
}
