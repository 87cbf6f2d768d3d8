//! The line of the access log: what a worker spends on it before another thread has it.
//!
//! `cargo bench -p ore-web --bench log`.

use std::io;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use divan::Bencher;
use futures_util::FutureExt;
use ore_client_address::TrustedProxies;
use ore_domain::Locale;
use ore_settings::{LogFormat, LogLevel, LogSettings};
use ore_telemetry as telemetry;
use ore_web::access_log::log_access;
use ore_web::context::RequestContext;

fn main() {
    divan::main();
}

fn request() -> ServiceRequest {
    TestRequest::get().uri("/api/v1/auth/me").peer_addr(([127, 0, 0, 1], 54_321).into()).to_srv_request()
}

/// The line of a request with its ids; at the last level none.
#[divan::bench(args = [(LogFormat::Json, LogLevel::Info), (LogFormat::Text, LogLevel::Info), (LogFormat::Json, LogLevel::Warning)])]
fn access_line(bencher: Bencher<'_, '_>, (format, level): (LogFormat, LogLevel)) {
    let request = request();
    let context = RequestContext::begin(&request, Locale::En, &TrustedProxies::default());
    context.identity.record_user(123_456);
    tracing::subscriber::with_default(telemetry::subscriber(&LogSettings { format, level }, io::sink), || {
        bencher.bench_local(|| {
            let log = async {
                let duration = context.started.elapsed();
                log_access(request.request(), StatusCode::OK, duration, &context);
            };
            Arc::clone(&context.identity).follow(log).now_or_never()
        });
    });
}
