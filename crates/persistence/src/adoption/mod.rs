//! The table `users` of the Python service made ours, in place and with every row.
//!
//! Why it is done so: `docs/adr/0008-adopting-the-python-database.md`.

mod adopt;
mod batches;
mod obstacle;
mod peer_table;
mod postgres;
mod postgres_obstacles;
mod preview;
mod repair;
mod sqlite;
mod sqlite_obstacles;
mod statements;
mod survey;
mod undo;

pub(crate) use adopt::{adopt, check};
pub(crate) use batches::canonical_form;
pub use obstacle::Obstacle;
pub(crate) use peer_table::PeerTable;
pub use preview::{AdoptionPreview, Collision, Listing, RefusedAddress, StoredAddress};
pub use repair::AddressRepairs;
pub(crate) use repair::{find_repairs, repair};
use survey::survey;
pub(crate) use survey::{preview, rights};
pub(crate) use undo::{take_back, was_adopted};
