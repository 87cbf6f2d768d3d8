/// The row that `$query` finds, as an `Option<$row>`; in a transaction it stays as it is until the end.
///
/// PostgreSQL locks the row for that. SQLite needs to do nothing, and has no words for it: its write transactions let
/// no other writer in. The query is expanded once a database because the derived connection cannot type `for_update`.
macro_rules! find_one {
    ($connection:expr, $query:expr, $row:ty) => {{
        let connection: &mut $crate::connection::DatabaseConnection = $connection;
        let is_in_transaction = connection.is_in_transaction();
        connection.query(|connection| match connection {
            $crate::any_connection::AnyConnection::Postgres(connection) if is_in_transaction => {
                $query.for_update().first::<$row>(connection).optional()
            }
            connection => $query.first::<$row>(connection).optional(),
        })
    }};
}

pub(super) use find_one;
