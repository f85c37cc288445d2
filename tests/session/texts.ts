/**
 * The window's texts in English, by their ids in `locales/en/`. A test that looks for a text names its id, so that rewording
 * the text does not break the test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

const FOLDER = fileURLToPath(new URL("../../locales/en/", import.meta.url));
const bundle = new FluentBundle("en", { useIsolating: false });

/** Those that the window uses. */
const files = ["errors.ftl", ...readdirSync(join(FOLDER, "window")).map((name) => join("window", name))];

for (const name of files) {
  const problems = bundle.addResource(new FluentResource(readFileSync(join(FOLDER, name), "utf8")));
  if (problems[0]) throw problems[0];
}

/** The text of a message, or of an attribute as `message.attribute`, as the window shows it. */
export function text(id: string, args: Record<string, FluentVariable> = {}): string {
  const [name = "", attribute] = id.split(".");
  const message = bundle.getMessage(name);
  const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
  if (!pattern) throw new Error(`There is no text ${id} in locales/en.`);
  // Without a list for errors, a missing argument throws.
  return bundle.formatPattern(pattern, args);
}
