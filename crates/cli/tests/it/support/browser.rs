use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;

use super::{Answer, Client, send};

/// A browser without JavaScript: keeps cookies and sends the forms of pages.
pub(crate) struct Browser {
    client: Client,
    cookies: RefCell<BTreeMap<String, String>>,
    headers: Vec<(&'static str, &'static str)>,
}

/// The `User-Agent` of a browser.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

impl Browser {
    pub(crate) fn new(client: &Client) -> Self {
        let headers = vec![("User-Agent", USER_AGENT), ("Accept-Language", "en")];
        Self { client: client.clone(), cookies: RefCell::default(), headers }
    }

    /// The same with another value of a header.
    pub(crate) fn saying(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(it, _)| *it != name);
        self.headers.push((name, value));
        self
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Sec-Fetch-Site", "same-origin")], None)
    }

    /// Sends the form with this action on a page: its hidden fields, and these.
    pub(crate) fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(page);
        assert_eq!(page.status, 200, "{}", page.text());
        let mut all = hidden_fields(&page.text(), action);
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(action, &all)
    }

    /// Sends fields like a form of our own pages.
    pub(crate) fn post(&self, path: &str, fields: &[(String, String)]) -> Answer {
        self.send("POST", path, &[("Sec-Fetch-Site", "same-origin")], Some(fields))
    }

    /// Sends a request with these headers and the cookies.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        fields: Option<&[(String, String)]>,
    ) -> Answer {
        let mut request = self.client.request(method, path);
        for (name, value) in self.headers.iter().chain(headers) {
            request = request.header(*name, *value);
        }
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        if let Some(fields) = fields {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = send(request);
        self.keep_cookies(&answer);
        answer
    }

    /// The token that forms of the session carry, from a page of the account.
    pub(crate) fn form_token(&self) -> String {
        let page = self.get("/account/second-factors").text();
        let (_, rest) = page.split_once(r#"name="form" value=""#).unwrap_or_else(|| panic!("{page}"));
        rest.split('"').next().unwrap().to_owned()
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Logs in by the form, which leads to the account.
    pub(crate) fn log_in(&self, email: &str, password: &str) {
        let answer = self.submit("/account/login", "/account/login", &[("email", email), ("password", password)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/account")), "{}", answer.text());
    }

    fn keep_cookies(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }
}

/// The hidden fields of the form with this action.
pub(crate) fn hidden_fields(page: &str, action: &str) -> Vec<(String, String)> {
    let form = page.split(&format!(r#"action="{action}""#)).nth(1).unwrap_or_else(|| panic!("no {action}: {page}"));
    let form = form.split("</form>").next().unwrap();
    let hidden = Regex::new(r#"<input type="hidden" name="([^"]*)" value="([^"]*)">"#).unwrap();
    hidden.captures_iter(form).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}
