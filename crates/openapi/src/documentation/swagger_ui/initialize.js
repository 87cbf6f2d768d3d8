"use strict";

// URLs are relative to the page, so that it also works behind a path prefix.
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "openapi.json",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // A token must not outlive the page that it was typed into.
  persistAuthorization: false,
  // Otherwise a link could make this page show, and send tokens to, an API of somebody else.
  queryConfigEnabled: false,
  // The badge would send the document to a validator on the internet.
  validatorUrl: null,
});
