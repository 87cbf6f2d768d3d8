use ore_schemas::{HealthCheck, ReadinessResponse};
use ore_web::messages::Message;
use serde_json::Value;
use utoipa::OpenApi;

use super::super::document::Voice;
use super::Subject;
use crate::routes::{health, metrics};

pub(super) const SUBJECT: Subject = Subject { document: Operations::openapi, example };

#[derive(OpenApi)]
#[openapi(
    paths(health::health, health::readiness, metrics::metrics),
    components(schemas(HealthCheck)),
    tags((name = "operations", description = "For load balancers and monitoring"))
)]
struct Operations;

fn example(operation: &str, voice: &Voice<'_>) -> Option<Value> {
    match operation {
        "health" => voice.envelope(HealthCheck::healthy(voice.version, Voice::moment()), Message::Done),
        "readiness" => serde_json::to_value(ReadinessResponse::READY).ok(),
        "metrics" => Some("auth_attempts_total{result=\"success\"} 1\n".into()),
        _ => None,
    }
}
