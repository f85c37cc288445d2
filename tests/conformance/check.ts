import type { Client } from "./client.ts";
import type { Context } from "./context.ts";

/** One check of a server. It throws if the server does not conform. */
export interface Check {
  readonly name: string;
  readonly run: (client: Client, context: Context) => Promise<void>;
}
