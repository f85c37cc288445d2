// Formats points in time. The current time is always an argument: nothing here reads the clock.

import { pluralize } from "./plural.ts";

/** The milliseconds until `until`, and zero after it. A countdown at zero changes nothing: only the provider ends a payment. */
export function remainingMs(until: string, now: number): number {
  const left = Date.parse(until) - now;
  return Number.isNaN(left) ? 0 : Math.max(0, left);
}

/** "11:45" below an hour, "1:02:09" above. Rounds up to whole seconds. */
export function formatCountdown(millis: number): string {
  const seconds = Math.ceil(millis / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** "just now", "4 minutes ago". From 12 hours on it is the date and time. */
export function formatAge(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return "at an unknown time";
  const old = now - then;
  if (old < 10 * SECOND) return "just now";
  if (old < MINUTE) return `${pluralize(Math.floor(old / SECOND), "second")} ago`;
  const minutes = Math.floor(old / MINUTE);
  if (minutes < 60) return minutes === 1 ? "a minute ago" : `${pluralize(minutes, "minute")} ago`;
  const hours = Math.floor(old / HOUR);
  if (hours < 12) return hours === 1 ? "an hour ago" : `${pluralize(hours, "hour")} ago`;
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

const DAY = format({ day: "numeric", month: "short", year: "numeric" });
const SHORT_DAY = format({ day: "numeric", month: "short", timeZone: "UTC" });
const MONTH = format({ month: "long", year: "numeric", timeZone: "UTC" });
const TIME = format({ hour: "2-digit", minute: "2-digit" });
const EXACT = format({
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

/** Creates a formatter on its first use: each takes milliseconds, and the first frame needs only a few. */
function format(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: Intl.DateTimeFormat | undefined;
  return () => (made ??= new Intl.DateTimeFormat("en-GB", options));
}

/** "6 Feb 2025". */
export function formatDay(at: string): string {
  return written(DAY, at);
}

/** "14:05". */
export function formatTime(at: string): string {
  return written(TIME, at);
}

/** "6 Feb 2025, 14:05". */
export function formatDateTime(at: string): string {
  return `${formatDay(at)}, ${formatTime(at)}`;
}

/** "6 Feb 2025, 14:05:09 CET". */
export function formatExactTime(at: string): string {
  return written(EXACT, at);
}

/** The date `days` days before, as `YYYY-MM-DD` in the user's time zone. Counts dates, because not every day has 24 hours. */
export function dateBefore(now: number, days: number): string {
  const today = new Date(now);
  const noon = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days, 12);
  const digits = (n: number, length: number) => String(n).padStart(length, "0");
  return `${digits(noon.getFullYear(), 4)}-${digits(noon.getMonth() + 1, 2)}-${digits(noon.getDate(), 2)}`;
}

/** Whether the text is an existing date in the form `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** "6 Feb" for a UTC date `YYYY-MM-DD`. */
export function formatShortDay(date: string): string {
  return written(SHORT_DAY, `${date}T00:00:00Z`);
}

/** "March 2025" for a month `YYYY-MM`. */
export function formatMonth(month: string): string {
  return written(MONTH, `${month}-01T00:00:00Z`);
}

function written(how: () => Intl.DateTimeFormat, at: string): string {
  const when = new Date(at);
  return Number.isNaN(when.getTime()) ? "unknown" : how().format(when);
}
