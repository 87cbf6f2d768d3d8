//! A service that shows notes to the users of an ORE backend:
//! `axum-notes ADDRESS ISSUER KEY_FILE`, where the file has an API key with the permission `tokens.verify`.
//!
//! A number on the standard input sets its clock ahead by so many seconds, to see what holds while the backend is away.
#![allow(clippy::print_stdout, reason = "a program that people run in a terminal")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs, io, thread};

use axum::Router;
use axum::routing::get;
use ore_verifier::refresh::RefreshOptions;
use ore_verifier::{Clock, StaleRevocations, SystemClock, Verifier};
use ore_verifier_axum::Authenticated;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, issuer, key_file] = arguments.as_slice() else {
        return Err("usage: axum-notes ADDRESS ISSUER KEY_FILE".into());
    };
    let ahead = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&ahead);
    let verifier = Verifier::builder(issuer)
        .audience("ore")
        .revocations(StaleRevocations::Refuse)
        .clock(move || SystemClock.now() + Duration::from_secs(clock.load(Ordering::Relaxed)))
        .build()?;
    let options = RefreshOptions::new(address).api_key(fs::read_to_string(key_file)?.trim());
    let refresh = verifier.start_refresh(options)?; // ends when it is dropped
    refresh.ready().await;

    let router = Router::new().route("/notes", get(notes)).with_state(verifier);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("Listening on {}", listener.local_addr()?);
    thread::spawn(move || set_ahead(&ahead));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn notes(Authenticated(caller): Authenticated) -> String {
    format!("the notes of user {} at {}\n", caller.uid.unwrap_or_default(), caller.iss)
}

fn set_ahead(ahead: &AtomicU64) {
    for seconds in io::stdin().lines().map_while(Result::ok).filter_map(|line| line.parse().ok()) {
        ahead.store(seconds, Ordering::Relaxed);
        println!("The clock is {seconds} seconds ahead");
    }
}
