use ore_domain::EmailError;

/// Why nothing more can be read from a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// There is not even a header.
    #[error("the file is empty")]
    Empty,
    /// A JSON array has no lines to name and would have to be read whole.
    #[error("the file is a JSON array; write one object a line instead (`jq -c '.[]'` does it)")]
    JsonArray,
    /// The header is not UTF-8.
    #[error("the header is not UTF-8")]
    HeaderNotUtf8,
    /// A column that is needed is not there.
    #[error("the header has no column {0}")]
    NoColumn(&'static str),
    /// Two columns have one name.
    #[error("the header names the column {0} twice")]
    RepeatedColumn(&'static str),
    /// An unknown column: its number, counted from one. Its name may be a value if there is no header.
    #[error("column {0} of the header is none that is known; a CSV file begins with the names of its columns")]
    UnknownColumn(usize),
    /// A record goes on for too long, as one with an unclosed quotation mark does.
    #[error("line {line}: the record has more than {limit} bytes, perhaps for want of a closing quotation mark")]
    EndlessRecord {
        /// The line where it begins.
        line: u64,
        /// The most that one has.
        limit: u64,
    },
}

/// Why a row is no user that can be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// It has too many bytes.
    #[error("the row has more than {0} bytes")]
    TooLong(usize),
    /// It is no text.
    #[error("the row is not UTF-8")]
    NotUtf8,
    /// It has other fields than the header says.
    #[error("the row has {found} fields, and the header {expected}")]
    FieldCount {
        /// How many it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// The line is no JSON.
    #[error("the line is not valid JSON from column {0} on")]
    NotJson(usize),
    /// The line is JSON, and no object.
    #[error("the line is not a JSON object")]
    NotAnObject,
    /// An unknown member of the object: its number, counted from one in the order of the names.
    #[error("the object has a member that is not known: the {0}. by name")]
    UnknownMember(usize),
    /// A field cannot be taken.
    #[error("{0}: {1}")]
    Field(&'static str, FieldFault),
    /// The account was deleted where it comes from.
    #[error("the account was deleted")]
    Deleted,
}

/// The fault of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// It is needed.
    #[error("is missing")]
    Missing,
    /// It is no address that can have an account.
    #[error("{0}")]
    Email(#[from] EmailError),
    /// It is of another type.
    #[error("is not a text")]
    NotAText,
    /// It is neither true nor false.
    #[error("is not true or false")]
    NotABoolean,
    /// It is no time.
    #[error("is not a time such as 2026-11-22T10:34:31Z, in the years 1 to 9999")]
    NotATime,
    /// It is no key.
    #[error("is not a number from 1 to 9007199254740991")]
    NotAKey,
    /// It has too many characters.
    #[error("has more than {0} characters")]
    TooLong(usize),
    /// It has a character that cannot be seen.
    #[error("has a control character, a line break or a mark of direction")]
    ForbiddenCharacter,
    /// It is no language that messages are written in.
    #[error("is not a language we have (zh-CN or en)")]
    UnknownLocale,
    /// It holds a name that no role can have.
    #[error("holds a text that is not the name of a role")]
    NotARole,
    /// It is no list of texts.
    #[error("is not an array of texts")]
    NotAnArray,
}
