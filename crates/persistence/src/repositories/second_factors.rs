use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp as SqlTimestamp};
use ore_domain::{PendingLogIn, SecondFactors, StoreError, Timestamp, TokenHash, TotpEnrolment, TotpFactor, UserId};

use crate::connection::DatabaseConnection;
use crate::schema::{pending_log_ins, recovery_codes, totp_enrolments, totp_factors};
use crate::second_factor_rows::{NewPendingLogInRow, PendingLogInRow, TotpEnrolmentRow, TotpFactorRow};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

const DELETE_PENDING_LOG_INS: &str = "
    DELETE FROM pending_log_ins WHERE token_hash IN
        (SELECT token_hash FROM pending_log_ins WHERE expires_at < $1 LIMIT $2)";

const DELETE_ENROLMENTS: &str = "
    DELETE FROM totp_enrolments WHERE user_id IN
        (SELECT user_id FROM totp_enrolments WHERE expires_at < $1 LIMIT $2)";

impl SecondFactors for DatabaseConnection {
    fn insert_pending_log_in(&mut self, pending: &PendingLogIn) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(pending_log_ins::table).values(NewPendingLogInRow::from(pending));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn find_pending_log_in(&mut self, token: TokenHash) -> Result<Option<PendingLogIn>, StoreError> {
        let query = pending_log_ins::table.find(token.0.as_slice()).select(PendingLogInRow::as_select());
        let row: Option<PendingLogInRow> = self.query(|connection| query.first(connection).optional())?;
        row.map(PendingLogInRow::into_pending).transpose()
    }

    fn count_try(&mut self, token: TokenHash, most: u32) -> Result<bool, StoreError> {
        let tried_less =
            pending_log_ins::table.find(token.0.as_slice()).filter(pending_log_ins::tries.lt(i64::from(most)));
        let update = diesel::update(tried_less).set(pending_log_ins::tries.eq(pending_log_ins::tries + 1));
        self.query(|connection| update.execute(connection)).map(|rows| rows == 1)
    }

    fn spend_pending_log_in(&mut self, token: TokenHash) -> Result<bool, StoreError> {
        let deletion = diesel::delete(pending_log_ins::table.find(token.0.as_slice()));
        self.query(|connection| deletion.execute(connection)).map(|rows| rows == 1)
    }

    fn replace_recovery_codes(
        &mut self,
        user: UserId,
        codes: &[TokenHash],
        is_proven: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.delete_recovery_codes(user, true)?;
        for TokenHash(hash) in codes {
            let insertion = diesel::insert_into(recovery_codes::table).values((
                recovery_codes::user_id.eq(user.get()),
                recovery_codes::code_hash.eq(hash.as_slice()),
                recovery_codes::is_proven.eq(is_proven),
                recovery_codes::created_at.eq(StoredTimestamp::from(at)),
            ));
            self.query(|connection| insertion.execute(connection))?;
        }
        Ok(())
    }

    fn spend_recovery_code(&mut self, user: UserId, code: TokenHash) -> Result<bool, StoreError> {
        let deletion = diesel::delete(recovery_codes::table.find((user.get(), code.0.as_slice())));
        self.query(|connection| deletion.execute(connection)).map(|rows| rows == 1)
    }

