use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{PendingLogIn, StoreError, TokenHash, TotpEnrolment, TotpFactor, UserId};

use crate::schema::{pending_log_ins, totp_enrolments, totp_factors};
use crate::stored_timestamp::StoredTimestamp;

/// A row of `pending_log_ins` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = pending_log_ins)]
pub(crate) struct PendingLogInRow {
    token_hash: Vec<u8>,
    user_id: i64,
    device_hash: Option<Vec<u8>>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    credentials_changed_at: Option<NaiveDateTime>,
}

impl PendingLogInRow {
    pub(crate) fn into_pending(self) -> Result<PendingLogIn, StoreError> {
        Ok(PendingLogIn {
            token_hash: hash(self.token_hash)?,
            user: UserId::new(self.user_id),
            device: self.device_hash.map(hash).transpose()?,
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            credentials_changed_at: self.credentials_changed_at.map(|time| time.and_utc()),
        })
    }
}

fn hash(bytes: Vec<u8>) -> Result<TokenHash, StoreError> {
    let bytes = bytes.try_into().map_err(|_| StoreError::other("the hash of a token has not 32 bytes"))?;
    Ok(TokenHash(bytes))
}

/// The same as it is written.
#[derive(Insertable)]
#[diesel(table_name = pending_log_ins)]
pub(crate) struct NewPendingLogInRow<'a> {
    token_hash: &'a [u8],
    user_id: i64,
    device_hash: Option<&'a [u8]>,
    tries: i64,
    created_at: StoredTimestamp,
    expires_at: StoredTimestamp,
    credentials_changed_at: Option<StoredTimestamp>,
}

impl<'a> From<&'a PendingLogIn> for NewPendingLogInRow<'a> {
    fn from(pending: &'a PendingLogIn) -> Self {
        Self {
            token_hash: &pending.token_hash.0,
            user_id: pending.user.get(),
            device_hash: pending.device.as_ref().map(|device| device.0.as_slice()),
            tries: 0,
            created_at: pending.created_at.into(),
            expires_at: pending.expires_at.into(),
            credentials_changed_at: pending.credentials_changed_at.map(StoredTimestamp::from),
        }
    }
}

/// A row of `totp_factors` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = totp_factors)]
pub(crate) struct TotpFactorRow {
    user_id: i64,
    sealed: Vec<u8>,
    last_step: i64,
    is_proven: bool,
    created_at: NaiveDateTime,
}

impl From<TotpFactorRow> for TotpFactor {
    fn from(row: TotpFactorRow) -> Self {
        Self {
            user: UserId::new(row.user_id),
            sealed: row.sealed,
            last_step: row.last_step,
            is_proven: row.is_proven,
            created_at: row.created_at.and_utc(),
        }
    }
}

/// A row of `totp_enrolments` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = totp_enrolments)]
pub(crate) struct TotpEnrolmentRow {
    user_id: i64,
    session_id: String,
    sealed: Vec<u8>,
    expires_at: NaiveDateTime,
}

impl TotpEnrolmentRow {
    pub(crate) fn into_enrolment(self) -> Result<TotpEnrolment, StoreError> {
        Ok(TotpEnrolment {
            user: UserId::new(self.user_id),
            session: self.session_id.parse().map_err(StoreError::other)?,
            sealed: self.sealed,
            expires_at: self.expires_at.and_utc(),
        })
    }
}
