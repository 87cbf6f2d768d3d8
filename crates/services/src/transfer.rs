use std::collections::BTreeMap;
use std::sync::Arc;

use ore_domain::{AuditAction, AuditOrigin, BlockingStore, BlockingStoreExt, Clock, Rfc3339, StoreError};
use serde_json::{Map, Value, json};

use crate::audit::{Act, Refusal};

/// The most characters of what an operator has typed that an entry repeats.
const MAX_SOURCE_LENGTH: usize = 200;

/// A run of the command line that moves many users, as the audit log tells it: that it began, what each transaction stored,
/// and how it ended. So a run that was killed shows, and what it has done until then.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    action: AuditAction,
    run: Map<String, Value>,
}

impl Transfer {
    /// A run that begins now, which its beginning tells from others.
    pub(crate) fn new(action: AuditAction, clock: &dyn Clock, file: &str) -> Self {
        let file: String = file.chars().take(MAX_SOURCE_LENGTH).collect();
        let run = [("started_at", Rfc3339(clock.now()).to_string()), ("file", file)];
        Self { action, run: run.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect() }
    }

    /// The same, with something more that each of its entries tells.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.run.insert(name.to_owned(), value.into());
        self
    }

    /// The act of the run that this state tells.
    pub(crate) fn act(&self, state: &str, counts: impl IntoIterator<Item = (&'static str, u64)>) -> Act {
        let mut details = self.run.clone();
        details.insert("state".to_owned(), state.into());
        details.extend(counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())));
        Act::new(self.action, &AuditOrigin::operator()).with_details(Value::Object(details))
    }

    /// As [`Transfer::act`], with the number of users who got each role.
    pub(crate) fn act_with_roles(
        &self,
        state: &str,
        counts: impl IntoIterator<Item = (&'static str, u64)>,
        roles: &BTreeMap<String, u64>,
    ) -> Act {
        let mut run = self.clone();
        if !roles.is_empty() {
            run.run.insert("roles".to_owned(), json!(roles));
        }
        run.act(state, counts)
    }
}

/// Appends that a run has done this.
pub(crate) fn record(store: &dyn BlockingStore, clock: &dyn Clock, act: Act) -> Result<(), StoreError> {
    let now = clock.now();
    store.write(move |r| act.succeed(r, now))
}

/// Appends that a run ended before its end.
pub(crate) fn record_interruption(store: &dyn BlockingStore, clock: &dyn Clock, act: &Act) -> Result<(), StoreError> {
    let entry = act.refused(Refusal::failure("interrupted", None), clock.now());
    store.write(move |r| r.audit_log().append(&entry))
}

/// An export of all users by an operator, as the audit log tells it.
pub struct ExportRun {
    store: Arc<dyn BlockingStore>,
    clock: Arc<dyn Clock>,
    transfer: Transfer,
}

impl ExportRun {
    /// Begins: before anything is given out. The file is named as the operator has named it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot record it.
    pub fn begin(
        store: Arc<dyn BlockingStore>,
        clock: Arc<dyn Clock>,
        file: &str,
        format: &str,
    ) -> Result<Self, StoreError> {
        let transfer = Transfer::new(AuditAction::ExportUsers, clock.as_ref(), file).with("format", format);
        record(store.as_ref(), clock.as_ref(), transfer.act("started", []))?;
        Ok(Self { store, clock, transfer })
    }

    /// Ends with the number of users in the file, and of those who could not be read.
    ///
    /// # Errors
    /// As [`ExportRun::begin`].
    pub fn finish(self, exported: u64, unreadable: u64) -> Result<(), StoreError> {
        let act = self.transfer.act("finished", [("exported", exported), ("unreadable", unreadable)]);
        record(self.store.as_ref(), self.clock.as_ref(), act)
    }

    /// Ends before all users are in the file.
    ///
    /// # Errors
    /// As [`ExportRun::begin`].
    pub fn interrupt(self) -> Result<(), StoreError> {
        record_interruption(self.store.as_ref(), self.clock.as_ref(), &self.transfer.act("interrupted", []))
    }
}
