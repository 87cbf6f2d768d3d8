use std::collections::BTreeSet;
use std::thread;

use chrono::TimeDelta;
use ore_domain::{
    EmailAddress, MailId, MailKind, MailPurpose, MailToken, NewMail, Store, StoreExt, Timestamp, TokenHash, User,
    UserId,
};
use ore_testkit::block_on;
use rstest::rstest;

use crate::support::{StoreUnderTest, file, insert, memory, postgres, read, write};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

fn now() -> Timestamp {
    "2026-11-29T10:34:31.656895Z".parse().unwrap()
}

fn id(number: u8) -> MailId {
    MailId::from_random_bytes([number; 16])
}

fn mail(number: u8, user: Option<&User>) -> NewMail {
    NewMail {
        id: id(number),
        kind: MailKind::ResetPassword,
        user: user.map(|user| user.id),
        recipient: "a name".to_owned(),
        sealed: vec![number],
        is_sent: user.is_some(),
        created_at: now() + TimeDelta::seconds(number.into()),
    }
}

fn enqueue(store: &dyn Store, number: u8, user: Option<&User>) {
    let mail = mail(number, user);
    write(store, move |r| r.outbox().enqueue(&mail));
}

/// The mail that was taken, and how often it was tried.
fn claim(store: &dyn Store, at: Timestamp) -> Option<(MailId, u32)> {
    let claimed = block_on(store.write_once(move |r| r.outbox().claim(at, at + MINUTE))).unwrap();
    claimed.map(|mail| (mail.id, mail.attempts))
}

fn token_of(user: Option<&User>, number: u8, purpose: MailPurpose) -> MailToken {
    MailToken {
        hash: TokenHash([number; 32]),
        user: user.map(|user| user.id),
        purpose,
        created_at: now(),
        expires_at: now() + MINUTE,
        credentials_changed_at: user.and_then(|user| user.credentials_changed_at),
    }
}

fn put(store: &dyn Store, token: MailToken) {
    write(store, move |r| r.outbox().insert_token(&token));
}

fn find(store: &dyn Store, number: u8) -> Option<(MailPurpose, UserId)> {
    let found = write(store, move |r| r.outbox().find_token(TokenHash([number; 32])));
    found.map(|(token, user)| (token.purpose, user.id))
}

#[rstest]
fn a_mail_is_taken_once_and_again_when_its_time_is_over(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    enqueue(store, 2, Some(&user));
    enqueue(store, 1, Some(&user));
    let later = now() + TimeDelta::seconds(2);
    assert_eq!(claim(store, now()), None);
    assert!(!read(store, |r| r.outbox().has_due(now())));
    assert!(read(store, move |r| r.outbox().has_due(later)));
    assert_eq!([claim(store, later), claim(store, later)], [Some((id(1), 1)), Some((id(2), 1))]);
    assert_eq!(claim(store, later + MINUTE - TimeDelta::microseconds(1)), None);
    assert_eq!(claim(store, later + MINUTE), Some((id(1), 2)));
}

/// On PostgreSQL nobody waits for another's row.
#[rstest]
fn of_many_who_take_mails_each_gets_others(#[values(file, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    (0..16).for_each(|number| enqueue(store, number, Some(&user)));
    let taken: Vec<MailId> = thread::scope(|scope| {
        let claimers: Vec<_> = (0..8).map(|_| scope.spawn(|| [(); 2].map(|()| claim(store, now() + MINUTE)))).collect();
        claimers.into_iter().flat_map(|claimer| claimer.join().unwrap()).flatten().map(|(id, _)| id).collect()
    });
    let different: BTreeSet<String> = taken.iter().map(MailId::to_string).collect();
    assert_eq!(different.len(), taken.len(), "a mail was taken twice");
}