    fn count_recovery_codes(&mut self, user: UserId) -> Result<u32, StoreError> {
        let query = recovery_codes::table.filter(recovery_codes::user_id.eq(user.get())).count();
        let count: i64 = self.query(|connection| query.get_result(connection))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn delete_recovery_codes(&mut self, user: UserId, proven_ones_too: bool) -> Result<(), StoreError> {
        let codes = recovery_codes::table
            .filter(recovery_codes::user_id.eq(user.get()))
            .filter(recovery_codes::is_proven.eq(false).or(recovery_codes::is_proven.eq(proven_ones_too)));
        self.query(|connection| diesel::delete(codes).execute(connection)).map(drop)
    }

    fn find_totp(&mut self, user: UserId) -> Result<Option<TotpFactor>, StoreError> {
        let query = totp_factors::table.find(user.get()).select(TotpFactorRow::as_select());
        let row: Option<TotpFactorRow> = self.query(|connection| query.first(connection).optional())?;
        Ok(row.map(TotpFactor::from))
    }

    fn set_totp(&mut self, factor: &TotpFactor) -> Result<(), StoreError> {
        self.delete_totp(factor.user, true)?;
        let insertion = diesel::insert_into(totp_factors::table).values((
            totp_factors::user_id.eq(factor.user.get()),
            totp_factors::sealed.eq(factor.sealed.as_slice()),
            totp_factors::last_step.eq(factor.last_step),
            totp_factors::is_proven.eq(factor.is_proven),
            totp_factors::created_at.eq(StoredTimestamp::from(factor.created_at)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn accept_totp_step(&mut self, user: UserId, step: i64) -> Result<bool, StoreError> {
        let before = totp_factors::table.find(user.get()).filter(totp_factors::last_step.lt(step));
        let update = diesel::update(before).set(totp_factors::last_step.eq(step));
        self.query(|connection| update.execute(connection)).map(|rows| rows == 1)
    }

    fn delete_totp(&mut self, user: UserId, proven_one_too: bool) -> Result<bool, StoreError> {
        let factor = totp_factors::table
            .find(user.get())
            .filter(totp_factors::is_proven.eq(false).or(totp_factors::is_proven.eq(proven_one_too)));
        self.query(|connection| diesel::delete(factor).execute(connection)).map(|rows| rows == 1)
    }

    fn set_totp_enrolment(&mut self, enrolment: &TotpEnrolment) -> Result<(), StoreError> {
        self.delete_totp_enrolment(enrolment.user)?;
        let insertion = diesel::insert_into(totp_enrolments::table).values((
            totp_enrolments::user_id.eq(enrolment.user.get()),
            totp_enrolments::session_id.eq(enrolment.session.to_string()),
            totp_enrolments::sealed.eq(enrolment.sealed.as_slice()),
            totp_enrolments::expires_at.eq(StoredTimestamp::from(enrolment.expires_at)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn find_totp_enrolment(&mut self, user: UserId) -> Result<Option<TotpEnrolment>, StoreError> {
        let query = totp_enrolments::table.find(user.get()).select(TotpEnrolmentRow::as_select());
        let row: Option<TotpEnrolmentRow> = self.query(|connection| query.first(connection).optional())?;
        row.map(TotpEnrolmentRow::into_enrolment).transpose()
    }

    fn delete_totp_enrolment(&mut self, user: UserId) -> Result<(), StoreError> {
        let deletion = diesel::delete(totp_enrolments::table.find(user.get()));
        self.query(|connection| deletion.execute(connection)).map(drop)
    }

    fn delete_expired_factors(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let mut deleted = 0;
        for deletion in [DELETE_PENDING_LOG_INS, DELETE_ENROLMENTS] {
            let deletion = static_query(deletion)
                .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
                .bind::<BigInt, _>(i64::from(limit));
            deleted += self.query(|connection| deletion.execute(connection))?;
        }
        Ok(deleted)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::query_plans::{Statement, assert_no_table_is_read_whole};

    const ADA: UserId = UserId::new(1);
    const HASH: TokenHash = TokenHash([7; 32]);
    const AT: Timestamp = DateTime::UNIX_EPOCH;

    const STATEMENTS: &[Statement] = &[
        ("find_pending_log_in", |r| drop(r.find_pending_log_in(HASH))),
        ("count_try", |r| drop(r.count_try(HASH, 5))),
        ("spend_pending_log_in", |r| drop(r.spend_pending_log_in(HASH))),
        ("replace_recovery_codes", |r| drop(r.replace_recovery_codes(ADA, &[HASH], true, AT))),
        ("spend_recovery_code", |r| drop(r.spend_recovery_code(ADA, HASH))),
        ("count_recovery_codes", |r| drop(r.count_recovery_codes(ADA))),
        ("delete_recovery_codes", |r| drop(r.delete_recovery_codes(ADA, false))),
        ("find_totp", |r| drop(r.find_totp(ADA))),
        ("accept_totp_step", |r| drop(r.accept_totp_step(ADA, 1))),
        ("delete_totp", |r| drop(r.delete_totp(ADA, false))),
        ("find_totp_enrolment", |r| drop(r.find_totp_enrolment(ADA))),
        ("delete_totp_enrolment", |r| drop(r.delete_totp_enrolment(ADA))),
        ("delete_expired_factors", |r| drop(r.delete_expired_factors(AT, 1))),
    ];

    #[test]
    fn no_statement_reads_a_table_whole() {
        assert_no_table_is_read_whole(STATEMENTS);
    }
}
