import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { withAttributes } from "./dev/page-attributes.mjs";
import { texts } from "./l10n/plugin.ts";
import { firstCodeLimit } from "./first-code.ts";
import { staticIcons } from "./static-icons.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const attributesOfPreview: Plugin = {
  name: "attributes-of-preview",
  apply: "serve",
  transformIndexHtml: (html, { originalUrl = "" }) => withAttributes(html, originalUrl),
};

// `npm run dev` shows a preview of the window in a browser, with invented data from dev/, and dev/look.mjs builds one for itself.
// The window's own build never contains dev/: it always calls the core through src/lib/transport.ts.
export default defineConfig(({ mode }) => {
  const preview = mode === "preview";
  return {
    plugins: [
      staticIcons(),
      texts({ pseudo: preview }),
      svelte(),
      preview ? attributesOfPreview : firstCodeLimit(130_000),
    ],
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
