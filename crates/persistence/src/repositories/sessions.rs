use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    Amr, Changed, ExchangedSession, Factors, NewSession, Rotation, Session, SessionId, Sessions, Stale, StoreError,
    Timestamp, TokenExchange, TokenHash, User, UserId,
};

use super::find_one::find_one;
use crate::any_connection::{AnyConnection, MultiBackend};
use crate::connection::DatabaseConnection;
use crate::role_rows::{granted_roles_of, parse_user_roles};
use crate::schema::{sessions, spent_refresh_tokens, users};
use crate::session_row::{NewSessionRow, SessionRow, write_generations};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;
use crate::user_row::UserRow;

/// Exchanges the token of a valid session.
macro_rules! exchange {
    () => {
        concat!(
            "UPDATE sessions SET token_hash = $1, sealed_token = $2, predecessor = generation,
                generation = generation + 1, rotated_at = $3, last_used_at = $3, is_used = FALSE
            WHERE token_hash = $4 AND ended_at IS NULL AND expires_at > $3 AND last_used_at >= $5
                AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.is_active
                    AND users.credentials_changed_at IS NOT DISTINCT FROM sessions.credentials_changed_at)
            RETURNING *, (SELECT email FROM users WHERE users.id = sessions.user_id) AS email,
                (SELECT has_totp FROM users WHERE users.id = sessions.user_id) AS has_totp,
                (SELECT has_passkey FROM users WHERE users.id = sessions.user_id) AS has_passkey, ",
            granted_roles_of!("sessions.user_id"),
        )
    };
}

/// The same, and keeps what was presented: one exchange with the database. SQLite has no such statement.
const EXCHANGE_AND_SPEND: &str = concat!(
    "WITH exchanged AS (",
    exchange!(),
    "), spent AS (
        INSERT INTO spent_refresh_tokens (token_hash, session_id, generation) SELECT $4, id, predecessor FROM exchanged
    ) SELECT * FROM exchanged"
);

/// Ends what is beyond the limit, and first what a change of the credentials has ended already, whoever made it.
/// Impersonations are beside the limit.
const END_LEAST_USED: &str = "
    UPDATE sessions SET ended_at = $1 WHERE user_id = $2 AND ended_at IS NULL
        AND (credentials_changed_at IS DISTINCT FROM $3 OR id IN (
            SELECT id FROM sessions
            WHERE user_id = $2 AND ended_at IS NULL AND expires_at > $1 AND last_used_at >= $4
                AND impersonator_id IS NULL
                AND credentials_changed_at IS NOT DISTINCT FROM $3
            ORDER BY last_used_at DESC, created_at DESC, id DESC LIMIT 9223372036854775807 OFFSET $5))";

const OUTLIVE: &str = "
    UPDATE sessions SET credentials_changed_at = (SELECT credentials_changed_at FROM users WHERE id = $1)
    WHERE user_id = $1 AND ended_at IS NULL AND credentials_changed_at IS NOT DISTINCT FROM $2";

const DELETE_ENDED: &str = "
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2) AS expired
        UNION SELECT id FROM (SELECT id FROM sessions WHERE ended_at < $1 LIMIT $2) AS ended)";

#[derive(QueryableByName)]
struct ExchangedRow {
    #[diesel(embed)]
    session: SessionRow,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    granted_roles: Option<String>,
    #[diesel(sql_type = Bool)]
    has_totp: bool,
    #[diesel(sql_type = Bool)]
    has_passkey: bool,
}

impl Sessions for DatabaseConnection {
    fn open(&mut self, session: &NewSession) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(sessions::table).values(NewSessionRow::from(session));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn find_with_user(&mut self, id: SessionId) -> Result<Option<(Session, User)>, StoreError> {
        let query = sessions::table
            .find(id.to_string())
            .inner_join(users::table)
            .select((SessionRow::as_select(), UserRow::as_select()));
        let found: Option<(SessionRow, UserRow)> = self.query(|connection| query.first(connection).optional())?;
        let Some((session, user)) = found else { return Ok(None) };
        Ok(Some((session.into_session()?, user.into_user()?)))
    }

