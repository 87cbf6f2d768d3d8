use ore_domain::{ImportedTotpSecret, ImportedUser, PasswordHash, StoreError, TotpCode};
use ore_security::password::{HashError, HashParameters};
use ore_security::totp::TotpSecret;
use ore_services::{
    ImportRefusal, ImportVerdict, Imports, LogInError, PlacedUser, SecondFactorMethod, SecondFactorProof,
};
use ore_testkit::block_on;

use crate::context::{EMAIL, LOCALE, PASSWORD, TestContext, email, stranger, totp_keys};
use crate::second_factor_context::{code_of, own};

/// Of `correct horse battery`, by bcrypt 4.0.1, Django 5.2.19, passlib 1.7.4 and Python's hashlib.
const HASHES: [&str; 9] = [
    "$2b$04$dUI2rHSEV3s5ieCEG81.yO0.y69LfEphZ74gaIPf6zEHrGaDbC6ky",
    "$bcrypt-sha256$v=2,t=2b,r=4$PIBiUkvMteLpfQ0RmNUvvu$Rs7L33saNZPh62HaKBcEBEUtp2SVKK.",
    "bcrypt_sha256$$2b$04$8YLTB3mZwGMlR/DW1Y2mZeX886JtlKa6TjyEwGSLRqlaXGt2uhD9G",
    "$scrypt$ln=4,r=8,p=1$klJKac0559wbg/B+j/F+Lw$QqlTqnBuRWfmI8tXXM9lSiJR4xeWYbntaz9mU9ANPAw",
    "scrypt$16$seasaltseasalt$8$1$JApql8ainffyM4nEG4nj1NO99IRSElEMO4ImTpDP/6hqNLpsgj93/AATd0jhbIRP7sZ98F7DHAv6s2nvVL44Mw==",
    "$pbkdf2-sha512$100$d06p1RoDQEhJyZmT0noPwQ$y9K6EY3tfeXbY.C.gYjykQx7SozSYvTMevS/M7Ei6PIQ7frM00AKQIa8f4kROUbx9.aD9hdDk8XbLWdYd5MoSA",
    "pbkdf2_sha256$100$seasaltseasalt$hO3YADn8gJf4a2FFoXTaXqfhghFP0GkzmlsMEc7OSpc=",
    "pbkdf2_sha1$100$seasaltseasalt$xw99YZD3k3sDJiX6T6JfaWNwpSU=",
    "argon2$argon2id$v=19$m=8,t=1,p=1$c2Vhc2FsdHNlYXNhbHQ$bm5AgoRg19yJVI26I2KF/Tjz+5aI6uaKJKxRlLUPSB0",
];

fn imports(context: &TestContext, is_dry_run: bool) -> Imports {
    let (store, clock) = (context.store.clone(), context.clock.clone());
    Imports::begin(store, clock, HashParameters::default(), is_dry_run, "users.csv").unwrap()
}

fn user(place: u64, address: &str, hash: &str) -> PlacedUser {
    let user = ImportedUser {
        id: None,
        email: email(address),
        password_hash: PasswordHash::new(hash.to_owned()),
        is_active: true,
        created_at: None,
        email_verified: false,
        display_name: None,
        locale: None,
        roles: Vec::new(),
        totp_secret: None,
    };
    PlacedUser { place, user }
}

