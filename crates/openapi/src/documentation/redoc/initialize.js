"use strict";

// The URL is relative to the page, so that it also works behind a path prefix.
Redoc.init(
  "openapi.json",
  {
    // Descriptions are shown without any script that they may contain.
    untrustedSpec: true,
    theme: {
      typography: {
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
      },
    },
  },
  document.getElementById("redoc"),
);
