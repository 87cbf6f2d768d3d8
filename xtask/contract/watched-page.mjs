// What a page does that nobody sees: whom it asks, and what the browser refuses or complains about.

/**
 * Watches a page that has loaded nothing yet. Requests to other origins are recorded and go nowhere.
 *
 * What the returned object holds grows while the page lives.
 */
export async function watch(page, origin) {
  const observed = { ownRequests: 0, foreignRequests: new Set(), violations: [], errors: [] };
  const isOwn = (url) => new URL(url).origin === origin;

  await page.route("**/*", (route) => {
    if (isOwn(route.request().url())) {
      observed.ownRequests += 1;
      return route.continue();
    }
    observed.foreignRequests.add(route.request().url());
    return route.abort();
  });
  await page.routeWebSocket(/.*/, (socket) => {
    observed.foreignRequests.add(socket.url());
    return socket.close();
  });
  // Also what no route sees, such as the requests of a worker.
  page.on("request", (request) => {
    const url = request.url();
    if (!isOwn(url) && !/^(data|blob):/.test(url)) {
      observed.foreignRequests.add(url);
    }
  });

  await page.exposeFunction("reportViolation", (violation) => observed.violations.push(violation));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.effectiveDirective}: ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  page.on("console", (message) => {
    if (message.type() === "error") {
      observed.errors.push(message.text());
    }
  });
  page.on("pageerror", (error) => observed.errors.push(String(error)));
  return observed;
}
