/**
 * The local provider that journeys pay into. It starts once for a test file; every test creates its own user. Tests
 * compare the app with what the control API reports, because the sandbox shares no code with the app. See
 * docs/sandbox.md.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARIES } from "./app.ts";
import { ARTEFACTS } from "./artefacts.ts";
import { until } from "./wait.ts";
import { PanelPayments, PanelUser, type NewPanelUser, type PanelReady, type PanelUserData } from "./panel.ts";
import { Processes } from "./processes.ts";

/** A decimal amount in USDC, e.g. `10.1`. */
export type Amount = string;
export type ChainId = 1 | 137 | 9999999;

export interface ReadyInfo {
  readonly fluence: {
    readonly api: string;
    readonly api_key: string;
    readonly user: string;
    readonly network: string;
    readonly user_id: string;
    readonly email: string;
  };
  readonly panel: PanelReady;
  /** Fluence as it is in 2026, without a chain. */
  readonly today: {
    readonly api: string;
    readonly api_key: string;
    readonly network: string;
    readonly network_of_both: string;
    readonly user_id: string;
    readonly email: string;
    readonly pages: { readonly crypto: string; readonly card: string };
  };
  readonly checkout: string;
  readonly control: string;
  readonly rpc: Readonly<Record<string, string>>;
  readonly contracts: {
    readonly balance: string;
    readonly token: string;
    readonly usdc: string;
    readonly usdc_e: string;
  };
}

export interface NewUser {
  readonly email?: string;
  readonly name?: string;
  readonly credits?: Amount;
  readonly scopes?: readonly string[];
  readonly history?: number;
  readonly history_on_chain?: number;
  readonly workload?: { readonly daily?: Amount; readonly days?: number; readonly reserve?: Amount } | null;
  readonly ids?: "same" | "intent_differs" | "chain_differs";
  /** Which Fluence the user lives in; the commissioned one by default. */
  readonly era?: "copperx" | "today";
  /** Today's era only. */
  readonly wallet?: boolean;
  readonly promo?: Amount;
  readonly promo_expires_in_s?: number;
  readonly promo_form?: "entitlement" | "entitlement_with_expiry" | "balance";
  readonly debt_form?: "overage" | "negative";
}

export interface UserData {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly address: string;
  readonly api_key: string;
  readonly network: string;
}

export interface SandboxTopUp {
  readonly id: string;
  readonly intent_id: string;
  readonly chain_id: string;
  readonly user_id: string;
  readonly amount: Amount;
  readonly status: string;
  readonly status_v2: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly session_id: string;
  readonly session_url: string;
  readonly return_url: string | null;
  readonly transaction: string | null;
  readonly session: {
    readonly status: string;
    readonly amount_due: Amount;
    readonly received: Amount;
    readonly late: boolean;
  } | null;
}

export interface UserState extends UserData {
  readonly chain: {
    readonly block: number;
    readonly free: Amount;
    readonly full: Amount;
    readonly reserved: Amount;
    readonly limbo: Amount;
    readonly frozen: boolean;
  };
  readonly api: { readonly balance: Amount; readonly usage_days_left: number | null; readonly daily: Amount };
  readonly top_ups: readonly SandboxTopUp[];
  readonly top_up_count: number;
  readonly open_top_up: SandboxTopUp | null;
}

export interface Fault {
  readonly target:
    "console" | "checkout" | "panel" | "panel-card" | "panel-wallet" | "today" | "today-crypto" | "today-card";
  readonly method?: string;
  readonly path?: string;
  readonly times?: number;
  readonly kind: "status" | "delay" | "hang" | "close" | "lose" | "garbage" | "truncate" | "huge" | "edit";
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ms?: number;
  readonly bytes?: number;
  /** Values to put into the genuine answer, by JSON Pointer, and pointers to remove from it. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
}

export type RpcName = "fluence-a" | "fluence-b" | "fluence-ws" | "ethereum" | "polygon" | "fluence";

export interface RpcMode {
  readonly mode:
    | "ok"
    | "refuse"
    | "status"
    | "error"
    | "hang"
    | "delay"
    | "garbage"
    | "chain_id"
    | "no_code"
    | "stale"
    | "balance"
    | "drop_logs"
    | "duplicate_logs"
    | "limit_logs"
    | "prune"
    | "edit";
  readonly [field: string]: unknown;
}

export interface RecordedRequest {
  readonly seq: number;
  readonly at: string;
  readonly target: string;
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly status: number | null;
  readonly fault: string | null;
  readonly user_id: string | null;
}

export class Sandbox {
  readonly ready: ReadyInfo;
  readonly #processes: Processes;

  private constructor(ready: ReadyInfo, processes: Processes) {
    this.ready = ready;
    this.#processes = processes;
  }

  /** Starts a sandbox whose logs go to the artefact folder `name`. Call `end` when done. */
  static async start(name: string, args: readonly string[] = []): Promise<Sandbox> {
    if (!existsSync(BINARIES.sandbox)) throw new Error(`${BINARIES.sandbox} is not built`);
    const processes = new Processes(join(ARTEFACTS, name, "sandbox"));
    let output = "";
    const running = processes.start("sandbox", BINARIES.sandbox, {
      args: ["--home", join(processes.scratch, "sandbox"), ...args],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: processes.scratch,
        TMPDIR: processes.scratch,
        RUST_LOG: process.env["RUST_LOG"] ?? "info",
      },
      onOutput: (text) => (output += text),
    });
    try {
      await until(
        "the sandbox is ready",
        () => {
          running.assertAlive();
          return output.includes("\n");
        },
        { timeout: 60_000 },
      );
      return new Sandbox(JSON.parse(output.slice(0, output.indexOf("\n"))) as ReadyInfo, processes);
    } catch (error) {
      await processes.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#processes.end();
  }

