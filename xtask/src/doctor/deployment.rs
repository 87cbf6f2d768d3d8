//! A deployment from outside.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, ensure};

use crate::files::{self, from_here};
use crate::setup::CURL;
use crate::{matching, process};

/// Tokens are taken for so long before and after their time, in seconds; half of it is worth a word.
const SKEW: u64 = 15;

/// Of no web site, since nobody can register it (RFC 2606, 2).
const FOREIGN_ORIGIN: &str = "Origin: https://doctor.invalid";

/// The first lines of an answer: its status and headers.
struct Answer(String);

/// The faults of a deployment, a line each.
pub(super) fn examine(urls: &[String], token_file: Option<&Path>) -> Result<Vec<String>> {
    CURL.prepare()?;
    let mut faults = Vec::new();
    for url in urls.iter().map(|url| url.trim_end_matches('/')) {
        let found = examine_one(url);
        faults.extend(found.into_iter().map(|fault| format!("{url}: {fault}")));
    }
    if let Some(file) = token_file {
        faults.extend(compare_keys(urls, file)?);
    }
    Ok(faults)
}

fn examine_one(url: &str) -> Vec<String> {
    let health = match ask(&format!("{url}/health"), &[FOREIGN_ORIGIN]) {
        Ok(health) => health,
        Err(error) => return vec![format!("{error:#}")],
    };
    let mut faults = Vec::new();
    if health.status() != 200 {
        faults.push(format!("/health answers {}", health.status()));
    }
    faults.extend(health.clock(now()));
    faults.extend(health.transport(url).map(str::to_owned));
    if health.header("access-control-allow-origin").is_some() {
        faults.push("every web site may call (BACKEND_ALLOWED_ORIGINS)".to_owned());
    }
    let open = |path: &str| ask(&format!("{url}{path}"), &[]).is_ok_and(|answer| answer.status() == 200);
    for (path, setting) in [("/docs", "BACKEND_DEBUG"), ("/metrics", "BACKEND_METRICS_BIND")] {
        if open(path) {
            faults.push(format!("{path} is open from here ({setting})"));
        }
    }
    if !open("/readiness") {
        faults.push("not ready".to_owned());
    }
    faults
}

impl Answer {
    /// 0 where it is no HTTP.
    fn status(&self) -> u32 {
        matching::number(r"^HTTP/\S+ (\d+)", &self.0).unwrap_or(0)
    }

    fn header(&self, name: &str) -> Option<&str> {
        matching::find(&format!(r"(?mi)^{name}:[ \t]*(.*?)\s*$"), &self.0)
    }

    fn clock(&self, now: SystemTime) -> Option<String> {
        let theirs = httpdate::parse_http_date(self.header("date")?).ok()?;
        let (skew, direction) = match theirs.duration_since(now) {
            Ok(ahead) => (ahead.as_secs(), "ahead of"),
            Err(behind) => (behind.duration().as_secs(), "behind"),
        };
        (skew > SKEW).then(|| format!("its clock is {skew} s {direction} ours, and tokens are good for 30 s more"))
    }

    fn transport(&self, url: &str) -> Option<&'static str> {
        if !url.starts_with("https://") {
            return Some("passwords and tokens go in the clear: it is not HTTPS");
        }
        let hsts = self.header("strict-transport-security");
        hsts.is_none()
            .then_some("no Strict-Transport-Security: browsers may be led to plain HTTP (BACKEND_TRUSTED_PROXIES)")
    }
}

/// A key that differs shows as a token that one takes and another refuses.
fn compare_keys(urls: &[String], file: &Path) -> Result<Option<String>> {
    let token = files::read(from_here(file)?)?;
    let authorization = format!("Authorization: Bearer {}", token.trim());
    let mut answers = Vec::new();
    for url in urls {
        let url = format!("{}/api/v1/auth/me", url.trim_end_matches('/'));
        answers.push((url.clone(), ask(&url, &[&authorization]).map_or(0, |answer| answer.status())));
    }
    if answers.iter().all(|(_, status)| *status == 200) {
        return Ok(None);
    }
    let told: Vec<String> = answers.iter().map(|(url, status)| format!("{url} {status}")).collect();
    let statuses: Vec<u32> = answers.iter().map(|(_, status)| *status).collect();
    Ok(Some(format!("{}: {}", reason(&statuses), told.join(", "))))
}

/// What the answers to one token show. Only 401 tells of the token itself.
fn reason(statuses: &[u32]) -> &'static str {
    match (statuses.contains(&200), statuses.contains(&401)) {
        (true, true) => "replicas have different keys (BACKEND_SECRET_KEY)",
        (false, true) => "nobody takes the token",
        (_, false) => "not all can be asked who the token is for",
    }
}

/// Headers are given in a file and not on the command line, which every user of this machine can read.
fn ask(url: &str, headers: &[&str]) -> Result<Answer> {
    let mut curl = process::command("curl");
    curl.args(["--silent", "--show-error", "--max-time", "10", "--suppress-connect-headers"]);
    curl.args(["--output", "/dev/null", "--dump-header", "-", "--header", "@-", url]);
    let answer = Answer(process::fed(&mut curl, &headers.join("\n"))?);
    ensure!(answer.status() != 0, "that was no HTTP");
    Ok(answer)
}

#[expect(clippy::disallowed_methods, reason = "this is no part of the service, and compares with its clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(head: &str) -> Answer {
        Answer(head.to_owned())
    }

    #[test]
    fn a_clock_that_differs_is_told_and_one_that_is_a_little_off_is_not() {
        let answer = answer("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:01:00 GMT\r\n");
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(answer.clock(at(50)), None);
        assert!(answer.clock(at(30)).unwrap().contains("30 s ahead of ours"));
        assert!(answer.clock(at(90)).unwrap().contains("30 s behind ours"));
    }

    #[test]
    fn keys_are_blamed_only_for_a_token_that_one_takes_and_another_refuses() {
        assert!(reason(&[200, 401, 503]).contains("different keys"));
        assert!(reason(&[401, 0]).starts_with("nobody"));
        assert!(reason(&[200, 0]).starts_with("not all"));
        assert!(reason(&[429, 503]).starts_with("not all"));
    }

    #[test]
    fn https_without_hsts_and_plain_http_are_told() {
        let with = answer("HTTP/2 200\r\nStrict-Transport-Security: max-age=1\r\n");
        assert_eq!(with.transport("https://api.example.org"), None);
        assert!(with.transport("http://api.example.org").is_some());
        assert!(answer("HTTP/2 200\r\n").transport("https://api.example.org").is_some());
    }
}
