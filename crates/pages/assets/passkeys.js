// Passkeys: a form is filled in with what the browser answers, and then sent like any other.

const forms = [...document.querySelectorAll("form[data-passkey]")];
const isAble = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);
// A challenge counts for five minutes.
const ASK_AGAIN = 4 * 60 * 1000;

const quiet = forms.find((form) => form.hasAttribute("data-autofill"));
let asking = new AbortController();
let again;

/** Asks the server what to ask, and then the browser. There is one question at a time. */
async function ask(form, mediation) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const response = await fetch(form.dataset.options, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    signal,
  });
  if (response.redirected) {
    // The user has to show first who they are.
    location.assign(response.url);
    return;
  }
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  const { publicKey, ceremony } = await response.json();
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey), signal })
    : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        mediation,
        signal,
      });
  form.elements.credential.value = JSON.stringify(credential);
  form.elements.ceremony.value = ceremony;
  form.submit();
}

/** Offers passkeys where the browser fills in addresses, which asks nobody who does not want it. */
async function offer() {
  if (quiet && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    again = setTimeout(offer, ASK_AGAIN);
    // Ends when a button is pressed, or the browser offers nothing.
    await ask(quiet, "conditional").catch(() => {});
  }
}

for (const form of isAble ? forms : []) {
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(again);
    failed.hidden = true;
    ask(form).catch(() => {
      failed.hidden = false;
      offer();
    });
  });
}

if (isAble) {
  offer();
}
