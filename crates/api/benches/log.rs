//! The line of the access log: what a worker spends on it before another thread has it.
//!
//! `cargo bench -p ore-api --bench log`.

use std::io;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use divan::Bencher;
use ore_api::client_address::TrustedProxies;
use ore_api::context::RequestContext;
use ore_api::locale::Locale;
use ore_api::settings::{LogFormat, LogLevel, LogSettings};
use ore_api::telemetry;

fn main() {
    divan::main();
}

fn request() -> ServiceRequest {
    TestRequest::get().uri("/api/v1/auth/me").peer_addr(([127, 0, 0, 1], 54_321).into()).to_srv_request()
}

/// A span with its ids, and one line; at the last level none.
#[divan::bench(args = [(LogFormat::Json, LogLevel::Info), (LogFormat::Text, LogLevel::Info), (LogFormat::Json, LogLevel::Warning)])]
fn access_line(bencher: Bencher<'_, '_>, (format, level): (LogFormat, LogLevel)) {
    let request = request();
    let context = RequestContext::begin(&request, Locale::En, &TrustedProxies::default());
    tracing::subscriber::with_default(telemetry::subscriber(&LogSettings { format, level }, io::sink), || {
        bencher.bench_local(|| {
            let span = telemetry::request_span(&context.id);
            span.record("user_id", 123_456);
            telemetry::log_access(&span, request.request(), StatusCode::OK, &context);
        });
    });
}
