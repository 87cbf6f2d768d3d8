use std::fmt;

use email_address::Options;
use icu_casemap::CaseMapper;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};

/// The form of an address that decides whether two addresses are one account: NFKC, without case, the domain in its
/// ASCII form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalEmail(String);

impl CanonicalEmail {
    /// Wraps a form that a store kept.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The form of an address that [`EmailAddress::parse`] refuses and that a database from elsewhere holds all the
    /// same: NFKC without case, of the whole.
    pub fn of_refused(text: &str) -> Self {
        Self(fold(text))
    }

    /// The text, for comparing and for the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address as its owner writes it (NFC, the domain in lower case), together with its canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    written: String,
    canonical: CanonicalEmail,
}

/// Why a text is not an address that can have an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// The whole has more than 320 bytes or the part before the `@` more than 64 (RFC 5321, 4.5.3.1).
    #[error("the address is too long")]
    TooLong,
    /// Not `local@domain` in the dot-atom form of RFC 5322 with the letters of RFC 6531.
    #[error("the address is not of the form name@example.org")]
    Malformed,
    /// A control, invisible, private or unassigned character, or white space.
    #[error("the address contains a character that cannot be seen")]
    InvisibleCharacter,
    /// The domain is not a valid internationalised name of at least two labels (UTS #46).
    #[error("the domain of the address is not valid")]
    InvalidDomain,
    /// Letters of scripts that are not written together, which make one address look like another (UTS #39).
    #[error("the address mixes scripts")]
    MixedScripts,
}

impl EmailAddress {
    /// The most bytes of a whole address.
    pub const MAX_BYTES: usize = 320;
    /// The most bytes of the part before the `@`.
    pub const MAX_LOCAL_BYTES: usize = 64;

    /// Reads an address.
    ///
    /// No display name, no quotes, no address literal, no invisible characters; the domain has a dot.
    ///
    /// # Errors
    /// The first [`EmailError`] that applies.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > Self::MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        if text.chars().any(is_invisible) {
            return Err(EmailError::InvisibleCharacter);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Malformed)?;
        if local.len() > Self::MAX_LOCAL_BYTES {
            return Err(EmailError::TooLong);
        }
        let domain = Domain::parse(domain)?;
        let canonical_local = fold(local);
        for form in [local, &canonical_local] {
            check_syntax(form, &domain.ascii)?;
        }
        check_scripts(&canonical_local)?;
        let written = format!("{}@{}", local.nfc().collect::<String>(), domain.unicode);
        let canonical = CanonicalEmail(format!("{canonical_local}@{}", domain.ascii));
        Ok(Self { written, canonical })
    }

    /// Puts together what a store kept. Not checked: an adopted database may hold addresses that `parse` refuses.
    pub fn from_stored(written: String, canonical: CanonicalEmail) -> Self {
        Self { written, canonical }
    }

    /// The address as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The domain, after the `@`, in its ASCII form (RFC 5890).
    pub fn ascii_domain(&self) -> &str {
        self.canonical.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The form that makes the account unique.
    pub fn canonical(&self) -> &CanonicalEmail {
        &self.canonical
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

struct Domain {
    unicode: String,
    ascii: String,
}

impl Domain {
    fn parse(text: &str) -> Result<Self, EmailError> {
        let names = Uts46::new();
        let ascii = names
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
            .map_err(|_| EmailError::InvalidDomain)?
            .into_owned();
        let (unicode, valid) = names.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
        valid.map_err(|_| EmailError::InvalidDomain)?;
        let top_level = ascii.rsplit_once('.').ok_or(EmailError::InvalidDomain)?.1;
        if top_level.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(EmailError::InvalidDomain);
        }
        unicode.split('.').try_for_each(check_scripts)?;
        Ok(Self { unicode: unicode.into_owned(), ascii })
    }
}

fn check_syntax(local: &str, domain: &str) -> Result<(), EmailError> {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    if local.contains(['"', '@']) || local.len() > EmailAddress::MAX_LOCAL_BYTES || local.chars().any(is_invisible) {
        return Err(EmailError::Malformed);
    }
    // The library judges letters beyond ASCII by their encoding and refuses combining marks; RFC 6531 allows them all.
    let skeleton: String = local.chars().map(|character| if character.is_ascii() { character } else { 'x' }).collect();
    email_address::EmailAddress::parse_with_options(&format!("{skeleton}@{domain}"), options)
        .map(drop)
        .map_err(|_| EmailError::Malformed)
}

/// Judges the letters alone: digits and signs belong to every script.
fn check_scripts(text: &str) -> Result<(), EmailError> {
    let letters: String = text.chars().filter(|letter| letter.is_alphabetic()).collect();
    if letters.is_ascii() || letters.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
        Ok(())
    } else {
        Err(EmailError::MixedScripts)
    }
}

