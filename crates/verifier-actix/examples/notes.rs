//! A service that shows notes to the users of an ORE backend:
//! `actix-notes ADDRESS ISSUER KEY_FILE`, where the file has an API key with the permission `tokens.verify`.
//!
//! A number on the standard input sets its clock ahead by so many seconds, to see what holds while the backend is away.
#![allow(clippy::print_stdout, reason = "a program that people run in a terminal")]

use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs, io, thread};

use actix_web::{App, HttpServer, get, web};
use ore_verifier::refresh::RefreshOptions;
use ore_verifier::{Clock, StaleRevocations, SystemClock, Verifier};
use ore_verifier_actix::Authenticated;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, issuer, key_file] = arguments.as_slice() else {
        return Err("usage: actix-notes ADDRESS ISSUER KEY_FILE".into());
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

    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("Listening on {}", listener.local_addr()?);
    thread::spawn(move || set_ahead(&ahead));
    let app = move || App::new().app_data(web::Data::new(verifier.clone())).service(notes);
    HttpServer::new(app).workers(1).listen(listener)?.run().await?;
    Ok(())
}

#[get("/notes")]
async fn notes(Authenticated(caller): Authenticated) -> String {
    format!("the notes of user {} at {}\n", caller.uid.unwrap_or_default(), caller.iss)
}

fn set_ahead(ahead: &AtomicU64) {
    for seconds in io::stdin().lines().map_while(Result::ok).filter_map(|line| line.parse().ok()) {
        ahead.store(seconds, Ordering::Relaxed);
        println!("The clock is {seconds} seconds ahead");
    }
}
