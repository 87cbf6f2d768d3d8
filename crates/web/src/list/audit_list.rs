use ore_domain::{AuditFilter, AuditOutcome, AuditSort, PartyFilter};
use ore_schemas::Violation;

use super::{List, ReadFilter, text, timestamp};

/// The list of entries of the audit log.
pub struct AuditList;

impl List for AuditList {
    type Sort = AuditSort;
    type Filters = AuditFilter;

    const NAME: &'static str = "audit";
    const SORTS: &'static [(&'static str, AuditSort)] = &[("id", AuditSort::Id)];
    const DEFAULT_SORT: (AuditSort, bool) = (AuditSort::Id, true);
    const FILTERS: &'static [(&'static str, ReadFilter<AuditFilter>)] = &[
        ("actor", |filters, value| party(value).map(|party| filters.actor = Some(party))),
        ("subject", |filters, value| party(value).map(|party| filters.subject = Some(party))),
        ("action", |filters, value| text(value).map(|action| filters.action = Some(action))),
        ("outcome", |filters, value| outcome(value).map(|outcome| filters.outcome = Some(outcome))),
        ("after", |filters, value| timestamp(value).map(|time| filters.after = Some(time))),
        ("before", |filters, value| timestamp(value).map(|time| filters.before = Some(time))),
    ];
}

/// Every text names somebody or nobody.
fn party(value: &str) -> Result<PartyFilter, Violation> {
    text(value).map(|text| match text.parse() {
        Ok(party) => party,
    })
}

fn outcome(value: &str) -> Result<AuditOutcome, Violation> {
    value.parse().map_err(|_| Violation::UnknownOutcome)
}
