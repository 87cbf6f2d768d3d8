use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    DueMail, ListedMail, MailId, MailKind, MailState, MailToken, NewMail, Outbox, StoreError, Timestamp, TokenHash,
    User, UserId,
};
use strum::VariantArray;

use super::find_one::find_one;
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::mail_rows::{DueMailRow, MailRow, MailTokenRow, NewMailRow, NewMailTokenRow, purpose_name};
use crate::schema::{mail_tokens, outbox, users};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;
use crate::user_row::UserRow;

/// How far clocks may be apart, and no retry is further ahead.
const LONGEST_RETRY: Duration = Duration::from_hours(2);
/// One mail of a kind to an account, and to an address, in so long.
const INTERVAL: Duration = Duration::from_mins(1);

/// Each half has an index.
const HAS_JUST_WRITTEN: &str = "
    SELECT id FROM outbox WHERE recipient = $1 AND kind = $2 AND created_at > $3 AND created_at <= $4
        AND ($5 IS NULL OR state <> 'unsent' OR user_id IS NOT NULL)
    UNION ALL SELECT id FROM outbox WHERE user_id = $5 AND kind = $2 AND created_at > $3 AND created_at <= $4 LIMIT 1";

/// Until the end of the transaction. SQLite has one writer at a time.
const LOCK_RECIPIENT: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 6033))::TEXT AS id";

const DELETE_FINISHED: &str = "
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE (state <> 'pending' OR user_id IS NULL) AND created_at < $1
            AND (state <> 'dead' OR created_at < $2) LIMIT $3)";

const DELETE_EXPIRED: &str = "
    DELETE FROM mail_tokens WHERE token_hash IN (SELECT token_hash FROM mail_tokens WHERE expires_at < $1 LIMIT $2)";

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    #[allow(dead_code, reason = "whether there is a row is all that counts")]
    id: String,
}

/// The mail that somebody is to send, at the time of the first parameter, and not one that waits until after the second: no
/// retry is so far ahead, and a clock that was put back holds up nothing. A user who is gone gets none, and what a newer
/// version tells is left to that version.
fn due(now: &str, latest: &str) -> String {
    // None of them holds a quote.
    let kinds = MailKind::VARIANTS.iter().map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT id FROM outbox WHERE state = 'pending' AND (next_attempt_at <= {now} OR next_attempt_at > {latest})
            AND kind IN ({kinds}) AND EXISTS (SELECT 1 FROM users WHERE users.id = outbox.user_id)
        ORDER BY next_attempt_at, id LIMIT 1"
    )
}

