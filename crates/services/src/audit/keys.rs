use ore_domain::{AuditEntry, AuditSeal, ChainAnchor, ChainLink, SealedEntry};
use ore_security::key_ring::KeyRing;
use ore_security::mac::{MAC_BYTES, MacKeys};

/// The keys that seal entries. They are never in the store.
#[derive(Debug, Clone)]
pub struct AuditKeys {
    links: MacKeys,
    personal_fields: MacKeys,
    anchors: MacKeys,
}

impl AuditKeys {
    /// Keys of this ring. What a previous secret has sealed stays sealed.
    pub fn new(ring: &KeyRing) -> Self {
        Self {
            links: ring.mac("ore audit links"),
            personal_fields: ring.mac("ore audit personal fields"),
            anchors: ring.mac("ore audit anchors"),
        }
    }

    /// The seal of an entry that follows a link.
    pub(crate) fn seal(&self, previous: &ChainLink, entry: &AuditEntry) -> AuditSeal {
        let number = previous.number + 1;
        let personal = PersonalFields::of(entry);
        let digests = [self.personal_fields.tag(personal.client()), self.personal_fields.tag(personal.details())];
        let personal_digest = digests.concat();
        let hmac = self.links.tag(ChainedEntry::of(previous, number, entry).parts(&personal_digest)).to_vec();
        AuditSeal { id: entry.id, link: ChainLink { number, hmac }, personal_digest }
    }

    /// Whether the entry follows the link, with this code.
    pub(crate) fn follows(&self, previous: &ChainLink, sealed: &SealedEntry, hmac: &[u8]) -> bool {
        let linked = ChainedEntry::of(previous, previous.number + 1, &sealed.entry);
        self.links.verifies(&linked.parts(&sealed.seal.personal_digest), hmac)
    }

    /// Whether the client is as it was when the entry was sealed.
    pub(crate) fn has_client_of(&self, sealed: &SealedEntry) -> bool {
        let digest = sealed.seal.personal_digest.get(..MAC_BYTES);
        digest.is_some_and(|digest| self.personal_fields.verifies(&PersonalFields::of(&sealed.entry).client(), digest))
    }

    /// Whether the details are as they were when the entry was sealed.
    pub(crate) fn has_details_of(&self, sealed: &SealedEntry) -> bool {
        let digest = sealed.seal.personal_digest.get(MAC_BYTES..);
        digest.is_some_and(|digest| self.personal_fields.verifies(&PersonalFields::of(&sealed.entry).details(), digest))
    }

    /// The beginning of a chain of which everything up to the link was deleted.
    pub(crate) fn anchor(&self, link: ChainLink) -> ChainAnchor {
        let number = link.number.to_be_bytes();
        let mac = self.anchors.tag([Some(number.as_slice()), Some(&link.hmac)]).to_vec();
        ChainAnchor { link, mac }
    }

    /// Whether somebody with the keys has put the beginning there; nobody has to where nothing was deleted.
    pub(crate) fn has_set(&self, anchor: &ChainAnchor) -> bool {
        let number = anchor.link.number.to_be_bytes();
        *anchor == ChainAnchor::default()
            || self.anchors.verifies(&[Some(number.as_slice()), Some(&anchor.link.hmac)], &anchor.mac)
    }
}

/// The fields that erasure removes. The key of the entry makes equal values look different.
struct PersonalFields<'a> {
    id: [u8; 8],
    entry: &'a AuditEntry,
}

impl<'a> PersonalFields<'a> {
    fn of(entry: &'a AuditEntry) -> Self {
        Self { id: entry.id.to_be_bytes(), entry }
    }

    fn client(&self) -> [Option<&[u8]>; 4] {
        let [address, user_agent, request_id] = self.entry.client_fields().map(|field| field.map(str::as_bytes));
        [Some(&self.id), address, user_agent, request_id]
    }

    fn details(&self) -> [Option<&[u8]>; 2] {
        [Some(&self.id), self.entry.details.as_deref().map(str::as_bytes)]
    }
}

/// An entry at its place in the chain.
struct ChainedEntry<'a> {
    previous: &'a ChainLink,
    entry: &'a AuditEntry,
    numbers: [[u8; 8]; 3],
}

impl<'a> ChainedEntry<'a> {
    fn of(previous: &'a ChainLink, number: i64, entry: &'a AuditEntry) -> Self {
        let numbers = [number, entry.id, entry.at.timestamp_micros()].map(i64::to_be_bytes);
        Self { previous, entry, numbers }
    }

    fn parts<'b>(&'b self, personal_digest: &'b [u8]) -> [Option<&'b [u8]>; 13] {
        let AuditEntry { action, outcome, reason, actor, subject, session_id, .. } = self.entry;
        let [number, id, at] = &self.numbers;
        let (actor, subject) = (actor.as_ref(), subject.as_ref());
        [
            Some(&self.previous.hmac),
            Some(number),
            Some(id),
            Some(at),
            Some(action.as_bytes()),
            Some(outcome.as_bytes()),
            reason.as_deref().map(str::as_bytes),
            actor.map(|party| party.kind.as_bytes()),
            actor.map(|party| party.id.as_bytes()),
            subject.map(|party| party.kind.as_bytes()),
            subject.map(|party| party.id.as_bytes()),
            session_id.as_deref().map(str::as_bytes),
            Some(personal_digest),
        ]
    }
}
