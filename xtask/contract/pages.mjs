// The pages for people, used as people use them, in a Chromium that reaches no other host.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { testFactors } from "./factors.mjs";
import { watch } from "./watched-page.mjs";

const {
  ORE_CONTRACT_URL: origin,
  ORE_CONTRACT_CHROMIUM: executablePath,
  ORE_CONTRACT_ADMINISTRATOR: administrator,
  ORE_CONTRACT_MAILS: mails,
  ORE_CONTRACT_PICTURES: pictures,
} = process.env;

const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "another horse battery";
const MOST_BYTES = 50 * 1024;
/** A telephone and a desk, which pages are left with. */
const WIDTHS = [360, 1280];

let browser;
let axe;

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  browser = await chromium.launch({ executablePath, args: browserArguments() });
});

after(() => browser?.close());

for (const locale of ["en", "zh-CN"]) {
  for (const javaScriptEnabled of [true, false]) {
    const name = `${locale}, ${javaScriptEnabled ? "with" : "without"} JavaScript`;
    test(name, () => walk({ locale, javaScriptEnabled }));
  }
}

for (const locale of ["en", "zh-CN"]) {
  test(`administration, ${locale}`, () => administer({ locale, javaScriptEnabled: true }));
}

test("administration fits into 320 px", async () => {
  const { context, page } = await open({ locale: "zh-CN", javaScriptEnabled: true, width: 320 });
  await logIn(page, administrator, PASSWORD);
  for (const path of ADMINISTRATION) {
    await page.goto(origin + path);
    await assertFits(page);
  }
  await context.close();
});

test("text of twice the size and 320 px need no scrolling to the side", async () => {
  const { context, page } = await open({ locale: "en", javaScriptEnabled: true, width: 320 });
  await register(page, "narrow@example.org");
  for (const path of MEMBERS) {
    await page.goto(origin + path);
    await assertFits(page);
  }
  await context.close();
});

test("the button back shows nothing of somebody who has logged out", async () => {
  const { context, page } = await open({ locale: "en", javaScriptEnabled: true, width: 1280 });
  await register(page, "back@example.org");
  await page.goto(`${origin}/account/profile`);
  await page.locator("header form button").click();
  await page.waitForURL("**/account/login?done=logged-out");
  await page.goBack();
  await page.waitForURL("**/account/login**");
  assert(!(await page.content()).includes("back@example.org"));
  await context.close();
});

testFactors({ origin, open, register, logIn, submit, checkHere, takePicture });

test("the log-in is small, and stays where it is painted", async (context) => {
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const { context: fresh, page } = await open({ locale: "en", javaScriptEnabled: true, width: 1280 });
    await page.goto(`${origin}/account/login`, { waitUntil: "load" });
    const seen = await page.evaluate(measure);
    assert(seen.bytes > 0 && seen.bytes < MOST_BYTES, `${seen.bytes} bytes`);
    assert.equal(seen.shift, 0);
    times.push(Math.round(seen.paint));
    if (round === 0) {
      context.diagnostic(`${seen.bytes} bytes in ${seen.requests} requests`);
    }
    await fresh.close();
  }
  context.diagnostic(`first contentful paint after ${times.join(", ")} ms`);
});

const MEMBERS = [
  "/account",
  "/account/profile",
  "/account/password",
  "/account/second-factors",
  "/account/email",
  "/account/sessions",
  "/account/api-keys",
  "/account/activity",
  "/account/export",
  "/account/delete",
];

const ADMINISTRATION = [
  "/admin",
  "/admin/users",
  "/admin/users?q=walk&sort=email&limit=2",
  "/admin/users/new",
  "/admin/users/1",
  "/admin/roles",
  "/admin/roles/admin",
  "/admin/service-accounts",
  "/admin/audit",
  "/admin/audit?outcome=failure",
  "/admin/mail",
  "/admin/keys",
  "/admin/system",
];

