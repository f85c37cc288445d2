import type { Client } from "./client.ts";
import type { Context } from "./context.ts";

/** One check of a server. It throws if the server does not conform. */
export interface Check {
  readonly name: string;
  readonly run: (client: Client, context: Context) => Promise<void>;
}

/** Thrown by a check that this account's data does not allow. */
export class Skipped extends Error {}

/** An id that no server has. */
export const UNKNOWN = "conformance-unknown";
