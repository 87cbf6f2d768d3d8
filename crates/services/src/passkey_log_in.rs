use ore_domain::{Amr, AuditAction, AuditOrigin, Locale, StoreExt};
use serde_json::json;

use crate::accounts::reset_failures;
use crate::audit::Act;
use crate::passkey_proof::VerifiedPasskey;
use crate::session_tokens::{SessionDraft, UserClaims};
use crate::sessions::open;
use crate::throttle::Client;
use crate::{OpenSessionError, OpenedSession, PasskeyError, PasskeyProof, PasskeyRefusal, Sessions};

impl Sessions {
    /// Opens a session of the user whose passkey somebody shows, of whom nothing else is known.
    ///
    /// Failures of others at the password do not delay it: nobody guesses a passkey. It resets them, as the password does.
    ///
    /// # Errors
    /// [`PasskeyError::NotConfigured`], [`PasskeyError::Invalid`], [`PasskeyError::EmailNotVerified`],
    /// [`PasskeyError::Session`], [`PasskeyError::Store`].
    pub async fn log_in_with_passkey(
        &self,
        proof: &PasskeyProof,
        origin: &AuditOrigin,
        device_token: Option<&str>,
        locale: Locale,
    ) -> Result<OpenedSession, PasskeyError> {
        let act = Act::new(AuditAction::LogIn, origin).with_details(json!({ "method": "passkey" }));
        let opened = self.log_in_with_passkey_in(proof, &act, device_token, locale).await;
        self.audit.record(&act, opened, self.clock.now()).await
    }

    async fn log_in_with_passkey_in(
        &self,
        proof: &PasskeyProof,
        act: &Act,
        device_token: Option<&str>,
        locale: Locale,
    ) -> Result<OpenedSession, PasskeyError> {
        let shown = self.check_passkey(proof, None, locale).await?;
        self.require_admitted(&shown)?;
        let client = self.client(act.client(), device_token).map_err(OpenSessionError::from)?;
        self.open_with_passkey(shown, act.clone(), client).await
    }

    /// The same rules as for a log-in with a password.
    fn require_admitted(&self, shown: &VerifiedPasskey) -> Result<(), PasskeyError> {
        let user = &shown.user;
        if !user.is_active {
            return Err(PasskeyRefusal::Disabled(user.id).into());
        }
        if self.registration.hides_accounts && !user.email_verified {
            return Err(PasskeyRefusal::Unverified(user.id).into());
        }
        if self.registration.requires_verified_email && !user.email_verified {
            return Err(PasskeyError::EmailNotVerified(user.id));
        }
        Ok(())
    }

    async fn open_with_passkey(
        &self,
        shown: VerifiedPasskey,
        act: Act,
        client: Option<Client>,
    ) -> Result<OpenedSession, PasskeyError> {
        let now = self.clock.now();
        let draft = SessionDraft::new(&act, Amr::PASSKEY, now).map_err(OpenSessionError::from)?;
        let (opening, policy, throttle) = (draft.clone(), self.tokens.policy, self.throttle.clone());
        let coming = client.clone();
        let opened = self.store.write(move |r| {
            let (id, changed_at) = (shown.user.id, shown.user.credentials_changed_at);
            let recorded = r.users().record_log_in(id, changed_at, now)?.invalidate(r);
            let user = recorded.ok_or(PasskeyError::from(PasskeyRefusal::ChangedMeanwhile(id)))?;
            if !shown.record(r)? {
                return Err(PasskeyRefusal::ChangedMeanwhile(id).into());
            }
            reset_failures(r, throttle.as_ref(), id)?;
            coming.as_ref().map_or(Ok(()), |client| client.make_known(r, &user, now))?;
            let session = open(r, &user, &opening, &policy)?;
            r.audit_log().append(&act.success_by(id, Some(session.id), now))?;
            Ok::<_, PasskeyError>((session, UserClaims::from(&user)))
        });
        let (session, holder) = opened.await?;
        let opened = self.tokens.make(&session, holder, draft.into_refresh_token(), now)?;
        Ok(OpenedSession { device_token: client.and_then(Client::into_device_token_unless_shown), ..opened })
    }
}
