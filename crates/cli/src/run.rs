use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::catch_unwind;
use std::time::Duration;

use actix_web::rt::System;
use chrono::SecondsFormat;
use clap::Parser;
use clap::error::ErrorKind;
use ore_api::routes::SECTIONS;
use ore_domain::{Clock, SystemClock, Timestamp};
use ore_openapi::document_text;
use ore_server::serve::{self, ServeError};
use ore_settings::{Overrides, Settings, SettingsFaults, Sources};
use ore_telemetry::metrics::LogMetrics;
use ore_telemetry::traces::Traces;
use ore_transport::{Certificate, InheritedSockets, Signals};
use sd_notify::NotifyState;

use crate::arguments::{Arguments, Command, ServeArguments};
use crate::console::print;
use crate::{
    Failure, audit, backup, calibrate, configuration, doctor, healthcheck, key, keys, mail, manual, memory_of_secrets,
    migrate, role, service_account, shortage, user,
};

/// The name of the service in traces, unless `OTEL_SERVICE_NAME` sets another.
const TRACED_SERVICE: &str = "ore-backend";
/// How long the process waits at its end for a collector to take the last traces.
const LAST_TRACES: Duration = Duration::from_secs(2);

/// Runs one command line; the exit code for the shell is 0 when it did what it was asked. Whatever goes wrong is told on
/// standard error, in one line unless several settings are faulty.
pub fn main(command_line: impl IntoIterator<Item = OsString>) -> u8 {
    ore_telemetry::capture_panics();
    let arguments: Vec<OsString> = command_line.into_iter().collect();
    let ended = catch_unwind(move || System::new().block_on(run(arguments)));
    ended.unwrap_or_else(|_| {
        report("cannot go on");
        1
    })
}

async fn run(command_line: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(command_line) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { 0 } else { 2 };
        }
    };
    match dispatch(arguments).await {
        Ok(()) => 0,
        Err(failure) => {
            let is_shortage = report(&failure.to_string());
            // A service manager may try again, which it does not after wrong settings.
            if is_shortage { 1 } else { failure.exit_code() }
        }
    }
}

/// Writes to standard error what went wrong, with the captured panic, which may be its cause. Returns whether the cause
/// is a shortage in the operating system.
fn report(text: &str) -> bool {
    // The first is the cause of those that follow.
    let panic = ore_telemetry::take_captured_panics().into_iter().next();
    let advice = shortage::advice(text).or_else(|| shortage::advice(panic.as_deref()?));
    let addition = advice.clone().or_else(|| Some(panic?.split_whitespace().collect::<Vec<_>>().join(" ")));
    let _ = match addition {
        Some(addition) => writeln!(io::stderr(), "{text}; {addition}"),
        None => writeln!(io::stderr(), "{text}"),
    };
    advice.is_some()
}

async fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let cannot = |error| Failure::because(format!("cannot handle signals: {error}"));
    ore_transport::outlive_file_size_limit().map_err(cannot)?;
    let plain = || load(ServeArguments::default());
    match arguments.command {
        None => serve(arguments.serve).await,
        Some(Command::Serve(flags)) => serve(flags).await,
        Some(Command::Config { env_example: true }) => configuration::print_example(),
        Some(Command::Config { env_example: false }) => {
            configuration::print_listing(&Sources::from_process(ServeArguments::default().into()))
        }
        Some(Command::Migrate { step }) => migrate::run(&plain()?, step.unwrap_or_default()),
        Some(Command::Backup { file }) => backup::run(&plain()?, &file),
        Some(Command::Calibrate(arguments)) => calibrate::run(&plain()?.passwords, arguments),
        Some(Command::Openapi) => print(&document_text(&plain()?, SECTIONS).map_err(Failure::because)?),
        Some(Command::Healthcheck(flags)) => healthcheck::run(&load(flags)?.server),
        Some(Command::Doctor) => doctor::run(try_to_load(ServeArguments::default())?),
        Some(Command::Audit { command }) => audit::run(&plain()?, command).await,
        Some(Command::Mail { action }) => mail::run(&plain()?, action).await,
        Some(Command::User { action }) => user::run(&plain()?, action).await,
        Some(Command::Role { action }) => role::run(&plain()?, action).await,
        Some(Command::Keys { action }) => keys::run(&plain()?, action).await,
        Some(Command::Key { action }) => key::run(&plain()?, action).await,
        Some(Command::ServiceAccount { action }) => service_account::run(&plain()?, action).await,
        Some(Command::Completions { shell }) => manual::print_completions(shell),
        Some(Command::Man { directory }) => manual::write_pages(&directory),
    }
}

