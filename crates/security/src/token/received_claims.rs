use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// The claims as they are read: each exactly once, numbers as non-negative JSON integers.
///
/// Read by hand: what serde derives where further claims stand beside these (`flatten`) keeps every claim in a buffer
/// before it reads it, and takes twice as long.
pub(super) struct ReceivedClaims<'a, E> {
    pub(super) sub: Cow<'a, str>,
    pub(super) uid: Option<i64>,
    pub(super) sid: Cow<'a, str>,
    pub(super) jti: Cow<'a, str>,
    pub(super) iat: u64,
    pub(super) exp: u64,
    pub(super) nbf: Option<u64>,
    pub(super) iss: Cow<'a, str>,
    pub(super) aud: Audience<'a>,
    pub(super) client_id: Cow<'a, str>,
    pub(super) extra: E,
}

/// One audience or a list of them (RFC 7519, section 4.1.3).
pub(super) enum Audience<'a> {
    One(Cow<'a, str>),
    Several(Vec<String>),
}

impl Audience<'_> {
    pub(super) fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

impl<'de, E: DeserializeOwned> Deserialize<'de> for ReceivedClaims<'de, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimsVisitor(PhantomData))
    }
}

struct ClaimsVisitor<E>(PhantomData<E>);

impl<'de, E: DeserializeOwned> Visitor<'de> for ClaimsVisitor<E> {
    type Value = ReceivedClaims<'de, E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the claims of an access token")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut claims = Unfinished::default();
        while let Some(Text(name)) = access.next_key()? {
            claims.read(name, &mut access)?;
        }
        claims.finish()
    }
}

/// The claims that have been read so far.
#[derive(Default)]
struct Unfinished<'a> {
    sub: Option<Text<'a>>,
    uid: Option<i64>,
    sid: Option<Text<'a>>,
    jti: Option<Text<'a>>,
    iat: Option<u64>,
    exp: Option<u64>,
    nbf: Option<u64>,
    iss: Option<Text<'a>>,
    aud: Option<Audience<'a>>,
    client_id: Option<Text<'a>>,
    extra: Map<String, Value>,
}

impl<'de> Unfinished<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, access: &mut A) -> Result<(), A::Error> {
        match &*name {
            "sub" => once(&mut self.sub, "sub", access),
            "uid" => once(&mut self.uid, "uid", access),
            "sid" => once(&mut self.sid, "sid", access),
            "jti" => once(&mut self.jti, "jti", access),
            "iat" => once(&mut self.iat, "iat", access),
            "exp" => once(&mut self.exp, "exp", access),
            "nbf" => once(&mut self.nbf, "nbf", access),
            "iss" => once(&mut self.iss, "iss", access),
            "aud" => once(&mut self.aud, "aud", access),
            "client_id" => once(&mut self.client_id, "client_id", access),
            _ => match self.extra.insert(name.into_owned(), access.next_value()?) {
                None => Ok(()),
                Some(_) => Err(A::Error::custom("duplicate claim")),
            },
        }
    }

    fn finish<E: DeserializeOwned, F: Error>(self) -> Result<ReceivedClaims<'de, E>, F> {
        Ok(ReceivedClaims {
            sub: present(self.sub, "sub")?.0,
            uid: self.uid,
            sid: present(self.sid, "sid")?.0,
            jti: present(self.jti, "jti")?.0,
            iat: present(self.iat, "iat")?,
            exp: present(self.exp, "exp")?,
            nbf: self.nbf,
            iss: present(self.iss, "iss")?.0,
            aud: present(self.aud, "aud")?,
            client_id: present(self.client_id, "client_id")?.0,
            extra: E::deserialize(Value::Object(self.extra)).map_err(F::custom)?,
        })
    }
}

/// Reads a claim that must not have been read before. A null is of no claim's type.
fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    access: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(access.next_value()?);
    Ok(())
}

fn present<T, F: Error>(slot: Option<T>, name: &'static str) -> Result<T, F> {
    slot.ok_or_else(|| F::missing_field(name))
}

/// Text that is copied only where JSON has escaped some of it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Audience<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Audience<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an audience or a list of them")
    }

    fn visit_borrowed_str<F: Error>(self, one: &'de str) -> Result<Self::Value, F> {
        Ok(Audience::One(one.into()))
    }

    fn visit_str<F: Error>(self, one: &str) -> Result<Self::Value, F> {
        Ok(Audience::One(one.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut several = Vec::new();
        while let Some(one) = access.next_element()? {
            several.push(one);
        }
        Ok(Audience::Several(several))
    }
}
