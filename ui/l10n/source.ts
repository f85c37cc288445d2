// Reads the Fluent files of a language and finds out what code and translations must agree on: the messages, their
// arguments and their markup. The window uses `errors.ftl`, `notifications.ftl` and everything in the folder `window`, and
// loads the folder `errors` later: there is what errors say in detail. The programs read all but the folder `window`
// (`crates/bursar-l10n`).

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Attribute,
  type BaseNode,
  type FunctionReference,
  type Message,
  parse,
  type SelectExpression,
  Visitor,
} from "@fluent/syntax";

/** The type of an argument: any text, a number, or one of a few words that a message chooses between. */
export type ArgumentType = "string" | "number" | readonly string[];

/** A choice between variants by an argument: a number and plural categories, or words. */
export interface Selector {
  readonly argument: string;
  readonly keys: readonly (string | number)[];
}

export interface Described {
  /** The file and the line, for reports. */
  readonly at: string;
  readonly args: ReadonlyMap<string, ArgumentType>;
  /** The names of the elements in the text, such as `strong`. */
  readonly tags: ReadonlySet<string>;
  readonly selectors: readonly Selector[];
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

const LOCALES = new URL("../../locales/", import.meta.url);
const PLURALS = new Set(["zero", "one", "two", "few", "many", "other"]);
const TAG = /<\/?([^>]*)>/g;

/** Every language that has a folder. */
export function languages(): string[] {
  return readdirSync(LOCALES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** What the window loads together: what its pages say, or what errors say in detail. */
export type Part = "window" | "errors";

/** The Fluent files of a part of a language, as paths. */
export function filesOf(language: string, part: Part = "window"): string[] {
  const folder = new URL(`${language}/`, LOCALES);
  const own = new URL(`${part}/`, folder);
  const names = existsSync(own) ? readdirSync(own).filter((name) => name.endsWith(".ftl")) : [];
  const files = names.toSorted().map((name) => `${part}/${name}`);
  const shared = part === "window" ? ["errors.ftl", "notifications.ftl"] : [];
  return [...shared, ...files].map((name) => fileURLToPath(new URL(name, folder)));
}

export function readFiles(language: string, part: Part = "window"): SourceFile[] {
  return filesOf(language, part).map(readSource);
}

/** The files that tray, notifications, terminal and errors use, and the window's pages do not. */
export function readProgramFiles(language: string): SourceFile[] {
  const windowFiles = new Set(filesOf(language));
  const folder = fileURLToPath(new URL(`${language}/`, LOCALES));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ftl"))
    .toSorted()
    .map((name) => `${folder}${name}`)
    .filter((path) => !windowFiles.has(path))
    .map(readSource);
}

function readSource(path: string): SourceFile {
  return { name: path.slice(fileURLToPath(LOCALES).length), text: readFileSync(path, "utf8") };
}

/** Every message and attribute by the id that code uses. Throws an error that lists everything that is wrong. */
export function describe(files: readonly SourceFile[]): Map<string, Described> {
  const described = new Map<string, Described>();
  const problems: string[] = [];
  for (const { name, text } of files) {
    const lineOf = (node: BaseNode & { span?: { start: number } }) =>
      `${name}:${text.slice(0, node.span?.start ?? 0).split("\n").length}`;
    const add = (id: string, node: Message | Attribute) => {
      const at = lineOf(node);
      if (described.has(id)) problems.push(`${at}: ${id} exists twice`);
      const found = new Contents();
      if (node.value) found.visit(node.value);
      problems.push(...found.problems.map((problem) => `${at}: ${id}: ${problem}`));
      described.set(id, { at, args: found.args, tags: found.tags, selectors: found.selectors });
    };
    for (const entry of parse(text, { withSpans: true }).body) {
      if (entry.type === "Junk") {
        const why = entry.annotations.map(({ message }) => message).join(" ");
        problems.push(`${lineOf(entry)}: not Fluent: ${why}`);
      } else if (entry.type === "Term") problems.push(`${lineOf(entry)}: the window uses no terms`);
      else if (entry.type === "Message") {
        if (entry.value) add(entry.id.name, entry);
        for (const attribute of entry.attributes) add(`${entry.id.name}.${attribute.id.name}`, attribute);
      }
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return described;
}

/** What a translation has or lacks in comparison with English. */
export function differences(english: ReadonlyMap<string, Described>, other: ReadonlyMap<string, Described>): string[] {
  const missing = [...english].filter(([id]) => !other.has(id)).map(([id, { at }]) => `${id} is missing (${at})`);
  const wrong = [...other].flatMap(([id, { at, args, tags }]) => {
    const original = english.get(id);
    if (!original) return [`${at}: English has no ${id}`];
    const unknown = [
      ...[...args.keys()].filter((name) => !original.args.has(name)).map((name) => `$${name}`),
      ...[...original.args.keys()].filter((name) => !args.has(name)).map((name) => `no $${name}`),
      ...[...args]
        .filter(([name, type]) => !fits(type, original.args.get(name)))
        .map(([name]) => `another use of $${name}`),
      ...[...original.tags].filter((tag) => !tags.has(tag)).map((tag) => `no <${tag}>`),
      ...[...tags].filter((tag) => !original.tags.has(tag)).map((tag) => `<${tag}>`),
    ];
    return unknown.map((what) => `${at}: ${id} has ${what}, unlike English`);
  });
  return [...missing, ...wrong];
}

/** Whether a translation may use an argument as it does: it may only choose by what English chooses by. */
function fits(type: ArgumentType, original: ArgumentType | undefined): boolean {
  if (original === undefined || type === original) return true;
  if (typeof original !== "string") return typeof type !== "string" && type.every((word) => original.includes(word));
  return original === "number" && type === "string";
}

/** Collects the arguments and the markup of one pattern. */
class Contents extends Visitor {
  readonly args = new Map<string, ArgumentType>();
  readonly tags = new Set<string>();
  readonly selectors: Selector[] = [];
  readonly problems: string[] = [];

  override visitTextElement(node: { value: string }): void {
    for (const [tag, name = ""] of node.value.matchAll(TAG)) {
      if (/^[a-z]+$/.test(name)) this.tags.add(name);
      else this.problems.push(`${tag} is not an element's name`);
    }
  }

  override visitVariableReference({ id }: { id: { name: string } }): void {
    if (!this.args.has(id.name)) this.args.set(id.name, "string");
  }

  /** `NUMBER` marks an argument as a number that no plural form depends on. */
  override visitFunctionReference({ id, arguments: given }: FunctionReference): void {
    const [argument, ...more] = given.positional;
    if (id.name === "NUMBER" && argument?.type === "VariableReference" && more.length + given.named.length === 0)
      this.args.set(argument.id.name, "number");
    else this.problems.push(`${id.name}() is not used like that here: code passes formatted values`);
  }

  override visitMessageReference({ id }: { id: { name: string } }): void {
    this.problems.push(`refers to ${id.name}: messages stand alone`);
  }

  override visitSelectExpression(node: SelectExpression): void {
    if (node.selector.type === "VariableReference") {
      const argument = node.selector.id.name;
      this.args.set(argument, typeOf(node));
      this.selectors.push({
        argument,
        keys: node.variants.map(({ key }) => (key.type === "NumberLiteral" ? Number(key.value) : key.name)),
      });
    } else this.problems.push("only an argument can select");
    for (const variant of node.variants) this.visit(variant.value);
  }
}

/** A selector is a number when its variants are numbers or plural categories, else one of the variants' names. */
function typeOf({ variants }: SelectExpression): ArgumentType {
  const keys = variants.map(({ key }) => (key.type === "NumberLiteral" ? null : key.name));
  const words = keys.filter((key) => key !== null);
  return words.length === keys.length && !words.every((key) => PLURALS.has(key)) ? words.toSorted() : "number";
}
