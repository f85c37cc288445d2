/**
 * Waiting without guessing: every wait polls for the condition itself and names it when the time is up. No test sleeps
 * for a fixed time and hopes that something has happened meanwhile.
 */

export interface WaitOptions {
  /** Milliseconds until the wait fails; default 15 000. */
  readonly timeout?: number;
  /** Milliseconds between two polls; default 50. */
  readonly interval?: number;
}

type Absent = undefined | null | false;

/**
 * Polls until `probe` returns something other than undefined, null or false, and returns that value. An exception from
 * `probe` counts as "not yet"; the error at the timeout includes it if the last poll threw.
 */
export async function until<T>(
  what: string,
  probe: () => T | Absent | Promise<T | Absent>,
  { timeout = 15_000, interval = 50 }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeout;
  const unmet = "the condition was not met";
  let lastError: unknown = unmet;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value;
      lastError = unmet;
    } catch (error) {
      if (error instanceof Unrecoverable) throw error;
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const why = lastError instanceof Error ? lastError.message : String(lastError);
      throw new Error(`timed out after ${timeout} ms: ${what} (${why})`, { cause: lastError });
    }
    await sleep(interval);
  }
}

/** Checks for `during` milliseconds that `holds` stays true: the way to test that something does not happen. */
export async function staysTrue(
  what: string,
  holds: () => boolean | Promise<boolean>,
  during: number,
  interval = 100,
): Promise<void> {
  const deadline = performance.now() + during;
  do {
    if (!(await holds())) throw new Error(`no longer true: ${what}`);
    await sleep(interval);
  } while (performance.now() < deadline);
}

/** Ends an `until` at once, because waiting longer cannot help. */
export class Unrecoverable extends Error {}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