fn is_invisible(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator).contains(category)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// NFKC without case, by Unicode's full case folding: some letters have two lower-case forms (σ and ς), and others only
/// look as if they differed by case (ı and i).
fn fold(text: &str) -> String {
    let compatible: String = text.nfkc().collect();
    CaseMapper::new().fold_string(&compatible).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("ada@example.org", "ada@example.org", "ada@example.org")]
    #[case::case_is_kept_but_for_the_domain("Ada.B@Example.ORG", "Ada.B@example.org", "ada.b@example.org")]
    #[case::tag("ada+x_y-z@mail.example.org", "ada+x_y-z@mail.example.org", "ada+x_y-z@mail.example.org")]
    #[case::full_width("ａｄａ@example.org", "ａｄａ@example.org", "ada@example.org")]
    #[case::decomposed("re\u{301}my@example.org", "rémy@example.org", "rémy@example.org")]
    #[case::vowel_sign("की@example.org", "की@example.org", "की@example.org")]
    #[case::chinese("用户@例子.中国", "用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s")]
    #[case::punycode_is_shown_as_written_in_its_script(
        "a@xn--fsqu00a.xn--fiqs8s",
        "a@例子.中国",
        "a@xn--fsqu00a.xn--fiqs8s"
    )]
    #[case::latin_with_han("wang王@example.org", "wang王@example.org", "wang王@example.org")]
    #[case::final_sigma("οδος@example.org", "οδος@example.org", "οδοσ@example.org")]
    #[case::dotless_i_is_not_i("adıl@example.org", "adıl@example.org", "adıl@example.org")]
    #[case::capital_sigma("ΟΔΟΣ@example.org", "ΟΔΟΣ@example.org", "οδοσ@example.org")]
    fn an_address_is_read_with_its_canonical_form(#[case] text: &str, #[case] written: &str, #[case] canonical: &str) {
        let address = EmailAddress::parse(text).unwrap();
        assert_eq!((address.as_str(), address.canonical().as_str()), (written, canonical));
    }

    #[rstest]
    #[case::empty("", EmailError::Malformed)]
    #[case::no_at("ada.example.org", EmailError::Malformed)]
    #[case::no_local("@example.org", EmailError::Malformed)]
    #[case::two_ats("ada@x@example.org", EmailError::InvalidDomain)]
    #[case::display_name("Ada<ada@example.org>", EmailError::InvalidDomain)]
    #[case::quoted("\"ada\"@example.org", EmailError::Malformed)]
    #[case::double_dot("a..b@example.org", EmailError::Malformed)]
    #[case::leading_dot(".ada@example.org", EmailError::Malformed)]
    #[case::comma("a,b@example.org", EmailError::Malformed)]
    #[case::full_width_at_inside("a＠evil.org@example.org", EmailError::Malformed)]
    #[case::address_literal("ada@[127.0.0.1]", EmailError::InvalidDomain)]
    #[case::number_address("ada@127.0.0.1", EmailError::InvalidDomain)]
    #[case::no_dot("ada@localhost", EmailError::InvalidDomain)]
    #[case::trailing_dot("ada@example.org.", EmailError::InvalidDomain)]
    #[case::underscore_in_domain("ada@exa_mple.org", EmailError::InvalidDomain)]
    #[case::hyphen_first("ada@-example.org", EmailError::InvalidDomain)]
    #[case::bad_punycode("ada@xn--a.org", EmailError::InvalidDomain)]
    #[case::space("a da@example.org", EmailError::InvisibleCharacter)]
    #[case::line_break("ada@example.org\r\nBcc:x@example.org", EmailError::InvisibleCharacter)]
    #[case::nul("ada\0@example.org", EmailError::InvisibleCharacter)]
    #[case::zero_width_space("a\u{200b}da@example.org", EmailError::InvisibleCharacter)]
    #[case::zero_width_joiner_in_domain("ada@exa\u{200d}mple.org", EmailError::InvisibleCharacter)]
    #[case::soft_hyphen("a\u{ad}da@example.org", EmailError::InvisibleCharacter)]
    #[case::hangul_filler("a\u{3164}da@example.org", EmailError::InvisibleCharacter)]
    #[case::direction_override("a\u{202e}da@example.org", EmailError::InvisibleCharacter)]
    #[case::cyrillic_letter_among_latin("pаypal@example.org", EmailError::MixedScripts)]
    #[case::cyrillic_letter_in_domain("ada@exаmple.org", EmailError::MixedScripts)]
    #[case::greek_letter_among_latin("αda@example.org", EmailError::MixedScripts)]
    #[case::long_local(&format!("{}@example.org", "a".repeat(65)), EmailError::TooLong)]
    #[case::long_whole(&format!("a@{}example.org", "abcdefgh.".repeat(40)), EmailError::TooLong)]
    fn what_cannot_have_an_account_is_refused(#[case] text: &str, #[case] expected: EmailError) {
        assert_eq!(EmailAddress::parse(text), Err(expected));
    }

    #[test]
    fn the_longest_local_part_is_accepted() {
        assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
    }

    #[rstest]
    #[case::no_domain("Ada", "ada")]
    #[case::full_width_at("ＡＤＡ＠Example.org", "ada@example.org")]
    #[case::no_dot("ΟΔΟΣ@LocalHost", "οδοσ@localhost")]
    #[case::zero_width_space_is_kept("A\u{200b}da@example.org", "a\u{200b}da@example.org")]
    fn a_refused_address_has_a_canonical_form_all_the_same(#[case] text: &str, #[case] canonical: &str) {
        assert!(EmailAddress::parse(text).is_err());
        assert_eq!(CanonicalEmail::of_refused(text).as_str(), canonical);
    }

    proptest! {
        /// The migrations rely on it: in the database, `lower` makes the canonical form of such an address.
        #[test]
        fn an_address_of_ascii_in_lower_case_is_its_canonical_form(
            text in "[!-?A-~]{1,12}@([A-Za-z0-9-]{1,9}\\.|[Xx][Nn]--[A-Za-z0-9]{1,9}\\.){1,2}[A-Za-z]{2,9}|[ -~]*"
        ) {
            let lower = text.to_ascii_lowercase();
            let refused = CanonicalEmail::of_refused(&text);
            prop_assert_eq!(refused.as_str(), &lower);
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(address.canonical().as_str(), &lower);
            }
        }

        #[test]
        fn reading_what_was_read_changes_nothing(text in "\\PC{1,12}@[a-zA-Zéü]{1,8}\\.(org|中国|De)") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                let canonical = EmailAddress::parse(address.canonical().as_str());
                prop_assert_eq!(canonical.map(|again| again.canonical().clone()), Ok(address.canonical().clone()));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*") {
            let _ = EmailAddress::parse(&text);
        }
    }
}
