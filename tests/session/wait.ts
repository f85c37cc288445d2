/**
 * Waiting without guessing: every wait in the tests polls for the thing itself and ends at a deadline that names it.
 * Nothing here sleeps a fixed time in the hope that something has happened meanwhile.
 */

export interface Patience {
  /** Deadline in milliseconds; default 15 000. */
  readonly within?: number;
  /** Milliseconds between two looks; default 50. */
  readonly every?: number;
}

type Absent = undefined | null | false;

/**
 * Looks again and again until `look` gives something other than undefined, null or false, and returns that.
 * An exception of `look` counts as "not yet"; the last one is told when the deadline passes.
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

/**
 * Watches for the whole of `during` milliseconds that `holds` stays true: the way to say that something does not happen.
 */
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

/** Ends an `until` at once: waiting longer cannot help. */
export class Hopeless extends Error {}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
