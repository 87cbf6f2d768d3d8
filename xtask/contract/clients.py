"""Libraries that others wrote check our access tokens with our public keys."""

import json
import os
import sys
import unittest
import urllib.request

import jwt
from joserfc import errors
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

URL, ISSUER, ALGORITHM, TOKEN = (
    os.environ[f"ORE_CONTRACT_{name}"] for name in ("URL", "ISSUER", "ALGORITHM", "TOKEN")
)
JWKS = f"{URL}/.well-known/jwks.json"
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "jti", "sid", "client_id"]


def tampered():
    """The token with another user in it."""
    header, claims, signature = TOKEN.split(".")
    padded = claims + "=" * (-len(claims) % 4)
    changed = json.loads(jwt.utils.base64url_decode(padded)) | {"uid": 4711}
    return ".".join([header, jwt.utils.base64url_encode(json.dumps(changed).encode()).decode(), signature])


class PyJwt(unittest.TestCase):
    def setUp(self):
        self.key = jwt.PyJWKClient(JWKS).get_signing_key_from_jwt(TOKEN)

    def decode(self, token, audience="ore"):
        options = {"require": REQUIRED}
        return jwt.decode(
            token, self.key, algorithms=[ALGORITHM], audience=audience, issuer=ISSUER, options=options
        )

    def test_accepts_a_token_of_ours(self):
        self.assertEqual(self.decode(TOKEN)["uid"], 1)
        self.assertEqual(jwt.get_unverified_header(TOKEN)["typ"], "at+jwt")

    def test_refuses_what_was_changed_and_what_is_for_others(self):
        with self.assertRaises(jwt.InvalidSignatureError):
            self.decode(tampered())
        with self.assertRaises(jwt.InvalidAudienceError):
            self.decode(TOKEN, audience="billing")


class JoseRfc(unittest.TestCase):
    def setUp(self):
        with urllib.request.urlopen(JWKS) as answer:
            self.keys = KeySet.import_key_set(json.load(answer))

    def test_accepts_a_token_of_ours(self):
        token = joserfc_jwt.decode(TOKEN, self.keys, algorithms=[ALGORITHM])
        expected = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": "ore"}}
        joserfc_jwt.JWTClaimsRegistry(**expected, exp={"essential": True}).validate(token.claims)
        self.assertEqual((token.claims["uid"], token.header["typ"]), (1, "at+jwt"))

    def test_refuses_what_was_changed(self):
        with self.assertRaises(errors.BadSignatureError):
            joserfc_jwt.decode(tampered(), self.keys, algorithms=[ALGORITHM])


if __name__ == "__main__":
    # RFC 9864 has another name for EdDSA with this curve, which few know yet.
    result = unittest.main(exit=False, warnings="ignore").result
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
