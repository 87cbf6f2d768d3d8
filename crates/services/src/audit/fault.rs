use std::fmt;

/// The first thing that is wrong about the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditFault {
    /// The kind of the fault.
    pub kind: AuditFaultKind,
    /// The number in the chain.
    pub number: i64,
    /// The key of the entry that stands there.
    pub id: Option<i64>,
}

/// The possible faults of the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFaultKind {
    /// The entry is not as it was.
    Changed,
    /// The entry is gone.
    Removed,
    /// The entry was not there.
    Added,
    /// The entry has the place of another.
    Reordered,
    /// The entry and all after it are gone.
    CutOff,
    /// The place where the chain begins was changed.
    Beginning,
}

impl fmt::Display for AuditFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            AuditFaultKind::Changed => "changed",
            AuditFaultKind::Removed => "removed",
            AuditFaultKind::Added => "added",
            AuditFaultKind::Reordered => "reordered",
            AuditFaultKind::CutOff => "cut off, with all after it",
            AuditFaultKind::Beginning => {
                return write!(formatter, "the beginning of the chain, after entry {}, was changed", self.number);
            }
        };
        match self.id {
            Some(id) => write!(formatter, "entry {} (id {id}) was {what}", self.number),
            None => write!(formatter, "entry {} was {what}", self.number),
        }
    }
}

impl AuditFault {
    pub(super) const fn at(kind: AuditFaultKind, number: i64, id: Option<i64>) -> Self {
        Self { kind, number, id }
    }
}
