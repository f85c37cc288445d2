// The window's language and its texts. `t` and the formatters read the current language, so that everything on the screen
// follows when it changes.

import { ENGLISH, matchLanguage, matchLocale, type Language } from "./languages.ts";
import type { Markup } from "./markup.ts";
import type { Messages } from "./messages.ts";
import { writeCount } from "./numbers.ts";
import { Texts, type Arguments } from "./texts.ts";

export type MessageId = keyof Messages;

type HasMarkup<M> = M extends null ? false : Markup extends M[keyof M] ? true : false;
/** The messages that are text only. Those with elements inside need `<Text>`. */
type PlainId = { [I in MessageId]: HasMarkup<Messages[I]> extends true ? never : I }[MessageId];
type ArgumentsOf<I extends PlainId> = Messages[I] extends null ? [] : [args: Messages[I]];

let current = $state.raw<Texts | null>(null);
let fallback = $state.raw<Texts | null>(null);
let fallbackRequested = false;

/** Loads the language that fits the system best. Call it once, as early as possible. */
export function loadTexts(preferred: readonly string[] = navigator.languages): Promise<void> {
  const language = matchLanguage(preferred);
  return useLanguage(language, matchLocale(preferred, language));
}

/** Loads the language, and then draws every text in it. */
export async function useLanguage(language: Language, locale: string): Promise<void> {
  current = await textsOf(language, locale);
  if (typeof document === "undefined") return;
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.direction;
}

/** The text of a message, or of an attribute as `message.attribute`. */
export function t<I extends PlainId>(id: I, ...args: ArgumentsOf<I>): string {
  return format(id, args[0] ?? {});
}

/** Whether there is a message, for an id that depends on what the core sends: a newer core may know more than the window. */
export function hasText(id: string): boolean {
  return current?.has(id) ?? false;
}

/** The locale of dates, numbers and lists. */
export function currentLocale(): string {
  return current?.locale ?? ENGLISH.locale;
}

/** Like `t` for an id that the compiler does not know. */
export function format(id: string, args: Arguments): string {
  const text = current?.format(id, args, report);
  if (text !== null && text !== undefined) return text;
  report(current ? `There is no text ${id}.` : `The text ${id} is needed before the language is loaded.`);
  if (!fallbackRequested) void loadFallback();
  return fallback?.format(id, args, report) ?? id;
}

/** English stands in for what a translation lacks. Loading it draws the texts anew. */
async function loadFallback(): Promise<void> {
  fallbackRequested = true;
  try {
    fallback = await textsOf(ENGLISH, currentLocale());
  } catch {
    fallbackRequested = false;
  }
}

async function textsOf(language: Language, locale: string): Promise<Texts> {
  const { default: patterns } = await language.load();
  return new Texts(locale, language.direction, patterns, (count) => writeCount(count, locale));
}

/** A missing text or argument fails tests, and the checks of the preview, which allow no error in the console. */
function report(problem: string): void {
  if (import.meta.env.MODE === "test") throw new Error(problem);
  // oxlint-disable-next-line no-console
  if (import.meta.env.DEV) console.error(problem);
}
