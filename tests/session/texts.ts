/**
 * The texts of the window and of the programs by their ids in `locales/`, in English unless a language is named. A test that
 * looks for a text names its id, so that rewording the text does not break the test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

export type Arguments = Record<string, FluentVariable>;

const bundles = new Map<string, FluentBundle>();

/** The text of a message, or of an attribute as `message.attribute`, as it is shown. */
export function text(id: string, args: Arguments = {}): string {
  return textIn("en", id, args);
}

/** Like `text` in the language with that tag. */
export function textIn(language: string, id: string, args: Arguments = {}): string {
  const bundle = bundles.get(language) ?? read(language);
  const [name = "", attribute] = id.split(".");
  const message = bundle.getMessage(name);
  const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
  if (!pattern) throw new Error(`There is no text ${id} in locales/${language}.`);
  // Without a list for errors, a missing argument throws.
  return bundle.formatPattern(pattern, args);
}

/** Reads all files of a language. */
function read(language: string): FluentBundle {
  const folder = fileURLToPath(new URL(`../../locales/${language}/`, import.meta.url));
  const bundle = new FluentBundle(language, { useIsolating: false });
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ftl"));
  for (const name of files) {
    const problems = bundle.addResource(new FluentResource(readFileSync(join(folder, name), "utf8")));
    if (problems[0]) throw problems[0];
  }
  bundles.set(language, bundle);
  return bundle;
}
