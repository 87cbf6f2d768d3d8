/// The documentation cannot be served, because of a fault of the program.
#[derive(Debug, thiserror::Error)]
pub enum DocumentationError {
    /// A library lacks the file for which it is used.
    #[error("{0} is not built into the program")]
    MissingFile(&'static str),
}
