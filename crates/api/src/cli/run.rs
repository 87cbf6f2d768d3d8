use std::ffi::OsString;
use std::io::{self, Write};
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use ore_traces::Traces;

use super::arguments::{Arguments, Command, ServeArguments};
use super::console::print;
use super::{Failure, backup, calibrate, configuration, doctor, healthcheck, migrate, user};
use crate::server::{Certificate, InheritedSockets, ServeError};
use crate::settings::{Settings, Sources};
use crate::{openapi, server, telemetry};

/// What the service is called among the traces of others, unless `OTEL_SERVICE_NAME` says otherwise.
const TRACED_SERVICE: &str = "ore-backend";
/// How long the process waits at its end for a collector to take the last traces.
const LAST_TRACES: Duration = Duration::from_secs(2);

/// Runs one command line; the exit code for the shell is 0 when it did what it was asked.
pub async fn run(command_line: impl IntoIterator<Item = OsString>) -> u8 {
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
            let _ = writeln!(io::stderr(), "{failure}");
            failure.exit_code()
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let sources = |flags: ServeArguments| Sources::from_process(flags.into());
    let plain = || sources(ServeArguments::default());
    match arguments.command {
        None => serve(arguments.serve).await,
        Some(Command::Serve(flags)) => serve(flags).await,
        Some(Command::Config { env_example: true }) => configuration::print_example(),
        Some(Command::Config { env_example: false }) => configuration::print_listing(&plain()),
        Some(Command::Migrate { step }) => migrate::run(&Settings::load(&plain())?, step.unwrap_or_default()),
        Some(Command::Backup { file }) => backup::run(&Settings::load(&plain())?, &file),
        Some(Command::Calibrate(arguments)) => calibrate::run(&Settings::load(&plain())?.passwords, arguments),
        Some(Command::Openapi) => {
            let settings = Settings::load(&plain())?;
            print(&openapi::document_text(&settings).map_err(Failure::because)?)
        }
        Some(Command::Healthcheck(flags)) => {
            healthcheck::run(&Settings::load(&Sources::from_process(flags.into()))?.server)
        }
        Some(Command::Doctor) => doctor::run(&Settings::load(&plain())?),
        Some(Command::User { action }) => user::run(&Settings::load(&plain())?, action).await,
    }
}

async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let inherited = InheritedSockets::take()?;
    let children = arguments.reload.then(|| arguments.command_line());
    let settings = Settings::load(&Sources::from_process(arguments.into()))?;
    if children.is_some() && settings.app.environment.is_production() {
        return Err(Failure::Usage("--reload is for development: start without it in production".to_owned()));
    }
    let certificate = Certificate::of(&settings.server)?;
    // The process that only starts others again serves nothing itself.
    let is_traced = settings.sends_traces && children.is_none();
    let traces = is_traced.then(|| Traces::start(TRACED_SERVICE, &settings.app.version)).transpose();
    let traces = traces.map_err(|error| Failure::because(format!("traces cannot be sent: {error}")))?;
    let _lines = telemetry::init(&settings.log, traces.as_ref()).map_err(Failure::because)?;
    telemetry::log_panics();
    let served = match children {
        Some(arguments) => server::reload(&settings.server, inherited, arguments).await,
        None => server::serve(&settings, certificate, inherited).await,
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
