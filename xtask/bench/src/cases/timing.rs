//! Whether the time of an answer tells which addresses have accounts, and in which state they are.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Result, ensure};
use ore_harness::{Client, Database, PASSWORD, Request, SEALING_KEY, Service, register};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use crate::context::Context;
use crate::kit::{Cost, EMAIL, service, stored_hash};
use crate::report::{Goal, Row, Spread, median};

/// The allowed difference of the medians of two classes.
const GOAL: Goal = Goal::WithinPercent(2.0);
/// The number of parts whose medians show the precision of the measurement.
const PARTS: usize = 5;
/// The number of requests of each class that are sent first and not counted.
const WARM_UP: usize = 10;
/// Of the order of requests: the same in every run.
const SEED: u64 = 0x6f72_652d_6265_6e63;

/// So that all addresses are equally long.
const FIRST: usize = 100_000;

/// The state of an address.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Unknown,
    Usual,
    NotVerified,
    Disabled,
    NoPassword,
    UnreadableHash,
}

/// Requests of one class, each for an address of its own, which begins with the letter.
struct Class(&'static str, char, State);

/// A call, whose classes must take the same time.
struct Call {
    path: &'static str,
    /// The expected status of each answer.
    status: u16,
    has_password: bool,
    classes: &'static [Class],
}

/// Whose password is wrong. Only with the right one the service would get as far as to see that an account is disabled or not
/// verified.
const WRONG_PASSWORD: char = 'a';

const FORGOT: [Class; 2] =
    [Class("forgot, existing", 'g', State::Usual), Class("forgot, unknown", 'h', State::Unknown)];

/// The last class has the addresses of [`FORGOT`], whose mails are of another kind.
const RESEND: [Class; 3] = [
    Class("resend, existing", 'i', State::NotVerified),
    Class("resend, unknown", 'j', State::Unknown),
    Class("resend, existing and verified", 'g', State::Usual),
];

const LOG_IN: [Class; 6] = [
    Class("log-in, wrong password", WRONG_PASSWORD, State::Usual),
    Class("log-in, unknown address", 'b', State::Unknown),
    Class("log-in, disabled account", 'c', State::Disabled),
    Class("log-in, account without a password", 'd', State::NoPassword),
    Class("log-in, hash that cannot be read", 'e', State::UnreadableHash),
    Class("log-in, address not verified", 'f', State::NotVerified),
];

const REGISTER: [Class; 3] = [
    Class("register, new address", 'k', State::Unknown),
    Class("register, existing and proven", 'l', State::Usual),
    Class("register, existing and not proven", 'm', State::NotVerified),
];

const CALLS: [Call; 4] = [
    Call { path: "/api/v1/auth/password/forgot", status: 200, has_password: false, classes: &FORGOT },
    Call { path: "/api/v1/auth/email/resend", status: 200, has_password: false, classes: &RESEND },
    Call { path: "/api/v1/auth/login", status: 400, has_password: true, classes: &LOG_IN },
    Call { path: "/api/v1/auth/register", status: 202, has_password: true, classes: &REGISTER },
];

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let server = start(context, &database).await?;
    context.step("filling in the accounts");
    fill(&database, context.pace.samples + WARM_UP)?;
    for call in &CALLS {
        measure(context, server.address(), call).await?;
    }
    Ok(())
}

/// Without limits, and with mails into a directory. The first one makes the hash that all accounts have.
async fn start(context: &Context, database: &Database) -> Result<Service> {
    let plan = |name| service(name, &database.url(), Cost::PRODUCTION_MINIMUM);
    register(plan("filling").start_ready(context).await?.address(), EMAIL).await?;
    let settings = [
        ("BACKEND_RATE_LIMIT_ENABLED", "false"),
        ("BACKEND_ENUMERATION_SAFE_REGISTRATION", "true"),
        ("BACKEND_KEY_ENCRYPTION_KEY", SEALING_KEY),
        ("BACKEND_FRONTEND_URL", "http://127.0.0.1/account"),
    ];
    let mails = context.directory.join("mails").display().to_string();
    plan("service").with_all(&settings).with("BACKEND_MAIL_DIR", mails).start_ready(context).await
}