#[rstest]
fn what_was_sent_or_given_up_is_not_taken_again(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    (1..=3).for_each(|number| enqueue(store, number, Some(&user)));
    let at = now() + MINUTE;
    write(store, |r| r.outbox().record_sent(id(1)));
    write(store, |r| r.outbox().record_failure(id(2), "550", None));
    write(store, move |r| r.outbox().record_failure(id(3), "connect", Some(at)));
    let unsent = read(store, |r| r.outbox().list_unsent(10));
    let states: Vec<_> = unsent.iter().map(|mail| (mail.id, mail.state.as_str(), mail.last_error.as_deref())).collect();
    assert_eq!(states, [(id(2), "dead", Some("550")), (id(3), "pending", Some("connect"))]);
    assert_eq!([claim(store, at), claim(store, at)], [Some((id(3), 1)), None]);
    assert_eq!(write(store, move |r| r.outbox().retry(Some(id(1)), at)), 0);
    assert_eq!(write(store, move |r| r.outbox().retry(None, at)), 1);
    assert_eq!(claim(store, at), Some((id(2), 1)));
}

#[rstest]
fn what_takes_the_place_of_a_mail_is_never_taken_and_counts_for_nobody_with_an_account(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    enqueue(store, 1, None);
    assert_eq!(claim(store, now() + MINUTE), None);
    let user = insert(store, "ada@example.org");
    let written = |kind, user: Option<&User>, recipient: &'static str, at| {
        let user = user.map(|user| user.id);
        write(store, move |r| r.outbox().has_just_written(kind, user, recipient, at))
    };
    let reset = MailKind::ResetPassword;
    assert!(written(reset, None, "a name", now() + MINUTE));
    assert!(!written(MailKind::VerifyEmail, None, "a name", now() + MINUTE));
    assert!(!written(reset, None, "another", now() + MINUTE));
    assert!(!written(reset, None, "a name", now() + MINUTE + TimeDelta::seconds(1)));
    assert!(!written(reset, None, "a name", now() - MINUTE), "a clock that was put back holds up nothing");
    assert!(!written(reset, Some(&user), "a name", now() + MINUTE));
    enqueue(store, 2, Some(&user));
    assert!(written(reset, Some(&user), "another", now() + MINUTE));
    let bob = insert(store, "bob@example.org");
    assert!(written(reset, Some(&bob), "a name", now() + MINUTE));
}

/// A newer version, or the one before this, may know others.
#[rstest]
fn a_kind_that_nobody_here_knows_holds_up_no_other(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    enqueue(store, 1, Some(&user));
    enqueue(store, 2, Some(&user));
    guard.execute("UPDATE outbox SET kind = 'of_the_future' WHERE created_at = (SELECT MIN(created_at) FROM outbox)");
    assert_eq!([claim(store, now() + MINUTE), claim(store, now() + MINUTE)], [Some((id(2), 1)), None]);
}

/// Nobody waits for a time that a clock ahead has set.
#[rstest]
fn a_clock_that_was_put_back_holds_up_no_mail(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    enqueue(store, 1, Some(&user));
    assert_eq!(claim(store, now() - TimeDelta::hours(1)), None);
    assert_eq!(claim(store, now() - TimeDelta::hours(3)), Some((id(1), 1)));
}

#[rstest]
fn old_mails_are_deleted_those_given_up_later(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    (1..=3).for_each(|number| enqueue(store, number, Some(&user)));
    write(store, |r| r.outbox().record_sent(id(1)));
    write(store, |r| r.outbox().record_failure(id(2), "550", None));
    let delete =
        |sent_before, dead_before| write(store, move |r| r.outbox().delete_finished(sent_before, dead_before, 10));
    assert_eq!(delete(now(), now()), 0);
    assert_eq!(delete(now() + MINUTE, now()), 1);
    assert_eq!(delete(now() + MINUTE, now() + MINUTE), 1);
    assert_eq!(claim(store, now() + MINUTE), Some((id(3), 1)));
}

