use chrono::TimeDelta;
use ore_domain::{MailKind, StoreExt, UserId};
use ore_services::{ClaimedMail, LinkProof, MailTokenError, OwnPasswordError, RegistrationPolicy};
use ore_testkit::block_on;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, password, stranger};

pub(crate) const NEW_PASSWORD: &str = "another horse battery";
pub(crate) const MINUTE: TimeDelta = TimeDelta::minutes(1);
pub(crate) const ADA: UserId = UserId::new(1);
pub(crate) const STRICT: fn() -> RegistrationPolicy =
    || RegistrationPolicy { requires_verified_email: true, ..RegistrationPolicy::default() };
pub(crate) const SAFE: fn() -> RegistrationPolicy = || RegistrationPolicy { hides_accounts: true, ..STRICT() };

pub(crate) fn context() -> TestContext {
    TestContext::new().with_mail().with_account()
}

pub(crate) fn kinds(mails: &[ClaimedMail]) -> Vec<(MailKind, &str)> {
    mails.iter().map(|claimed| (claimed.mail.kind, claimed.content.to.as_str())).collect()
}

/// The only mail, of this kind.
#[track_caller]
pub(crate) fn mail(context: &TestContext, kind: MailKind) -> ClaimedMail {
    let mut mails = context.mails();
    assert_eq!(kinds(&mails).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [kind]);
    mails.remove(0)
}

#[track_caller]
pub(crate) fn token(context: &TestContext, kind: MailKind) -> String {
    mail(context, kind).content.token.unwrap()
}

pub(crate) fn forgot(context: &TestContext) {
    block_on(context.recovery().forgot(email(EMAIL), LOCALE, stranger())).unwrap();
}

pub(crate) fn reset(context: &TestContext, token: &str) -> Result<UserId, MailTokenError> {
    block_on(context.recovery().reset(token, password(NEW_PASSWORD), LOCALE, stranger()))
}

pub(crate) fn verify(context: &TestContext, token: &str, proof: LinkProof) -> Result<String, MailTokenError> {
    let verified = block_on(context.sessions().verify_address(token, proof, stranger(), LOCALE));
    verified.map(|user| user.email.as_str().to_owned())
}

pub(crate) fn resend(context: &TestContext, address: &str) {
    block_on(context.sessions().resend_verification(email(address), LOCALE, stranger())).unwrap();
}

pub(crate) fn change_to(context: &TestContext, address: &str) -> Result<(), OwnPasswordError> {
    let session = context.log_in(EMAIL, PASSWORD).unwrap();
    let caller = context.authenticate(&session).unwrap();
    let (user, id) = (caller.user().unwrap().id, caller.session().unwrap().id);
    block_on(context.sessions().request_address_change(
        user,
        id,
        email(address),
        password(PASSWORD),
        LOCALE,
        stranger(),
    ))
}

pub(crate) fn by_session(user: UserId) -> LinkProof {
    LinkProof { session: Some(user), password: None }
}

pub(crate) fn by_password(text: &str) -> LinkProof {
    LinkProof { session: None, password: Some(password(text)) }
}

pub(crate) fn is_invalid<T>(result: &Result<T, MailTokenError>) -> bool {
    matches!(result, Err(MailTokenError::Invalid(_)))
}

pub(crate) fn is_verified(context: &TestContext) -> bool {
    block_on(context.store.read(|r| r.users().find(ADA))).unwrap().unwrap().email_verified
}
