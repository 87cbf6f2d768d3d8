use ore_domain::Timestamp;
use serde::Serialize;

use crate::timestamp;

/// That the process answers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthCheck {
    /// Always `healthy`.
    #[cfg_attr(feature = "openapi", schema(example = "healthy"))]
    status: &'static str,
    /// When the answer was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    timestamp: Timestamp,
    /// The version of the application.
    #[cfg_attr(feature = "openapi", schema(example = "0.1.0"))]
    version: String,
}

impl HealthCheck {
    /// A healthy process of this version.
    pub fn healthy(version: impl Into<String>, timestamp: Timestamp) -> Self {
        Self { status: "healthy", timestamp, version: version.into() }
    }
}

/// That the process wants requests. The one success without an envelope.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadinessResponse {
    /// Always `ready`.
    #[cfg_attr(feature = "openapi", schema(example = "ready"))]
    status: &'static str,
}

impl ReadinessResponse {
    /// The process is ready.
    pub const READY: Self = Self { status: "ready" };
}
