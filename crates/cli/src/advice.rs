use ore_domain::StoreError;

use crate::Failure;

/// A text of libpq, of PostgreSQL in English or of SQLite, and the advice for it.
///
/// A failed connection has no code: Diesel passes only the text of libpq. The texts of libpq are English, because this
/// program sets no locale. The texts of the server are in its language. A text that is not found here gets general
/// advice.
const ADVICE: [(&[&str], &str); 16] = [
    (&["password authentication failed"], PASSWORD),
    (&["no password supplied"], PASSWORD),
    (
        &["no pg_hba.conf entry", "no encryption"],
        "the server wants TLS (add sslmode=require to BACKEND_DATABASE_URL) or does not let this address in (pg_hba.conf)",
    ),
    (&["no pg_hba.conf entry"], "allow this user, database and address in the server's pg_hba.conf"),
    (&["role \"", "\" does not exist"], "create the role, or name another in BACKEND_DATABASE_URL"),
    (&["database \"", "\" does not exist"], "create the database, or name another in BACKEND_DATABASE_URL"),
    (&["could not translate host name"], "check the name of the host in BACKEND_DATABASE_URL, and the name service"),
    (&["Connection refused"], "check the host and the port in BACKEND_DATABASE_URL, and that the database runs there"),
    (&["No such file or directory", "socket"], "check the host in BACKEND_DATABASE_URL, and that the database runs"),
    (&["timeout expired"], "nobody answers there: check the host in BACKEND_DATABASE_URL, and firewalls on the way"),
    (
        &["too many c"],
        "end other connections, lower BACKEND_DATABASE_POOL_SIZE of those who serve, or let the server or the role have more",
    ),
    (&["remaining connection slots"], "end other connections, or let the server have more (max_connections)"),
    (
        &["does not support SSL"],
        "the server has no TLS: switch it on there, or say sslmode=disable where the network is safe",
    ),
    (
        &["certificate verify failed"],
        "name the authority of the server's certificate: sslrootcert in BACKEND_DATABASE_URL",
    ),
    (
        &["unable to open database file"],
        "check the path in BACKEND_DATABASE_URL: the directory must be there, and this user must be able to write to it",
    ),
    (&["database is locked"], "another process is writing to it: try again"),
];

const PASSWORD: &str = "check the user and the password in BACKEND_DATABASE_URL";

const GENERAL: &str = "check BACKEND_DATABASE_URL and that the database runs";

/// What is wrong with the database, and what to do about it, in one line.
pub(crate) fn explain(error: impl std::fmt::Display) -> Failure {
    Failure::because(with_advice(&error.to_string()))
}

/// As [`explain`], for a failure of a use case; only one of the store has to do with the database.
pub(crate) fn explain_store(error: &StoreError) -> Failure {
    match error {
        StoreError::Unavailable(_) => explain(error),
        error => Failure::because(error),
    }
}

pub(crate) fn with_advice(text: &str) -> String {
    let fits = |(parts, _): &&(&[&str], &str)| parts.iter().all(|part| text.contains(part));
    let advice = ADVICE.iter().find(fits).map_or(GENERAL, |(_, advice)| *advice);
    format!("{text}; {advice}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::password("connection failed: FATAL: password authentication failed for user \"ore\"", "the password")]
    #[case::no_password("fe_sendauth: no password supplied", "the password")]
    #[case::tls(
        "FATAL: no pg_hba.conf entry for host \"10.0.0.7\", user \"ore\", database \"ore\", no encryption",
        "TLS"
    )]
    #[case::address(
        "FATAL: no pg_hba.conf entry for host \"10.0.0.7\", user \"ore\", database \"ore\", SSL",
        "pg_hba.conf"
    )]
    #[case::database("FATAL: database \"ore\" does not exist", "create the database")]
    #[case::role("FATAL: role \"ore\" does not exist", "create the role")]
    #[case::host("could not translate host name \"db\" to address: Name or service not known", "name of the host")]
    #[case::port("connection to server at \"127.0.0.1\", port 1 failed: Connection refused", "the port")]
    #[case::clients("FATAL: sorry, too many clients already", "end other connections")]
    #[case::limit_of_a_role("FATAL: too many connections for role \"ore\"", "end other connections")]
    #[case::reserved("FATAL: remaining connection slots are reserved for roles", "max_connections")]
    #[case::file("unable to open database file: ./missing/app.db", "the directory")]
    #[case::another_language("FATAL: Passwort-Authentifizierung fehlgeschlagen", GENERAL)]
    fn advice_fits_the_cause(#[case] text: &str, #[case] expected: &str) {
        let line = with_advice(text);
        let advice = line.strip_prefix(&format!("{text}; ")).unwrap();
        assert!(advice.contains(expected) && !advice.contains('\n'), "{advice}");
    }
}
