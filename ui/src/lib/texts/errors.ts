// What the window says about errors. Each error code has a short title and what the user can do about it. The core's own
// message has the details and stands between the two.

import { hasText, t } from "../l10n/l10n.svelte.ts";
import type { Failure } from "../types.ts";

export interface ErrorText {
  title: string;
  /** What the user can do. Empty when the message already says it. */
  advice: string;
}

/** The texts for an error. An unknown code, from a newer core, gets those of `internal`. */
export function errorText(failure: Failure): ErrorText {
  const code = hasText(`error-${failure.code}`) ? failure.code : "internal";
  return { title: t(`error-${code}`), advice: t(`error-${code}.advice`) };
}

/** What happened and what to do, without the title. */
export function explanation(failure: Failure): string {
  const { advice } = errorText(failure);
  return advice === "" ? failure.message : t("error-explained", { message: failure.message, advice });
}
