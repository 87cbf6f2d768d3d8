use fst::Set;
use unicode_normalization::UnicodeNormalization;

use crate::EmailAddress;

/// `data/README.md` says where they come from.
const COMMON: &[u8] = include_bytes!("../data/common-passwords.fst");

/// A text as it is compared with common passwords: NFKC, without case.
pub fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// Whether many people choose this password (ASVS 5.0, 6.2.4).
pub(crate) fn is_common(password: &str) -> bool {
    Set::new(COMMON).is_ok_and(|passwords| passwords.contains(folded(password)))
}

/// Whether the password is the address of its user, or what stands before the `@`.
pub(crate) fn is_address(password: &str, email: &EmailAddress) -> bool {
    let (password, address) = (folded(password), folded(email.as_str()));
    let local_part = address.rsplit_once('@').map_or(address.as_str(), |(local_part, _)| local_part);
    password == address || password == local_part
}

/// Whether the password is the name of the service, with or without its spaces.
pub(crate) fn is_name(password: &str, name: &str) -> bool {
    let (password, name) = (folded(password), folded(name));
    let without_spaces: String = name.split_whitespace().collect();
    password == name || password == without_spaces
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn there_are_as_many_as_the_bar_asks_for_and_each_is_folded() {
        let passwords = Set::new(COMMON).unwrap();
        assert!(passwords.len() >= 20_000, "{}", passwords.len());
        assert!(COMMON.len() < 1024 * 1024);
        let texts = passwords.stream().into_strs().unwrap();
        assert!(texts.iter().all(|text| folded(text) == *text));
    }

    #[rstest]
    #[case("password1", true)]
    #[case("PassWord1", true)]
    #[case("ｐａｓｓｗｏｒｄ1", true)]
    #[case("qwertyuiop", true)]
    #[case("correct horse battery", false)]
    #[case("password1 ", false)]
    #[case("", false)]
    fn a_password_is_compared_whole(#[case] password: &str, #[case] expected: bool) {
        assert_eq!(is_common(password), expected);
    }

    #[rstest]
    #[case("Ada.Lovelace@example.org", true)]
    #[case("ada.lovelace", true)]
    #[case("ＡＤＡ.lovelace", true)]
    #[case("example.org", false)]
    #[case("ada.lovelace1", false)]
    fn an_address_is_no_password_of_its_user(#[case] password: &str, #[case] expected: bool) {
        assert_eq!(is_address(password, &EmailAddress::parse("ada.lovelace@example.org").unwrap()), expected);
    }

    #[rstest]
    #[case("ORE Backend", true)]
    #[case("orebackend", true)]
    #[case("ore  backend", false)]
    fn the_name_of_the_service_is_no_password(#[case] password: &str, #[case] expected: bool) {
        assert_eq!(is_name(password, "ORE Backend"), expected);
    }
}
