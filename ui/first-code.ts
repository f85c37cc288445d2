// Limits the code that the window runs before its first frame. Text beyond that belongs into a page that is loaded later.

import type { Plugin } from "vite";

export function firstCodeLimit(bytes: number): Plugin {
  return {
    name: "first-code-limit",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk" || !chunk.isEntry) continue;
        const size = Buffer.byteLength(chunk.code);
        if (size > bytes)
          this.error(`${chunk.fileName} has ${size} bytes, more than ${bytes}: load a part of it later.`);
      }
    },
  };
}
