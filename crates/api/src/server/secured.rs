/// Stands in the data of a connection if and only if the connection is TLS.
#[derive(Debug, Clone, Copy)]
pub struct Secured;
