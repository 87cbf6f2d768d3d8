//! An actix-web server that answers every request with the same bytes: the most that the service could reach, since
//! nothing is left out but what the service is for.

use std::error::Error;

use actix_web::http::header::{ContentType, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data, to};
use actix_web::{App, HttpResponse, HttpServer};
use clap::Parser;
use mimalloc::MiMalloc;

/// As the service has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Answers every request with the same bytes, on 127.0.0.1
#[derive(Parser)]
struct Arguments {
    /// Where to listen
    #[arg(long)]
    port: u16,
    /// Threads that answer
    #[arg(long)]
    workers: usize,
    /// The length of the body of an answer, in bytes
    #[arg(long)]
    body_bytes: usize,
    /// A header of every answer beside those of HTTP itself, as `name: value`
    #[arg(long = "header", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The answer to every request.
#[derive(Clone)]
struct Constant {
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let Arguments { port, workers, body_bytes, headers } = Arguments::parse();
    let constant = Constant { body: Bytes::from(vec![b' '; body_bytes]), headers };
    let server = HttpServer::new(move || App::new().app_data(Data::new(constant.clone())).default_service(to(answer)));
    server.workers(workers).bind(("127.0.0.1", port))?.run().await
}

async fn answer(constant: Data<Constant>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header(ContentType::json());
    for (name, value) in &constant.headers {
        response.append_header((name.clone(), value.clone()));
    }
    response.body(Bytes::clone(&constant.body))
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), Box<dyn Error + Send + Sync>> {
    let (name, value) = text.split_once(": ").ok_or("no `: ` in it")?;
    Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))
}
