//! What every route stands on: extractors, middleware, errors, messages, and who the client is.

/// The line of the access log.
pub mod access_log;
pub mod client_address;
/// The facts about a request that are known before it is handled.
pub mod context;
/// How calls with credentials ended, for the log.
pub mod credential_log;
/// The keys that seal the cursors of lists.
pub mod cursor_keys;
mod device;
/// One path with its methods.
pub mod endpoint;
pub mod error;
pub mod etag;
/// All that is stored about a user, put together.
pub mod export;
pub mod extract;
/// The rule for requests over plain HTTP.
pub mod https_rule;
pub mod list;
pub mod messages;
/// The clients that may read the metrics on the port of the service.
pub mod metrics_access;
pub mod middleware;
pub mod page_cookie;
/// Which paths load balancers and monitoring ask for.
pub mod probes;
/// Texts as pictures that phones read.
pub mod qr_code;
pub mod refresh_cookie;
/// Success, in the envelope of the contract.
pub mod reply;
mod retry;
mod set_cookie;
/// Other spellings of a path.
pub mod spelling;
/// The state that every part of the HTTP layer may need.
pub mod state;
/// The span of a request, where traces are sent.
pub mod traced_request;
