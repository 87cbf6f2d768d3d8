//! What every route stands on: middleware, state, lists and what answers are made of.

/// The line of the access log.
pub mod access_log;
/// What is known of a request before anything is done for it.
pub mod context;
/// How calls with credentials ended, for the log.
pub mod credential_log;
/// The keys that seal the cursors of lists.
pub mod cursor_keys;
/// One path with its methods.
pub mod endpoint;
pub mod etag;
/// All that is stored about a user, put together.
pub mod export;
/// What becomes of requests that came over plain HTTP.
pub mod https_rule;
pub mod list;
/// Answers in JSON that may not fit into memory.
pub mod long_json;
/// Who may read the metrics on the port of the service.
pub mod metrics_access;
pub mod middleware;
/// Which paths load balancers and monitoring ask for.
pub mod probes;
/// Texts as pictures that phones read.
pub mod qr_code;
/// Success, in the envelope of the contract.
pub mod reply;
/// Other spellings of a path.
pub mod spelling;
/// The state that every part of the HTTP layer may need.
pub mod state;
/// The span of a request, where traces are sent.
pub mod traced_request;
