import { defineConfig } from "vite";

// The service that `npm run dev` asks; start it on this port first.
const SERVICE = "http://127.0.0.1:8000";

export default defineConfig({
  // Relative, so that the page also works behind a proxy that serves it under a path.
  base: "./",
  build: {
    // What has light-dark(): browsers since the middle of 2024.
    target: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: false,
    assetsInlineLimit: 0, // the service's security policy allows no data: URL
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { proxy: { "/models": SERVICE } },
});
