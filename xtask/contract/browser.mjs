// The documentation pages, used as a developer uses them, in a Chromium that reaches no other host.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { chromium } from "playwright-core";

import { watch } from "./watched-page.mjs";

const {
  ORE_CONTRACT_URL: origin,
  ORE_CONTRACT_DOCUMENT: document,
  ORE_CONTRACT_CHROMIUM: executablePath,
  ORE_CONTRACT_PICTURES: pictures,
} = process.env;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const credentials = { email: "browser@example.org", password: "correct horse battery" };

let browser;
let operations;

before(async () => {
  const paths = Object.values(JSON.parse(await readFile(document, "utf8")).paths);
  operations = paths.flatMap((path) => METHODS.filter((method) => method in path)).length;
  assert(operations > 0, "the document has no operation");
  await register();
  browser = await chromium.launch({ executablePath, args: browserArguments() });
});

after(() => browser?.close());

describe("Swagger UI", () => {
  let page;
  let observed;
  let token;

  before(async () => ({ page, observed } = await open("/docs")));
  after(() => page?.close());

  test("shows every operation of the document", async () => {
    await page.locator(".opblock").first().waitFor();
    assert.equal(await page.locator(".opblock").count(), operations);
    await takePicture(page, "swagger-ui.png");
  });

  test("logs in with Try it out and shows 200 with a token", async () => {
    const login = await openOperation(page, "post", "/api/v1/auth/login");
    await login.locator("textarea.body-param__text").fill(JSON.stringify(credentials));
    const answer = await execute(login);
    assert.equal(answer.status, "200");
    token = JSON.parse(answer.body).data.access_token;
    assert.equal(token.split(".").length, 3);
  });

  test("takes the token through Authorize", async () => {
    await page.locator("button.authorize").first().click();
    const dialog = page.locator(".modal-ux");
    const bearer = dialog.locator(".auth-container", { has: page.locator("#auth-bearer-value") });
    await bearer.locator("input").fill(token);
    await bearer.locator("button.authorize").click();
    // Its input is gone then, by which it was found.
    await dialog.locator("button", { hasText: "Logout" }).waitFor();
    // Each way to authorize has one, and any of them closes the dialog.
    await dialog.locator("button.btn-done").first().click();
    await dialog.waitFor({ state: "detached" });
  });

  test("reads me with Try it out and shows 200 with the user's address", async () => {
    const answer = await execute(await openOperation(page, "get", "/api/v1/auth/me"));
    assert.equal(answer.status, "200");
    assert.equal(JSON.parse(answer.body).data.email, credentials.email);
  });

  testWhatWasObserved(() => observed);
});

describe("ReDoc", () => {
  let page;
  let observed;

  before(async () => ({ page, observed } = await open("/redoc")));
  after(() => page?.close());

  test("shows every operation of the document", async () => {
    const sections = page.locator("[data-section-id*='/operation/'], [data-section-id*='/paths/']");
    await sections.nth(operations - 1).waitFor();
    assert.equal(await sections.count(), operations);
    await takePicture(page, "redoc.png");
  });

  test("finds an operation by its path", async () => {
    const search = page.locator("[role='search']");
    await search.locator("input").fill("login");
    await search.locator("[data-role='search:results'] li").first().waitFor();
    await search.locator("input").fill("");
  });

  testWhatWasObserved(() => observed);
});

function testWhatWasObserved(observed) {
  test("makes no request beyond the service", () => {
    assert(observed().ownRequests > 0, "no request was seen at all");
    assert.deepEqual([...observed().foreignRequests], []);
  });

  test("keeps to its content security policy", () => assert.deepEqual(observed().violations, []));

  test("logs no error", () => assert.deepEqual(observed().errors, []));
}

function browserArguments() {
  // No name leads anywhere, whoever asks: the page, a worker of its own, or the browser itself.
  const isolation = `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(origin).hostname}`;
  // The sandbox refuses to run as root, which we are in a container.
  return process.getuid() === 0 ? [isolation, "--no-sandbox"] : [isolation];
}

async function register() {
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(credentials),
  });
  assert.equal(response.status, 200);
}

async function open(path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const observed = await watch(page, origin);
  const response = await page.goto(origin + path);
  assert.equal(response.status(), 200);
  return { page, observed };
}

/** The block of the operation with this method and path, unfolded and ready to be filled in. */
async function openOperation(page, method, path) {
  const operation = page.locator(`.opblock-${method}`, { has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
  await operation.locator(".opblock-summary-control").click();
  const execute = operation.locator("button.execute");
  const tryItOut = operation.locator("button.try-out__btn:not(.cancel)");
  await execute.or(tryItOut).first().waitFor();
  if (!(await execute.isVisible())) {
    await tryItOut.click();
  }
  return operation;
}

/** Sends the request, and returns what the page then shows of the answer. */
async function execute(operation) {
  await operation.locator("button.execute").click();
  const answer = operation.locator(".live-responses-table .response");
  const status = await answer.locator(".response-col_status").innerText();
  const body = await answer.locator(".response-col_description pre").first().innerText();
  return { status: status.trim().split(/\s/)[0], body };
}

/** With `caret: "initial"`, Playwright adds no style of its own, which the policy would refuse. */
async function takePicture(page, name) {
  await page.screenshot({ path: join(pictures, name), caret: "initial" });
}
