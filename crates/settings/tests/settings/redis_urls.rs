//! Redis is reached over TLS, but for where the network is safe.

use rstest::rstest;

use super::Fixture;

#[rstest]
#[case::sentinels_over_tls("rediss+sentinel://redis-1.internal,redis-2.internal/ore", &[])]
#[case::sentinels_meant("redis+sentinel://10.0.0.1,10.0.0.2/ore?tls=disable", &[])]
#[case::sentinels_on_this_machine("redis+sentinel://localhost:1,127.0.0.1:2/ore", &[])]
#[case::one_remote_sentinel("redis+sentinel://localhost:1,10.0.0.2/ore", &["production reaches a remote Redis"])]
#[case::over_tls("rediss://redis.internal:6379/0", &[])]
#[case::meant("redis://redis.internal:6379/0?tls=disable", &[])]
#[case::this_machine("redis://localhost", &[])]
#[case::this_machine_by_address("redis://:secret@127.0.0.2:6379", &[])]
#[case::this_machine_over_ipv6("redis://[::1]:6379", &[])]
#[case::mapped_into_ipv6("redis://[::ffff:127.0.0.1]:6379", &[])]
#[case::remote("redis://10.0.0.1", &["production reaches a remote Redis"])]
#[case::name_like_this_machine("redis://localhost.example.com", &["production reaches a remote Redis"])]
#[case::other_word("redis://10.0.0.1?tls=off", &["the value has a tls other than tls=disable"])]
#[case::contradiction("rediss://10.0.0.1?tls=disable", &["the value has a tls other than tls=disable"])]
fn production_reaches_a_remote_redis_over_tls(#[case] url: &str, #[case] expected: &[&str]) {
    let faults = Fixture::production(&[("REDIS_URL", url)]).faults();
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    assert!(faults.iter().zip(expected).all(|(fault, problem)| fault.contains(problem)), "{faults:?}");
}