/** Looks at every page, makes a user and a role, and acts as the user. */
async function administer({ locale, javaScriptEnabled }) {
  const { context, page, observed } = await open({ locale, javaScriptEnabled, width: 1280 });
  const look = (path) => check(page, path, { locale, javaScriptEnabled });
  await logIn(page, administrator, PASSWORD);
  for (const path of ADMINISTRATION) {
    await look(path);
  }
  await look("/admin/users");
  await takePicture(page, { locale, javaScriptEnabled }, "admin-users");

  const role = `role-${locale.toLowerCase()}`;
  await look("/admin/roles");
  await page.locator("main form #name").fill(role);
  await page.locator("input[value='audit.read']").check();
  await submit(page, page.locator("main form button"));
  await look(`/admin/roles/${role}`);

  const email = `made-${locale.toLowerCase()}@example.org`;
  await look("/admin/users/new");
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(PASSWORD);
  await page.locator(`input[value='${role}']`).check();
  await submit(page, page.locator("main form button"));
  await checkHere(page, { locale, javaScriptEnabled });

  await submit(page, page.locator("a[href$='/impersonate']"));
  await checkHere(page, { locale, javaScriptEnabled });
  await page.locator("#reason").fill("To see what the user sees");
  await submit(page, page.locator("main form button"));
  assert.equal(await page.locator(".acting strong").innerText(), email);
  await checkHere(page, { locale, javaScriptEnabled });
  await submit(page, page.locator(".acting button"));
  assert(page.url().includes("done=acting-ended"), page.url());
  assert.equal(await page.locator(".acting").count(), 0);

  assert.deepEqual([...observed.foreignRequests], []);
  assert.deepEqual(observed.violations, []);
  assert.deepEqual(observed.errors, []);
  await context.close();
}

/** From the registration to a new password, as one person goes. */
async function walk({ locale, javaScriptEnabled }) {
  const { context, page, observed } = await open({ locale, javaScriptEnabled, width: 1280 });
  const email = `walk-${locale.toLowerCase()}-${javaScriptEnabled}@example.org`;
  const look = (path) => check(page, path, { locale, javaScriptEnabled });

  for (const path of ["/account/forgot", "/account/resend", "/account/reset", "/account/invite", "/account/verify"]) {
    await look(path);
  }
  await look("/account/login");
  await takePicture(page, { locale, javaScriptEnabled }, "account-login");
  await look("/account/register");
  await register(page, email);
  await follow(page, await tokenOf(email), "verify", { javaScriptEnabled });
  await page.waitForURL("**/account?done=email-verified");
  for (const path of MEMBERS) {
    await look(path);
  }
  await look("/account");
  await takePicture(page, { locale, javaScriptEnabled }, "account");

  const other = await browser.newContext({ locale: "en" });
  await logIn(await other.newPage(), email, PASSWORD);
  await look("/account/sessions");
  assert.equal(await page.locator(".cards > li").count(), 2);
  await submit(page, page.locator("button[name='keep_current']"));
  assert.equal(await page.locator(".cards > li").count(), 1);
  await other.close();

  await submit(page, page.locator("header form button"));
  assert(page.url().endsWith("/account/login?done=logged-out"), page.url());
  await look("/account/forgot");
  await page.locator("#email").fill(email);
  await submit(page, page.locator("main form button"));
  await follow(page, await tokenOf(email, "reset"), "reset", { javaScriptEnabled }, async () => {
    await page.locator("#new_password").fill(NEW_PASSWORD);
  });
  await page.waitForURL("**/account/login?done=password-set");
  await logIn(page, email, "wrong horse battery", 400);
  await checkHere(page, { locale, javaScriptEnabled });
  await logIn(page, email, NEW_PASSWORD);

  assert.deepEqual([...observed.foreignRequests], []);
  assert.deepEqual(observed.violations, []);
  // The browser itself tells of answers such as that to the wrong password.
  assert.deepEqual(observed.errors.filter((error) => !error.startsWith("Failed to load resource")), []);
  await context.close();
}

/** Opens a page and judges it. */
async function check(page, path, options) {
  const response = await page.goto(origin + path);
  assert.equal(response.status(), 200, path);
  await checkHere(page, options);
}

