/**
 * The sandbox's hosting panel outside the app: its customers with their payers, methods and payments, and the changes
 * that others make to them. Bodies follow docs/panel-api.yaml; docs/sandbox.md lists the calls.
 */
import { until } from "./wait.ts";
import type { Sandbox } from "./sandbox.ts";

/** A decimal amount with exactly the currency's decimals, e.g. `100.00`. */
export type PanelAmount = string;

export interface PanelReady {
  readonly api: string;
  readonly api_key: string;
  readonly network: string;
  readonly user_id: string;
  readonly email: string;
  /** The hosted pages of the two payment systems. */
  readonly pages: { readonly card: string; readonly wallet: string };
}

export interface NewPanelUser {
  readonly email?: string;
  readonly name?: string;
  readonly currency?: string;
  readonly balance?: PanelAmount;
  readonly daily?: PanelAmount;
  readonly payers?: number;
  /** Whether the first payer has a confirmed card (the default) and a PayPal account. */
  readonly saved?: boolean;
  readonly services?: number;
  readonly migrations?: number;
  readonly history?: number;
}

export interface Money {
  readonly amount: PanelAmount;
  readonly currency: string;
}

export interface PanelPayer {
  readonly id: string;
  readonly kind: "person" | "company";
  readonly name: string;
  readonly is_default: boolean;
}

export type SavedStatus = "pending" | "confirmed" | "failed";

export interface PanelMethod {
  readonly id: string;
  readonly kind: "saved" | "payment_system" | "invoice";
  readonly payer: string;
  readonly name: string;
  readonly system?: "stripe" | "paypal";
  readonly status?: SavedStatus;
  readonly last4?: string | null;
  readonly email?: string | null;
  readonly is_default?: boolean;
}

export type PanelStatus =
  "new" | "processing" | "trusted" | "paid" | "waiting_refund" | "refunded" | "fraudulent" | "cancelled";

export type FailureReason =
  | "declined"
  | "insufficient_funds"
  | "confirmation_failed"
  | "expired"
  | "cancelled_by_user"
  | "cancelled_by_provider"
  | "method_removed"
  | "method_expired"
  | "fraud_suspected"
  | "other";

/** A payment system's answer to a debit. */
export type DebitOutcome =
  "approve" | "declined" | "insufficient_funds" | "confirmation_failed" | "method_expired" | "fraudulent" | "hang";

export interface PanelPayment {
  readonly id: string;
  readonly number: string;
  readonly status: PanelStatus;
  readonly reason: { readonly code: FailureReason; readonly message: string } | null;
  readonly purpose: { readonly kind: "top_up" | "renewal" | "migration" };
  readonly payer: { readonly id: string; readonly name: string };
  readonly method: { readonly id: string; readonly kind: PanelMethod["kind"]; readonly name: string };
  readonly amount: Money;
  readonly created_at: string;
  readonly updated_at: string;
  readonly page: string | null;
  readonly has_invoice: boolean;
  readonly saved_method: string | null;
  readonly user_id: string;
  readonly return_url: string | null;
  /** Its page's address, even after the page has closed. */
  readonly page_address: string | null;
}

export interface Period {
  readonly id: string;
  readonly months: number;
  readonly price: Money;
  readonly until: string;
}

export interface PanelService {
  readonly id: string;
  readonly name: string;
  readonly tariff: string;
  readonly due_at: string;
  readonly periods: readonly Period[];
}

export interface PanelMigration {
  readonly id: string;
  readonly number: string;
  readonly server: { readonly id: string; readonly name: string };
  readonly periods: readonly Period[];
}

export interface PanelUserData {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly currency: string;
  readonly api_key: string;
  readonly key_id: string;
  readonly network: string;
  readonly payers: readonly PanelPayer[];
}

export interface PanelUserState extends PanelUserData {
  readonly balance: PanelAmount;
  readonly daily: PanelAmount | null;
  readonly methods: readonly PanelMethod[];
  /** Newest first, at most 200. */
  readonly payments: readonly PanelPayment[];
  readonly payment_count: number;
  readonly services: readonly PanelService[];
  readonly migrations: readonly PanelMigration[];
  readonly expense_count: number;
}

/** How the panel and its payment systems behave towards a user. */
export interface PanelBehaviour {
  readonly balance?: PanelAmount;
  readonly min?: PanelAmount;
  readonly max?: PanelAmount;
  readonly presets?: readonly PanelAmount[];
  readonly blocked?: boolean;
  readonly requests_per_minute?: number | null;
  readonly hold_debits?: boolean;
  readonly debit_ms?: number;
  readonly hold_confirmations?: boolean;
  readonly confirm_ms?: number;
  readonly refuse_confirmations?: boolean;
}

/** A customer of the panel, with the changes that others than the app can make to their account. */
export class PanelUser {
  readonly sandbox: Sandbox;
  readonly data: PanelUserData;

