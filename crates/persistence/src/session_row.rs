use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{Amr, Impersonation, NewSession, Rotation, Session, SessionId, SessionOrigin, StoreError, UserId};

use crate::schema::sessions;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `sessions` as it is read.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    id: String,
    user_id: i64,
    generation: i64,
    predecessor: i64,
    rotated_at: NaiveDateTime,
    is_used: bool,
    void_generations: String,
    sealed_token: Option<Vec<u8>>,
    amr: String,
    device: String,
    address: String,
    authenticated_at: NaiveDateTime,
    created_at: NaiveDateTime,
    last_used_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    credentials_changed_at: Option<NaiveDateTime>,
    impersonator_id: Option<i64>,
    impersonator_session_id: Option<String>,
}

impl SessionRow {
    pub(crate) fn into_session(self) -> Result<Session, StoreError> {
        let id: SessionId = self.id.parse().map_err(StoreError::other)?;
        let impersonation = self.impersonator_id.zip(self.impersonator_session_id).map(|(impersonator, session)| {
            let session = session.parse().map_err(StoreError::other)?;
            Ok::<_, StoreError>(Impersonation { impersonator: UserId::new(impersonator), session })
        });
        Ok(Session {
            id,
            user_id: UserId::new(self.user_id),
            origin: SessionOrigin { device: self.device, address: self.address },
            amr: Amr::from_stored(self.amr),
            authenticated_at: self.authenticated_at.and_utc(),
            created_at: self.created_at.and_utc(),
            last_used_at: self.last_used_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            ended_at: self.ended_at.map(|time| time.and_utc()),
            credentials_changed_at: self.credentials_changed_at.map(|time| time.and_utc()),
            rotation: Rotation {
                generation: self.generation,
                predecessor: self.predecessor,
                rotated_at: self.rotated_at.and_utc(),
                is_used: self.is_used,
                void: read_generations(&self.void_generations)?,
                sealed_token: self.sealed_token,
            },
            impersonation: impersonation.transpose()?,
        })
    }
}

/// A row of `sessions` as it is written.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSessionRow<'a> {
    id: String,
    user_id: i64,
    token_hash: &'a [u8],
    generation: i64,
    predecessor: i64,
    rotated_at: StoredTimestamp,
    is_used: bool,
    void_generations: String,
    amr: &'a str,
    device: &'a str,
    address: &'a str,
    authenticated_at: StoredTimestamp,
    created_at: StoredTimestamp,
    last_used_at: StoredTimestamp,
    expires_at: StoredTimestamp,
    credentials_changed_at: Option<StoredTimestamp>,
    impersonator_id: Option<i64>,
    impersonator_session_id: Option<String>,
}

impl<'a> From<&'a NewSession> for NewSessionRow<'a> {
    fn from(NewSession { session, token_hash }: &'a NewSession) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user_id.get(),
            token_hash: &token_hash.0,
            generation: session.rotation.generation,
            predecessor: session.rotation.predecessor,
            rotated_at: session.rotation.rotated_at.into(),
            is_used: session.rotation.is_used,
            void_generations: write_generations(&session.rotation.void),
            amr: session.amr.as_str(),
            device: &session.origin.device,
            address: &session.origin.address,
            authenticated_at: session.authenticated_at.into(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
            credentials_changed_at: session.credentials_changed_at.map(StoredTimestamp::from),
            impersonator_id: session.impersonation.map(|it| it.impersonator.get()),
            impersonator_session_id: session.impersonation.map(|it| it.session.to_string()),
        }
    }
}

pub(crate) fn write_generations(generations: &[i64]) -> String {
    generations.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

fn read_generations(text: &str) -> Result<Vec<i64>, StoreError> {
    text.split(',')
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().map_err(StoreError::other))
        .collect()
}
