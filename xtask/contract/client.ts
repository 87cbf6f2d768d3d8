// A client as somebody outside would write it: its types come from the OpenAPI document, so that what the compiler
// accepts here is what the document promises, and the tests show that the service keeps it.

import assert from "node:assert/strict";
import test from "node:test";

import createClient from "openapi-fetch";

import type { paths } from "./schema.js";

type Login = paths["/api/v1/auth/login"]["post"]["responses"][200]["content"]["application/json"];
type TokenResponse = NonNullable<Login["data"]>;

const baseUrl = process.env["ORE_CONTRACT_URL"];
assert(baseUrl !== undefined, "ORE_CONTRACT_URL is not set");

const client = createClient<paths>({ baseUrl });
const credentials = { email: "typescript@example.org", password: "correct horse battery" };

function assertToken(token: TokenResponse | { next: string } | null | undefined): asserts token is TokenResponse {
  assert(token && "access_token" in token);
  assert.equal(token.token_type, "bearer");
  assert.equal(token.access_token.split(".").length, 3);
  assert(token.expires_in > 0);
}

test("registers a user", async () => {
  const { data, response } = await client.POST("/api/v1/auth/register", { body: credentials });
  assert.equal(response.status, 200);
  assert(data?.success);
  assertToken(data.data);
});

test("logs in and reads who it is", async () => {
  const login = await client.POST("/api/v1/auth/login", { body: credentials });
  const token = login.data?.data;
  assertToken(token);
  const headers = { Authorization: `Bearer ${token.access_token}` };
  const { data } = await client.GET("/api/v1/auth/me", { headers });
  const user = data?.data;
  assert(user);
  assert.equal(user.email, credentials.email);
  assert.equal(user.is_active, true);
  assert(Number.isInteger(user.id));
  assert(!Number.isNaN(Date.parse(user.created_at)));
});

test("reads the error of a wrong password", async () => {
  const body = { ...credentials, password: "another password" };
  const { error, response } = await client.POST("/api/v1/auth/login", { body });
  assert.equal(response.status, 400);
  assert(error);
  assert.equal(error.success, false);
  assert.equal(error.error_code, "BUSINESS_ERROR");
  assert(error.message.length > 0);
  assert.equal(error.request_id, response.headers.get("X-Request-ID"));
});

test("reads the error of a missing token", async () => {
  const { error, response } = await client.GET("/api/v1/auth/me");
  assert.equal(response.status, 401);
  assert.equal(error?.error_code, "UNAUTHORIZED");
});
