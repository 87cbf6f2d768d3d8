use unicode_normalization::{UnicodeNormalization, is_nfc};
use zeroize::Zeroizing;

/// NFC makes at most three bytes of one in UTF-8 (Unicode Standard Annex #15, table 2).
const MAXIMUM_EXPANSION: usize = 3;

/// A password in the form it was typed and in Unicode Normalization Form C.
pub(super) struct NormalizedPassword<'a> {
    raw: &'a str,
    composed: Option<Zeroizing<String>>,
}

impl<'a> NormalizedPassword<'a> {
    pub(super) fn new(raw: &'a str) -> Self {
        let composed = (!is_nfc(raw)).then(|| {
            // Room for the worst case: a string that grows leaves copies of the password behind.
            let mut composed = Zeroizing::new(String::with_capacity(raw.len() * MAXIMUM_EXPANSION));
            composed.extend(raw.nfc());
            composed
        });
        Self { raw, composed }
    }

    /// The form that is hashed.
    pub(super) fn composed(&self) -> &[u8] {
        self.composed.as_ref().map_or(self.raw.as_bytes(), |composed| composed.as_bytes())
    }

    /// The form as typed, when it is another one.
    pub(super) fn differing_raw(&self) -> Option<&[u8]> {
        self.composed.as_ref().map(|_| self.raw.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::NormalizedPassword;

    #[test]
    fn a_composed_password_has_one_form_and_a_decomposed_one_has_two() {
        let composed = NormalizedPassword::new("p\u{e4}ss");
        assert_eq!(composed.composed(), "p\u{e4}ss".as_bytes());
        assert!(composed.differing_raw().is_none());

        let decomposed = NormalizedPassword::new("pa\u{308}ss");
        assert_eq!(decomposed.composed(), "p\u{e4}ss".as_bytes());
        assert_eq!(decomposed.differing_raw(), Some("pa\u{308}ss".as_bytes()));
    }

    #[test]
    fn the_characters_that_grow_most_fit_the_reserved_room() {
        for character in ["\u{1d160}", "\u{fb2c}", "\u{390}", "\u{958}"] {
            let raw = character.repeat(300);
            let password = NormalizedPassword::new(&raw);
            assert!(password.composed().len() <= raw.len() * super::MAXIMUM_EXPANSION);
        }
    }
}
