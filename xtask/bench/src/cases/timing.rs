//! Whether the time of an answer tells which addresses have accounts, and in which state they are.

use anyhow::{Result, ensure};
use ore_harness::{Database, PASSWORD, Service, register};
use serde_json::{Value, json};

use crate::context::Context;
use crate::kit::{Class, Cost, interleave, service, stored_hash};
use crate::report::{Goal, Row, Spread};

/// The allowed difference of the medians of two classes, in percent.
const GOAL: Goal = Goal::Within(2.0);
/// The number of parts whose medians show the precision of the measurement.
const PARTS: usize = 5;

const LOG_IN: &str = "/api/v1/auth/login";
const REGISTER: &str = "/api/v1/auth/register";
const FORGOT: &str = "/api/v1/auth/password/forgot";
const RESEND: &str = "/api/v1/auth/email/resend";

const EMAIL: &str = "dear@bench.example";
/// So that all addresses are equally long.
const FIRST: usize = 100_000;

/// An account of each request: the letter that its address begins with, and three columns of its row.
struct Account {
    letter: char,
    hash: Hash,
    is_active: bool,
    is_verified: bool,
}

#[derive(Clone, Copy)]
enum Hash {
    Readable,
    Unreadable,
    None,
}

/// What none of them stands for has no account.
const ACCOUNTS: [Account; 9] = [
    account('a'),
    Account { is_active: false, ..account('c') },
    Account { hash: Hash::None, ..account('d') },
    Account { hash: Hash::Unreadable, ..account('e') },
    Account { is_verified: false, ..account('f') },
    account('g'),
    Account { is_verified: false, ..account('i') },
    account('l'),
    Account { is_verified: false, ..account('m') },
];

const fn account(letter: char) -> Account {
    Account { letter, hash: Hash::Readable, is_active: true, is_verified: true }
}

/// Only with the right password the service would get as far as to see that the account is disabled or not verified.
const LOG_INS: [Class; 6] = [
    log_in("log-in, wrong password", |number| credentials('a', number, "horse battery staple bench!")),
    log_in("log-in, unknown address", |number| credentials('b', number, PASSWORD)),
    log_in("log-in, disabled account", |number| credentials('c', number, PASSWORD)),
    log_in("log-in, account without a password", |number| credentials('d', number, PASSWORD)),
    log_in("log-in, hash that cannot be read", |number| credentials('e', number, PASSWORD)),
    log_in("log-in, address not verified", |number| credentials('f', number, PASSWORD)),
];

const FORGOTTEN: [Class; 2] = [
    by_mail("forgot, existing", FORGOT, 200, |number| json!({"email": email('g', number)})),
    by_mail("forgot, unknown", FORGOT, 200, |number| json!({"email": email('h', number)})),
];

/// The addresses of the last class are those of `forgot`, whose mails are of another kind.
const RESENT: [Class; 3] = [
    by_mail("resend, existing", RESEND, 200, |number| json!({"email": email('i', number)})),
    by_mail("resend, unknown", RESEND, 200, |number| json!({"email": email('j', number)})),
    by_mail("resend, existing and verified", RESEND, 200, |number| json!({"email": email('g', number)})),
];

const REGISTERED: [Class; 3] = [
    by_mail("register, new address", REGISTER, 202, |number| credentials('k', number, PASSWORD)),
    by_mail("register, existing and proven", REGISTER, 202, |number| credentials('l', number, PASSWORD)),
    by_mail("register, existing and not proven", REGISTER, 202, |number| credentials('m', number, PASSWORD)),
];

const fn log_in(name: &'static str, body: fn(usize) -> Value) -> Class {
    by_mail(name, LOG_IN, 400, body)
}

const fn by_mail(name: &'static str, path: &'static str, status: u16, body: fn(usize) -> Value) -> Class {
    Class { name, path, status, body }
}

fn credentials(letter: char, number: usize, password: &str) -> Value {
    json!({"email": email(letter, number), "password": password})
}

fn email(letter: char, number: usize) -> String {
    format!("{letter}-{}@bench.example", FIRST + number)
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let server = start(context, &database).await?;
    context.step("filling in the accounts");
    fill(&database, context.pace.samples)?;
    measure(context, &server, &FORGOTTEN).await?;
    measure(context, &server, &RESENT).await?;
    measure(context, &server, &LOG_INS).await?;
    measure(context, &server, &REGISTERED).await
}

/// Without limits, and with mails into a directory. The first one makes the hash that all accounts have.
async fn start(context: &Context, database: &Database) -> Result<Service> {
    let plan = |name| service(name, &database.url(), Cost::PRODUCTION_MINIMUM);
    register(plan("filling").start_ready(context).await?.address(), EMAIL).await?;
    let settings = [
        ("BACKEND_RATE_LIMIT_ENABLED", "false"),
        ("BACKEND_ENUMERATION_SAFE_REGISTRATION", "true"),
        ("BACKEND_KEY_ENCRYPTION_KEY", KEY),
        ("BACKEND_FRONTEND_URL", "http://127.0.0.1/account"),
    ];
    let mails = context.directory.join("mails").display().to_string();
    plan("service").with_all(&settings).with("BACKEND_MAIL_DIR", mails).start_ready(context).await
}

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// An account for each request, since an address gets one mail of a kind a minute. Those of all classes lie beside one
/// another, so that none has its rows in memory sooner.
fn fill(database: &Database, samples: usize) -> Result<()> {
    let readable = stored_hash(database, EMAIL)?;
    let count = Class::requests(samples);
    let accounts = ACCOUNTS.map(|Account { letter, hash, is_active, is_verified }| {
        let hash = match hash {
            Hash::Readable => readable.as_str(),
            Hash::Unreadable => "$argon2id$v=19$m=19456,t=2,p=1$",
            Hash::None => "",
        };
        format!("('{letter}', '{hash}', {is_active}, {is_verified})")
    });
    database.query(&format!(
        "INSERT INTO users (email, hashed_password, email_canonical, is_active, verified_email)
         WITH RECURSIVE numbers (n) AS (SELECT {FIRST} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {FIRST} + {count}),
         accounts (letter, hash, is_active, is_verified) AS (VALUES {}),
         named AS (SELECT *, letter || '-' || n || '@bench.example' AS email FROM numbers CROSS JOIN accounts)
         SELECT email, hash, email, is_active, CASE WHEN is_verified THEN email END FROM named ORDER BY n, letter",
        accounts.join(", ")
    ))?;
    let (filled, expected) = (database.count("users WHERE email LIKE '_-%'")?, count * ACCOUNTS.len());
    ensure!(filled == expected, "{filled} accounts instead of {expected}");
    Ok(())
}

async fn measure(context: &Context, server: &Service, classes: &[Class]) -> Result<()> {
    let names: Vec<&str> = classes.iter().map(|it| it.name).collect();
    context.step(&format!("{}, {} samples each", names.join("; "), context.pace.samples));
    let times = interleave(server.address(), classes, context.pace.samples).await?;
    let first = &times[0];
    for (class, times) in classes.iter().zip(&times) {
        let row = Row::of(class.name, "µs", Spread::of_parts(times, PARTS));
        let compared = |row: Row| row.with_gap(classes[0].name, Spread::of_gaps(times, first, PARTS)).with_goal(GOAL);
        let row = if class.name == classes[0].name { row } else { compared(row) };
        // The next ones take minutes.
        context.step(&row.cells().join(" | "));
        context.record(row);
    }
    Ok(())
}
