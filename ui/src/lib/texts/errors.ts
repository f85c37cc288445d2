// What the window says about errors. Each error code has a short title and what the user can do about it. The error's detail
// says what happened and stands between the two.

import { detail as writeDetail, hasText, t } from "../l10n/l10n.svelte.ts";
import { asTyped, formatAmount } from "../money.ts";
import type { Amount, Failure } from "../types.ts";
import type { Detail } from "./details.ts";

type DetailArgument = string | number | Amount | Detail | Detail[];

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

/** What happened; empty while these texts are loaded, and for a detail that only a newer core knows. */
export function detailText({ detail }: Failure): string {
  return words(detail);
}

/** What happened and what to do, without the title. */
export function explanation(failure: Failure): string {
  const { advice } = errorText(failure);
  const message = detailText(failure);
  if (advice === "" || message === "") return message || advice;
  return t("error-explained", { message, advice });
}

function words(detail: Detail): string {
  // Earlier versions stored English sentences.
  if (typeof detail === "string") return detail;
  const args: Record<string, string | number> = {};
  for (const [name, value] of Object.entries("args" in detail ? detail.args : {})) args[name] = written(value);
  // The core writes it with a point, whatever the language.
  if (detail.id === "amount-ambiguous") args["decimals"] = asTyped(detail.args.decimals);
  return writeDetail(`detail-${detail.id}`, args) ?? "";
}

/** Details within a detail become sentences after each other. */
function written(value: DetailArgument): string | number {
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(words).join(" ");
  return "id" in value ? words(value) : formatAmount(value);
}
