// Calculates with points in time. The current time is always an argument: nothing here reads the clock. Texts for them are
// in `l10n/format.ts`.

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
