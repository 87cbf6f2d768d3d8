//! Lists: what clients may ask of one, its pages, and the cursors between them.

mod audit_list;
mod creation_lists;
mod listing;
mod query;
mod short_lists;
mod user_list;

pub use audit_list::AuditList;
pub use creation_lists::{KeyList, ServiceAccountList};
pub use listing::{CreationListParameters, ListParameters, ListSelection, Listing};
pub use query::{List, ReadFilter, boolean, role, text, timestamp};
pub use short_lists::{
    PasskeyList, PasskeyListParameters, RoleList, RoleListParameters, SessionList, SessionListParameters, SessionSort,
    ShortList,
};
pub use user_list::UserList;
