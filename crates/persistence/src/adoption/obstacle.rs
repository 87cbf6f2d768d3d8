use super::Listing;

/// Something about the table `users` that the Python service does not make so, or that would lose data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// A view, for example.
    #[error("users is not an ordinary table")]
    NotATable,
    /// Its data would be lost, or its rule would refuse our rows.
    #[error("the column {0:?} is not one of id, email, hashed_password, is_active and created_at")]
    UnexpectedColumn(String),
    /// One of the five is not there.
    #[error("the column {0} is missing")]
    MissingColumn(&'static str),
    /// A type whose values do not become ours.
    #[error("the column {column} has the type {data_type:?}")]
    UnsuitableType {
        /// Which of the five.
        column: &'static str,
        /// As the database calls it.
        data_type: String,
    },
    /// The id does not identify a row, or the database does not give it.
    #[error("the column id is not a primary key that the database gives to new rows")]
    KeyNotGenerated,
    /// PostgreSQL changes no column that a view reads.
    #[error("the view {0} reads the table")]
    View(String),
    /// Nobody could log in as these users, and no two of them differ.
    #[error("these users have no e-mail address: {0}")]
    NoAddress(Listing<i64>),
    /// Not a time that SQLite can read.
    #[error("the created_at of these users is not a time: {0}")]
    UnreadableTime(Listing<i64>),
}
