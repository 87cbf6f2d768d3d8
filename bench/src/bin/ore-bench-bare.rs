//! An actix-web server that answers every request with the same bytes: the most that the service could reach, since
//! nothing is left out but what the service is for.

use actix_web::http::header::ContentType;
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
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let Arguments { port, workers, body_bytes } = Arguments::parse();
    let body = Bytes::from(vec![b' '; body_bytes]);
    let server = HttpServer::new(move || App::new().app_data(Data::new(body.clone())).default_service(to(answer)));
    server.workers(workers).bind(("127.0.0.1", port))?.run().await
}

async fn answer(body: Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(Bytes::clone(&body))
}
