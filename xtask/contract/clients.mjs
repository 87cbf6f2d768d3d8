// Clients of OAuth and a checker of tokens that others wrote, with what a service does that trusts ours.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";

// Node.js 18 has it nowhere else.
globalThis.crypto ??= webcrypto;

const {
  ORE_CONTRACT_URL: url,
  ORE_CONTRACT_ISSUER: issuer,
  ORE_CONTRACT_ALGORITHM: algorithm,
  ORE_CONTRACT_CLIENT: client_id,
  ORE_CONTRACT_KEY: key,
  ORE_CONTRACT_TOKEN: token,
} = process.env;

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

const client = { client_id };
const secret = oauth.ClientSecretBasic(key);
/** Nobody answers at the issuer: the service is elsewhere. */
const options = { [oauth.customFetch]: (at, init) => fetch(String(at).replace(issuer, url), init) };
const server = await oauth.processDiscoveryResponse(
  new URL(issuer),
  await oauth.discoveryRequest(new URL(issuer), { algorithm: "oauth2", ...options }),
);

const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
const check = (text, audience = "ore") =>
  jwtVerify(text, keys, { issuer, audience, typ: "at+jwt", algorithms: [algorithm] });

async function logIn() {
  const body = JSON.stringify({ email: `${algorithm}@example.org`, password: "correct horse battery" });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
  return (await answer.json()).data;
}

async function introspect(text) {
  const answer = await oauth.introspectionRequest(server, client, secret, text, options);
  return oauth.processIntrospectionResponse(server, client, answer);
}

test("jose takes a token of ours, and no other", async () => {
  const { payload, protectedHeader } = await check(token);
  assert.deepEqual([payload.uid, protectedHeader.alg], [1, algorithm]);
  const [header, claims, signature] = token.split(".");
  const changed = Buffer.from(JSON.stringify({ ...decodeJwt(token), uid: 4711 })).toString("base64url");
  await assert.rejects(check([header, changed, signature].join(".")), errors.JWSSignatureVerificationFailed);
  await assert.rejects(check([header, claims].join(".") + "."), errors.JOSEError);
  await assert.rejects(check(token, "billing"), errors.JWTClaimValidationFailed);
});

test("oauth4webapi takes a token of ours as a service does (RFC 9068)", async () => {
  const request = new Request("https://notes.example.org/", { headers: { Authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, "ore", options);
  assert.equal(claims.uid, 1);
});

test("client credentials", async () => {
  const parameters = { scope: "users.read" };
  const answer = await oauth.clientCredentialsGrantRequest(server, client, secret, parameters, options);
  const issued = await oauth.processClientCredentialsResponse(server, client, answer);
  assert.equal(issued.scope, "users.read");
  const { payload } = await check(issued.access_token);
  assert.deepEqual([payload.sub, payload.uid], [client_id, undefined]);
  const wrong = oauth.ClientSecretPost("no key");
  const refused = await oauth.clientCredentialsGrantRequest(server, client, wrong, parameters, options);
  await assert.rejects(oauth.processClientCredentialsResponse(server, client, refused), { status: 401 });
});

test("refresh, introspection and revocation", async () => {
  const session = await logIn();
  const nobody = oauth.None();
  const refresh = (text) => oauth.refreshTokenGrantRequest(server, client, nobody, text, options);
  const refreshed = await oauth.processRefreshTokenResponse(server, client, await refresh(session.refresh_token));
  const { payload } = await check(refreshed.access_token);
  const { active, sid } = await introspect(refreshed.access_token);
  assert.deepEqual([active, sid], [true, payload.sid]);
  const revoked = await oauth.revocationRequest(server, client, nobody, refreshed.refresh_token, options);
  await oauth.processRevocationResponse(revoked);
  assert.equal((await introspect(refreshed.access_token)).active, false);
  const refused = oauth.processRefreshTokenResponse(server, client, await refresh(refreshed.refresh_token));
  await assert.rejects(refused, { error: "invalid_grant" });
});

test("token exchange", async () => {
  const subject_token = (await logIn()).access_token;
  const parameters = { subject_token, subject_token_type: ACCESS_TOKEN, audience: "billing" };
  const answer = await oauth.genericTokenEndpointRequest(server, client, secret, EXCHANGE, parameters, options);
  const issued = await oauth.processGenericTokenEndpointResponse(server, client, answer);
  assert.equal(issued.issued_token_type, ACCESS_TOKEN);
  const { payload } = await check(issued.access_token, "billing");
  assert.deepEqual([payload.act, payload.uid], [{ sub: client_id }, 1]);
  await assert.rejects(check(issued.access_token), errors.JWTClaimValidationFailed);
});
