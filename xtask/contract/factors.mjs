// Second factors and passkeys, with an authenticator that Chromium simulates.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

const PASSWORD = "correct horse battery";
const OVERVIEW = "/account/second-factors";

/** A platform authenticator that keeps passkeys and verifies its user (Web Authentication, 11.3). */
const AUTHENTICATOR = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
};

/** Defines the tests, with what they share with those of other pages. */
export function testFactors({ origin, open, register, logIn, submit, checkHere, takePicture }) {
  test("an app is added by its picture and asked for at the next log-in", async () => {
    for (const locale of ["en", "zh-CN"]) {
      for (const javaScriptEnabled of [true, false]) {
        await addApp({ locale, javaScriptEnabled });
      }
    }
  });

  test("a passkey is made, logs in without an address and is asked for once more", async () => {
    const options = { locale: "en", javaScriptEnabled: true, width: 1280 };
    // Browsers make no passkeys for addresses of the network.
    const here = origin.replace("127.0.0.1", "localhost");
    const { context, page, observed } = await open({ ...options, origin: here });
    const authenticator = await simulate(context, page);
    await register(page, "passkey@example.org", here);
    await page.goto(here + OVERVIEW);
    await page.locator("#name").fill("Simulated");
    await usePasskey(page, `${here}${OVERVIEW}/passkeys`);
    assert.equal(await page.locator("#codes li").count(), 10);
    await checkHere(page, options);
    await page.goto(here + OVERVIEW);
    await checkHere(page, options);
    await takePicture(page, options, "account-second-factors");

    // The log-in offers passkeys by itself, and the simulated browser takes the first one.
    await page.locator("header form button").click();
    await page.waitForURL(`${here}/account`, { waitUntil: "load" });

    await page.goto(`${here}/account/reauthenticate?return_to=/account/export`);
    await checkHere(page, options);
    await usePasskey(page, `${here}/account/export`);

    await page.goto(here + OVERVIEW);
    await submit(page, page.locator(".cards a"));
    await checkHere(page, options);
    // Without a touch it takes none.
    await authenticator.isTouched(false);
    await submit(page, page.locator("header form button"));
    await logIn(page, "passkey@example.org", PASSWORD, 200, here);
    await authenticator.isTouched(true);
    await usePasskey(page, `${here}/account`);
    assert.deepEqual([...observed.foreignRequests], []);
    assert.deepEqual(observed.violations, []);
    await context.close();
  });

  test("a page of another origin gets no passkey", async () => {
    const { context, page } = await open({ locale: "en", javaScriptEnabled: true, width: 1280 });
    await simulate(context, page);
    await page.goto(`${origin}/account/login`);
    await page.locator("form[data-passkey] button").click();
    await page.locator("[data-failed]").waitFor({ state: "visible" });
    await context.close();
  });

  async function addApp({ locale, javaScriptEnabled }) {
    const options = { locale, javaScriptEnabled, width: 1280 };
    const { context, page, observed } = await open(options);
    const email = `app-${locale.toLowerCase()}-${javaScriptEnabled}@example.org`;
    await register(page, email);
    await page.goto(origin + OVERVIEW);
    assert(!(await page.locator("form[data-passkey]").isVisible()) || javaScriptEnabled);
    await submit(page, page.locator("form[action$='/totp'] button"));
    const box = await page.locator(".qr svg").boundingBox();
    assert(box.width > 150 && Math.abs(box.width - box.height) < 1, JSON.stringify(box));
    await checkHere(page, options);
    const secret = await page.locator("#secret").inputValue();
    await page.locator("#code").fill("000000");
    await submit(page, page.locator("form[action$='/confirm'] button"));
    assert.equal(await page.locator("#secret").inputValue(), secret);
    await page.locator("#code").fill(codeOf(secret, 0));
    await submit(page, page.locator("form[action$='/confirm'] button"));
    assert.equal(await page.locator("#codes li").count(), 10);
    await checkHere(page, options);

    await submit(page, page.locator("header form button"));
    await logIn(page, email, PASSWORD);
    await checkHere(page, options);
    // The clock of the app may be a step ahead.
    await page.locator("#code").fill(codeOf(secret, 1));
    await submit(page, page.locator("form[action='/account/second-factor'] button"));
    assert.equal(page.url(), `${origin}/account`);
    assert.deepEqual(observed.violations, []);
    await context.close();
  }
}

async function simulate(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { ...AUTHENTICATOR, automaticPresenceSimulation: true },
  });
  const isTouched = (enabled) =>
    session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return { isTouched };
}

/** Presses the button for a passkey. The script sends the form later, which leads to this page. */
async function usePasskey(page, url) {
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(url, { waitUntil: "load" });
}

/** RFC 6238 with SHA-1, six digits and steps of 30 seconds. */
function codeOf(secret, ahead) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function fromBase32(text) {
  const digits = [...text].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"));
  return Buffer.from(digits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
