//! What a page of users costs with few users and with many: the first one, the last one, and those of a search.

use anyhow::Result;
use ore_harness::{ClosedLoop, Database, Request, Service, cores, log_in, register};

use crate::context::Context;
use crate::kit::{Contender, Cost, compare_times, fill, service, stored_hash};

const PATH: &str = "/api/v1/users";
const FEW: u64 = 1_000;
const ADMIN: &str = "admin@bench.example";
const EMAIL: &str = "lists@bench.example";

/// All accounts have one hash.
const ALL: u64 = 1;

pub(super) async fn run(context: &Context) -> Result<()> {
    let [few, many] = [context.sqlite("few")?, context.sqlite("many")?];
    measure(context, "SQLite", [few, many]).await?;
    let [few, many] = [context.postgres()?, context.postgres()?];
    measure(context, "PostgreSQL", [few, many]).await
}

async fn measure(context: &Context, name: &str, [few, many]: [Database; 2]) -> Result<()> {
    let few = Lists::start(context, &few, &format!("{name}-few"), FEW).await?;
    let many = Lists::start(context, &many, &format!("{name}-many"), context.pace.users).await?;
    let last = [few.last_page().await?, many.last_page().await?];
    let first = [String::new(), String::new()];
    for (what, queries) in [
        ("first page", first),
        ("last page", last),
        ("page by address", same("&sort=email")),
        ("page of a prefix that all have", same("&q=user")),
        ("page of a prefix that one has", same("&q=user-777@")),
        ("page of administrators", same("&role=admin")),
        ("page of the disabled", same("&is_active=false")),
    ] {
        let [few_load, many_load] = [few.load(&queries[0]), many.load(&queries[1])];
        let name = |count: u64| format!("{what}, {name}, {count} users");
        let (few, many) = ((name(FEW), few_load), (name(context.pace.users), many_load));
        compare_times(context, few, many, &format!("the time with {FEW}")).await?;
    }
    Ok(())
}

fn same(query: &str) -> [String; 2] {
    [query.to_owned(), query.to_owned()]
}

/// A service with some users, and who may list them.
struct Lists {
    server: Service,
    token: String,
}

impl Lists {
    async fn start(context: &Context, database: &Database, name: &str, count: u64) -> Result<Self> {
        context.step(&format!("{name}, filling in {count} users"));
        let server = service(name, &database.url(), Cost::LEAST).start_ready(context).await?;
        register(server.address(), EMAIL).await?;
        let hash = stored_hash(database, EMAIL)?;
        fill(database, count, &hash, (ALL, &hash))?;
        register(server.address(), ADMIN).await?;
        database.query(&format!("INSERT INTO user_roles SELECT id, 'admin' FROM users WHERE email = '{ADMIN}'"))?;
        let token = log_in(server.address(), ADMIN).await?.access;
        Ok(Self { server, token })
    }

    fn load(&self, query: &str) -> Contender {
        let path = format!("{PATH}?limit=50{query}");
        let load = ClosedLoop::get(self.server.address(), path).with_token(&self.token);
        Contender::Requests(load.on_connections(cores()))
    }

    /// The query of the last page, whose cursor only a walk through all of them tells.
    async fn last_page(&self) -> Result<String> {
        let mut query = String::new();
        loop {
            let request = Request::get(format!("{PATH}?limit=200{query}")).with_token(&self.token);
            let page = self.server.expect(200, &request).await?;
            let data = &page.body["data"];
            match data["next_cursor"].as_str() {
                Some(cursor) => query = format!("&cursor={cursor}"),
                None => return Ok(query),
            }
        }
    }
}
