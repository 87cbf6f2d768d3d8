/// The purpose of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The service.
    Service,
    /// The metrics alone, beside a port for the service.
    Metrics,
}
