use ore_domain::{UserFilters, UserSort, folded};

use super::{List, ReadFilter, boolean, role, text, timestamp};

/// The list of users.
pub struct UserList;

impl List for UserList {
    type Sort = UserSort;
    type Filters = UserFilters;

    const NAME: &'static str = "users";
    const SORTS: &'static [(&'static str, UserSort)] = &[
        ("id", UserSort::Id),
        ("email", UserSort::Email),
        ("created_at", UserSort::CreatedAt),
        ("last_login_at", UserSort::LastLoginAt),
    ];
    const DEFAULT_SORT: (UserSort, bool) = (UserSort::CreatedAt, true);
    const FILTERS: &'static [(&'static str, ReadFilter<UserFilters>)] = &[
        ("q", |filters, value| text(value).map(|text| filters.prefix = Some(folded(&text)))),
        ("is_active", |filters, value| boolean(value).map(|value| filters.is_active = Some(value))),
        ("email_verified", |filters, value| boolean(value).map(|value| filters.email_verified = Some(value))),
        ("role", |filters, value| role(value).map(|role| filters.role = Some(role))),
        ("created_after", |filters, value| timestamp(value).map(|time| filters.created_after = Some(time))),
        ("created_before", |filters, value| timestamp(value).map(|time| filters.created_before = Some(time))),
    ];
}
