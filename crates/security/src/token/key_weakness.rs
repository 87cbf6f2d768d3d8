use thiserror::Error;

/// What 16 random bytes in hexadecimal digits, the shortest good key that production takes, do not fall below.
const ENOUGH_BITS: f64 = 80.0;
/// The cost of a repeated piece: which one, and how long.
const PIECE_BITS: f64 = 10.0;
/// Shorter pieces stand in random keys too, and cost less than naming them.
const SHORTEST_PIECE: usize = 4;

/// Looking for pieces takes the square of the length, and this much is enough to tell.
const MOST_CHARACTERS: usize = 512;

/// The pieces that people and keyboards make keys of; each is found backwards too.
const PIECES: &str = "\
    qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm yxcvbnm 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik \
    1q2w3e4r5t6y7u8i9o0p qazwsxedcrfvtgbyhnujmikolp 0123456789 1234567890 secret password passwort access admin \
    administrator backend default development example hunter2 iloveyou letmein login master monkey production \
    server service staging super test token user welcome your";

/// Whole keys that are printed in documents and templates, as [`plain`] writes them. The first is of FastAPI's
/// tutorial, which many services were copied from.
const KNOWN_KEYS: &str = "\
    09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7 default defaultsecret defaultsecretkey dev \
    devsecret devsecretkey development example jwtsecret jwtsecretkey key mysecret mysecretkey password secret \
    secretkey supersecret supersecretkey test testsecret testsecretkey topsecret";

/// Words that mark a key as one to be replaced, wherever they stand in it. The last is our own `.env.example`, copied
/// without running the command.
const MARKS: &str = "\
    yoursecret yoursupersecret yourjwtsecret changeme changethis changeinproduction replaceme replacethis \
    insecuresecret opensslrandhex";

/// Why a text is no secret key, although it can be used as one. Its words are the end of a sentence that begins with
/// the text, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyWeakness {
    /// It is printed in documents and templates, so that everybody knows it.
    #[error("is a known placeholder")]
    Placeholder,
    /// It is shorter than RFC 7518, 3.2, asks for.
    #[error("has {bytes} bytes, and production needs {least} or more")]
    Short {
        /// Its length.
        bytes: usize,
        /// The least length.
        least: usize,
    },
    /// It has little chance, by the length of its shortest description that is quickly found.
    #[error("is easily guessed: it repeats itself, or consists of few characters, words or sequences")]
    EasilyGuessed,
}

impl KeyWeakness {
    /// The weakness of a key that needs this many bytes. A key without one may still be guessable; one that was made at
    /// random has none.
    pub fn of(key: &str, least: usize) -> Option<Self> {
        match key.len() {
            _ if is_placeholder(key) => Some(Self::Placeholder),
            bytes if bytes < least => Some(Self::Short { bytes, least }),
            _ => is_easily_guessed(key).then_some(Self::EasilyGuessed),
        }
    }
}

/// Whether the key is known to everybody, however it is spelt.
fn is_placeholder(key: &str) -> bool {
    let plain = plain(key);
    KNOWN_KEYS.split(' ').any(|key| plain == key) || MARKS.split(' ').any(|mark| plain.contains(mark))
}

/// Letters and digits alone, in lower case.
fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// Whether a key holds too little chance to be one: repetitions, sequences, few characters, and words of
/// [`PIECES`].
fn is_easily_guessed(key: &str) -> bool {
    described_in_bits(key) < ENOUGH_BITS
}

/// The bits of a description that takes the key from left to right: a piece that is known, counts up or down, or came
/// before, or else one of the characters of the key.
fn described_in_bits(key: &str) -> f64 {
    let key: Vec<char> = key.chars().take(MOST_CHARACTERS).collect();
    let lower: Vec<char> = key.iter().map(char::to_ascii_lowercase).collect();
    let known: Vec<Vec<char>> =
        PIECES.split(' ').flat_map(|piece| [piece.chars().collect(), piece.chars().rev().collect()]).collect();
    let bits_of_a_character = f64::from(distinct(&key)).log2();
    let (mut bits, mut start) = (0.0, 0);
    while start < lower.len() {
        let piece = longest_piece(&lower, start, &known);
        let characters = if piece >= SHORTEST_PIECE { piece } else { 1 };
        let bits_one_by_one = (0..characters).map(|_| bits_of_a_character).sum::<f64>();
        bits += if characters > 1 { bits_one_by_one.min(PIECE_BITS) } else { bits_one_by_one };
        start += characters;
    }
    bits
}

fn distinct(characters: &[char]) -> u32 {
    let mut characters = characters.to_vec();
    characters.sort_unstable();
    characters.dedup();
    u32::try_from(characters.len()).unwrap_or(u32::MAX)
}

