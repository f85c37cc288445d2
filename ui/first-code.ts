// Limits the code that the window runs before its first frame. What goes beyond that belongs into a page that is loaded later.

import type { Plugin } from "vite";

export function firstCodeLimit(bytes: number): Plugin {
  return {
    name: "first-code-limit",
    apply: "build",
    // The files as they are written: the lists of what each page preloads are added last.
    writeBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk" || !chunk.isEntry) continue;
        const size = Buffer.byteLength(chunk.code);
        if (size > bytes)
          this.error(`${chunk.fileName} has ${size} bytes, more than ${bytes}: load a part of it later.`);
      }
    },
  };
}
