// The window's language and its texts. `t` and the formatters read the current language, so that everything on the screen
// follows when it changes.

import { ENGLISH, matchLocale, translationFor, type Translation } from "./languages.ts";
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
let currentLanguage = $state.raw<Translation>(ENGLISH);
/** What errors say in detail, once it is loaded. */
let details = $state.raw<Texts | null>(null);
let detailsWanted = false;
let fallback = $state.raw<Texts | null>(null);
let fallbackRequested = false;
/** The language that was requested last, while it is loaded and afterwards. */
let requested: Translation | null = null;

/**
 * Draws every text in the chosen language, which is a language's tag or `system`, once it is loaded. The texts stay as they
 * are if it cannot be loaded.
 */
export async function chooseLanguage(
  chosen: string | undefined,
  preferred: readonly string[] = navigator.languages,
): Promise<void> {
  const language = translationFor(chosen, preferred);
  if (language !== requested) await useLanguage(language, matchLocale(preferred, language));
}

/** Loads the language, and then draws every text in it, unless another one has been requested meanwhile. */
export async function useLanguage(language: Translation, locale: string): Promise<void> {
  requested = language;
  let texts: Texts;
  try {
    texts = await textsOf(language, locale);
  } catch (error) {
    // Choosing it again loads it again.
    if (requested === language) requested = null;
    throw error;
  }
  if (requested !== language) return;
  current = texts;
  currentLanguage = language;
  details = null;
  if (detailsWanted) void loadDetails();
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

/**
 * What an error says in detail; `null` while these texts are not loaded, and for an id that the window does not know. They are
 * loaded at the first call, and what has called this is then drawn again.
 */
export function detail(id: string, args: Arguments): string | null {
  if (!detailsWanted) void loadDetails();
  return details?.format(id, args, report) ?? null;
}

/** Loads what errors say in detail, in the current language. The first frame can do without it. */
export async function loadDetails(): Promise<void> {
  detailsWanted = true;
  const language = requested;
  if (!language) return;
  try {
    const loaded = await textsOf(language, currentLocale(), "loadDetails");
    if (requested === language) details = loaded;
  } catch {
    detailsWanted = false;
  }
}

/** The locale of dates, numbers and lists. */
export function currentLocale(): string {
  return current?.locale ?? ENGLISH.locale;
}

/** The sign before the decimals of an amount. */
export function decimalSign(): string {
  return currentLanguage.decimalSign;
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

async function textsOf(language: Translation, locale: string, part: "load" | "loadDetails" = "load"): Promise<Texts> {
  const { default: patterns } = await language[part]();
  return new Texts(locale, language.direction, patterns, (count) => writeCount(count, locale));
}

/** A missing text or argument fails tests, and the checks of the preview, which allow no error in the console. */
function report(problem: string): void {
  if (import.meta.env.MODE === "test") throw new Error(problem);
  // oxlint-disable-next-line no-console
  if (import.meta.env.MODE === "preview") console.error(problem);
}
