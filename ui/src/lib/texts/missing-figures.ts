// Why a figure is missing. A cause is named only when it is known. Without one, the figure is still loading.

import { t } from "../l10n/l10n.svelte.ts";
import type { AccountView, Overview } from "../types.ts";
import { explanation } from "./errors.ts";

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

/** A reason that is short enough to fit beneath a figure. */
export function shortReason(obstacle: Obstacle): string {
  return t(`missing-${obstacle}`);
}

/** Why there is no balance, as a sentence. */
export function missingBalanceText({ account, errors }: Overview, online: boolean): string {
  return t(`missing-balance-${balanceObstacle(account, online, errors.length > 0)}`);
}

/** Why there are no charges, and what to do. Only for charges that have never been read. */
export function missingChargesText({ account, charges_error: failure }: Overview, online: boolean): string {
  const obstacle = apiObstacle(account, online, failure !== null);
  return obstacle === "failed" && failure ? explanation(failure) : t(`missing-charges-${obstacle}`);
}

/** Why the list of payments is empty while none has been read yet. */
export function missingPaymentsText({ account, errors }: Overview, online: boolean): string {
  return t(`missing-payments-${apiObstacle(account, online, errors.length > 0)}`);
}
