import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { texts } from "./l10n/plugin.ts";
import { firstCodeLimit } from "./first-code.ts";
import { staticIcons } from "./static-icons.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Puts the text size (`?text=150`) into the page, as the app does. */
const textSizeOfPreview: Plugin = {
  name: "text-size-of-preview",
  transformIndexHtml(html, { originalUrl = "" }) {
    const size = /[?&]text=(\d+)/.exec(originalUrl)?.[1] ?? "100";
    return html.replace("<html", `<html data-text-size="${size}"`);
  },
};

// `npm run dev` shows a preview of the window in a browser, with invented data from dev/. A build never contains dev/: it
// always calls the core through src/lib/transport.ts.
export default defineConfig(({ command, mode }) => {
  const preview = command === "serve" && mode === "preview";
  return {
    plugins: [staticIcons(), texts(), svelte(), firstCodeLimit(130_000), ...(preview ? [textSizeOfPreview] : [])],
    resolve: {
      alias: [
        ...(preview ? [{ find: "$lib/transport", replacement: here("./dev/mock-transport.ts") }] : []),
        { find: "$lib", replacement: here("./src/lib") },
        { find: "$components", replacement: here("./src/components") },
      ],
    },
    build: {
      target: "safari16",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // Everything for the first frame is in one script and one style sheet: each further file costs a round trip.
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
        // How long plugins took is no warning: on a busy machine it says nothing about the pages.
        checks: { bundlerTimings: false },
      },
    },
    server: { host: "127.0.0.1", port: 5199, strictPort: true },
    test: {
      include: ["*.test.ts", "l10n/**/*.test.ts", "src/**/*.test.ts"],
      environment: "node",
      setupFiles: ["src/lib/testing/load-texts.ts"],
    },
  };
});
