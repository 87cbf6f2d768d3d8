//! What a page of users costs with few users and with many: the first one, the last one, and those of a search.

use anyhow::Result;
use ore_harness::{ClosedLoop, Database, Request, Service, cores, log_in, register};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, EMAIL, Load, compare_times, fill, service, stored_hash};

const PATH: &str = "/api/v1/users";
const FEW: u64 = 1_000;
const ADMIN: &str = "admin@bench.example";

/// But for the last page, whose query depends on the number of users.
const PAGES: [(&str, &str); 6] = [
    ("first page", ""),
    ("page by address", "&sort=email"),
    ("page of a prefix that all have", "&q=user"),
    ("page of a prefix that one has", "&q=user-777@"),
    ("page of administrators", "&role=admin"),
    ("page of the disabled", "&is_active=false"),
];

pub(super) async fn run(context: &Context) -> Result<()> {
    for kind in DatabaseKind::ALL {
        let [few, many] = [context.database(kind, "few")?, context.database(kind, "many")?];
        let (_few, of_few) = start(context, &few, &format!("{kind}, {FEW} users"), FEW).await?;
        let count = context.pace.users;
        let (_many, of_many) = start(context, &many, &format!("{kind}, {count} users"), count).await?;
        compare_times(context, of_few, of_many, &format!("the time with {FEW}")).await?;
    }
    Ok(())
}

/// A service with so many users, and the pages that somebody asks for who may list them.
async fn start(context: &Context, database: &Database, on: &str, count: u64) -> Result<(Service, Vec<Contender>)> {
    context.step(&format!("{on}, filling in"));
    let server = service(on, &database.url(), Cost::LEAST).start_ready(context).await?;
    register(server.address(), EMAIL).await?;
    fill(database, count, &format!("'{}'", stored_hash(database, EMAIL)?))?;
    register(server.address(), ADMIN).await?;
    database.query(&format!("INSERT INTO user_roles SELECT id, 'admin' FROM users WHERE email = '{ADMIN}'"))?;
    let token = log_in(server.address(), ADMIN).await?.access;
    let last_page = last_page(&server, &token).await?;
    let contender = |(what, query)| {
        let load = ClosedLoop::get(server.address(), format!("{PATH}?limit=50{query}"));
        let load = load.with_token(&token).on_connections(cores());
        Contender::new(format!("{what}, {on}"), Load::Requests(load))
    };
    let pages = PAGES.into_iter().chain([("last page", last_page.as_str())]).map(contender).collect();
    Ok((server, pages))
}

/// The query of the last page, whose cursor only a walk through all of them tells.
async fn last_page(server: &Service, token: &str) -> Result<String> {
    let mut query = String::new();
    loop {
        let request = Request::get(format!("{PATH}?limit=200{query}")).with_token(token);
        let page = server.expect(200, &request).await?;
        match page.body["data"]["next_cursor"].as_str() {
            Some(cursor) => query = format!("&cursor={cursor}"),
            None => return Ok(query),
        }
    }
}
