use std::time::Duration;

use ore_domain::{
    Amr, AuditAction, AuditOrigin, EmailAddress, Factors, MailKind, StoreExt, TotpCode, TotpEnrolment, TotpFactor,
};
use ore_security::totp::TotpSecret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::service::find;
use super::{FactorError, OwnSession, RecoveryCodes, SecondFactors, add_factors, send_notice};
use crate::audit::Act;

/// The time within which a new secret needs its first code.
const ENROLMENT_LIFETIME: Duration = Duration::from_mins(15);

/// The characters that a URL keeps as they are (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A new secret that waits for its first code.
pub struct OfferedTotp {
    /// The secret in base 32, for typing.
    pub secret: Zeroizing<String>,
    /// The URL for a QR code, which authenticator apps read.
    pub url: Zeroizing<String>,
}

impl SecondFactors {
    /// Makes a secret for an authenticator app of the user. An earlier app stays until the user enters a code of this
    /// one.
    ///
    /// # Errors
    /// [`FactorError::NotConfigured`], [`FactorError::EndedSession`], [`FactorError::Sealing`], [`FactorError::Store`].
    pub async fn offer_totp(
        &self,
        own: OwnSession,
        email: &EmailAddress,
        origin: &AuditOrigin,
    ) -> Result<OfferedTotp, FactorError> {
        let act = Act::new(AuditAction::EnrolTotp, origin).about_user(own.user);
        let offered = self.offer_totp_in(own, email, act.clone()).await;
        self.audit.record(&act, offered, self.clock.now()).await
    }

    async fn offer_totp_in(&self, own: OwnSession, email: &EmailAddress, act: Act) -> Result<OfferedTotp, FactorError> {
        if !self.keys.is_configured() {
            return Err(FactorError::NotConfigured);
        }
        let (now, idle_since, ..) = self.transaction_context();
        let secret = TotpSecret::generate()?;
        let sealed = self.keys.seal(own.user, &secret)?;
        let stored = self.store.write(move |r| {
            let (user, session) = find(r, own, now, idle_since)?;
            r.second_factors().set_totp_enrolment(&TotpEnrolment {
                user: user.id,
                session: session.id,
                sealed: sealed.clone(),
                expires_at: now + ENROLMENT_LIFETIME,
            })?;
            Ok::<_, FactorError>(act.succeed(r, now)?)
        });
        stored.await?;
        Ok(OfferedTotp { url: self.url_of(&secret, email), secret: secret.to_base32() })
    }

    /// The last secret of this session that waits for its first code; `None` if there is none.
    ///
    /// # Errors
    /// [`FactorError::EndedSession`], [`FactorError::Sealing`], [`FactorError::Store`].
    pub async fn offered_totp(
        &self,
        own: OwnSession,
        email: &EmailAddress,
    ) -> Result<Option<OfferedTotp>, FactorError> {
        let (now, idle_since, ..) = self.transaction_context();
        let found = self.store.read(move |r| {
            let (user, session) = find(r, own, now, idle_since)?;
            let enrolment = r.second_factors().find_totp_enrolment(user.id)?;
            Ok::<_, FactorError>(enrolment.filter(|it| it.session == session.id && now < it.expires_at))
        });
        let Some(enrolment) = found.await? else { return Ok(None) };
        let secret = self.keys.open(own.user, &enrolment.sealed)?;
        Ok(Some(OfferedTotp { url: self.url_of(&secret, email), secret: secret.to_base32() }))
    }

    /// Activates the last secret of this session if `code` is a code of it. From then on the session counts as one with
    /// a second factor. Returns the recovery codes if this is the first factor.
    ///
    /// # Errors
    /// [`FactorError::InvalidCode`], [`FactorError::EndedSession`], [`FactorError::Sealing`], [`FactorError::Store`].
    pub async fn confirm_totp(
        &self,
        own: OwnSession,
        code: TotpCode,
        origin: &AuditOrigin,
    ) -> Result<Option<RecoveryCodes>, FactorError> {
        let act = Act::new(AuditAction::ConfirmTotp, origin).about_user(own.user);
        let (now, idle_since, _, mailer) = self.transaction_context();
        let codes = RecoveryCodes::generate()?;
        let (keys, given, done) = (self.keys.clone(), codes.clone(), act.clone());
        let confirmed = self.store.write(move |r| {
            let (user, session) = find(r, own, now, idle_since)?;
            let enrolment = r.second_factors().find_totp_enrolment(user.id)?;
            let enrolment = enrolment.filter(|it| it.session == session.id && now < it.expires_at);
            let sealed = enrolment.ok_or(FactorError::InvalidCode)?.sealed;
            let secret = keys.open(user.id, &sealed)?;
            let step = secret.matching_step(code.expose(), now.timestamp(), None).ok_or(FactorError::InvalidCode)?;
            r.second_factors().set_totp(&TotpFactor {
                user: user.id,
                sealed,
                last_step: step,
                is_proven: user.email_verified,
                created_at: now,
            })?;
            let is_first = add_factors(r, &user, Factors { totp: true, ..user.factors }, &given, now)?;
            r.sessions().set_amr(session.id, &session.amr.and(&Amr::CODE))?.invalidate(r);
            send_notice(r, &mailer, MailKind::SecondFactorAdded, &user, own.locale, now)?;
            done.succeed(r, now)?;
            Ok::<_, FactorError>(is_first)
        });
        let is_first = self.audit.record(&act, confirmed.await, now).await?;
        Ok(is_first.then_some(codes))
    }

    /// The URL for authenticator apps.
    fn url_of(&self, secret: &TotpSecret, email: &EmailAddress) -> Zeroizing<String> {
        let [issuer, account] = [self.issuer.as_str(), email.as_str()].map(|text| utf8_percent_encode(text, RESERVED));
        let secret = secret.to_base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            secret.as_str()
        ))
    }
}
