// How the page is built: one script and one style sheet, which build/pack.mjs then puts into the one file that is served.
// `npm run dev` serves it from source at /portal, over a rail that already runs: RAIL_URL=… npm run dev.

import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ command }) => {
  const rail = loadEnv("", ".", "RAIL_")["RAIL_URL"];
  return {
    // Relative, because nobody knows under which path an API lies.
    base: "./",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      // What browsers of 2024 know: light-dark(), <dialog>, nested rules.
      target: ["chrome123", "firefox128", "safari17.5"],
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      modulePreload: false,
      cssCodeSplit: false,
      reportCompressedSize: false,
    },
    server: {
      host: "127.0.0.1",
      strictPort: true,
      ...(command === "serve" && rail
        ? {
            proxy: {
              "/v1": {
                target: new URL(rail).origin,
                rewrite: (path: string) => new URL(rail).pathname.replace(/\/$/, "") + path,
              },
            },
          }
        : {}),
    },
  };
});
