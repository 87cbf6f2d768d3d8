use std::sync::Arc;

use ore_domain::Clock;
use ore_schemas::BodyRules;

use crate::locale::Locale;
use crate::messages::Catalogue;
use crate::readiness::Readiness;

/// What every part of the HTTP layer may need: nothing here changes while the process lives but the readiness.
pub struct ApiState {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The messages.
    pub catalogue: Catalogue,
    /// The language of requests that name none that we have.
    pub default_locale: Locale,
    /// What bodies are checked against.
    pub body_rules: BodyRules,
    /// The version that `/health` tells.
    pub version: String,
    /// Whether the process wants requests.
    pub readiness: Arc<Readiness>,
}
