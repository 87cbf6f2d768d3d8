use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};

/// A value as it is read from a row that another program may have written: one that is no `T` spoils its own row alone,
/// where Diesel would give up the whole query.
#[derive(Debug, FromSqlRow)]
pub(crate) enum Lenient<T> {
    Null,
    Value(T),
    /// Says what is wrong.
    Fault(String),
}

impl<T> Lenient<T> {
    /// The value of a column, or what is wrong with it.
    pub(crate) fn of_column(self, name: &str) -> Result<T, String> {
        match self {
            Self::Null => Err(format!("{name}: NULL")),
            Self::Value(value) => Ok(value),
            Self::Fault(fault) => Err(format!("{name}: {fault}")),
        }
    }

    /// The value, or `None` for NULL.
    pub(crate) fn into_option(self) -> Result<Option<T>, String> {
        match self {
            Self::Null => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::Fault(fault) => Err(fault),
        }
    }
}

impl<T: FromSql<ST, DB>, ST, DB: Backend> FromSql<ST, DB> for Lenient<T> {
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(T::from_sql(value).map_or_else(|error| Self::Fault(error.to_string()), Self::Value))
    }

    fn from_nullable_sql(value: Option<DB::RawValue<'_>>) -> deserialize::Result<Self> {
        value.map_or_else(|| Ok(Self::Null), Self::from_sql)
    }
}
