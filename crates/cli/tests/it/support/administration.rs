use serde_json::Value;

use super::{Answer, Browser, Client, PASSWORD, Server, TestDir, send};

/// A server, and the token of its administrator.
pub(crate) fn with_admin(settings: &[(&str, &str)]) -> (Server, String) {
    let server = Server::with(settings);
    let token = make_admin(&server);
    (server, token)
}

/// The token of a new administrator.
pub(crate) fn make_admin(server: &Server) -> String {
    let token = server.token_of("admin@example.org", PASSWORD);
    server.test_dir.grant("admin@example.org", "admin");
    token
}

/// A browser in which the administrator is logged in.
pub(crate) fn browser_of_admin(server: &Server) -> Browser {
    let browser = Browser::new(server.client());
    browser.log_in("admin@example.org", PASSWORD);
    browser
}

/// A server, and the browser of its administrator.
pub(crate) fn admin_browser(settings: &[(&str, &str)]) -> (Server, Browser) {
    let (server, _) = with_admin(settings);
    let browser = browser_of_admin(&server);
    (server, browser)
}

/// A call without a body.
pub(crate) fn call(client: &Client, method: &str, path: &str, token: &str) -> Answer {
    send(client.request(method, path).bearer_auth(token))
}

pub(crate) fn post(client: &Client, path: &str, token: &str, body: &Value) -> Answer {
    send(client.request("POST", path).bearer_auth(token).json(body))
}

/// A key of a new service account with this permission.
pub(crate) fn key_with(test_dir: &TestDir, permission: &str) -> String {
    key_with_settings(test_dir, permission, &[])
}

/// As [`key_with`], with these settings of the commands.
pub(crate) fn key_with_settings(test_dir: &TestDir, permission: &str, settings: &[(&str, &str)]) -> String {
    let arguments = ["service-account", "create", "gateway", "--permission", permission, "--json"];
    let made = test_dir.run_with(&arguments, settings);
    let made: Value = serde_json::from_str(&made.succeeded()).unwrap();
    let arguments = ["key", "create", made[0]["id"].as_str().unwrap(), "gateway"];
    test_dir.run_with(&arguments, settings).succeeded().trim().to_owned()
}
