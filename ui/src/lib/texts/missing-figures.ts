// Why a figure is missing. A cause is named only when it is known. Without one, the figure is still loading.

import type { AccountView, Overview } from "../types.ts";
import { errorText } from "./errors.ts";

/** Why a figure is missing. When several reasons apply, the first of the list counts. */
export type Obstacle = "address" | "keyring" | "signed_out" | "offline" | "failed" | "loading";

/** For figures that only the provider's API has. */
export function apiObstacle(account: AccountView, online: boolean, failed: boolean): Obstacle {
  if (account.waits_for_keyring) return "keyring";
  if (!account.signed_in) return "signed_out";
  return serverObstacle(online, failed);
}

/** For figures that only the chain has. Reading them needs an address but no key. */
export function chainObstacle(account: AccountView, online: boolean, failed: boolean): Obstacle {
  return account.address === null ? "address" : serverObstacle(online, failed);
}

/** For the balance. It can be read from the chain, without a key, if there is a chain and the address is known. */
export function balanceObstacle(account: AccountView, online: boolean, failed: boolean): Obstacle {
  const onChain = account.verifiable && account.address !== null;
  return onChain ? chainObstacle(account, online, failed) : apiObstacle(account, online, failed);
}

function serverObstacle(online: boolean, failed: boolean): Obstacle {
  if (!online) return "offline";
  return failed ? "failed" : "loading";
}

const SHORT_REASONS: Record<Obstacle, string> = {
  address: "Needs the wallet address",
  keyring: "Waiting for the keyring",
  signed_out: "Not read: signed out",
  offline: "Not read: offline",
  failed: "Could not be read",
  loading: "Loading…",
};

/** A reason that is short enough to fit beneath a figure. */
export function shortReason(obstacle: Obstacle): string {
  return SHORT_REASONS[obstacle];
}

const BALANCE_REASONS: Record<Obstacle, string> = {
  address: "Not known: it could not be read.",
  keyring: "Not known yet: Bursar is waiting for the keyring, which holds the key.",
  signed_out: "Not known: sign in to read it.",
  offline: "Not known: you are offline. It is read once you are online again.",
  failed: "Not known: it could not be read.",
  loading: "Loading the balance…",
};

/** Why there is no balance, as a sentence. */
export function missingBalanceText({ account, errors }: Overview, online: boolean): string {
  return BALANCE_REASONS[balanceObstacle(account, online, errors.length > 0)];
}

const CHARGES_REASONS: Record<Obstacle, string> = {
  address: "The charges could not be read.",
  keyring: "Not read yet: Bursar is waiting for the keyring, which holds the key.",
  signed_out: "Not read: sign in to see the charges.",
  offline: "Not read yet: you are offline. The charges are read once you are online again.",
  failed: "The charges could not be read.",
  loading: "Loading the charges…",
};

/** Why there are no charges, and what to do. Only for charges that have never been read. */
export function missingChargesText({ account, charges_error: failure }: Overview, online: boolean): string {
  const obstacle = apiObstacle(account, online, failure !== null);
  if (obstacle === "failed" && failure) return `${failure.message} ${errorText(failure).advice}`.trim();
  return CHARGES_REASONS[obstacle];
}

const PAYMENTS_REASONS: Record<Obstacle, string> = {
  address: "They could not be read yet. The overview says what is wrong.",
  keyring: "Bursar is waiting for the keyring, which holds the key.",
  signed_out: "Sign in to read the account’s payments.",
  offline: "You are offline. The payments are read once you are online again.",
  failed: "They could not be read yet. The overview says what is wrong.",
  loading: "They are being loaded.",
};

/** Why the list of payments is empty while none has been read yet. */
export function missingPaymentsText({ account, errors }: Overview, online: boolean): string {
  return PAYMENTS_REASONS[apiObstacle(account, online, errors.length > 0)];
}
