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
    /// PostgreSQL changes the type of no column that another object names.
    #[error("the {kind} {name} uses the column {column}, whose type has to change")]
    Dependent {
        /// A view, rule, trigger, policy, function or publication.
        kind: String,
        /// The name.
        name: String,
        /// The column.
        column: String,
    },
    /// Another role has to do it, or to give us the right (PostgreSQL).
    #[error("this role may not create tables and functions in the schema {0}")]
    NoRightToCreate(String),
    /// PostgreSQL lets the owner of a table change it, and nobody else.
    #[error("the table belongs to the role {0}, of which this role is no member")]
    OtherOwner(String),
    /// The rows, and with them their number, are not known then.
    #[error("the role {0} may not read the table")]
    NoRightToRead(String),
    /// We would see some users only, and not know that there are more.
    #[error("row-level security hides users from this role")]
    RowSecurity,
    /// Nobody can give it a value (PostgreSQL).
    #[error("the column {0} is generated from others")]
    Generated(String),
    /// Our users would be stored elsewhere or not at all.
    #[error("the rule {0} does something else instead of what it is told")]
    Rule(String),
    /// Our users have nothing there that they could refer to.
    #[error("the foreign key {0} ties users to rows of another table")]
    ForeignKey(String),
    /// The uniqueness of the address as written goes, and that of its canonical form comes.
    #[error("the foreign key {0} refers to a column of users that is not the id")]
    AddressReferred(String),
    /// Subscribers of a replication know the rows by it.
    #[error("the replica identity of the table is the index {0} and not the primary key")]
    ReplicaIdentity(String),
    /// No index keeps addresses unique across two tables.
    #[error("the table inherits from {0}, or {0} from it")]
    Inheritance(String),
    /// PostgreSQL adds no column to a type that is stored elsewhere.
    #[error("the column {0} holds whole rows of the table")]
    RowType(String),
    /// The name is one that we will use.
    #[error("there is something else called {0} already")]
    NameTaken(String),
    /// Nobody could tell whether rows of other tables would lose their user.
    #[error("the foreign keys of the database cannot be checked: {0}")]
    UncheckableKeys(String),
    /// Nobody could log in as these users, and no two of them differ.
    #[error("these users have no e-mail address: {0}")]
    NoAddress(Listing<i64>),
    /// Bytes that are no UTF-8, which SQLite takes for text.
    #[error("the e-mail address of these users is not text: {0}")]
    UnreadableAddress(Listing<i64>),
    /// Not a time of the years that an answer can hold.
    #[error("the created_at of these users is not a time: {0}")]
    UnreadableTime(Listing<i64>),
}

impl Obstacle {
    /// Whether it keeps us from reading keys and addresses, so that no more can be said about the rows.
    pub(super) fn hides_addresses(&self) -> bool {
        match self {
            Self::NotATable | Self::NoRightToRead(_) => true,
            Self::MissingColumn(column) | Self::UnsuitableType { column, .. } => ["id", "email"].contains(column),
            _ => false,
        }
    }

    /// Whether it keeps us from reading the times.
    pub(super) fn hides_times(&self) -> bool {
        match self {
            Self::MissingColumn(column) | Self::UnsuitableType { column, .. } => *column == "created_at",
            _ => false,
        }
    }
}
