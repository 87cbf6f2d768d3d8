use std::time::Duration;

use thiserror::Error;

/// A permission as a type, for guards that name it in the signature of a handler.
///
/// ```
/// struct NotesWrite;
///
/// impl ore_verifier::Permission for NotesWrite {
///     const NAME: &'static str = "notes.write";
/// }
/// ```
pub trait Permission {
    /// Its name, as it stands in the claim `scope`.
    const NAME: &'static str;
}

/// The caller lacks a permission.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the permission {permission} is missing")]
#[non_exhaustive]
pub struct MissingPermission {
    /// The name of the permission.
    pub permission: String,
}

/// The user authenticated too long ago, or nobody knows when (RFC 9470).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the user has to authenticate again")]
#[non_exhaustive]
pub struct AuthenticationTooOld {
    /// How long ago the user may have authenticated; told in whole seconds.
    pub max_age: Duration,
}
