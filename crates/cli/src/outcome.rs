use ore_security::password::HashError;
use ore_server::backend::StartError;
use ore_server::serve::ServeError;
use ore_settings::SettingsFaults;
use ore_transport::{CertificateFault, InheritedFault, TransportError};

/// Why a command did not do what it was asked: one line for people, or one for each faulty setting.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The settings are not usable.
    #[error(transparent)]
    Settings(#[from] SettingsFaults),
    /// The certificate that the settings name is not usable.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    /// The sockets that were passed are not usable.
    #[error(transparent)]
    Sockets(#[from] InheritedFault),
    /// Wrong usage.
    #[error("{0}")]
    Usage(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    /// 1 for what failed, 2 for wrong usage or settings.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::Certificate(_) | Self::Sockets(_) | Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }

    pub(crate) fn because(reason: impl std::fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::because(error)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::because(error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::because(error)
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        Self::because(error)
    }
}
