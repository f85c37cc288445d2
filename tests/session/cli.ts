/** The CLI `bursar` on the app's home, and its JSON output. */
import { BINARIES } from "./app.ts";
import type { Desktop } from "./desktop.ts";
import type { Environment, ProcessResult } from "./processes.ts";
import type { User } from "./sandbox.ts";

/** A payment's status as the app names it. */
export type PaymentStatus =
  | "starting"
  | "open"
  | "confirming"
  | "under_review"
  | "completed"
  | "cancelled"
  | "expired"
  | "failed"
  | "not_started"
  | "refunding"
  | "refunded";

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** One line of `bursar status --json`, limited to what tests read. */
export interface CliStatus {
  readonly account: string;
  readonly network: string;
  readonly stale: boolean;
  readonly as_of: string | null;
  readonly balance: (Money & { readonly source: "chain" | "api"; readonly block: number | string | null }) | null;
  readonly reserved: Money | null;
  readonly held: Money | null;
  readonly frozen: boolean | null;
  readonly owed: Money | null;
  readonly entitlements: readonly (Money & { readonly name: string; readonly expires_at: string | null })[];
  readonly api_balance: Money | null;
  readonly agrees: boolean | null;
  readonly days_left: number | null;
  readonly pending: unknown;
  readonly errors: readonly { readonly code: string; readonly message: string; readonly retryable: boolean }[];
}

/** One payment of `bursar history --json`, limited to what tests read. */
export interface CliPayment {
  readonly id: string;
  readonly kind: string;
  readonly status: PaymentStatus;
  readonly amount: Money;
  readonly verified: boolean;
  readonly transaction: string | null;
}

/** Runs the CLI on the app's home. */
export function cli(
  desktop: Desktop,
  args: readonly string[],
  options: { input?: string; env?: Environment; timeout?: number } = {},
): Promise<ProcessResult> {
  // Tests parse the CLI's output, so it must not log.
  return desktop.run(BINARIES.cli, args, { ...options, env: { BURSAR_LOG: "off", ...options.env } });
}

/** The CLI's status of the account with that label, or of the first account. */
export async function cliStatus(desktop: Desktop, label?: string): Promise<CliStatus> {
  const done = await cli(desktop, [...accountArguments(label), "status", "--json"]);
  const [line = ""] = done.stdout.split("\n");
  if (line === "") throw new Error(`bursar status --json printed nothing (exit ${done.code}): ${done.stderr}`);
  return JSON.parse(line) as CliStatus;
}

/** The CLI's history of the account with that label, or of the first account. */
export async function cliHistory(desktop: Desktop, label?: string): Promise<readonly CliPayment[]> {
  return parseHistory(await cli(desktop, [...accountArguments(label), "history", "--json"]));
}

/** The payments that `bursar history --json` has printed. */
export function parseHistory(done: Pick<ProcessResult, "code" | "stdout" | "stderr">): readonly CliPayment[] {
  if (done.code !== 0) throw new Error(`bursar history --json: exit ${done.code}: ${done.stderr}`);
  const text = done.stdout.trim();
  if (text.startsWith("[")) return JSON.parse(text) as CliPayment[];
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CliPayment);
}

/** Connects the user's account. Without a label, the account is named by the API. */
export async function connectAccount(
  desktop: Desktop,
  user: User,
  {
    network = user.sandbox.networkFile,
    label = "Test",
    address = user.address,
  }: { network?: string; label?: string | null; address?: string | null } = {},
): Promise<void> {
  const named = label === null ? [] : ["--label", label];
  const wallet = address === null ? [] : ["--address", address];
  const done = await cli(desktop, ["account", "add", "fluence", "--network", network, ...wallet, ...named], {
    input: `${user.key}\n`,
  });
  if (done.code !== 0) throw new Error(`account add: ${done.stderr}`);
}

/** A decimal number without trailing zeros: `10.100000` becomes `10.1`. */
export function normalizeAmount(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function accountArguments(label: string | undefined): string[] {
  return label === undefined ? [] : ["--account", label];
}
