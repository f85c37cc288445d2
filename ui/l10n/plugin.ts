// Makes each language two modules, for English `virtual:texts/en` with what the pages say and `virtual:texts/en/errors` with
// what errors say in detail: messages as the patterns that `@fluent/bundle` formats, so that no parser is part of the window.
// A file with a mistake stops the build.

import { FluentResource, type Message } from "@fluent/bundle";
import type { Plugin } from "vite";
import type { Patterns } from "../src/lib/l10n/texts.ts";
import { isPseudoLanguage, pseudoTexts } from "./pseudo.ts";
import { describe, differences, filesOf, readFiles } from "./source.ts";

const MODULE = "virtual:texts/";

/** With `pseudo`, the pseudo-languages are modules, too. */
export function texts({ pseudo = false } = {}): Plugin {
  return {
    name: "texts",
    resolveId: (id) => (id.startsWith(MODULE) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${MODULE}`)) return undefined;
      const [language = "", folder] = id.slice(MODULE.length + 1).split("/");
      const part = folder === "errors" ? folder : "window";
      const generated = isPseudoLanguage(language);
      if (generated && !pseudo) return this.error(`${language} is for tests only`);
      const source = generated ? "en" : language;
      for (const file of filesOf(source, part)) this.addWatchFile(file);
      const files = readFiles(source, part);
      for (const difference of differences(describe(readFiles("en", part)), describe(files)))
        this.warn(`${source}: ${difference}`);
      const patterns = generated ? pseudoTexts(language, compile(files)) : compile(files);
      return `export default JSON.parse(${quoted(JSON.stringify(patterns))})`;
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