impl Outbox for DatabaseConnection {
    fn enqueue(&mut self, mail: &NewMail) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(outbox::table).values(NewMailRow::from(mail));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn has_just_written(
        &mut self,
        kind: MailKind,
        user: Option<UserId>,
        recipient: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.is_in_transaction() && matches!(self.inner, AnyConnection::Postgres(_)) {
            let lock = static_query(LOCK_RECIPIENT).bind::<Text, _>(format!("{} {recipient}", kind.name()));
            self.query(|connection| lock.execute(connection))?;
        }
        let query = static_query(HAS_JUST_WRITTEN)
            .bind::<Text, _>(recipient)
            .bind::<Text, _>(kind.name())
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at - INTERVAL))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at + INTERVAL))
            .bind::<Nullable<BigInt>, _>(user.map(UserId::get));
        let found: Option<IdRow> = self.query(|connection| query.get_result(connection).optional())?;
        Ok(found.is_some())
    }

    fn mails_of(&mut self, user: UserId) -> Result<Vec<ListedMail>, StoreError> {
        let query = outbox::table
            .filter(outbox::user_id.eq(user.get()))
            .filter(outbox::state.ne(MailState::Unsent.name()))
            .order((outbox::created_at, outbox::id))
            .select(MailRow::as_select());
        let rows = self.query(|connection| query.load::<MailRow>(connection))?;
        rows.into_iter().map(MailRow::into_listed).collect()
    }

    fn requested_email_of(&mut self, user: UserId) -> Result<Option<String>, StoreError> {
        let query = mail_tokens::table
            .filter(mail_tokens::user_id.eq(user.get()))
            .filter(mail_tokens::email.is_not_null())
            .select(mail_tokens::email);
        let found: Option<Option<String>> = self.query(|connection| query.first(connection).optional())?;
        Ok(found.flatten())
    }

    fn forget(&mut self, user: &User) -> Result<(), StoreError> {
        let mails = outbox::table.filter(outbox::user_id.eq(user.id.get()));
        let mails =
            diesel::update(mails).set((outbox::sealed.eq(None::<Vec<u8>>), outbox::state.eq(MailState::Sent.name())));
        self.query(|connection| mails.execute(connection))?;
        let requests = mail_tokens::table.filter(mail_tokens::email_canonical.eq(user.email.canonical().as_str()));
        self.query(|connection| diesel::delete(requests).execute(connection)).map(drop)
    }

    fn has_due(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let query = static_query(due("$1", "$2"))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now + LONGEST_RETRY));
        let found: Option<IdRow> = self.query(|connection| query.get_result(connection).optional())?;
        Ok(found.is_some())
    }

    fn claim(&mut self, now: Timestamp, until: Timestamp) -> Result<Option<DueMail>, StoreError> {
        let is_postgres = matches!(self.inner, AnyConnection::Postgres(_));
        let lock = if is_postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let due = due("$2", "$3");
        let update = format!(
            "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1 WHERE id = ({due}{lock})
            RETURNING *, COALESCE((SELECT is_active FROM users WHERE users.id = outbox.user_id), FALSE) AS is_user_active"
        );
        let query = static_query(update)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(until))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now + LONGEST_RETRY));
        let row: Option<DueMailRow> = self.query(|connection| query.get_result(connection).optional())?;
        row.map(DueMailRow::into_due).transpose()
    }

    fn record_sent(&mut self, id: MailId) -> Result<(), StoreError> {
        let update = diesel::update(outbox::table.find(id.to_string())).set((
            outbox::state.eq(MailState::Sent.name()),
            outbox::sealed.eq(None::<Vec<u8>>),
            outbox::last_error.eq(None::<String>),
        ));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn record_unsent(&mut self, id: MailId) -> Result<(), StoreError> {
        let changes = (outbox::state.eq(MailState::Unsent.name()), outbox::sealed.eq(None::<Vec<u8>>));
        let update = diesel::update(outbox::table.find(id.to_string())).set(changes);
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn record_failure(
        &mut self,
        id: MailId,
        error: &str,
        next_attempt_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mail = outbox::table.find(id.to_string());
        let rows = if let Some(at) = next_attempt_at {
            let changes = (outbox::last_error.eq(error), outbox::next_attempt_at.eq(StoredTimestamp::from(at)));
            self.query(|connection| diesel::update(mail).set(changes).execute(connection))
        } else {
            let changes = (outbox::last_error.eq(error), outbox::state.eq(MailState::Dead.name()));
            self.query(|connection| diesel::update(mail).set(changes).execute(connection))
        };
        rows.map(drop)
    }

    fn retry(&mut self, id: Option<MailId>, now: Timestamp) -> Result<usize, StoreError> {
        let changes = (
            outbox::state.eq(MailState::Pending.name()),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(StoredTimestamp::from(now)),
        );
        let dead = outbox::table.filter(outbox::state.eq(MailState::Dead.name()));
        if let Some(id) = id {
            let update = diesel::update(dead.filter(outbox::id.eq(id.to_string()))).set(changes);
            return self.query(|connection| update.execute(connection));
        }
        self.query(|connection| diesel::update(dead).set(changes).execute(connection))
    }

    fn list_unsent(&mut self, limit: u32) -> Result<Vec<ListedMail>, StoreError> {
        let query = outbox::table
            .filter(outbox::state.eq_any([MailState::Pending, MailState::Dead].map(MailState::name)))
            .order((outbox::created_at, outbox::id))
            .limit(limit.into())
            .select(MailRow::as_select());
        let rows = self.query(|connection| query.load::<MailRow>(connection))?;
        rows.into_iter().map(MailRow::into_listed).collect()
    }

    fn delete_finished(
        &mut self,
        sent_before: Timestamp,
        dead_before: Timestamp,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_FINISHED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(sent_before))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(dead_before))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }

    fn insert_token(&mut self, token: &MailToken) -> Result<(), StoreError> {
        // Asked of nobody too, so that a token that nobody gets takes as long.
        let older = mail_tokens::table
            .filter(mail_tokens::user_id.eq(token.user.map(UserId::get)))
            .filter(mail_tokens::purpose.eq(purpose_name(&token.purpose)));
        self.query(|connection| diesel::delete(older).execute(connection))?;
        let insertion = diesel::insert_into(mail_tokens::table).values(NewMailTokenRow::from(token));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn find_token(&mut self, hash: TokenHash) -> Result<Option<(MailToken, User)>, StoreError> {
        let token = mail_tokens::table.find(hash.0.as_slice()).select(MailTokenRow::as_select());
        let token: Option<MailTokenRow> = self.query(|connection| token.first(connection).optional())?;
        let Some(token) = token.map(MailTokenRow::into_token).transpose()? else { return Ok(None) };
        let Some(id) = token.user else { return Ok(None) };
        let user = find_one!(self, users::table.find(id.get()).select(UserRow::as_select()), UserRow)?;
        let user = user.map(UserRow::into_user).transpose()?;
        Ok(user.map(|user| (token, user)))
    }

    fn spend_token(&mut self, hash: TokenHash) -> Result<bool, StoreError> {
        let deletion = diesel::delete(mail_tokens::table.find(hash.0.as_slice()));
        self.query(|connection| deletion.execute(connection)).map(|rows| rows == 1)
    }

    fn delete_expired_tokens(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_EXPIRED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}