fn longest_piece(key: &[char], start: usize, known: &[Vec<char>]) -> usize {
    let rest = &key[start..];
    let repeated = (0..start).map(|earlier| common(rest, &key[earlier..])).max().unwrap_or(0);
    let tails = known.iter().flat_map(|piece| (0..piece.len()).map(|from| &piece[from..]));
    let known = tails.map(|tail| common(rest, tail)).max().unwrap_or(0);
    repeated.max(known).max(counted(rest))
}

fn common(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How many characters from the first on follow each other in steps of the same size, at most two.
fn counted(rest: &[char]) -> usize {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let Some(first) = rest.windows(2).map(step).next().filter(|step| step.abs() <= 2) else { return 0 };
    1 + rest.windows(2).take_while(|pair| step(pair) == first).count()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

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

    #[test]
    fn a_key_has_one_weakness_or_none() {
        let weakness = |key: &str| KeyWeakness::of(key, 32);
        assert_eq!(weakness("CHANGEME"), Some(KeyWeakness::Placeholder));
        assert_eq!(weakness("hunter2"), Some(KeyWeakness::Short { bytes: 7, least: 32 }));
        assert_eq!(weakness(&"a".repeat(32)), Some(KeyWeakness::EasilyGuessed));
        assert_eq!(weakness("f3b1c9d07e5a48d2b6a4e8f09c1d7352"), None);
    }

    #[rstest]
    #[case::one_character(&"a".repeat(32))]
    #[case::one_character_for_long(&"a".repeat(4096))]
    #[case::two_characters("abaabbabababbbabaaabababbababbaa")]
    #[case::a_word_again_and_again(&"secret".repeat(6))]
    #[case::a_word_of_ones_own_again_and_again(&"zwiebelkuchen".repeat(4))]
    #[case::with_a_separator(&"ore-backend-".repeat(4))]
    #[case::with_numbers("password1password2password3password4")]
    #[case::in_other_case("SecretSECRETsecretSeCrEtsecretSECRET")]
    #[case::alphabet("abcdefghijklmnopqrstuvwxyzabcdefghijkl")]
    #[case::alphabet_backwards("zyxwvutsrqponmlkjihgfedcbazyxwvu")]
    #[case::alphabet_in_both_cases("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    #[case::digits("12345678901234567890123456789012")]
    #[case::hexadecimal_digits("0123456789abcdef0123456789abcdef")]
    #[case::every_second("acegikmoqsuwyacegikmoqsuwy13579135")]
    #[case::keyboard("qwertyuiopasdfghjklzxcvbnm1234567890")]
    #[case::keyboard_in_columns("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,")]
    #[case::zeros_with_an_end("00000000000000000000000000000001")]
    #[case::letters_doubled("aabbccddeeffgghhaabbccddeeffgghh")]
    #[case::a_short_random_piece_again("k7#Qk7#Qk7#Qk7#Qk7#Qk7#Qk7#Qk7#Q")]
    #[case::half_of_a_key("f3b1c9d0f3b1c9d0f3b1c9d0f3b1c9d0")]
    #[case::other_scripts(&"密码".repeat(16))]
    fn a_key_without_much_chance_is_easily_guessed(#[case] key: &str) {
        assert!(is_easily_guessed(key), "{} bits", described_in_bits(key));
    }

    #[rstest]
    #[case("f3b1c9d07e5a48d2b6a4e8f09c1d7352")]
    #[case("f3b1c9d07e5a48d2b6a4e8f09c1d7352f3b1c9d07e5a48d2b6a4e8f09c1d7352")]
    #[case("a-long-secret-of-our-own-for-the-tokens")]
    #[case("correct horse battery staple and some more")]
    fn a_key_of_ones_own_is_not(#[case] key: &str) {
        assert!(!is_easily_guessed(key), "{} bits", described_in_bits(key));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        /// Bytes of a uniform distribution: those of `any` are more often extremes.
        #[test]
        fn a_key_that_was_made_at_random_passes(seed in prop::array::uniform32(0..=u8::MAX)) {
            let (half, other) = seed.split_at(16);
            let [first, second] = [half, other].map(|half| Uuid::from_slice(half).unwrap());
            let hexadecimal = format!("{}{}", first.simple(), second.simple());
            for key in [
                hexadecimal.to_uppercase(),
                STANDARD.encode(seed),
                URL_SAFE_NO_PAD.encode(seed),
                STANDARD.encode(&seed[..24]),
                format!("{first}{second}"),
                format!("{first}-{second}"),
                first.to_string(),
                first.simple().to_string(),
                hexadecimal,
            ] {
                prop_assert!(!is_easily_guessed(&key), "{key}: {} bits", described_in_bits(&key));
            }
        }
    }
}
