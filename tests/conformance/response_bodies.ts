/** Response bodies that the checks read, already validated against the description. */

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Account {
  readonly currency: string;
  readonly currency_decimals: number;
  readonly balance: Money;
  readonly daily_spend: Money | null;
}

export interface Options {
  readonly min: Money;
  readonly max: Money;
  readonly presets: readonly Money[];
}

export interface Payer {
  readonly id: string;
  readonly is_default: boolean;
}

export interface Method {
  readonly id: string;
  readonly kind: "saved" | "payment_system" | "invoice";
  readonly payer: string;
  readonly can_save?: boolean;
  readonly status?: "pending" | "confirmed" | "failed";
  readonly is_default?: boolean;
  readonly page?: string | null;
  readonly reason?: unknown;
}

export interface Payment {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly reason: { readonly code: string } | null;
  readonly purpose: { readonly kind: string; readonly items?: readonly { readonly until: string }[] };
  readonly payer: { readonly id: string };
  readonly amount: Money;
  readonly created_at: string;
  readonly updated_at: string;
  readonly paid_at: string | null;
  readonly page: string | null;
  readonly expires_at: string | null;
  readonly can_cancel: boolean;
  readonly has_invoice: boolean;
}

export interface Period {
  readonly id: string;
  readonly months: number;
  readonly price: Money;
  readonly until: string;
}

export interface Service {
  readonly id: string;
  readonly due_at: string;
  readonly periods: readonly Period[];
}

export interface Migration {
  readonly id: string;
  readonly ordered_at: string;
  readonly periods: readonly Period[];
}

export interface Expense {
  readonly id: string;
  readonly date: string;
  readonly amount: Money;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** The amount in the currency's minor units. */
export function minorUnits(money: Money): bigint {
  return BigInt(money.amount.replace(".", ""));
}

/** An amount of so many minor units, formatted as in the API. */
export function moneyOf(units: bigint, account: Account): Money {
  const digits = units.toString().padStart(account.currency_decimals + 1, "0");
  const whole = digits.slice(0, digits.length - account.currency_decimals);
  const part = digits.slice(digits.length - account.currency_decimals);
  return { amount: part === "" ? whole : `${whole}.${part}`, currency: account.currency };
}
