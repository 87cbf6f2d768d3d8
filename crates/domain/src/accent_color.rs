use std::str::FromStr;
use std::{array, fmt};

/// The least contrast of text (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// Of what colours of the pages stand on, the one that is nearest to text: by day and by night.
const LIGHT_GROUND: Color = Color([0xf6, 0xf6, 0xf8]);
const DARK_GROUND: Color = Color([0x20, 0x22, 0x27]);

/// The colour of links and buttons: by day as it was chosen, by night as much lighter as it takes to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccentColor {
    /// On a light ground.
    pub light: Color,
    /// On a dark ground.
    pub dark: Color,
}

/// A colour (sRGB): red, green and blue. It is shown as CSS writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// Why a text is no [`AccentColor`], as the end of a sentence that begins with the text.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidAccentColor {
    /// It is not `#rrggbb`.
    #[error("is not a colour such as #0b6e4f")]
    Malformed,
    /// Nobody could read links of this colour.
    #[error(
        "is too light for text: it has a contrast of {contrast:.1} to 1, and needs {least} to 1, as {darker} has",
        least = LEAST_CONTRAST
    )]
    TooLight {
        /// Its contrast with the light ground.
        contrast: f64,
        /// A colour of the same hue that is dark enough.
        darker: Color,
    },
}

impl FromStr for AccentColor {
    type Err = InvalidAccentColor;

    /// Reads the colour by day, `#rrggbb` or `rrggbb`.
    fn from_str(text: &str) -> Result<Self, InvalidAccentColor> {
        let light = Color::parse(text).ok_or(InvalidAccentColor::Malformed)?;
        let contrast = light.contrast(LIGHT_GROUND);
        if contrast < LEAST_CONTRAST {
            let darker = light.towards(Color([0; 3]), LIGHT_GROUND);
            return Err(InvalidAccentColor::TooLight { contrast, darker });
        }
        Ok(Self { light, dark: light.towards(Color([0xff; 3]), DARK_GROUND) })
    }
}

impl Color {
    fn parse(text: &str) -> Option<Self> {
        // What begins with # is a comment in a `.env` file.
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The first colour on the way to another one that can be read on a ground.
    fn towards(self, other: Self, ground: Self) -> Self {
        let mut steps = (0..=100).map(|share| self.mixed(other, share));
        steps.find(|color| color.contrast(ground) >= LEAST_CONTRAST).unwrap_or(other)
    }

    /// A mixture: this percentage of another colour, and the rest of this one.
    fn mixed(self, other: Self, share: u16) -> Self {
        Self(array::from_fn(|part| {
            let sum = u16::from(self.0[part]) * (100 - share) + u16::from(other.0[part]) * share;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        }))
    }

    /// From 1 to 21 (WCAG 2.2, contrast ratio).
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_digits("#12345g")]
    #[case::short("#fff")]
    #[case::sign("+12345")]
    #[case::name("teal")]
    #[case::css("#000000;}body{display:none")]
    fn what_is_no_colour_is_none(#[case] text: &str) {
        assert!(Color::parse(text).is_none());
    }

    #[test]
    fn a_colour_that_is_too_light_is_refused_with_one_that_is_not() {
        let refused = "#ffcc00".parse::<AccentColor>().unwrap_err().to_string();
        assert!(refused.contains("a contrast of 1.4 to 1, and needs 4.5 to 1, as #896e00 has"), "{refused}");
        assert!("#896e00".parse::<AccentColor>().is_ok());
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let contrast = |one, two| Color::parse(one).unwrap().contrast(Color::parse(two).unwrap());
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((contrast("#767676", "#ffffff") - 4.54).abs() < 0.01);
    }

    #[rstest]
    #[case("#0b6e4f")]
    #[case("#000000")]
    #[case("#8b0000")]
    fn an_accent_can_be_read_by_day_and_by_night(#[case] text: &str) {
        let AccentColor { light, dark } = text.parse().unwrap();
        assert_eq!(light.to_string(), text);
        assert!(dark.contrast(DARK_GROUND) >= LEAST_CONTRAST, "{dark}");
    }
}
