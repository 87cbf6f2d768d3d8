//! Our client where answers are late, lost or refused.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ore_client::blocking::Client;
use ore_client::{Error, ExposeSecret, MemoryStore, NewUser, TokenStore, UserFilter};
use tokio::runtime::Builder;

use crate::support::{EMAIL, Fault, FaultyProxy, PASSWORD, Server, with_admin};

const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const ME: &str = "/api/v1/auth/me";
const USERS: &str = "/api/v1/users";

/// A client behind a fault, and where it keeps its tokens.
fn client(proxy: &FaultyProxy) -> (Client, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::default());
    (Client::builder(proxy.url()).token_store(Arc::clone(&store)).build_blocking().unwrap(), store)
}

#[test]
fn a_read_is_sent_again_after_what_the_service_asks_to_wait() {
    let server = Server::start();
    let proxy = FaultyProxy::before(server.port, ME, Fault::Unavailable);
    let (client, _) = client(&proxy);
    client.register(EMAIL, PASSWORD).unwrap();
    let started = Instant::now();
    assert_eq!(client.me().unwrap().email, EMAIL);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(proxy.exchanges(ME).len(), 2);
}

#[test]
fn what_may_have_been_carried_out_is_not_sent_again() {
    for fault in [Fault::Unavailable, Fault::LostAnswer] {
        let server = Server::start();
        server.register(EMAIL, PASSWORD);
        let proxy = FaultyProxy::before(server.port, LOGIN, fault);
        let (client, _) = client(&proxy);
        let refused = client.log_in(EMAIL, PASSWORD).unwrap_err();
        let is_expected = match fault {
            Fault::Unavailable => refused.status() == Some(503),
            _ => matches!(refused, Error::Connection { is_unsent: false, .. }),
        };
        assert!(is_expected, "{refused:?}");
        assert_eq!(proxy.exchanges(LOGIN).len(), 1);
        client.log_in(EMAIL, PASSWORD).unwrap();
    }
}

#[test]
fn a_refresh_whose_answer_was_lost_is_asked_for_again() {
    let server = Server::start();
    let proxy = FaultyProxy::before(server.port, REFRESH, Fault::LostAnswer);
    let (client, store) = client(&proxy);
    client.register(EMAIL, PASSWORD).unwrap();
    client.refresh().unwrap();
    let exchanges = proxy.exchanges(REFRESH);
    assert_eq!(exchanges.len(), 2);
    assert_eq!(exchanges[0].request, exchanges[1].request);
    // The successor is the one that was lost, and it is what is kept.
    let kept = store.load().unwrap().refresh_token.unwrap();
    for exchange in &exchanges {
        assert!(exchange.answer.contains(kept.expose_secret()), "{}", exchange.answer);
    }
    client.me().unwrap();
    client.refresh().unwrap();
}

#[test]
fn who_waited_for_a_renewal_that_failed_fails_with_it() {
    let server = Server::start();
    let proxy = FaultyProxy::before(server.port, REFRESH, Fault::Unavailable);
    let client = ore_client::Client::builder(proxy.url()).retries(0).build().unwrap();
    // On one thread, so that all of them are under way before the answer to the first is read.
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        client.register(EMAIL, PASSWORD).await.unwrap();
        for refreshed in join_all((0..32).map(|_| client.refresh())).await {
            assert_eq!(refreshed.unwrap_err().status(), Some(503));
        }
        assert_eq!(proxy.exchanges(REFRESH).len(), 1);
        client.refresh().await.unwrap();
    });
}

#[test]
fn an_account_whose_answer_was_lost_is_made_once() {
    let (server, token) = with_admin(&[]);
    let proxy = FaultyProxy::before(server.port, USERS, Fault::LostAnswer);
    let (client, store) = client(&proxy);
    let mut tokens = store.load().unwrap();
    tokens.access_token = Some(token.into());
    store.save(&tokens).unwrap();
    let user = client.create_user(&NewUser::new(EMAIL).password(PASSWORD)).unwrap();
    assert_eq!(proxy.exchanges(USERS).len(), 2);
    let listed = client.users(&UserFilter::new().starting_with("ada")).map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!((listed.len(), listed[0].id), (1, user.value.id));
}

#[test]
fn refresh_tokens_come_in_cookies_alone_where_that_is_wanted() {
    let server = Server::start();
    let proxy = FaultyProxy::before(server.port, ME, Fault::None);
    let store = Arc::new(MemoryStore::default());
    let builder = Client::builder(proxy.url()).token_store(Arc::clone(&store)).cookie_transport();
    let client = builder.build_blocking().unwrap();
    let kept = || store.load().unwrap().refresh_token.unwrap().expose_secret().to_owned();
    client.register(EMAIL, PASSWORD).unwrap();
    let first = kept();
    client.refresh().unwrap();
    assert_ne!(kept(), first);
    let mut exchanges = proxy.exchanges("/api/v1/auth/register");
    exchanges.extend(proxy.exchanges(REFRESH));
    assert_eq!(exchanges.len(), 2);
    for exchange in exchanges {
        let (head, body) = exchange.answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("__Host-ore_rt=") && !body.contains("refresh_token"), "{}", exchange.answer);
        assert!(!exchange.request.contains("refresh_token"), "{}", exchange.request);
    }
    client.me().unwrap();
    client.log_out().unwrap();
    assert!(store.load().unwrap().refresh_token.is_none());
    assert_eq!(client.me().unwrap_err().status(), Some(401));
}
