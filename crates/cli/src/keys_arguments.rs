use std::path::PathBuf;

use clap::{Args, Subcommand};
use ore_security::token::Algorithm;

/// What to do with the pairs of keys that access tokens are signed with.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// List the keys, the oldest first
    #[command(after_help = "Example:\n  workflow-server keys list --json")]
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Create a key, which is published before it signs
    #[command(after_help = "Example:\n  workflow-server keys stage --algorithm EdDSA")]
    Stage {
        /// `EdDSA`, `ES256` or `RS256` [default: `BACKEND_ALGORITHM`]
        #[arg(long, value_parser = pair_algorithm)]
        algorithm: Option<Algorithm>,
    },
    /// Have a key sign from now on, once it has been published for ten minutes
    #[command(after_help = "Example:\n  workflow-server keys activate kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    Activate(KeyNameArguments),
    /// Retire a key early; its access tokens are refused from then on
    #[command(after_help = "Example:\n  workflow-server keys retire kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k --now")]
    Retire(KeyNameArguments),
    /// Import a key, which is published before it signs
    #[command(after_help = "Example:\n  workflow-server keys import signing.pem")]
    Import {
        /// A private key of Ed25519, P-256 or RSA in PEM (PKCS #8)
        file: PathBuf,
    },
    /// Print the public halves as a JSON Web Key Set
    #[command(after_help = "Example:\n  workflow-server keys export-public > jwks.json")]
    ExportPublic,
}

#[derive(Debug, Args)]
pub(crate) struct KeyNameArguments {
    /// The `kid` of the key, as `keys list` shows it
    // One in sixty-four begins with a hyphen (RFC 7638, RFC 4648).
    #[arg(allow_hyphen_values = true)]
    pub(crate) kid: String,
    /// At once: before others may have learnt it, or a stolen key that signs
    #[arg(long)]
    pub(crate) now: bool,
}

fn pair_algorithm(text: &str) -> Result<Algorithm, &'static str> {
    let algorithm = text.parse().ok().filter(|algorithm: &Algorithm| !algorithm.is_symmetric());
    algorithm.ok_or("is not an algorithm with pairs of keys: EdDSA, ES256 or RS256")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Call {
        #[command(flatten)]
        key: KeyNameArguments,
    }

    #[test]
    fn the_name_of_a_key_may_begin_with_a_hyphen() {
        for arguments in [["keys", "-0abc", "--now"], ["keys", "--now", "-0abc"]] {
            let KeyNameArguments { kid, now } = Call::parse_from(arguments).key;
            assert_eq!((kid.as_str(), now), ("-0abc", true));
        }
    }
}
