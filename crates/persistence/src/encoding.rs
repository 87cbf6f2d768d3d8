use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::StoreError;

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;

/// The encoding of a PostgreSQL database that is not UTF8.
///
/// Most of the others lack letters that an address may have, and a write of one fails. `SQL_ASCII` takes any bytes from
/// any client, so that a row may hold a text that nobody can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnfitEncoding(String);

impl fmt::Display for UnfitEncoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = &self.0;
        write!(
            formatter,
            "the database has the encoding {encoding}, which does not hold every address; make one with CREATE DATABASE \
             name ENCODING 'UTF8' TEMPLATE template0, and copy what is there with pg_dump"
        )
    }
}

#[derive(QueryableByName)]
struct ServerEncoding {
    #[diesel(sql_type = Text)]
    server_encoding: String,
}

/// The encoding of the database if it is not the one that we need. SQLite has one that fits.
pub(crate) fn unfit(connection: &mut DatabaseConnection) -> Result<Option<UnfitEncoding>, StoreError> {
    if let AnyConnection::Sqlite(_) = connection.inner {
        return Ok(None);
    }
    let query = diesel::sql_query("SELECT current_setting('server_encoding') AS server_encoding");
    let answer: ServerEncoding = connection.query(|inner| query.get_result(inner))?;
    Ok(Some(UnfitEncoding(answer.server_encoding)).filter(|UnfitEncoding(encoding)| encoding != "UTF8"))
}