    fn find_by_token(&mut self, token: TokenHash) -> Result<Option<(Session, User, i64)>, StoreError> {
        let current = sessions::table.filter(sessions::token_hash.eq(token.0.as_slice()));
        let current = find_one!(self, current.select((sessions::id, sessions::generation)), (String, i64))?;
        let found = match current {
            Some(found) => Some(found),
            None => self.find_spent(token)?,
        };
        let Some((id, generation)) = found else { return Ok(None) };
        let found = self.find_with_user(id.parse().map_err(StoreError::other)?)?;
        Ok(found.map(|(session, user)| (session, user, generation)))
    }

    fn exchange(&mut self, exchange: &TokenExchange) -> Result<Changed<Option<ExchangedSession>>, StoreError> {
        let is_postgres = matches!(self.inner, AnyConnection::Postgres(_));
        let query = static_query(if is_postgres { EXCHANGE_AND_SPEND } else { exchange!() })
            .bind::<Binary, _>(exchange.successor.0.as_slice())
            .bind::<Binary, _>(exchange.sealed_successor.as_slice())
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(exchange.at))
            .bind::<Binary, _>(exchange.presented.0.as_slice())
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(exchange.idle_since));
        let row = self.query(|connection| query.get_result::<ExchangedRow>(connection).optional())?;
        let Some(ExchangedRow { session, email, granted_roles, has_totp, has_passkey }) = row else {
            return Ok(Changed::nothing(None));
        };
        let session = session.into_session()?;
        if !is_postgres {
            self.spend(exchange.presented, session.id, session.rotation.predecessor)?;
        }
        let stale = Stale::Session(session.id);
        let (roles, factors) =
            (parse_user_roles(granted_roles.as_deref()), Factors { totp: has_totp, passkey: has_passkey });
        Ok(Changed::new(Some(ExchangedSession { session, email, roles, factors }), stale))
    }

    fn reissue(&mut self, id: SessionId, rotation: &Rotation, token: TokenHash) -> Result<Changed<()>, StoreError> {
        let replaced = sessions::table.find(id.to_string()).select((sessions::token_hash, sessions::generation));
        let (replaced, generation): (Vec<u8>, i64) = self.query(|connection| replaced.first(connection))?;
        let replaced = replaced.try_into().map_err(|_| StoreError::other("the hash of a token has not 32 bytes"))?;
        self.spend(TokenHash(replaced), id, generation)?;
        let update = diesel::update(sessions::table.find(id.to_string())).set((
            sessions::token_hash.eq(token.0.as_slice()),
            sessions::generation.eq(rotation.generation),
            sessions::predecessor.eq(rotation.predecessor),
            sessions::rotated_at.eq(StoredTimestamp::from(rotation.rotated_at)),
            sessions::last_used_at.eq(StoredTimestamp::from(rotation.rotated_at)),
            sessions::is_used.eq(rotation.is_used),
            sessions::void_generations.eq(write_generations(&rotation.void)),
            sessions::sealed_token.eq(rotation.sealed_token.as_deref()),
        ));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::Session(id)))
    }

    fn record_authentication(&mut self, id: SessionId, amr: &Amr, at: Timestamp) -> Result<Changed<()>, StoreError> {
        let update = diesel::update(sessions::table.find(id.to_string()))
            .set((sessions::authenticated_at.eq(StoredTimestamp::from(at)), sessions::amr.eq(amr.as_str())));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::Session(id)))
    }

    fn set_amr(&mut self, id: SessionId, amr: &Amr) -> Result<Changed<()>, StoreError> {
        let update = diesel::update(sessions::table.find(id.to_string())).set(sessions::amr.eq(amr.as_str()));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::Session(id)))
    }

    fn record_use(&mut self, id: SessionId, generation: i64, at: Timestamp) -> Result<Changed<()>, StoreError> {
        let is_used = sessions::is_used.or(sessions::generation.eq(generation));
        let update = diesel::update(sessions::table.find(id.to_string()))
            .set((sessions::is_used.eq(is_used), sessions::last_used_at.eq(StoredTimestamp::from(at))));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::Session(id)))
    }

    fn of_user(&mut self, user: UserId, used_since: Timestamp, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let query = sessions::table
            .filter(sessions::user_id.eq(user.get()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(StoredTimestamp::from(now)))
            .filter(sessions::last_used_at.ge(StoredTimestamp::from(used_since)))
            .order((sessions::last_used_at.desc(), sessions::created_at.desc(), sessions::id.desc()))
            .select(SessionRow::as_select());
        let rows = self.query(|connection| query.load::<SessionRow>(connection))?;
        rows.into_iter().map(SessionRow::into_session).collect()
    }

    fn all_of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let query = sessions::table
            .filter(sessions::user_id.eq(user.get()))
            .order((sessions::created_at, sessions::id))
            .select(SessionRow::as_select());
        let rows = self.query(|connection| query.load::<SessionRow>(connection))?;
        rows.into_iter().map(SessionRow::into_session).collect()
    }

    fn impersonations(&mut self, impersonator: Option<UserId>, now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let mut query = sessions::table
            .filter(sessions::impersonator_id.is_not_null())
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(StoredTimestamp::from(now)))
            .order(sessions::id)
            .select(sessions::id)
            .into_boxed::<MultiBackend>();
        if let Some(impersonator) = impersonator {
            query = query.filter(sessions::impersonator_id.eq(impersonator.get()));
        }
        let ids = self.query(|connection| query.load::<String>(connection))?;
        ids.iter().map(|id| id.parse().map_err(StoreError::other)).collect()
    }

    fn end(&mut self, id: SessionId, at: Timestamp) -> Result<Changed<bool>, StoreError> {
        let living = sessions::table.find(id.to_string()).filter(sessions::ended_at.is_null());
        let update = diesel::update(living).set(sessions::ended_at.eq(StoredTimestamp::from(at)));
        let rows = self.query(|connection| update.execute(connection))?;
        Ok(Changed::new(rows == 1, Stale::Session(id)))
    }

    fn end_all(&mut self, user: UserId, keep: Option<SessionId>, at: Timestamp) -> Result<Changed<usize>, StoreError> {
        let others = sessions::table
            .filter(sessions::user_id.eq(user.get()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(StoredTimestamp::from(at)))
            // No key is empty.
            .filter(sessions::id.ne(keep.map(|id| id.to_string()).unwrap_or_default()));
        let update = diesel::update(others).set(sessions::ended_at.eq(StoredTimestamp::from(at)));
        let rows = self.query(|connection| update.execute(connection))?;
        Ok(Changed::new(rows, Stale::User(user)))
    }

    fn end_least_used(
        &mut self,
        newest: &Session,
        limit: u32,
        used_since: Timestamp,
    ) -> Result<Changed<()>, StoreError> {
        let user = newest.user_id;
        let update = static_query(END_LEAST_USED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(newest.created_at))
            .bind::<BigInt, _>(user.get())
            .bind::<Nullable<SqlTimestamp>, _>(newest.credentials_changed_at.map(StoredTimestamp::from))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(used_since))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::User(user)))
    }

    fn keep_after_credential_change(
        &mut self,
        user: UserId,
        before: Option<Timestamp>,
    ) -> Result<Changed<()>, StoreError> {
        let update = static_query(OUTLIVE)
            .bind::<BigInt, _>(user.get())
            .bind::<Nullable<SqlTimestamp>, _>(before.map(StoredTimestamp::from));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::User(user)))
    }

    fn delete_ended(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_ENDED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}

impl DatabaseConnection {
    /// The session of a token that another has followed, locked, and the generation of the token.
    fn find_spent(&mut self, token: TokenHash) -> Result<Option<(String, i64)>, StoreError> {
        let spent = spent_refresh_tokens::table
            .find(token.0.as_slice())
            .select((spent_refresh_tokens::session_id, spent_refresh_tokens::generation));
        let spent: Option<(String, i64)> = self.query(|connection| spent.first(connection).optional())?;
        let Some((id, generation)) = spent else { return Ok(None) };
        let locked = find_one!(self, sessions::table.find(&id).select(sessions::id), String)?;
        Ok(locked.map(|id| (id, generation)))
    }

    fn spend(&mut self, token: TokenHash, session: SessionId, generation: i64) -> Result<(), StoreError> {
        let spent = diesel::insert_into(spent_refresh_tokens::table).values((
            spent_refresh_tokens::token_hash.eq(token.0.as_slice()),
            spent_refresh_tokens::session_id.eq(session.to_string()),
            spent_refresh_tokens::generation.eq(generation),
        ));
        self.query(|connection| spent.execute(connection)).map(drop)
    }
}
