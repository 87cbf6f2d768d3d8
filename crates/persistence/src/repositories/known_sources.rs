use std::time::Duration;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use ore_domain::{KnownDevice, KnownSources, NewDevice, StoreError, Timestamp, TokenHash, User, UserId, UserSources};

use crate::connection::DatabaseConnection;
use crate::schema::{device_tokens, known_networks};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

/// Times of use are written to this, so that most log-ins write none.
const RESOLUTION: Duration = Duration::from_hours(24);

/// When a token was made, was last shown and expires.
type Times = (NaiveDateTime, NaiveDateTime, NaiveDateTime);

const NOTE_NETWORK: &str = "
    INSERT INTO known_networks AS held (user_id, network, last_seen_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, network) DO UPDATE SET last_seen_at = $3 WHERE held.last_seen_at < $4";

const DELETE_LEAST_USED: &str = "
    DELETE FROM device_tokens WHERE token_hash IN (
        SELECT token_hash FROM device_tokens WHERE user_id = $1
        ORDER BY last_used_at DESC, created_at DESC, token_hash LIMIT 9223372036854775807 OFFSET $2)";

const DELETE_NETWORKS: &str = "
    DELETE FROM known_networks WHERE (user_id, network) IN
        (SELECT user_id, network FROM known_networks WHERE last_seen_at < $1 LIMIT $2)";

const DELETE_DEVICES: &str = "
    DELETE FROM device_tokens WHERE token_hash IN
        (SELECT token_hash FROM device_tokens WHERE expires_at < $1 LIMIT $2)";

impl KnownSources for DatabaseConnection {
    fn record_network(&mut self, user: UserId, network: &str, at: Timestamp) -> Result<(), StoreError> {
        let upsert = static_query(NOTE_NETWORK)
            .bind::<BigInt, _>(user.get())
            .bind::<Text, _>(network)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at - RESOLUTION));
        self.query(|connection| upsert.execute(connection)).map(drop)
    }

    fn add_device(&mut self, user: &User, device: &NewDevice, limit: u32) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(device_tokens::table).values((
            device_tokens::token_hash.eq(device.token_hash.0.as_slice()),
            device_tokens::user_id.eq(user.id.get()),
            device_tokens::created_at.eq(StoredTimestamp::from(device.created_at)),
            device_tokens::last_used_at.eq(StoredTimestamp::from(device.created_at)),
            device_tokens::expires_at.eq(StoredTimestamp::from(device.expires_at)),
            device_tokens::credentials_changed_at.eq(user.credentials_changed_at.map(StoredTimestamp::from)),
            device_tokens::skips_second_factor.eq(device.skips_second_factor),
        ));
        self.query(|connection| insertion.execute(connection))?;
        let deletion =
            static_query(DELETE_LEAST_USED).bind::<BigInt, _>(user.id.get()).bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection)).map(drop)
    }

    fn record_device_use(&mut self, token: TokenHash, at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let used_before = device_tokens::table
            .find(token.0.as_slice())
            .filter(device_tokens::last_used_at.lt(StoredTimestamp::from(at - RESOLUTION)));
        let update = diesel::update(used_before).set((
            device_tokens::last_used_at.eq(StoredTimestamp::from(at)),
            device_tokens::expires_at.eq(StoredTimestamp::from(expires_at)),
        ));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn skips_second_factor(&mut self, user: &User, token: TokenHash, now: Timestamp) -> Result<bool, StoreError> {
        let query = device_tokens::table
            .find(token.0.as_slice())
            .filter(device_tokens::user_id.eq(user.id.get()))
            .filter(device_tokens::expires_at.gt(StoredTimestamp::from(now)))
            .filter(device_tokens::skips_second_factor)
            .select(device_tokens::credentials_changed_at);
        let found: Option<Option<NaiveDateTime>> = self.query(|connection| query.first(connection).optional())?;
        Ok(found.is_some_and(|changed_at| changed_at.map(|time| time.and_utc()) == user.credentials_changed_at))
    }

    fn require_second_factor(&mut self, user: UserId) -> Result<(), StoreError> {
        let devices = device_tokens::table.filter(device_tokens::user_id.eq(user.get()));
        let update = diesel::update(devices).set(device_tokens::skips_second_factor.eq(false));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn sources_of_user(&mut self, user: UserId) -> Result<UserSources, StoreError> {
        let devices = device_tokens::table
            .filter(device_tokens::user_id.eq(user.get()))
            .order((device_tokens::created_at, device_tokens::token_hash))
            .select((device_tokens::created_at, device_tokens::last_used_at, device_tokens::expires_at));
        let networks = known_networks::table
            .filter(known_networks::user_id.eq(user.get()))
            .order((known_networks::last_seen_at, known_networks::network))
            .select(known_networks::last_seen_at);
        let devices = self.query(|connection| devices.load::<Times>(connection))?;
        let networks = self.query(|connection| networks.load::<NaiveDateTime>(connection))?;
        let device = |(created_at, last_used_at, expires_at): Times| KnownDevice {
            created_at: created_at.and_utc(),
            last_used_at: last_used_at.and_utc(),
            expires_at: expires_at.and_utc(),
        };
        Ok(UserSources {
            devices: devices.into_iter().map(device).collect(),
            networks: networks.into_iter().map(|seen| seen.and_utc()).collect(),
        })
    }

    fn delete_old_sources(&mut self, unseen_since: Timestamp, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let mut deleted = 0;
        for (deletion, before) in [(DELETE_NETWORKS, unseen_since), (DELETE_DEVICES, now)] {
            let deletion = static_query(deletion)
                .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
                .bind::<BigInt, _>(i64::from(limit));
            deleted += self.query(|connection| deletion.execute(connection))?;
        }
        Ok(deleted)
    }
}
