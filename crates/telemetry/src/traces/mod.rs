//! Traces over OTLP, in protobuf over HTTP, and the context that ties those of several services together (W3C Trace
//! Context).
//!
//! Where they are sent, what they are called and how many there are stands in the variables of OpenTelemetry
//! (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, …), which its library reads.

mod context;
mod exporter;
mod pipeline;

pub use context::{TraceIds, begin, headers_of, rename};
pub use pipeline::{Traces, TracesError};
