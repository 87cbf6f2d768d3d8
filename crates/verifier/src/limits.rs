/// The longest key set that is read, in bytes.
pub const MAXIMUM_KEY_SET_BYTES: usize = 256 * 1024;
/// The most keys of a set.
pub const MAXIMUM_KEYS: usize = 64;
/// The longest answer of the revocation feed that is read, in bytes.
pub const MAXIMUM_FEED_BYTES: usize = 8 * 1024 * 1024;
/// The most sessions that have ended that are kept at once.
pub const MAXIMUM_SESSIONS: usize = 500_000;
/// The most users that are kept at once whose earlier tokens are void: all who had a permission that was withdrawn, too.
pub const MAXIMUM_USERS: usize = 5_000_000;
