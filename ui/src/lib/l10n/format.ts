// Formats dates, times, ages, counts and lists in the language of the window. The current time is always an argument: nothing
// here reads the clock. Amounts are formatted in `money.ts`.

import { currentLocale, t } from "./l10n.svelte.ts";
import { writeCount } from "./numbers.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Creates a formatter on its first use in a locale: each takes milliseconds, and the first frame needs only a few. */
function cached<F>(make: (locale: string) => F): () => F {
  let made: { locale: string; formatter: F } | undefined;
  return () => {
    const locale = currentLocale();
    if (made?.locale !== locale) made = { locale, formatter: make(locale) };
    return made.formatter;
  };
}

const dates = (options: Intl.DateTimeFormatOptions) => cached((locale) => new Intl.DateTimeFormat(locale, options));

const DAY = dates({ dateStyle: "medium" });
const DATE = dates({ dateStyle: "medium", timeZone: "UTC" });
const SHORT_DAY = dates({ day: "numeric", month: "short", timeZone: "UTC" });
const MONTH = dates({ month: "long", year: "numeric", timeZone: "UTC" });
const TIME = dates({ timeStyle: "short" });
const DAY_AND_TIME = dates({ dateStyle: "medium", timeStyle: "short" });
const EXACT = dates({ dateStyle: "medium", timeStyle: "long" });
const AGE = cached((locale) => new Intl.RelativeTimeFormat(locale));
const LIST = cached((locale) => new Intl.ListFormat(locale));
const PERCENT = cached((locale) => new Intl.NumberFormat(locale, { style: "percent" }));

/** "12 300" */
export function formatCount(count: number): string {
  return writeCount(count, currentLocale());
}

/** "45%" */
export function formatPercent(percent: number): string {
  return PERCENT().format(percent / 100);
}

/** Splits "keyring, tray and links" into its items, in their order, and what stands between them. */
export function listParts(items: readonly string[]): { item: boolean; text: string }[] {
  return LIST()
    .formatToParts(items)
    .map(({ type, value }) => ({ item: type === "element", text: value }));
}

/** "keyring, tray and links" */
export function formatList(items: readonly string[]): string {
  return LIST().format(items);
}

/** "6 Feb 2025" */
export function formatDay(at: string): string {
  return written(DAY, at);
}

/** "6 Feb 2025" for `2025-02-06`, a date without a time, which is the same in every time zone. */
export function formatDate(date: string): string {
  return written(DATE, date);
}

/** "14:05" */
export function formatTime(at: string): string {
  return written(TIME, at);
}

/** "6 Feb 2025, 14:05" */
export function formatDateTime(at: string): string {
  return written(DAY_AND_TIME, at);
}

/** "6 Feb 2025, 14:05:09 CET" */
export function formatExactTime(at: string): string {
  return written(EXACT, at);
}

/** "6 Feb" for a UTC date `YYYY-MM-DD`. */
export function formatShortDay(date: string): string {
  return written(SHORT_DAY, `${date}T00:00:00Z`);
}

/** "March 2025" for a month `YYYY-MM`. */
export function formatMonth(month: string): string {
  return written(MONTH, `${month}-01T00:00:00Z`);
}

/** "just now", "4 minutes ago". From 12 hours on it is the date and time. */
export function formatAge(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return t("time-unknown");
  const old = now - then;
  if (old < 10 * SECOND) return t("time-just-now");
  if (old < MINUTE) return ago(old, SECOND, "second");
  if (old < HOUR) return ago(old, MINUTE, "minute");
  if (old < 12 * HOUR) return ago(old, HOUR, "hour");
  return formatDateTime(at);
}

/** When the text of `formatAge` changes next, in milliseconds since 1970; `null` when it stays as it is. */
export function nextAgeChange(at: string, now: number): number | null {
  const then = Date.parse(at);
  const old = now - then;
  if (Number.isNaN(then) || old >= 12 * HOUR) return null;
  if (old < 10 * SECOND) return then + 10 * SECOND;
  const step = old < MINUTE ? SECOND : old < HOUR ? MINUTE : HOUR;
  return then + (Math.floor(old / step) + 1) * step;
}

function ago(old: number, step: number, unit: Intl.RelativeTimeFormatUnit): string {
  return AGE().format(-Math.floor(old / step), unit);
}

function written(formatter: () => Intl.DateTimeFormat, at: string): string {
  const when = new Date(at);
  return Number.isNaN(when.getTime()) ? t("time-unknown") : formatter().format(when);
}