#[test]
fn who_is_imported_logs_in_and_has_a_hash_of_ours_from_then_on() {
    let context = TestContext::new();
    let address = |index: usize| format!("user{index}@example.org");
    let users = HASHES.iter().enumerate().map(|(index, hash)| user(index as u64, &address(index), hash)).collect();
    let verdicts = imports(&context, false).import(users).unwrap();
    assert!(verdicts.iter().all(|(_, verdict)| *verdict == ImportVerdict::Imported), "{verdicts:?}");
    for (index, hash) in HASHES.iter().enumerate() {
        let wrong = context.log_in(&address(index), "wrong horse battery");
        assert!(matches!(wrong, Err(LogInError::InvalidCredentials(_))), "{hash}");
        assert_eq!(context.user(&address(index)).unwrap().password_hash.expose(), *hash);
        assert!(context.log_in(&address(index), PASSWORD).is_ok(), "{hash}");
        let renewed = context.user(&address(index)).unwrap();
        assert!(renewed.password_hash.expose().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert_eq!(renewed.credentials_changed_at, None);
        assert!(context.log_in(&address(index), PASSWORD).is_ok(), "{hash}");
        assert_eq!(context.user(&address(index)).unwrap().password_hash, renewed.password_hash);
    }
}

#[test]
fn hashes_that_would_not_verify_are_refused_and_the_others_are_in() {
    let context = TestContext::new();
    let users = vec![
        user(2, "a@example.org", "$2b$17$9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK"),
        user(3, "b@example.org", ""),
        user(4, "c@example.org", "5f4dcc3b5aa765d61d8327deb882cf99"),
    ];
    let refused = |error| ImportVerdict::Refused(ImportRefusal::Hash(error));
    let expected = [
        (2, refused(HashError::ParametersOutOfBounds)),
        (3, ImportVerdict::Imported),
        (4, refused(HashError::MalformedHash)),
    ];
    assert_eq!(imports(&context, false).import(users).unwrap(), expected);
    assert!(context.user("a@example.org").is_none() && context.user("b@example.org").is_some());
    assert!(context.log_in("b@example.org", PASSWORD).is_err());
}

#[test]
fn a_secret_of_an_app_needs_a_key_in_a_dry_run_too() {
    let with_app = |secret: &str| {
        let PlacedUser { place, user } = user(2, EMAIL, "");
        let totp_secret = Some(ImportedTotpSecret::new(secret.to_owned()));
        vec![PlacedUser { place, user: ImportedUser { totp_secret, ..user } }]
    };
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for is_dry_run in [true, false] {
        let context = TestContext::new();
        let without = imports(&context, is_dry_run).import(with_app(secret)).unwrap();
        assert_eq!(without, [(2, ImportVerdict::Refused(ImportRefusal::TotpNotConfigured))], "{is_dry_run}");
        let verdict_of = |secret| {
            let mut verdicts =
                imports(&context, is_dry_run).with_totp_keys(totp_keys()).import(with_app(secret)).unwrap();
            verdicts.remove(0).1
        };
        assert!(matches!(verdict_of("x"), ImportVerdict::Refused(ImportRefusal::TotpSecret(_))), "{is_dry_run}");
        assert_eq!(verdict_of(secret), ImportVerdict::Imported, "{is_dry_run}");
    }
}

/// Nobody has given out recovery codes for it.
#[test]
fn who_has_an_imported_app_logs_in_with_it_and_makes_recovery_codes() {
    let context = TestContext::new();
    let secret = TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
    let PlacedUser { place, user } = user(2, EMAIL, HASHES[0]);
    let totp_secret = Some(ImportedTotpSecret::new(secret.to_base32().to_string()));
    let users = vec![PlacedUser { place, user: ImportedUser { totp_secret, ..user } }];
    imports(&context, false).with_totp_keys(totp_keys()).import(users).unwrap();
    let Err(LogInError::SecondFactorRequired(pending)) = context.log_in(EMAIL, PASSWORD) else { panic!("no factor") };
    assert_eq!(pending.methods, [SecondFactorMethod::Totp]);
    let proof = SecondFactorProof::Code(TotpCode::parse(&code_of(&context, &secret)).unwrap());
    let (sessions, token) = (context.sessions(), pending.token.expose());
    let session = block_on(sessions.verify_second_factor(token, proof, false, stranger(), None, LOCALE)).unwrap();
    let factors = context.second_factors();
    let left = || block_on(factors.of_user(session.user_id)).unwrap().recovery_codes;
    assert_eq!(left(), 0);
    block_on(factors.make_recovery_codes(own(&context, &session), stranger())).unwrap();
    assert_eq!(left(), 10);
}

#[test]
fn an_address_that_comes_twice_is_refused_the_second_time_in_any_spelling_and_batch() {
    let context = TestContext::new();
    let mut imports = imports(&context, false);
    let first = imports.import(vec![user(2, EMAIL, ""), user(3, "ADA@example.org", "")]).unwrap();
    let repeated = || ImportVerdict::Refused(ImportRefusal::Repeated(2));
    assert_eq!(first, [(2, ImportVerdict::Imported), (3, repeated())]);
    assert_eq!(imports.import(vec![user(9, EMAIL, "")]).unwrap(), [(9, repeated())]);
}

#[test]
fn a_dry_run_says_the_same_and_changes_nothing() {
    let context = TestContext::new().with_account();
    let users = || {
        vec![
            user(2, EMAIL, ""),
            user(3, "ADA@example.org", ""),
            user(4, "bob@example.org", ""),
            user(5, "eve@example.org", "x"),
        ]
    };
    let dry = imports(&context, true).import(users()).unwrap();
    assert!(context.user("bob@example.org").is_none());
    assert_eq!(imports(&context, false).import(users()).unwrap(), dry);
    assert!(context.user("bob@example.org").is_some());
}

#[test]
fn what_the_store_refuses_keeps_nobody_else_out() {
    let context = TestContext::new();
    context.store.refuse_user("user5@example.org");
    let users = (0..10).map(|index| user(index, &format!("user{index}@example.org"), "")).collect();
    let verdicts = imports(&context, false).import(users).unwrap();
    for (place, verdict) in verdicts {
        let is_refused = matches!(verdict, ImportVerdict::Refused(ImportRefusal::Store(_)));
        assert_eq!(is_refused, place == 5, "{verdict:?}");
        assert_eq!(context.user(&format!("user{place}@example.org")).is_some(), place != 5);
    }
}

#[test]
fn a_store_that_is_away_is_no_refusal() {
    let context = TestContext::new();
    let mut imports = imports(&context, false);
    context.store.fail_next(StoreError::unavailable("away"));
    let imported = imports.import(vec![user(2, EMAIL, "")]);
    assert!(matches!(imported, Err(StoreError::Unavailable(_))), "{imported:?}");
}

#[test]
fn who_has_more_roles_than_a_token_has_room_for_is_left_out() {
    let context = TestContext::new();
    let mut many = user(1, EMAIL, "");
    many.user.roles = (10..50).map(|number| format!("{}{number}", "r".repeat(62)).parse().unwrap()).collect();
    let verdicts = imports(&context, true).import(vec![many]).unwrap();
    assert_eq!(verdicts, [(1, ImportVerdict::Refused(ImportRefusal::TooManyRoles))]);
}
