/**
 * Waiting without guessing: every wait polls for the condition itself and names it when the time is up. No test sleeps
 * for a fixed time and hopes that something has happened meanwhile.
 */

export interface Patience {
  /** Milliseconds until the wait fails; default 15 000. */
  readonly within?: number;
  /** Milliseconds between two polls; default 50. */
  readonly every?: number;
}

type Absent = undefined | null | false;

/**
 * Polls until `probe` returns something other than undefined, null or false, and returns that value. An exception from
 * `probe` counts as "not yet"; the error at the timeout includes the last one.
 */
export async function until<T>(
  what: string,
  look: () => T | Absent | Promise<T | Absent>,
  { within = 15_000, every = 50 }: Patience = {},
): Promise<T> {
  const end = performance.now() + within;
  let last: unknown = "the condition was not met";
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (performance.now() >= end) {
      const why = last instanceof Error ? last.message : String(last);
      throw new Error(`timed out after ${within} ms: ${what} (${why})`, { cause: last });
    }
    await pause(every);
  }
}

/** Checks for `during` milliseconds that `holds` stays true: the way to test that something does not happen. */
export async function staysTrue(
  what: string,
  holds: () => boolean | Promise<boolean>,
  during: number,
  every = 100,
): Promise<void> {
  const end = performance.now() + during;
  do {
    if (!(await holds())) throw new Error(`no longer true: ${what}`);
    await pause(every);
  } while (performance.now() < end);
}

/** Ends an `until` at once, because waiting longer cannot help. */
export class Hopeless extends Error {}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
