use ore_domain::StoreError;

use crate::adoption::{AdoptionPreview, Obstacle};
use crate::encoding::UnfitEncoding;

/// The reason why migrations were not run or reverted. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database is away, or a migration failed on it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The table `users` of the Python service cannot be adopted as it is.
    #[error("the table users of the Python service cannot be taken over: {0}")]
    Adoption(Box<AdoptionPreview>),
    /// The encoding of the database cannot store every address.
    #[error(transparent)]
    Encoding(#[from] UnfitEncoding),
    /// The role lacks a right that the migrations need.
    #[error("the database refused a migration: {}", .0.iter().map(Obstacle::to_string).collect::<Vec<_>>().join("; "))]
    Rights(Vec<Obstacle>),
    /// A newer program has run migrations that this one does not know how to revert.
    #[error("the database has migrations that this program does not know ({}); revert with the program that ran them", .0.join(", "))]
    Unknown(Vec<String>),
    /// No migration has been run.
    #[error("the database has no migration to revert")]
    NothingToRevert,
}