#[rstest]
fn a_newer_token_for_the_same_purpose_takes_the_place_of_the_older(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let (ada, grace) = (insert(store, "ada@example.org"), insert(store, "grace@example.org"));
    let change = || MailPurpose::ChangeEmail(EmailAddress::parse("Ada@example.com").unwrap());
    put(store, token_of(Some(&ada), 1, MailPurpose::ResetPassword));
    put(store, token_of(Some(&ada), 2, change()));
    put(store, token_of(Some(&grace), 3, MailPurpose::ResetPassword));
    put(store, token_of(None, 4, MailPurpose::ResetPassword));
    put(store, token_of(Some(&ada), 5, MailPurpose::ResetPassword));
    let found = [1, 2, 3, 4, 5].map(|number| find(store, number));
    let reset = |user: &User| Some((MailPurpose::ResetPassword, user.id));
    assert_eq!(found, [None, Some((change(), ada.id)), reset(&grace), None, reset(&ada)]);
}

#[rstest]
fn a_token_is_used_up_once(#[values(file, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let user = insert(store, "ada@example.org");
    put(store, token_of(Some(&user), 1, MailPurpose::ResetPassword));
    let spent: usize = thread::scope(|scope| {
        let spend = || write(store, |r| r.outbox().spend_token(TokenHash([1; 32])));
        let spenders: Vec<_> = (0..16).map(|_| scope.spawn(spend)).collect();
        spenders.into_iter().map(|spender| usize::from(spender.join().unwrap())).sum()
    });
    assert_eq!(spent, 1);
    assert_eq!(find(store, 1), None);
}

#[rstest]
fn a_user_who_is_gone_gets_no_mail_and_none_is_written_to_the_address_at_once(
    #[values(file, memory, postgres)] make: fn() -> StoreUnderTest,
) {
    let guard = make();
    let store = guard.store();
    let (ada, grace) = (insert(store, "ada@example.org"), insert(store, "grace@example.org"));
    enqueue(store, 1, Some(&ada));
    put(store, token_of(Some(&ada), 1, MailPurpose::VerifyEmail));
    let change = MailPurpose::ChangeEmail(EmailAddress::parse("ADA@example.org").unwrap());
    put(store, token_of(Some(&grace), 2, change));
    let gone = ada.clone();
    write(store, move |r| {
        r.outbox().forget(&gone)?;
        Ok(r.users().delete(gone.id)?.invalidate(r))
    });
    assert_eq!((claim(store, now() + MINUTE), find(store, 1), find(store, 2)), (None, None, None));
    let again = insert(store, "ada@example.org");
    let reset = MailKind::ResetPassword;
    assert!(write(store, move |r| r.outbox().has_just_written(reset, Some(again.id), "a name", now() + MINUTE)));
}

/// As `psql` does, which knows nothing of mails.
#[rstest]
fn a_user_who_was_deleted_beside_us_gets_no_mail(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let ada = insert(store, "ada@example.org");
    enqueue(store, 1, Some(&ada));
    write(store, move |r| Ok(r.users().delete(ada.id)?.invalidate(r)));
    assert_eq!(claim(store, now() + MINUTE), None);
    assert_eq!(write(store, |r| r.outbox().delete_finished(now() + MINUTE, now(), 10)), 1);
}

#[rstest]
fn tokens_go_with_their_time(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    let grace = insert(store, "grace@example.org");
    put(store, token_of(Some(&grace), 2, MailPurpose::VerifyEmail));
    let delete = |before| write(store, move |r| r.outbox().delete_expired_tokens(before, 10));
    assert_eq!([delete(now() + MINUTE), delete(now() + MINUTE * 2)], [0, 1]);
}

#[rstest]
fn checks_of_keys_are_kept(#[values(file, memory, postgres)] make: fn() -> StoreUnderTest) {
    let guard = make();
    let store = guard.store();
    assert_eq!(read(store, |r| r.key_checks()), Vec::<Vec<u8>>::new());
    for check in [vec![1], vec![2, 3]] {
        write(store, move |r| r.add_key_check(&check));
    }
    let mut checks = read(store, |r| r.key_checks());
    checks.sort();
    assert_eq!(checks, [vec![1], vec![2, 3]]);
}
