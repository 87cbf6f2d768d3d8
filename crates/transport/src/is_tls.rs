/// Says that a connection is TLS from its client to this process; in its connection's data if it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsTls;
