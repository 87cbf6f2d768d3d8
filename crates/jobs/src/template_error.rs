/// A template of mails that cannot be used, or their directory that cannot be read. Shows on one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct TemplateError {
    /// The file or directory.
    pub file: String,
    /// The fault.
    pub fault: String,
}

impl TemplateError {
    pub(crate) fn new(file: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { file: file.into(), fault: fault.into() }
    }

    /// The message of the template engine, with the line.
    pub(crate) fn of_engine(file: impl Into<String>, error: &minijinja::Error) -> Self {
        let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        Self::new(file, format!("{line}{}{detail}", error.kind()))
    }
}
