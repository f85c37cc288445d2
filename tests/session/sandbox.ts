/**
 * The provider on this machine that journeys pay into: started once for a test file, with a fresh user for every test.
 * What it says through its control API is the witness: it shares no code with the app. See docs/sandbox.md.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARIES } from "./app.ts";
import { until } from "./wait.ts";
import { PanelPayments, PanelUser, type NewPanelUser, type PanelReady, type PanelUserData } from "./panel.ts";
import { Processes } from "./processes.ts";

/** Decimal text in USDC, e.g. `10.1`. */
export type Amount = string;
export type ChainId = 1 | 137 | 9999999;

export interface Ready {
  readonly fluence: {
    readonly api: string;
    readonly api_key: string;
    readonly user: string;
    readonly network: string;
    readonly user_id: string;
    readonly email: string;
  };
  readonly panel: PanelReady;
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

export interface UserTruth extends UserData {
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
  readonly target: "console" | "checkout" | "panel" | "panel-card" | "panel-wallet";
  readonly method?: string;
  readonly path?: string;
  readonly times?: number;
  readonly kind: "status" | "delay" | "hang" | "close" | "lose" | "garbage" | "truncate" | "huge" | "edit";
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ms?: number;
  readonly bytes?: number;
  /** JSON Pointers and what to put there, and what to take away, in the true answer. */
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

export interface Asked {
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

const ARTEFACTS = fileURLToPath(new URL("../artefacts/", import.meta.url));

export class Sandbox {
  readonly ready: Ready;
  readonly #processes: Processes;

  private constructor(ready: Ready, processes: Processes) {
    this.ready = ready;
    this.#processes = processes;
  }

  /** Starts one; `name` is the folder of its logs among the artefacts. End it with `end`. */
  static async start(name: string, args: readonly string[] = []): Promise<Sandbox> {
    if (!existsSync(BINARIES.sandbox)) throw new Error(`${BINARIES.sandbox} is not built`);
    const processes = new Processes(join(ARTEFACTS, name, "sandbox"));
    let said = "";
    const running = processes.start("sandbox", BINARIES.sandbox, {
      args: ["--home", join(processes.scratch, "sandbox"), ...args],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: processes.scratch,
        TMPDIR: processes.scratch,
        RUST_LOG: process.env["RUST_LOG"] ?? "info",
      },
      onOutput: (text) => (said += text),
    });
    try {
      await until(
        "the sandbox is ready",
        () => {
          running.mustBeAlive();
          return said.includes("\n");
        },
        { within: 60_000 },
      );
      return new Sandbox(JSON.parse(said.slice(0, said.indexOf("\n"))) as Ready, processes);
    } catch (error) {
      await processes.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#processes.end();
  }

  /** Origins whose pages lead back to the app. */
  get origins(): string[] {
    const { card, wallet } = this.ready.panel.pages;
    return [this.ready.fluence.api, this.ready.checkout, card, wallet].map((address) => new URL(address).origin);
  }

  get networkFile(): string {
    return this.ready.fluence.network;
  }

  /** The `name` in the network file. */
  get networkName(): string {
    return /^name\s*=\s*"([^"]+)"/m.exec(readFileSync(this.networkFile, "utf8"))?.[1] ?? "sandbox";
  }

  /** Somebody new, with 256 USDC of free credits unless told otherwise. */
  async user(details: NewUser = {}): Promise<User> {
    return new User(this, (await this.control("POST", "/users", details)) as UserData);
  }

  /** A new customer of the hosting panel: 100.00 USD, two payers, a saved card and PayPal account, unless told otherwise. */
  async panelUser(details: NewPanelUser = {}): Promise<PanelUser> {
    return new PanelUser(this, (await this.control("POST", "/panel/users", details)) as PanelUserData);
  }

  /** The panel's payments, in other hands than the app's. */
  get panelPayments(): PanelPayments {
    return new PanelPayments(this);
  }

  async fault(fault: Fault): Promise<string> {
    return ((await this.control("POST", "/faults", fault)) as { id: string }).id;
  }

  async noFaults(): Promise<void> {
    await this.control("DELETE", "/faults");
  }

  async rpc(name: RpcName, mode: RpcMode): Promise<void> {
    await this.control("POST", `/rpc/${name}`, mode);
  }