fn load(flags: impl Into<Overrides>) -> Result<Settings, Failure> {
    Ok(try_to_load(flags)??)
}

/// The settings or what is wrong with them, once nothing is wrong with what they do not tell.
fn try_to_load(flags: impl Into<Overrides>) -> Result<Result<Settings, SettingsFaults>, Failure> {
    check_clock(SystemClock.now())?;
    let settings = Settings::load(&Sources::from_process(flags.into()));
    if settings.as_ref().is_ok_and(|settings| settings.app.environment.is_production()) {
        let cannot = |error| Failure::because(format!("the memory of the process cannot be protected: {error}"));
        memory_of_secrets::protect().map_err(cannot)?;
    }
    Ok(settings)
}

/// Libraries count time from 1970 on, and panic before.
fn check_clock(now: Timestamp) -> Result<(), Failure> {
    if now >= Timestamp::UNIX_EPOCH {
        return Ok(());
    }
    let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    Err(Failure::because(format!("the clock of this machine says {now}, which is before 1970; set it")))
}

async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let inherited = InheritedSockets::take()?;
    let signals = Signals::listen().map_err(|error| Failure::because(format!("cannot handle signals: {error}")))?;
    let children = arguments.reload.then(|| arguments.command_line());
    let settings = load(arguments)?;
    if children.is_some() && settings.app.environment.is_production() {
        return Err(Failure::Usage("--reload is for development: start without it in production".to_owned()));
    }
    let certificate = Certificate::of(&settings.server)?;
    // The process that only starts others again serves nothing itself.
    let is_traced = settings.sends_traces && children.is_none();
    let traces = is_traced.then(|| Traces::start(TRACED_SERVICE, &settings.app.version)).transpose();
    let traces = traces.map_err(|error| Failure::because(format!("traces cannot be sent: {error}")))?;
    let log_metrics = LogMetrics::new().map_err(Failure::because)?;
    let _lines = ore_telemetry::init(&settings.log, traces.as_ref(), log_metrics.clone()).map_err(Failure::because)?;
    for file in settings.database.url.exposed_files() {
        tracing::warn!("BACKEND_DATABASE_URL: {file}");
    }
    let served = match children {
        Some(arguments) => {
            ore_transport::reload(&settings.server, inherited, signals, arguments).await.map_err(ServeError::from)
        }
        None => serve::serve(&settings, certificate, inherited, signals, &log_metrics, report_start).await,
    };
    if let Err(error) = &served {
        tracing::error!(critical = true, "{error}");
    }
    // A second signal ends everything at once.
    if let Some(traces) = traces.filter(|_| !matches!(served, Err(ServeError::Interrupted))) {
        traces.finish(LAST_TRACES);
    }
    Ok(served?)
}

/// From now on the log has the panics. Tells the program that started the process, if it listens (`sd_notify(3)`).
fn report_start() {
    ore_telemetry::log_panics();
    if let Err(error) = sd_notify::notify(&[NotifyState::Ready]) {
        tracing::warn!("NOTIFY_SOCKET cannot be told that the service serves: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_is_told() {
        let checked =
            |now: &str| check_clock(now.parse().unwrap()).map_err(|failure| (failure.exit_code(), failure.to_string()));
        assert_eq!(checked("1970-01-01T00:00:00Z"), Ok(()));
        let line = "the clock of this machine says 1969-12-31T23:59:59Z, which is before 1970; set it";
        assert_eq!(checked("1969-12-31T23:59:59Z"), Err((1, line.to_owned())));
    }
}
