// Generates the types of the window's texts from English, so that the compiler refuses an unknown message, a missing argument
// and an argument that no message uses. Those of what errors say in detail are compared with the details of the core
// (`src/lib/texts/details.ts`).

import type { ArgumentType, Described } from "./source.ts";

/** The elements that `<Text>` draws by itself when it gets no snippet for them. */
const BUILT_IN: ReadonlySet<string> = new Set(["strong", "mono"]);

const HEAD = `// Generated from locales/en by \`npm run l10n\`. Do not edit.

import type { Markup } from "./markup.ts";

/** Every message by its id, with its arguments and the elements in its text. \`null\` for a message without either. */
export interface Messages {
`;

const DETAILS = `
/** The messages of what errors say in detail. */
export interface DetailMessages {
`;

type DescribedMessages = ReadonlyMap<string, Described>;

export function typesOf(messages: DescribedMessages, details: DescribedMessages): string {
  return `${HEAD}${lines(messages)}}\n${DETAILS}${lines(details)}}\n`;
}

function lines(messages: DescribedMessages): string {
  const sorted = [...messages].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map((message) => `${line(message)}\n`).join("");
}

function line([id, { args, tags }]: [string, Described]): string {
  const parts = [
    ...[...args].map(([name, type]) => `${name}: ${typeName(type)}`),
    ...[...tags].toSorted().map((tag) => `${tag}${BUILT_IN.has(tag) ? "?" : ""}: Markup`),
  ];
  return `  "${id}": ${parts.length > 0 ? `{ ${parts.join("; ")} }` : "null"};`;
}

function typeName(type: ArgumentType): string {
  return typeof type === "string" ? type : type.map((word) => `"${word}"`).join(" | ");
}
