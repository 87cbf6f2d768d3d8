//! What the scenarios are made of, beside what `ore-harness` has.

mod backend;
mod checks;
mod load;
mod load_results;
mod mailbox;
mod patroni;
mod pgbouncer;
mod proxies;
mod relay;
mod sentinels;
mod sessions;

pub(crate) use backend::start_backend;
pub(crate) use checks::{BACK, expect_all_log_in, footprint_at_rest};
pub(crate) use load::{LoadPlan, new_email};
pub(crate) use load_results::{CUT, Call, LoadResults};
pub(crate) use mailbox::{Mail, Mailbox};
pub(crate) use patroni::Patroni;
pub(crate) use pgbouncer::PgBouncer;
pub(crate) use proxies::{Gateway, Proxy, caddy_gateway, haproxy, nginx, nginx_gateway};
pub(crate) use relay::Relay;
pub(crate) use sentinels::Sentinels;
pub(crate) use sessions::{SessionResults, start_sessions};