  constructor(sandbox: Sandbox, data: PanelUserData) {
    this.sandbox = sandbox;
    this.data = data;
  }

  get key(): string {
    return this.data.api_key;
  }

  get networkFile(): string {
    return this.data.network;
  }

  async serverState(): Promise<PanelUserState> {
    return (await this.#control("GET", "")) as PanelUserState;
  }

  async balance(): Promise<PanelAmount> {
    return (await this.serverState()).balance;
  }

  /** Waits for a matching payment and returns the newest. */
  async payment(matches: (payment: PanelPayment) => boolean = () => true): Promise<PanelPayment> {
    return until("the panel has a matching payment", async () => (await this.serverState()).payments.find(matches));
  }

  async setBehaviour(behaviour: PanelBehaviour): Promise<void> {
    await this.#control("PATCH", "", behaviour);
  }

  async createKey(options: { read_only?: boolean } = {}): Promise<{ id: string; api_key: string }> {
    return (await this.#control("POST", "/keys", options)) as { id: string; api_key: string };
  }

  async revokeKey(id: string): Promise<void> {
    await this.#control("DELETE", `/keys/${id}`);
  }

  async addPayer(payer: { name: string; kind?: "person" | "company"; email?: string }): Promise<PanelPayer> {
    return (await this.#control("POST", "/payers", payer)) as PanelPayer;
  }

  async removePayer(id: string): Promise<void> {
    await this.#control("DELETE", `/payers/${id}`);
  }

  /** Adds a saved method from elsewhere: a test card, or a PayPal account if an e-mail address is given. */
  async addMethod(
    method: {
      payer?: string;
      card?: string;
      email?: string;
      status?: SavedStatus;
      is_default?: boolean;
      debit?: DebitOutcome;
    } = {},
  ): Promise<PanelMethod> {
    return (await this.#control("POST", "/methods", method)) as PanelMethod;
  }

  async changeMethod(
    id: string,
    what: { status?: SavedStatus; is_default?: boolean; debit?: DebitOutcome },
  ): Promise<void> {
    await this.#control("PATCH", `/methods/${id}`, what);
  }

  /** Removes a method as from another computer. */
  async removeMethod(id: string): Promise<void> {
    await this.#control("DELETE", `/methods/${id}`);
  }

  async addService(service: {
    name: string;
    monthly: PanelAmount;
    tariff?: string;
    due_in_days?: number;
  }): Promise<PanelService> {
    return (await this.#control("POST", "/services", service)) as PanelService;
  }

  /** Changes a service's price, and so the total of a renewal. */
  async setServicePrice(service: string, monthly: PanelAmount): Promise<void> {
    await this.#control("PATCH", `/services/${service}`, { monthly });
  }

  async removeService(id: string): Promise<void> {
    await this.#control("DELETE", `/services/${id}`);
  }

  async orderMigration(details: { server: string; monthly: PanelAmount }): Promise<PanelMigration> {
    return (await this.#control("POST", "/migrations", details)) as PanelMigration;
  }

  async withdrawMigration(id: string): Promise<void> {
    await this.#control("DELETE", `/migrations/${id}`);
  }

  async addHistory(count: number): Promise<void> {
    await this.#control("POST", "/history", { count });
  }

  /** Creates a top-up in the panel itself. */
  async createPaymentElsewhere(amount: PanelAmount, status: PanelStatus = "paid"): Promise<PanelPayment> {
    return (await this.#control("POST", "/payments", { amount, status })) as PanelPayment;
  }

  async #control(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body: unknown = {}): Promise<unknown> {
    return this.sandbox.control(method, `/panel/users/${this.data.id}${path}`, body);
  }
}

/** Changes to single payments of any customer. */
export class PanelPayments {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async read(id: string): Promise<PanelPayment> {
    return (await this.#sandbox.control("GET", `/panel/payments/${id}`)) as PanelPayment;
  }

  /** Changes the status as the description allows; `force` allows any change. */
  async setStatus(
    id: string,
    status: PanelStatus,
    options: { reason?: FailureReason; message?: string; force?: boolean } = {},
  ): Promise<void> {
    await this.#sandbox.control("POST", `/panel/payments/${id}/status`, { status, ...options });
  }

  /** Answers a debit that hangs or is held. */
  async settle(id: string, outcome: DebitOutcome): Promise<void> {
    await this.#sandbox.control("POST", `/panel/payments/${id}/settle`, { outcome });
  }

  async expire(id: string): Promise<void> {
    await this.#sandbox.control("POST", `/panel/payments/${id}/expire`);
  }

  async age(id: string, seconds: number): Promise<void> {
    await this.#sandbox.control("POST", `/panel/payments/${id}/age`, { seconds });
  }

  async setMaintenance(on: boolean, message?: string): Promise<void> {
    await this.#sandbox.control("POST", "/panel/maintenance", { on, ...(message === undefined ? {} : { message }) });
  }
}
