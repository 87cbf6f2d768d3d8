use std::ops::RangeInclusive;

/// How the value of a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A line of text.
    Line,
    /// A colour, as `#rrggbb`; the `#` may be left out.
    Color,
    /// A word that means yes or no.
    Boolean,
    /// A whole number from the first to the second, both included.
    Number(u64, u64),
    /// Seconds, also a fraction of one, from a tenth to this many.
    Seconds(u32),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The path of a file, relative to the working directory or absolute.
    FilePath,
    /// The path of a directory, relative to the working directory or absolute.
    DirectoryPath,
    /// An IP address, or `localhost`.
    Host,
    /// An IP address, or `localhost`, with a port.
    SocketAddress,
    /// An `http` or `https` URL without credentials, query or fragment.
    SiteUrl,
    /// The URL of a database, as `SQLAlchemy` writes it.
    DatabaseUrl,
    /// A `redis` or `rediss` URL with a host, or a `redis+sentinel` or `rediss+sentinel` URL with sentinels and a name.
    RedisUrl,
    /// An `smtp` or `smtps` URL with a host.
    SmtpUrl,
    /// An e-mail address.
    EmailAddress,
    /// An e-mail address, alone or in `<>` after a name.
    Mailbox,
    /// A key: any text.
    Key,
    /// A list of origins as browsers send them (RFC 6454 6.2), or `*` alone.
    OriginList,
    /// A list of origins as browsers send them.
    PageOriginList,
    /// A list of IP addresses and networks (CIDR).
    NetworkList,
    /// A list of domains.
    DomainList,
    /// A list of names of roles.
    RoleList,
}

impl ValueType {
    /// The whole numbers that may be written.
    pub(super) fn range(self) -> RangeInclusive<u64> {
        match self {
            Self::Number(least, most) => least..=most,
            _ => 0..=u64::MAX,
        }
    }
}