  /** Every RPC of the network file, and its WebSocket, at once. */
  async allRpcs(mode: RpcMode): Promise<void> {
    for (const name of ["fluence-a", "fluence-b", "fluence-ws"] as const) await this.rpc(name, mode);
  }

  async relayer(how: { hold?: boolean; delay_ms?: number }): Promise<void> {
    await this.control("POST", "/relayer", how);
  }

  async watcher(how: { hold: boolean }): Promise<void> {
    await this.control("POST", "/watcher", how);
  }

  async webhooks(how: { hold?: boolean; tamper?: boolean }): Promise<void> {
    await this.control("POST", "/webhooks", how);
  }

  async advanceClock(seconds: number): Promise<void> {
    await this.control("POST", "/clock", { advance_s: seconds });
  }

  async maintenance(on: boolean): Promise<void> {
    await this.control("POST", "/maintenance", { on });
  }

  async cap(amount: Amount): Promise<void> {
    await this.control("POST", "/cap", { amount });
  }

  async mine(chain: ChainId, blocks = 1): Promise<void> {
    await this.control("POST", `/chains/${chain}/mine`, { blocks });
  }

  async reorg(chain: ChainId, depth: number): Promise<void> {
    await this.control("POST", `/chains/${chain}/reorg`, { depth });
  }

  /** What was asked of the sandbox. */
  async requests(
    filter: { target?: string; method?: string; path?: string; after?: number } = {},
  ): Promise<readonly Asked[]> {
    const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
    return ((await this.control("GET", `/requests?${query.toString()}`)) as { requests: Asked[] }).requests;
  }

  async topUp(id: string): Promise<SandboxTopUp> {
    return (await this.control("GET", `/top-ups/${id}`)) as SandboxTopUp;
  }

  /** A transfer from an outside wallet; without an amount: what is still due. */
  async pay(
    id: string,
    how: { chain?: ChainId; amount?: Amount } = {},
  ): Promise<{ transaction: string; amount: Amount; block: number }> {
    return (await this.control("POST", `/top-ups/${id}/pay`, how)) as {
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

  /** Takes back every fault, hold and lie, and forgets what was asked, for the next test. */
  async calm(): Promise<void> {
    await this.control("DELETE", "/requests");
    await this.noFaults();
    await this.relayer({ hold: false, delay_ms: 0 });
    await this.watcher({ hold: false });
    await this.webhooks({ hold: false, tamper: false });
    await this.maintenance(false);
    await this.panelPayments.maintenance(false);
    await this.cap("5000");
    await this.allRpcs({ mode: "ok" });
  }

  /** Any call of the control API. */
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

/** One user of the sandbox, with what can be done to their money. */
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

  /** What the chain, the API and the ledger say, as seen by the sandbox itself. */
  async truth(): Promise<UserTruth> {
    return (await this.sandbox.control("GET", `/users/${this.data.id}`)) as UserTruth;
  }

  /** Waits until the provider has an open top-up of this user. */
  async openTopUp(): Promise<SandboxTopUp> {
    return until("the provider has an open top-up", async () => (await this.truth()).open_top_up);
  }

  async patch(what: {
    api_balance?: Amount | null;
    usage_days_left?: number | null;
    ids?: string;
    extra_entitlement?: boolean;
  }): Promise<void> {
    await this.sandbox.control("PATCH", `/users/${this.data.id}`, what);
  }

  async keyWith(scopes: readonly string[]): Promise<string> {
    return (
      (await this.sandbox.control("POST", `/users/${this.data.id}/keys`, { name: "test", scopes })) as {
        api_key: string;
      }
    ).api_key;
  }

  /** Credits straight on the chain, with no payment in the API. */
  async credit(amount: Amount, topUpId?: string): Promise<{ transaction: string; block: number }> {
    const body = topUpId === undefined ? { amount } : { amount, top_up_id: topUpId };
    return (await this.sandbox.control("POST", `/users/${this.data.id}/credit`, body)) as {
      transaction: string;
      block: number;
    };
  }

  /** A charge that leaves this free balance. */
  async drain(to: Amount): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/drain`, { to });
  }

  async freeze(frozen: boolean): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/freeze`, { frozen });
  }

  async workload(details: { daily?: Amount; days?: number; reserve?: Amount; name?: string }): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/workloads`, details);
  }

  async history(count: number, onChain = 0): Promise<void> {
    await this.sandbox.control("POST", `/users/${this.data.id}/history`, { count, on_chain: onChain });
  }
}