  /** Origins of the pages that return to the app. */
  get origins(): string[] {
    const { card, wallet } = this.ready.panel.pages;
    return [this.ready.fluence.api, this.ready.checkout, card, wallet].map((address) => new URL(address).origin);
  }

  get networkFile(): string {
    return this.ready.fluence.network;
  }

  /** The network's name in the network file. */
  get networkName(): string {
    return /^name\s*=\s*"([^"]+)"/m.exec(readFileSync(this.networkFile, "utf8"))?.[1] ?? "sandbox";
  }

  /** Creates a user, with 256 USDC of free credits by default. */
  async user(details: NewUser = {}): Promise<User> {
    return new User(this, (await this.control("POST", "/users", details)) as UserData);
  }

  /**
   * Creates a customer of the hosting panel, by default with 100.00 USD, two payers, a saved card and a PayPal account.
   */
  async panelUser(details: NewPanelUser = {}): Promise<PanelUser> {
    return new PanelUser(this, (await this.control("POST", "/panel/users", details)) as PanelUserData);
  }

  /** Changes to the panel's payments from outside the app. */
  get panelPayments(): PanelPayments {
    return new PanelPayments(this);
  }

  async fault(fault: Fault): Promise<string> {
    return ((await this.control("POST", "/faults", fault)) as { id: string }).id;
  }

  async clearFaults(): Promise<void> {
    await this.control("DELETE", "/faults");
  }

  async setRpcMode(name: RpcName, mode: RpcMode): Promise<void> {
    await this.control("POST", `/rpc/${name}`, mode);
  }

  /** Sets the mode of every RPC in the network file and of its WebSocket. */
  async setAllRpcModes(mode: RpcMode): Promise<void> {
    for (const name of ["fluence-a", "fluence-b", "fluence-ws"] as const) await this.setRpcMode(name, mode);
  }

  async setRelayer(settings: { hold?: boolean; delay_ms?: number }): Promise<void> {
    await this.control("POST", "/relayer", settings);
  }

  async setWatcher(settings: { hold: boolean }): Promise<void> {
    await this.control("POST", "/watcher", settings);
  }

  async setWebhooks(settings: { hold?: boolean; tamper?: boolean }): Promise<void> {
    await this.control("POST", "/webhooks", settings);
  }

  async advanceClock(seconds: number): Promise<void> {
    await this.control("POST", "/clock", { advance_s: seconds });
  }

  async setMaintenance(on: boolean): Promise<void> {
    await this.control("POST", "/maintenance", { on });
  }

  async setCap(amount: Amount): Promise<void> {
    await this.control("POST", "/cap", { amount });
  }

  async mine(chain: ChainId, blocks = 1): Promise<void> {
    await this.control("POST", `/chains/${chain}/mine`, { blocks });
  }

  async reorg(chain: ChainId, depth: number): Promise<void> {
    await this.control("POST", `/chains/${chain}/reorg`, { depth });
  }

  /** The requests that the sandbox has received. */
  async requests(
    filter: { target?: string; method?: string; path?: string; after?: number } = {},
  ): Promise<readonly RecordedRequest[]> {
    const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
    return ((await this.control("GET", `/requests?${query.toString()}`)) as { requests: RecordedRequest[] }).requests;
  }

  async topUp(id: string): Promise<SandboxTopUp> {
    return (await this.control("GET", `/top-ups/${id}`)) as SandboxTopUp;
  }

  /** Pays from an outside wallet; without an amount, pays what is still due. */
  async pay(
    id: string,
    settings: { chain?: ChainId; amount?: Amount } = {},
  ): Promise<{ transaction: string; amount: Amount; block: number }> {
    return (await this.control("POST", `/top-ups/${id}/pay`, settings)) as {
      transaction: string;
      amount: Amount;
      block: number;
    };
  }

  async expire(id: string): Promise<void> {
    await this.control("POST", `/top-ups/${id}/expire`);
  }

  async age(id: string, seconds: number): Promise<void> {
    await this.control("POST", `/top-ups/${id}/age`, { seconds });
  }

  async setStatus(
    id: string,
    status: "needs_review" | "aml_failed" | "failed" | "canceled" | "expired" | "open",
  ): Promise<void> {
    await this.control("POST", `/top-ups/${id}/status`, { status });
  }

  /** Removes every fault, hold and edit and clears the recorded requests, for the next test. */
  async reset(): Promise<void> {
    await this.control("DELETE", "/requests");
    await this.clearFaults();
    await this.setRelayer({ hold: false, delay_ms: 0 });
    await this.setWatcher({ hold: false });
    await this.setWebhooks({ hold: false, tamper: false });
    await this.setMaintenance(false);
    await this.panelPayments.setMaintenance(false);
    await this.setCap("5000");
    await this.setAllRpcModes({ mode: "ok" });
  }

  /** Calls the control API. */
  async control(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body: unknown = {}): Promise<unknown> {
    const answer = await fetch(this.ready.control + path, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(method === "GET" || method === "DELETE"
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control ${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

/** A user of the sandbox, with the changes that can be made to their account. */
export class User {
  readonly sandbox: Sandbox;
  readonly data: UserData;

  constructor(sandbox: Sandbox, data: UserData) {
    this.sandbox = sandbox;
    this.data = data;
  }

  get key(): string {
    return this.data.api_key;
  }

  get address(): string {
    return this.data.address;
  }

  /** The user's state on the chain, in the API and in the ledger, as the sandbox holds it. */
  async serverState(): Promise<UserState> {
    return (await this.sandbox.control("GET", `/users/${this.data.id}`)) as UserState;
  }

  /** Waits until the provider has an open top-up of this user. */
  async openTopUp(): Promise<SandboxTopUp> {
    return until("the provider has an open top-up", async () => (await this.serverState()).open_top_up);
  }

  /** Creates a top-up directly at the API, as the provider's own page or another device would. */
  async createTopUp(
    amountCents: number,
    fields: Readonly<Record<string, unknown>> = { methodCode: "usdc" },
  ): Promise<SandboxTopUp> {
    const answer = await fetch(`${this.sandbox.ready.fluence.api}/v2/top-ups`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": this.key },
      body: JSON.stringify({ amountCents, ...fields }),
    });
    if (answer.status !== 201) throw new Error(`POST /v2/top-ups: ${answer.status} ${await answer.text()}`);
    return this.openTopUp();
  }

  async update(what: {
    api_balance?: Amount | null;
    usage_days_left?: number | null;
    ids?: string;
    extra_entitlement?: boolean;
  }): Promise<void> {
    await this.sandbox.control("PATCH", `/users/${this.data.id}`, what);
  }

  async createKey(scopes: readonly string[]): Promise<string> {
    return (
      (await this.sandbox.control("POST", `/users/${this.data.id}/keys`, { name: "test", scopes })) as {
        api_key: string;
      }
    ).api_key;
  }

  /** Credits directly on the chain, without a payment in the API. */
  async credit(amount: Amount, topUpId?: string): Promise<{ transaction: string; block: number }> {
    const body = topUpId === undefined ? { amount } : { amount, top_up_id: topUpId };
    return (await this.sandbox.control("POST", `/users/${this.data.id}/credit`, body)) as {
      transaction: string;
      block: number;
    };
  }

  /** Charges so much that this free balance remains. */
  async drain(to: Amount): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/drain`, { to });
  }

  async setFrozen(frozen: boolean): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/freeze`, { frozen });
  }

  async addWorkload(details: { daily?: Amount; days?: number; reserve?: Amount; name?: string }): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/workloads`, details);
  }

  /** Makes the user of today's era owe that much, with nothing left for so many seconds. */
  async owe(amount: Amount, sinceSeconds = 0): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/debt`, { amount, since_s: sinceSeconds });
  }

  /** Moves the user into the other era; the contract keeps its money. */
  async moveTo(era: "copperx" | "today", balance?: Amount): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/era`, {
      era,
      ...(balance === undefined ? {} : { balance }),
    });
  }

  async addHistory(count: number, onChain = 0): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/history`, { count, on_chain: onChain });
  }
}
