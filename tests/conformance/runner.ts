/** Runs all checks in order and collects their results. */
import type { Description } from "./description.ts";
import { Client } from "./client.ts";
import { learn, Skipped, type Facts } from "./context.ts";
import { lists } from "./list_checks.ts";
import { reads } from "./read_checks.ts";
import { writes } from "./write_checks.ts";

export interface Check {
  readonly name: string;
  readonly run: (client: Client, facts: Facts) => Promise<void>;
}

export interface Result {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly why?: string;
}

const ALL: readonly Check[] = [...reads, ...lists, ...writes];

export interface Manner {
  /** Called with each result as it arrives. */
  readonly tell?: (result: Result) => void;
  /** Stops at the first failure. */
  readonly untilFailure?: boolean;
}

/** Runs every check against a server. */
export async function conform(
  description: Description,
  api: string,
  key: string,
  { tell = () => {}, untilFailure = false }: Manner = {},
): Promise<readonly Result[]> {
  const client = new Client(description, api, key);
  const results: Result[] = [];
  const note = (result: Result): void => {
    results.push(result);
    tell(result);
  };
  const facts = await learn(client).catch((error: unknown) => {
    note({ name: "the account can be read", outcome: "failed", why: words(error) });
    return undefined;
  });
  if (facts === undefined) return results;
  for (const { name, run } of ALL) {
    const result = await outcome(name, () => run(client, facts));
    note(result);
    if (untilFailure && result.outcome === "failed") return results;
  }
  note(await outcome("every operation was called", () => everyOperation(client)));
  return results;
}

async function outcome(name: string, run: () => Promise<void>): Promise<Result> {
  try {
    await run();
    return { name, outcome: "ok" };
  } catch (error) {
    return { name, outcome: error instanceof Skipped ? "skipped" : "failed", why: words(error) };
  }
}

/**
 * Fails if an operation was never called. An operation that never succeeded is reported as skipped, because the account
 * may not allow it.
 */
async function everyOperation(client: Client): Promise<void> {
  const ids = client.description.operations.map((operation) => operation.id);
  const left = ids.filter((id) => !client.asked.has(id));
  if (left.length > 0) throw new Error(`never called: ${left.join(", ")}`);
  const refused = ids.filter((id) => !client.succeeded.has(id));
  if (refused.length > 0) throw new Skipped(`never succeeded: ${refused.join(", ")}`);
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`;
}
