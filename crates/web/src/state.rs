use std::sync::Arc;
use std::time::Duration;

use ore_client_address::TrustedProxies;
use ore_domain::{AllowedOrigins, Clock, Locale, Readiness};
use ore_errors::messages::Catalogue;
use ore_limits::GeneralLimit;
use ore_schemas::{AuthorizationServerMetadata, BodyRules};
use ore_settings::MetricsAccess;

use crate::credential_log::CredentialLog;
use crate::cursor_keys::CursorKeys;
use crate::https_rule::HttpsRule;

/// What every part of the HTTP layer may need: nothing here changes while the process lives but the readiness.
///
/// Each worker has a copy: handlers count those who use theirs, and a counter that workers share slows all of them.
#[derive(Clone)]
pub struct ApiState {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The messages.
    pub catalogue: Catalogue,
    /// The language of requests that name none that we have.
    pub default_locale: Locale,
    /// The rules for bodies.
    pub body_rules: BodyRules,
    /// The version that `/health` tells.
    pub version: String,
    /// The proxies whose headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// The rule for requests over plain HTTP.
    pub https_rule: HttpsRule,
    /// The clients that may read `/metrics` on the port of the service.
    pub metrics_access: MetricsAccess,
    /// Which origins may make calls that rest on a cookie.
    pub origins: AllowedOrigins,
    /// Which seal the places between the pages of lists.
    pub cursor_keys: CursorKeys,
    /// The time after an authentication for which a session is fresh enough for sensitive calls.
    pub reauth: Duration,
    /// How often one address may call; `None` where limits are off.
    pub general_limit: Option<Arc<GeneralLimit>>,
    /// The log of calls with credentials.
    pub credential_log: CredentialLog,
    /// The metadata for OAuth clients; `None` if others could not check our tokens.
    pub authorization_server: Option<Arc<AuthorizationServerMetadata>>,
    /// Whether requests are traced.
    pub sends_traces: bool,
    /// Whether the process wants requests.
    pub readiness: Arc<Readiness>,
}
