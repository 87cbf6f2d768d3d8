/// What tells the mails of one service from those of another.
#[derive(Debug, Clone, Default)]
pub struct MailBranding {
    /// The colour of links, as CSS writes it, which can be read on white.
    pub accent: Option<String>,
    /// What stands before the name: a PNG file, which goes with each mail, since remote pictures tell who reads a mail.
    pub logo: Option<Vec<u8>>,
}
