//! Bodies of answers: what it takes to write them.
//!
//! `cargo bench -p ore-schemas --bench envelope`.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

use chrono::{TimeZone, Utc};
use divan::{Bencher, black_box};
use ore_domain::{EmailAddress, Factors, PasswordHash, Profile, Timestamp, User, UserId, UserRoles};
use ore_schemas::{ApiResponse, ErrorDetails, ErrorResponse, HealthCheck, UserResponse};

fn main() {
    divan::main();
}

fn timestamp() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 11, 22, 10, 34, 31).unwrap()
}

fn user() -> User {
    User {
        id: UserId::new(123_456),
        email: EmailAddress::parse("somebody@example.com").unwrap(),
        password_hash: PasswordHash::new(String::new()),
        is_active: true,
        created_at: timestamp(),
        credentials_changed_at: None,
        email_verified: true,
        profile: Profile::default(),
        last_login_at: Some(timestamp()),
        roles: UserRoles::default(),
        factors: Factors::default(),
    }
}

/// The answer of `GET /api/v1/auth/me`, made of a user and written.
#[divan::bench]
fn user_in_its_envelope(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(user).bench_refs(|user| {
        let response = ApiResponse::new(UserResponse::from(black_box(&*user)), "操作成功", timestamp());
        serde_json::to_vec(&response).unwrap()
    });
}

/// The answer of `GET /health`.
#[divan::bench]
fn health_in_its_envelope() -> Vec<u8> {
    let response = ApiResponse::new(HealthCheck::healthy(black_box("0.1.0"), timestamp()), "操作成功", timestamp());
    serde_json::to_vec(&response).unwrap()
}

/// The answer to a wrong password.
#[divan::bench]
fn error() -> Vec<u8> {
    let details = ErrorDetails::reason(black_box("INVALID_CREDENTIALS"));
    let id = "01a204af-cb10-731a-8d1a-d28b3fd0d006";
    serde_json::to_vec(&ErrorResponse::new("BUSINESS_ERROR", "邮箱或密码错误", Some(details), timestamp(), id)).unwrap()
}
