use crate::{PendingLogIn, StoreError, Timestamp, TokenHash, TotpEnrolment, TotpFactor, UserId};

/// The repository of second factors, except passkeys.
pub trait SecondFactors {
    /// Stores a log-in that lacks its second factor.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; the same of every method here.
    fn insert_pending_log_in(&mut self, pending: &PendingLogIn) -> Result<(), StoreError>;

    /// The log-in with this token, expired ones too.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn find_pending_log_in(&mut self, token: TokenHash) -> Result<Option<PendingLogIn>, StoreError>;

    /// Counts a try at a log-in, in one statement; `false`, and nothing counted, after `most` of them.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn count_try(&mut self, token: TokenHash, most: u32) -> Result<bool, StoreError>;

    /// Uses up a log-in; `false` when somebody else has.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn spend_pending_log_in(&mut self, token: TokenHash) -> Result<bool, StoreError>;

    /// Stores recovery codes, which replace those of the user.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn replace_recovery_codes(
        &mut self,
        user: UserId,
        codes: &[TokenHash],
        is_proven: bool,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Uses up a recovery code; `false` when the user has no such code.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn spend_recovery_code(&mut self, user: UserId, code: TokenHash) -> Result<bool, StoreError>;

    /// How many recovery codes are left of a user.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn count_recovery_codes(&mut self, user: UserId) -> Result<u32, StoreError>;

    /// Deletes the recovery codes of a user: all of them, or those from before the address was proven.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn delete_recovery_codes(&mut self, user: UserId, proven_ones_too: bool) -> Result<(), StoreError>;

    /// The secret of a user.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn find_totp(&mut self, user: UserId) -> Result<Option<TotpFactor>, StoreError>;

    /// Stores a secret, which replaces that of the user.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn set_totp(&mut self, factor: &TotpFactor) -> Result<(), StoreError>;

    /// Accepts the code of a step, in one statement; `false` when one of that step or of a later one was accepted before.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn accept_totp_step(&mut self, user: UserId, step: i64) -> Result<bool, StoreError>;

    /// Deletes the secret of a user, and returns whether there was one. Without `proven_one_too` it is only deleted if
    /// it was added before the address was verified.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn delete_totp(&mut self, user: UserId, proven_one_too: bool) -> Result<bool, StoreError>;

    /// Stores a secret that the user has to confirm with a code. It replaces an earlier one.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn set_totp_enrolment(&mut self, enrolment: &TotpEnrolment) -> Result<(), StoreError>;

    /// The secret that a user has to confirm with a code, also if it has expired.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn find_totp_enrolment(&mut self, user: UserId) -> Result<Option<TotpEnrolment>, StoreError>;

    /// Deletes the secret that a user was to show a code of.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn delete_totp_enrolment(&mut self, user: UserId) -> Result<(), StoreError>;

    /// Deletes at most `limit` of each: log-ins and enrolments that had expired before; how many there were.
    ///
    /// # Errors
    /// As [`SecondFactors::insert_pending_log_in`].
    fn delete_expired_factors(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;
}
