use actix_web::web::ServiceConfig;
use ore_openapi::ApiSection;
use ore_web::endpoint::Endpoint;

use super::{
    account, api_keys, audit, auth, gateways, impersonation, keys, oauth, oauth_metadata, operations, passkey_log_in,
    passkeys, recovery, roles, second_factors, service_accounts, sessions, users,
};

/// Every file of routes that clients call, in the order of their tags in the document.
pub const SECTIONS: &[ApiSection] = &[
    auth::SECTION,
    second_factors::SECTION,
    account::SECTION,
    recovery::SECTION,
    sessions::SECTION,
    passkey_log_in::SECTION,
    passkeys::SECTION,
    users::SECTION,
    impersonation::SECTION,
    roles::SECTION,
    api_keys::SECTION,
    service_accounts::SECTION,
    audit::SECTION,
    oauth::SECTION,
    oauth_metadata::SECTION,
    keys::SECTION,
    gateways::SECTION,
    operations::SECTION,
];

/// The groups of endpoints that one listener serves.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "any of them may be served with any other")]
pub struct Groups {
    /// What clients and load balancers call.
    pub service: bool,
    /// `/metrics`, which may have a port of its own. Beside the service it is there for those alone whom
    /// [`MetricsAccess`](ore_settings::MetricsAccess) admits.
    pub metrics: bool,
    /// The pages for developers, for an application that has their [`Site`](ore_openapi::documentation::Site).
    pub documentation: bool,
    /// The pages for people, for an application that has their [`Site`](ore_pages::Site).
    pub pages: bool,
}

impl Groups {
    /// Every endpoint of the groups.
    pub fn endpoints(self) -> Vec<Endpoint> {
        let mut endpoints = Vec::new();
        if self.service {
            endpoints.extend(SECTIONS.iter().flat_map(|section| (section.endpoints)()));
        }
        if self.metrics {
            let metrics =
                if self.service { operations::guarded_metrics_endpoint } else { operations::metrics_endpoint };
            endpoints.push(metrics());
        }
        if self.pages {
            endpoints.extend(ore_pages::endpoints());
        }
        if self.documentation {
            endpoints.extend(ore_openapi::documentation::endpoints());
        }
        endpoints
    }

    /// Adds them to an application. Whole paths come first: `passkeys/login` is not any `passkeys/{id}`, and the router compares
    /// them faster than it tries patterns, one after another.
    pub fn configure(self, config: &mut ServiceConfig) {
        let mut endpoints = self.endpoints();
        endpoints.sort_by_key(Endpoint::has_parameters);
        for endpoint in endpoints {
            config.service(endpoint.finish());
        }
    }
}