async function checkHere(page, { locale, javaScriptEnabled }) {
  assert.equal(await page.locator("html").getAttribute("lang"), locale);
  assert.equal(await page.locator("h1").count(), 1);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    if (javaScriptEnabled) {
      await assertFits(page);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ preload: false, resultTypes: ["violations"] }));
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(told, [], `${page.url()} at ${width} px`);
    }
  }
}

async function assertFits(page) {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert(content <= window, `${page.url()} is ${content} px wide in ${window} px`);
}

/** Opens the link of a mail. Without JavaScript the token is typed in, as the mail has it. */
async function follow(page, token, name, { javaScriptEnabled }, fill = async () => {}) {
  await page.goto(`${origin}/account/${name}#token=${token}`);
  const field = page.locator("#token");
  if (javaScriptEnabled) {
    await field.waitFor({ state: "hidden" });
    assert.equal(await field.inputValue(), token);
    assert(!page.url().includes(token), "the token stays in the address");
  } else {
    await field.fill(token);
  }
  await fill();
  await submit(page, page.locator("main form button"));
}

async function register(page, email, here = origin) {
  await page.goto(`${here}/account/register`);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(PASSWORD);
  await submit(page, page.locator("main form button"));
  assert.equal(page.url(), `${here}/account`);
}

async function logIn(page, email, password, status = 200, here = origin) {
  await page.goto(`${here}/account/login`);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  const response = await submit(page, page.locator("form[action='/account/login'] button"));
  assert.equal(response.status(), status);
}

/** Presses a button of a form, and returns the page that comes of it. */
async function submit(page, button) {
  const [response] = await Promise.all([
    page.waitForResponse((it) => it.request().isNavigationRequest() && it.status() !== 303),
    button.click(),
  ]);
  await page.waitForLoadState("load");
  return response;
}

/** The token in the newest mail to an address, once it is written. */
async function tokenOf(email, page = "verify") {
  for (let tries = 0; tries < 400; tries += 1) {
    // Others are still being written.
    const names = (await readdir(mails).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const texts = await Promise.all(names.map((name) => readFile(join(mails, name), "utf8")));
    const found = texts.map(decoded).find((text) => text.includes(email) && text.includes(`/${page}#token=`));
    const token = found?.match(/#token=(ore_mt_[0-9A-Za-z]{49})/)?.[1];
    if (token) {
      return token;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no mail to ${email}`);
}

/** The head and the parts of a mail (RFC 2045, 6.7 and 6.8), as far as links are concerned. */
function decoded(mail) {
  return mail.split(/\r?\n--/).map(decodedPart).join("\n");
}

function decodedPart(part) {
  const [head, ...body] = part.split(/\r?\n\r?\n/);
  const text = body.join("\n\n");
  if (/^content-transfer-encoding: base64/im.test(head)) {
    return `${head}\n\n${Buffer.from(text, "base64").toString("utf8")}`;
  }
  return `${head}\n\n${text.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=")}`;
}

async function open({ locale, javaScriptEnabled, width, origin: here = origin }) {
  const context = await browser.newContext({ locale, javaScriptEnabled, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const observed = await watch(page, here);
  return { context, page, observed };
}

/** How much came over the wire, when something was seen, and how far it moved after that. */
function measure() {
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const shift = new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({
      type: "layout-shift",
      buffered: true,
    });
    setTimeout(() => resolve(0), 50);
  });
  return shift.then((moved) => ({
    bytes: entries.reduce((sum, entry) => sum + entry.transferSize, 0),
    requests: entries.length,
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    shift: moved,
  }));
}

/** With `caret: "initial"`, Playwright adds no style of its own, which the policy would refuse. */
async function takePicture(page, { locale, javaScriptEnabled }, name) {
  if (javaScriptEnabled) {
    await page.screenshot({ path: join(pictures, `${name}-${locale}.png`), caret: "initial" });
  }
}

function browserArguments() {
  // No name leads anywhere, whoever asks: the page, or the browser itself.
  const isolation = `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(origin).hostname}, EXCLUDE localhost`;
  // The sandbox refuses to run as root, which we are in a container.
  return process.getuid() === 0 ? [isolation, "--no-sandbox"] : [isolation];
}
