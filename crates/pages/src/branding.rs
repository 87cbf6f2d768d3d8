use crate::logo::Logo;

/// A colour of links and buttons, as CSS writes it, that can be read on the grounds of the pages.
pub struct Accent {
    /// By day.
    pub light: String,
    /// By night.
    pub dark: String,
}

/// What tells the pages of one service from those of another.
pub struct Branding {
    /// The colour of links and buttons.
    pub accent: Option<Accent>,
    /// What stands before the name.
    pub logo: Option<Logo>,
}
