// Makes each language a module of its own, `virtual:texts/en` for English: its messages as the patterns that `@fluent/bundle`
// formats, so that no parser is part of the window. A file with a mistake stops the build.

import { FluentResource, type Message } from "@fluent/bundle";
import type { Plugin } from "vite";
import type { Patterns } from "../src/lib/l10n/texts.ts";
import { describe, differences, filesOf, readFiles } from "./source.ts";

const MODULE = "virtual:texts/";

export function texts(): Plugin {
  return {
    name: "texts",
    resolveId: (id) => (id.startsWith(MODULE) ? `\0${id}` : undefined),
    load(id) {
      const language = id.startsWith(`\0${MODULE}`) ? id.slice(MODULE.length + 1) : undefined;
      if (language === undefined) return undefined;
      for (const file of filesOf(language)) this.addWatchFile(file);
      const files = readFiles(language);
      for (const difference of differences(describe(readFiles("en")), describe(files)))
        this.warn(`${language}: ${difference}`);
      return `export default JSON.parse(${quoted(JSON.stringify(compile(files)))})`;
    },
  };
}

/** The patterns of all messages, and of their attributes as `message.attribute`. */
export function compile(files: readonly { text: string }[]): Patterns {
  const patterns: Record<string, Patterns[string]> = {};
  for (const { id, value, attributes } of files.flatMap(({ text }) => new FluentResource(text).body as Message[])) {
    if (value !== null) patterns[id] = value;
    for (const [name, pattern] of Object.entries(attributes)) patterns[`${id}.${name}`] = pattern;
  }
  return patterns;
}

/** JSON is full of double quotes, so it is shorter between single ones. */
function quoted(json: string): string {
  return `'${json.replace(/[\\']/g, "\\$&")}'`;
}
