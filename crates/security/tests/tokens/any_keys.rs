//! Whatever is read as a key: nothing breaks, and a key stays the same.

use std::sync::LazyLock;

use ore_security::token::{Algorithm, Jwk, PrivateKey, PublicKey, TokenVerifier};
use pkcs8::{LineEnding, SecretDocument};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use serde_json::{Map, Value};

use crate::support::{now, verifier_settings};

/// One of each kind; a pair of RSA takes long to make.
static KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| {
    [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256].map(|it| PrivateKey::generate(it).unwrap()).into()
});

const LABELS: [&str; 4] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY"];

fn pem(label: &'static str, der: &[u8]) -> String {
    SecretDocument::try_from(der)
        .map(|document| document.to_pem(label, LineEnding::LF).unwrap().to_string())
        .unwrap_or_default()
}

/// A JWK of one of the keys, with other values in some of its members.
fn spoilt_jwk() -> impl Strategy<Value = Map<String, Value>> {
    let member = select(vec!["kty", "crv", "x", "y", "n", "e", "alg", "use", "kid", "d", "k"]);
    let value =
        select(vec!["", "OKP", "EC", "RSA", "oct", "Ed25519", "P-256", "P-384", "AQAB", "AA", "!", "sig", "EdDSA"]);
    let changes = proptest::collection::vec((member, value), 0..4);
    (0..KEYS.len(), changes).prop_map(|(index, changes)| {
        let mut jwk = serde_json::to_value(KEYS[index].public().to_jwk()).unwrap().as_object().unwrap().clone();
        jwk.extend(changes.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))));
        jwk
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_a_key_without_a_panic(
        label in select(LABELS.to_vec()), text in "[A-Za-z0-9+/=\n é-]{0,300}", bytes in any::<Vec<u8>>(),
    ) {
        prop_assert!(PrivateKey::from_pem(&text).is_err());
        let framed = format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n");
        prop_assert!(PrivateKey::from_pem(&framed).is_err());
        for key in KEYS.iter() {
            prop_assert!(PrivateKey::from_der(key.public().algorithm(), &bytes).is_err());
        }
    }

    /// One byte is enough for another key, or none.
    #[test]
    fn a_key_that_was_damaged_is_another_or_none(index in 0_usize..3, place in any::<u16>(), by in 1_u8..) {
        let key = &KEYS[index];
        let mut der = key.to_der();
        let place = usize::from(place) % der.len();
        der[place] ^= by;
        for label in LABELS {
            let _ = PrivateKey::from_pem(&pem(label, &der));
        }
        let public = key.public();
        if let Ok(read) = PrivateKey::from_der(public.algorithm(), &der) {
            // Parts of a key of RSA other than its modulus are looked at when it signs.
            prop_assert_eq!(read.public().algorithm(), public.algorithm());
        }
    }

    #[test]
    fn a_pair_of_keys_stays_the_same_in_pem_and_as_jwk(is_of_p_256 in any::<bool>()) {
        let algorithm = if is_of_p_256 { Algorithm::Es256 } else { Algorithm::EdDsa };
        let key = PrivateKey::generate(algorithm).unwrap();
        let read = PrivateKey::from_pem(&pem("PRIVATE KEY", &key.to_der())).unwrap();
        prop_assert_eq!(&*read.to_der(), &*key.to_der());
        let text = serde_json::to_string(&key.public().to_jwk()).unwrap();
        let jwk: Jwk = serde_json::from_str(&text).unwrap();
        let public = PublicKey::from_jwk(&jwk).unwrap();
        prop_assert_eq!(public.kid(), key.public().kid());
        prop_assert_eq!(public.to_jwk(), jwk);
    }

    #[test]
    fn any_jwk_is_read_without_a_panic(jwk in spoilt_jwk()) {
        let Ok(jwk) = serde_json::from_value::<Jwk>(jwk.into()) else { return Ok(()) };
        if let Ok(public) = PublicKey::from_jwk(&jwk) {
            // What was taken is told as the same key.
            let again = PublicKey::from_jwk(&public.to_jwk()).unwrap();
            prop_assert_eq!(again.kid(), public.kid());
        }
    }

    #[test]
    fn any_text_is_refused_as_a_token(text in r"[A-Za-z0-9_=+/.\n é-]{0,400}", parts in proptest::collection::vec(any::<String>(), 0..5)) {
        let keys: Vec<_> = KEYS.iter().take(1).map(|key| key.public().verification_key()).collect();
        let verifier = TokenVerifier::new(verifier_settings(), keys).unwrap();
        for text in [text, parts.join(".")] {
            prop_assert!(verifier.verify::<Map<String, Value>>(&text, now()).is_err());
        }
    }
}
