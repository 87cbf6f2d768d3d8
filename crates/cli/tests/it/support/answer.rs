use reqwest::blocking::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A response that has been read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(super) fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().unwrap().to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    /// The one value of the header, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} is there twice");
        Some(value.to_str().unwrap())
    }

    pub(crate) fn request_id(&self) -> &str {
        self.header("x-request-id").unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    /// The token of a registration or a log-in that went well.
    pub(crate) fn token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()["data"]["access_token"].as_str().unwrap().to_owned()
    }

    /// Status and error code of an error in the envelope of the contract, whose form is checked on the way.
    pub(crate) fn error(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{:?}", self.text());
        let body = self.json();
        let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["success", "error_code", "message", "details", "timestamp", "request_id"];
        assert!(names.len() == expected.len() && expected.iter().all(|name| names.contains(name)), "{body}");
        assert_eq!(body["success"], false);
        assert!(!body["message"].as_str().unwrap().is_empty());
        assert_eq!(body["request_id"], self.request_id());
        assert_timestamp(&body["timestamp"]);
        (self.status, body["error_code"].as_str().unwrap().to_owned())
    }

    /// The body without what differs from one response to the next.
    pub(crate) fn body_without_identity(&self) -> String {
        let body = self.json();
        let text = self.text().replace(body["timestamp"].as_str().unwrap(), "<time>");
        text.replace(body["request_id"].as_str().unwrap(), "<id>")
    }
}

/// RFC 3339, UTC, microseconds.
pub(crate) fn assert_timestamp(value: &Value) {
    let pattern = regex::Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$").unwrap();
    assert!(pattern.is_match(value.as_str().unwrap()), "{value}");
}
