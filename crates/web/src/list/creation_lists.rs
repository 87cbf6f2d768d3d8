use super::{List, ReadFilter};

/// The list of API keys.
pub struct KeyList;

impl List for KeyList {
    type Sort = ();
    type Filters = ();

    const NAME: &'static str = "api-keys";
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: ((), bool) = ((), true);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}

/// The list of service accounts.
pub struct ServiceAccountList;

impl List for ServiceAccountList {
    type Sort = ();
    type Filters = ();

    const NAME: &'static str = "service-accounts";
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: ((), bool) = ((), true);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}
