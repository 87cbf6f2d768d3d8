//! A service of its own that checks the backend's access tokens: no database, no web framework, no async runtime.
//!
//! It shares with the backend the secret key and the names of issuer and audience, and nothing else:
//!
//! ```text
//! BACKEND_SECRET_KEY='a secret of at least 32 bytes ....' cargo run -p ore-security --example check_tokens
//! ```
//!
//! It prints a token to try, with the curl command. Every request is answered: 200 and the claims it relies on, or 401
//! and always the same words, whatever was wrong with the token; the log on stderr says what was.
#![allow(clippy::disallowed_methods, reason = "a program of its own reads its own environment and clock")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to who runs it")]

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    time::{Duration, SystemTime},
};

use ore_security::token::{
    AccessClaims, Algorithm, IssuerSettings, MAXIMUM_LEEWAY, SecretKey, SigningKey, Subject, TokenIssuer,
    TokenVerifier, VerificationKey, VerifierSettings,
};

const ISSUER: &str = "ore-backend";
const AUDIENCE: &str = "ore";
const ALGORITHM: Algorithm = Algorithm::Hs256;
const MAXIMUM_HEAD_BYTES: u64 = 16 * 1024;
const READ_TIMEOUT: Duration = Duration::from_secs(10);

const USAGE: &str = "\
usage: BACKEND_SECRET_KEY=<secret> check_tokens [address]

Answers HTTP requests that carry an access token of the backend with the claims of that token.
The secret is the backend's, at least 32 bytes. The address is 127.0.0.1:8081 unless another is given.";

fn main() -> ExitCode {
    let Ok(secret) = env::var("BACKEND_SECRET_KEY") else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    match serve(&secret, &address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("check_tokens: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(secret: &str, address: &str) -> Result<(), Box<dyn Error>> {
    let key = SecretKey::new(secret)?;
    if key.len() < ALGORITHM.minimum_key_bytes() {
        return Err(format!("the secret has fewer than {} bytes", ALGORITHM.minimum_key_bytes()).into());
    }
    let settings =
        VerifierSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), leeway: MAXIMUM_LEEWAY };
    let verifier = TokenVerifier::new(settings, [VerificationKey::hmac(ALGORITHM, &key)?])?;
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    println!("try: curl -i -H 'Authorization: Bearer {}' http://{address}/", sample_token(&key)?);
    for stream in listener.incoming() {
        // One request at a time is enough to show how it is done.
        if let Err(error) = stream.and_then(|stream| answer(&stream, &verifier)) {
            eprintln!("connection failed: {error}");
        }
    }
    Ok(())
}

/// What the backend does at a log-in; a service that only checks tokens has no use for it.
fn sample_token(key: &SecretKey) -> Result<String, Box<dyn Error>> {
    let settings = IssuerSettings {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        client_id: "check-tokens".to_owned(),
    };
    let session = "7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10".to_owned();
    let subject = Subject::user("user@example.com".to_owned(), 1, session);
    let issuer = TokenIssuer::new(settings, SigningKey::hmac(ALGORITHM, key)?);
    Ok(issuer.create_access_token(subject, None, SystemTime::now())?.into_string())
}

fn answer(stream: &TcpStream, verifier: &TokenVerifier) -> std::io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let (status, body) = match authenticate(stream, verifier)? {
        Some(claims) => ("200 OK", format!("{} in session {}\n", claims.sub, claims.sid)),
        None => ("401 Unauthorized\r\nWWW-Authenticate: Bearer", "invalid credentials\n".to_owned()),
    };
    let mut output = stream;
    write!(output, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn authenticate(stream: &TcpStream, verifier: &TokenVerifier) -> std::io::Result<Option<AccessClaims>> {
    let Some(token) = bearer_token(stream)? else {
        return Ok(None);
    };
    Ok(verifier.verify(&token, SystemTime::now()).inspect_err(|error| eprintln!("refused: {error}")).ok())
}

/// Reads the request's head and returns the token of its `Authorization` field, if there is exactly one.
fn bearer_token(stream: &TcpStream) -> std::io::Result<Option<String>> {
    let mut credentials = Vec::new();
    for line in BufReader::new(stream.take(MAXIMUM_HEAD_BYTES)).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Authorization")
        {
            credentials.push(value.trim().to_owned());
        }
    }
    Ok(match credentials.as_slice() {
        [only] => only.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer")),
        _ => None,
    }
    .map(|(_, token)| token.to_owned()))
}
