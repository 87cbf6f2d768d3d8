//! What people put where a certificate or its key belongs.

/// The expected content of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExpectedContent {
    Certificate,
    Key,
}

/// U+FEFF in UTF-8, which the reader of PEM takes for the beginning of a line: it would pass the first certificate over
/// and serve the second as if it were the server's own.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// The same in UTF-16, of either order.
const UTF_16: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];
/// How every structure of DER begins, such as a certificate, a key, or a PKCS #12 store (X.690, 8.9).
const DER_SEQUENCE: u8 = 0x30;

/// Texts that reveal other files: the text, and the description in place of a certificate and of a key.
const SIGNS: [(&str, &str, &str); 7] = [
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----", KEY_FOR_CERTIFICATE, ENCRYPTED),
    ("Proc-Type: 4,ENCRYPTED", KEY_FOR_CERTIFICATE, ENCRYPTED),
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        KEY_FOR_CERTIFICATE,
        "holds a key of OpenSSH; write it as PKCS #8 with `ssh-keygen -p -m PKCS8 -f FILE`",
    ),
    (
        "CERTIFICATE REQUEST-----",
        "holds a certificate request; put the certificate here that the authority made of it",
        "holds a certificate request; put the private key here that it was made with",
    ),
    (
        "-----BEGIN PKCS7-----",
        "holds a PKCS #7 bundle; convert it with `openssl pkcs7 -print_certs -in FILE -out FILE.pem`",
        "holds a PKCS #7 bundle, which has no private key; put that of the certificate here",
    ),
    ("PRIVATE KEY-----", KEY_FOR_CERTIFICATE, "holds a private key that cannot be read; copy the whole file anew"),
    (
        "-----BEGIN CERTIFICATE-----",
        "holds a certificate that cannot be read; copy the whole file anew",
        "holds a certificate and no private key; put the key here and the certificate in BACKEND_TLS_CERT_FILE",
    ),
];
const KEY_FOR_CERTIFICATE: &str =
    "holds a private key and no certificate; put the certificate here and the key in BACKEND_TLS_KEY_FILE";
const ENCRYPTED: &str = "is encrypted, and nobody is there to type its passphrase; decrypt it with \
                         `openssl pkey -in FILE -out FILE.pem`, and let the account of the service alone read it";

/// A fault that spoils a file although something in it may be readable.
pub(super) fn content_fault(content: &[u8]) -> Option<&'static str> {
    if content.iter().all(u8::is_ascii_whitespace) {
        return Some("is empty");
    }
    if UTF_16.iter().any(|mark| content.starts_with(mark)) {
        return Some("is UTF-16; save it as UTF-8 without a byte order mark");
    }
    let has_mark = content.windows(BYTE_ORDER_MARK.len()).any(|window| window == BYTE_ORDER_MARK);
    has_mark.then_some("holds a byte order mark; save it as UTF-8 without one")
}

impl ExpectedContent {
    /// A description of a file without the expected content.
    pub(super) fn describe_mistake(self, content: &[u8]) -> &'static str {
        if content.first() == Some(&DER_SEQUENCE) {
            return match self {
                Self::Certificate => {
                    "is not in PEM form; convert DER with `openssl x509 -inform DER -in FILE -out FILE.pem`, PKCS #12 with \
                     `openssl pkcs12 -nokeys -in FILE -out FILE.pem`"
                }
                Self::Key => {
                    "is not in PEM form; convert DER with `openssl pkey -inform DER -in FILE -out FILE.pem`, PKCS #12 with \
                     `openssl pkcs12 -nocerts -nodes -in FILE -out FILE.pem`"
                }
            };
        }
        let text = String::from_utf8_lossy(content);
        let sign = SIGNS.iter().find(|(sign, ..)| text.contains(sign));
        match (self, sign) {
            (Self::Certificate, Some((_, mistake, _))) | (Self::Key, Some((_, _, mistake))) => mistake,
            (Self::Certificate, None) => "holds no certificate in PEM form",
            (Self::Key, None) => "holds no private key in PEM form",
        }
    }
}
