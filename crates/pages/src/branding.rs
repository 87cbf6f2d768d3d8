use crate::logo::Logo;

/// A colour of links and buttons, as CSS writes it, that can be read on the grounds of the pages.
pub struct Accent {
    /// By day.
    pub light: String,
    /// By night.
    pub dark: String,
}

/// The look of the pages: name, colour, logo.
pub struct Branding {
    /// The colour of links and buttons.
    pub accent: Option<Accent>,
    /// The picture beside the name.
    pub logo: Option<Logo>,
}
