//! Keys that are printed in documents and templates, and so are known to everybody.

/// Whole keys, as [`plain`] writes them.
const KEYS: &[&str] = &[
    // FastAPI's tutorial, which many services were copied from.
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "default",
    "defaultsecret",
    "defaultsecretkey",
    "dev",
    "devsecret",
    "devsecretkey",
    "development",
    "example",
    "jwtsecret",
    "jwtsecretkey",
    "key",
    "mysecret",
    "mysecretkey",
    "password",
    "secret",
    "secretkey",
    "supersecret",
    "supersecretkey",
    "test",
    "testsecret",
    "testsecretkey",
    "topsecret",
];

/// Words that mark a key as one to be replaced, wherever they stand in it.
const MARKS: &[&str] = &[
    "yoursecret",
    "yoursupersecret",
    "yourjwtsecret",
    "changeme",
    "changethis",
    "changeinproduction",
    "replaceme",
    "replacethis",
    "insecuresecret",
    // Our own `.env.example`, copied without running the command.
    "opensslrandhex",
];

/// Whether the key is known to everybody, however it is spelt.
pub(super) fn is_placeholder(key: &str) -> bool {
    let plain = plain(key);
    KEYS.contains(&plain.as_str()) || MARKS.iter().any(|mark| plain.contains(mark))
}

/// Letters and digits alone, in lower case.
fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("your-secret-key")]
    #[case("your_secret_key_here_change_in_production")]
    #[case("CHANGEME")]
    #[case("please-change-this-key-before-you-deploy-it")]
    #[case("secret")]
    #[case("Super-Secret-Key")]
    #[case("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7")]
    #[case("$(openssl rand -hex 32)")]
    fn a_key_out_of_a_document_is_a_placeholder(#[case] key: &str) {
        assert!(is_placeholder(key));
    }

    #[rstest]
    #[case("f3b1c9d07e5a48d2b6a4e8f09c1d7352f3b1c9d07e5a48d2b6a4e8f09c1d7352")]
    #[case("a-long-secret-of-our-own-for-the-tokens")]
    fn a_key_of_ones_own_is_none(#[case] key: &str) {
        assert!(!is_placeholder(key));
    }
}
