//! Turns the table `users` of the Python service into ours, in place and with every row.
//!
//! The reasons are in `docs/adr/0008-adopting-the-python-database.md`.

mod batches;
mod listing;
mod obstacle;
mod peer_table;
pub(crate) mod postgres;
mod postgres_obstacles;
mod preview;
mod repair;
pub(crate) mod sqlite;
mod sqlite_obstacles;
mod statements;
mod survey;
pub(crate) mod undo;

pub(crate) use batches::canonical_form;
pub use listing::Listing;
pub use obstacle::Obstacle;
pub(crate) use peer_table::PeerTable;
pub use preview::{AdoptionPreview, Collision, RefusedAddress, StoredAddress};
pub use repair::AddressRepairs;
pub(crate) use repair::{find_repairs, repair};
pub(crate) use survey::{preview, rights, survey};
pub(crate) use undo::{take_back, was_adopted};
