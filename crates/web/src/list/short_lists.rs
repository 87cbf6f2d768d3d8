use chrono::SecondsFormat;
use ore_domain::{ListPage, Passkey, Position, Role, Session, Timestamp};
use utoipa::IntoParams;

use super::{List, ListSelection, Listing, ReadFilter};

/// A list that the store gives whole, since it is short.
pub trait ShortList: List {
    /// What is listed.
    type Item;

    /// Where an item stands in this order, in a value that sorts as a text.
    fn position(item: &Self::Item, sort: Self::Sort) -> Position;
}

impl<L: ShortList> Listing<L> {
    /// The page of these items, which are all, and what makes the answer.
    pub fn page_of(self, items: Vec<L::Item>) -> (ListPage<L::Item>, ListSelection) {
        let (request, selection) = self.split();
        (ListPage::of_all(items, &request, L::position), selection)
    }
}

fn text(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// What sessions are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSort {
    /// When they were last used.
    LastUsedAt,
    /// When they were opened.
    CreatedAt,
}

/// The list of sessions of a user.
pub struct SessionList;

impl List for SessionList {
    type Sort = SessionSort;
    type Filters = ();

    const NAME: &'static str = "sessions";
    const SORTS: &'static [(&'static str, SessionSort)] =
        &[("last_used_at", SessionSort::LastUsedAt), ("created_at", SessionSort::CreatedAt)];
    const DEFAULT_SORT: (SessionSort, bool) = (SessionSort::LastUsedAt, true);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}

impl ShortList for SessionList {
    type Item = Session;

    fn position(session: &Session, sort: SessionSort) -> Position {
        let created_at = text(session.created_at);
        let value = match sort {
            SessionSort::LastUsedAt => text(session.last_used_at),
            SessionSort::CreatedAt => created_at.clone(),
        };
        Position { value, key: format!("{created_at} {}", session.id) }
    }
}

/// What a list of sessions takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct SessionListParameters {
    /// `last_used_at` or `created_at`; with a `-` before it, the latest comes first.
    #[param(required = false, default = "-last_used_at", pattern = "^-?(last_used_at|created_at)$")]
    sort: String,
}

/// The list of passkeys of a user.
pub struct PasskeyList;

impl List for PasskeyList {
    type Sort = ();
    type Filters = ();

    const NAME: &'static str = "passkeys";
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: ((), bool) = ((), false);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}

impl ShortList for PasskeyList {
    type Item = Passkey;

    fn position(passkey: &Passkey, (): ()) -> Position {
        Position { value: text(passkey.created_at), key: passkey.id.to_string() }
    }
}

/// What a list of passkeys takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct PasskeyListParameters {
    /// `created_at`; with a `-` before it, the newest comes first.
    #[param(required = false, default = "created_at", pattern = "^-?created_at$")]
    sort: String,
}

/// The list of roles.
pub struct RoleList;

impl List for RoleList {
    type Sort = ();
    type Filters = ();

    const NAME: &'static str = "roles";
    const SORTS: &'static [(&'static str, ())] = &[("name", ())];
    const DEFAULT_SORT: ((), bool) = ((), false);
    const FILTERS: &'static [(&'static str, ReadFilter<()>)] = &[];
}

impl ShortList for RoleList {
    type Item = Role;

    fn position(role: &Role, (): ()) -> Position {
        Position { value: role.name.to_string(), key: String::new() }
    }
}

/// What the list of roles takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct RoleListParameters {
    /// `name`; with a `-` before it, the last in the alphabet comes first.
    #[param(required = false, default = "name", pattern = "^-?name$")]
    sort: String,
}
