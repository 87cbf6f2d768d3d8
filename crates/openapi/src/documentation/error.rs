/// Why there is no documentation to serve: a fault of the program.
#[derive(Debug, thiserror::Error)]
pub enum DocumentationError {
    /// A library does not hold the file that it is used for.
    #[error("{0} is not built into the program")]
    MissingFile(&'static str),
}
