use chrono::TimeDelta;
use ore_domain::{AuditOrigin, Clock, SessionOrigin, TotpCode};
use ore_security::totp::TotpSecret;
use ore_services::{
    Caller, FactorError, LogInError, OpenedSession, OwnPasswordError, OwnSession, ReauthenticationProof,
    SecondFactorError, SecondFactorProof, SecondFactorRequired,
};
use ore_testkit::block_on;
use zeroize::Zeroizing;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, password, stranger};

/// A user with an authenticator app.
pub(crate) struct Enrolled {
    pub(crate) context: TestContext,
    pub(crate) secret: TotpSecret,
    pub(crate) recovery_codes: Vec<String>,
    /// In which the app was added.
    pub(crate) session: OpenedSession,
}

impl Enrolled {
    pub(crate) fn new() -> Self {
        Self::in_context(TestContext::new().with_account())
    }

    pub(crate) fn in_context(context: TestContext) -> Self {
        let session = context.log_in(EMAIL, PASSWORD).unwrap();
        let secret = offer(&context, &session).unwrap();
        let recovery_codes = confirm(&context, &session, &code_of(&context, &secret)).unwrap();
        // The code of the present step has been used.
        context.clock.advance(TimeDelta::seconds(30));
        context.store.take_uses();
        Self { context, secret, recovery_codes, session }
    }

    pub(crate) fn code(&self) -> String {
        code_of(&self.context, &self.secret)
    }

    /// A log-in up to its second factor.
    #[track_caller]
    pub(crate) fn pending(&self) -> SecondFactorRequired {
        match self.context.log_in(EMAIL, PASSWORD) {
            Err(LogInError::SecondFactorRequired(required)) => *required,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn verify(
        &self,
        pending: &SecondFactorRequired,
        code: &str,
    ) -> Result<OpenedSession, SecondFactorError> {
        self.verify_from("", pending, SecondFactorProof::Code(TotpCode::parse(code).unwrap()), false)
    }

    pub(crate) fn recover(
        &self,
        pending: &SecondFactorRequired,
        code: &str,
    ) -> Result<OpenedSession, SecondFactorError> {
        self.verify_from("", pending, SecondFactorProof::RecoveryCode(Zeroizing::new(code.to_owned())), false)
    }

    pub(crate) fn verify_from(
        &self,
        network: &str,
        pending: &SecondFactorRequired,
        proof: SecondFactorProof,
        remembers_device: bool,
    ) -> Result<OpenedSession, SecondFactorError> {
        let origin: AuditOrigin = SessionOrigin { address: network.to_owned(), ..SessionOrigin::default() }.into();
        let sessions = self.context.sessions();
        block_on(sessions.verify_second_factor(pending.token.expose(), proof, remembers_device, &origin, None, LOCALE))
    }

    pub(crate) fn reauthenticate(
        &self,
        session: &OpenedSession,
        text: Option<&str>,
        code: Option<&str>,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let OwnSession { user, session, .. } = own(&self.context, session);
        let code = code.map(|code| TotpCode::parse(code).unwrap());
        let proof = ReauthenticationProof::Password { password: text.map(password), code };
        block_on(self.context.sessions().reauthenticate(user, (session, None), proof, stranger(), LOCALE))
    }

    pub(crate) fn remove(&self) -> Result<(), FactorError> {
        block_on(self.context.second_factors().remove_totp(own(&self.context, &self.session), stranger()))
    }
}

pub(crate) fn caller(context: &TestContext, session: &OpenedSession) -> Caller {
    context.authenticate(session).unwrap()
}

pub(crate) fn own(context: &TestContext, session: &OpenedSession) -> OwnSession {
    let caller = caller(context, session);
    OwnSession { user: caller.user().unwrap().id, session: caller.session().unwrap().id, locale: LOCALE }
}

pub(crate) fn offer(context: &TestContext, session: &OpenedSession) -> Result<TotpSecret, FactorError> {
    let offered = context.second_factors();
    let offered = block_on(offered.offer_totp(own(context, session), &email(EMAIL), stranger()))?;
    assert!(offered.url.contains(offered.secret.as_str()));
    Ok(TotpSecret::from_base32(&offered.secret).unwrap())
}

pub(crate) fn confirm(context: &TestContext, session: &OpenedSession, code: &str) -> Result<Vec<String>, FactorError> {
    let code = TotpCode::parse(code).unwrap();
    let codes = block_on(context.second_factors().confirm_totp(own(context, session), code, stranger()))?;
    Ok(codes.map(|codes| codes.expose().iter().map(|code| code.to_string()).collect()).unwrap_or_default())
}

pub(crate) fn code_of(context: &TestContext, secret: &TotpSecret) -> String {
    secret.code_at(context.clock.now().timestamp()).to_string()
}