/// An account for each request, since an address gets one mail of a kind a minute. Those of all classes lie beside one
/// another, so that none has its rows in memory sooner.
fn fill(database: &Database, count: usize) -> Result<()> {
    let usual_hash = stored_hash(database, EMAIL)?;
    let classes = CALLS.iter().flat_map(|call| call.classes).filter(|class| class.2 != State::Unknown);
    let accounts: BTreeMap<_, _> = classes.map(|Class(_, letter, state)| (letter, state)).collect();
    let rows = accounts.iter().map(|(letter, state)| {
        let hash = match state {
            State::NoPassword => "",
            State::UnreadableHash => "$argon2id$v=19$m=19456,t=2,p=1$",
            _ => &usual_hash,
        };
        let (is_active, is_verified) = (**state != State::Disabled, **state != State::NotVerified);
        format!("('{letter}', '{hash}', {is_active}, {is_verified})")
    });
    database.query(&format!(
        "INSERT INTO users (email, hashed_password, email_canonical, is_active, verified_email)
         WITH RECURSIVE numbers (n) AS (SELECT {FIRST} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {FIRST} + {count}),
         accounts (letter, hash, is_active, is_verified) AS (VALUES {}),
         named AS (SELECT *, letter || '-' || n || '@bench.example' AS email FROM numbers CROSS JOIN accounts)
         SELECT email, hash, email, is_active, CASE WHEN is_verified THEN email END FROM named ORDER BY n, letter",
        rows.collect::<Vec<_>>().join(", ")
    ))?;
    let (filled, expected) = (database.count("users WHERE email LIKE '_-%'")?, count * accounts.len());
    ensure!(filled == expected, "{filled} accounts instead of {expected}");
    Ok(())
}

async fn measure(context: &Context, server: SocketAddr, call: &'static Call) -> Result<()> {
    let samples = context.pace.samples;
    context.step(&format!("{}, {samples} samples of each class", call.path));
    // On a thread of its own, where no other task makes an answer wait.
    let times = spawn_blocking(move || {
        Builder::new_current_thread().enable_all().build()?.block_on(call.interleave(server, samples))
    });
    let times = times.await??;
    for (index, (Class(name, ..), of_one)) in call.classes.iter().zip(&times).enumerate() {
        let [measured, ratio] = spreads(of_one, &times[0]);
        let row = Row::new(*name, "µs", measured);
        context.record(if index == 0 { row } else { row.compared(call.classes[0].0, ratio, Some(GOAL)) });
    }
    Ok(())
}

/// What a class measured, and that divided by what the first one did. The medians are those of all samples, and what lies
/// around them is that of the parts, one after another.
fn spreads(times: &[f64], first: &[f64]) -> [Spread; 2] {
    let parts = |times: &[f64]| times.chunks(times.len().div_ceil(PARTS)).map(median).collect::<Vec<_>>();
    let ratios = Spread::of_ratios(&parts(times), &parts(first));
    [
        Spread { median: median(times), ..Spread::of(&parts(times)) },
        Spread { median: median(times) / median(first), ..ratios },
    ]
}

impl Call {
    /// The times of so many answers of each class in microseconds, in the order in which they came, one after another on one
    /// connection. The order of the classes is random throughout, so that whatever a request leaves behind strikes all of
    /// them alike.
    async fn interleave(&self, server: SocketAddr, samples: usize) -> Result<Vec<Vec<f64>>> {
        let order = |each: usize| {
            let mut order: Vec<usize> = (0..self.classes.len()).flat_map(|class| vec![class; each]).collect();
            fastrand::Rng::with_seed(SEED).shuffle(&mut order);
            order
        };
        let mut client = Client::new(server);
        let mut times = vec![Vec::new(); self.classes.len()];
        for index in order(WARM_UP).into_iter().chain(order(samples)) {
            let request = self.request(&self.classes[index], times[index].len());
            let answer = client.send(&request).await?;
            ensure!(answer.status == self.status, "{request} was answered with {answer}");
            times[index].push(answer.took.as_secs_f64() * 1_000_000.0);
        }
        Ok(times.into_iter().map(|times| times[WARM_UP..].to_vec()).collect())
    }

    fn request(&self, Class(_, letter, _): &Class, number: usize) -> Request {
        let mut body = json!({"email": format!("{letter}-{}@bench.example", FIRST + number)});
        if self.has_password {
            body["password"] = if *letter == WRONG_PASSWORD { "horse battery staple bench!" } else { PASSWORD }.into();
        }
        Request::post(self.path, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_medians_of_their_own() {
        let [first, times] = [[4.0, 9.0, 9.0, 4.0, 3.0], [2.0, 9.0, 9.0, 5.0, 6.0]];
        let [measured, ratio] = spreads(&times, &first);
        assert_eq!(measured, Spread { median: 6.0, minimum: 2.0, maximum: 9.0 });
        assert_eq!(ratio, Spread { median: 1.5, minimum: 0.5, maximum: 2.0 });
        let [first, times] = [first, times].map(|figures| figures.map(|it| [it; 2]).concat());
        assert_eq!(spreads(&times, &first), [measured, ratio]);
    }
}
