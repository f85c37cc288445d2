/** Runs all checks in order and collects their results. */
import type { ApiDescription } from "./description.ts";
import { Client } from "./client.ts";
import type { Check } from "./check.ts";
import { loadContext, Skipped } from "./context.ts";
import { listChecks } from "./list_checks.ts";
import { readChecks } from "./read_checks.ts";
import { writeChecks } from "./write_checks.ts";

export interface Result {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly why?: string;
}

const ALL: readonly Check[] = [...readChecks, ...listChecks, ...writeChecks];

export interface RunOptions {
  /** Called with each result as it arrives. */
  readonly onResult?: (result: Result) => void;
  /** Stops at the first failure. */
  readonly stopAtFirstFailure?: boolean;
}

/** Runs every check against a server. */
export async function runChecks(
  description: ApiDescription,
  api: string,
  key: string,
  { onResult = () => {}, stopAtFirstFailure = false }: RunOptions = {},
): Promise<readonly Result[]> {
  const client = new Client(description, api, key);
  const results: Result[] = [];
  const record = (result: Result): void => {
    results.push(result);
    onResult(result);
  };
  const context = await loadContext(client).catch((error: unknown) => {
    record({ name: "the account can be read", outcome: "failed", why: describeError(error) });
    return undefined;
  });
  if (context === undefined) return results;
  for (const { name, run } of ALL) {
    const result = await runCheck(name, () => run(client, context));
    record(result);
    if (stopAtFirstFailure && result.outcome === "failed") return results;
  }
  record(await runCheck("every operation was called", () => checkCoverage(client)));
  return results;
}

async function runCheck(name: string, run: () => Promise<void>): Promise<Result> {
  try {
    await run();
    return { name, outcome: "ok" };
  } catch (error) {
    return { name, outcome: error instanceof Skipped ? "skipped" : "failed", why: describeError(error) };
  }
}

/**
 * Fails if an operation was never called. An operation that never succeeded is reported as skipped, because the account
 * may not allow it.
 */
async function checkCoverage(client: Client): Promise<void> {
  const ids = client.description.operations.map((operation) => operation.id);
  const missing = ids.filter((id) => !client.called.has(id));
  if (missing.length > 0) throw new Error(`never called: ${missing.join(", ")}`);
  const refused = ids.filter((id) => !client.succeeded.has(id));
  if (refused.length > 0) throw new Skipped(`never succeeded: ${refused.join(", ")}`);
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`;
}
