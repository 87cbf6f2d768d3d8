// What pages do beyond plain forms. Each of them works without it.

// The token of a link stands behind the #, which no server sees. It goes into the form, and out of the history.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const field = document.querySelector("[data-token] input");
if (token && field) {
  field.value = token;
  field.closest("[data-token]").hidden = true;
  history.replaceState(null, "", location.pathname + location.search);
}

const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
for (const time of document.querySelectorAll("time")) {
  const text = format.format(new Date(time.dateTime));
  if ("ago" in time.dataset) {
    time.title = text;
  } else {
    time.textContent = text;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(source.value ?? source.innerText));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A page that the browser kept may be of somebody who has logged out.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
