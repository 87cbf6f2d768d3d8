#![allow(clippy::ref_option_ref, reason = "the derive of a row makes them")]

use std::borrow::Cow;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{AuditEntry, AuditParty, AuditSeal, ChainLink, NewAuditEntry, SealedEntry, SessionId};

use crate::schema::audit_log;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `audit_log` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub(crate) struct AuditRow {
    id: i64,
    at: NaiveDateTime,
    action: String,
    outcome: String,
    reason: Option<String>,
    actor_type: Option<String>,
    actor_id: Option<String>,
    subject_type: Option<String>,
    subject_id: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    details: Option<String>,
    session_id: Option<String>,
    seal_number: Option<i64>,
    seal: Option<Vec<u8>>,
    personal_digest: Option<Vec<u8>>,
}

impl AuditRow {
    pub(crate) fn into_entry(self) -> AuditEntry {
        self.into_sealed().entry
    }

    /// What is missing is as if it were empty, which fits no entry.
    pub(crate) fn into_sealed(self) -> SealedEntry {
        let link = ChainLink { number: self.seal_number.unwrap_or_default(), hmac: self.seal.unwrap_or_default() };
        let personal_digest = self.personal_digest.unwrap_or_default();
        let entry = AuditEntry {
            id: self.id,
            at: self.at.and_utc(),
            action: self.action,
            outcome: self.outcome,
            reason: self.reason,
            actor: party(self.actor_type, self.actor_id),
            subject: party(self.subject_type, self.subject_id),
            address: self.address,
            user_agent: self.user_agent,
            request_id: self.request_id,
            session_id: self.session_id,
            details: self.details,
        };
        SealedEntry { seal: AuditSeal { id: entry.id, link, personal_digest }, entry }
    }
}

fn party(kind: Option<String>, id: Option<String>) -> Option<AuditParty> {
    if kind.is_none() && id.is_none() {
        return None;
    }
    Some(AuditParty { kind: Cow::Owned(kind.unwrap_or_default()), id: id.unwrap_or_default() })
}

/// A row of `audit_log` as it is written: one text for every entry, which is prepared once.
#[derive(Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub(crate) struct NewAuditRow<'a> {
    at: StoredTimestamp,
    action: &'static str,
    outcome: &'static str,
    reason: Option<&'static str>,
    actor_type: Option<&'a str>,
    actor_id: Option<&'a str>,
    subject_type: Option<&'a str>,
    subject_id: Option<&'a str>,
    address: Option<&'a str>,
    user_agent: Option<&'a str>,
    request_id: Option<&'a str>,
    details: Option<&'a str>,
    session_id: Option<String>,
}

impl<'a> From<&'a NewAuditEntry> for NewAuditRow<'a> {
    fn from(entry: &'a NewAuditEntry) -> Self {
        let origin = &entry.origin;
        let (actor, subject) = (origin.actor.as_ref(), entry.subject.as_ref());
        Self {
            at: entry.at.into(),
            action: entry.action.name(),
            outcome: entry.outcome.name(),
            reason: entry.reason,
            actor_type: actor.map(|party| &*party.kind),
            actor_id: actor.map(|party| party.id.as_str()),
            subject_type: subject.map(|party| &*party.kind),
            subject_id: subject.map(|party| party.id.as_str()),
            address: known(&origin.client.address),
            user_agent: known(&origin.client.device),
            request_id: origin.request_id.as_deref(),
            details: entry.details.as_deref(),
            session_id: origin.session_id.as_ref().map(SessionId::to_string),
        }
    }
}

fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
