// The window's words. Errors hang on their code: a short title, and what a person can do about it. The core's own
// message carries the particulars and is shown between the two.

import type { Code, Failure, Match, NoticeKind, PaymentKind, PaymentStatus, PaymentView, Source } from "./types.ts";

export interface ErrorText {
  title: string;
  /** What to do; empty where the message already says it. */
  advice: string;
}

const ERROR_TEXTS: Record<Code, ErrorText> = {
  amount_malformed: { title: "That is not an amount", advice: "" },
  amount_precision: { title: "Too many decimals", advice: "" },
  amount_too_small: { title: "Below the minimum", advice: "" },
  amount_too_large: { title: "Above the maximum", advice: "" },
  balance_cap: {
    title: "The balance would be too high",
    advice: "Choose a smaller amount, or wait until some of the balance is spent.",
  },
  address_malformed: {
    title: "That is not a wallet address",
    advice: "An address is 0x and 40 characters of 0–9 and a–f. Copy it from the console’s settings.",
  },
  network_malformed: {
    title: "The network file cannot be used",
    advice: "Ask whoever gave it to you for a corrected one, then add it again.",
  },
  not_found: {
    title: "It is not here any more",
    advice: "It may have been removed meanwhile. Go back and choose again.",
  },
  already_exists: { title: "It is there already", advice: "" },
  top_up_open: { title: "Another payment comes first", advice: "" },
  top_up_state: {
    title: "That is not possible any more",
    advice: "The payment has moved on meanwhile. Its current state is shown.",
  },
  method_unknown: { title: "This payment method is no longer offered", advice: "Choose another one." },
  unauthorized: {
    title: "The provider does not accept the key",
    advice: "It may have been deleted. Make a new one in the console, and sign in again.",
  },
  forbidden: {
    title: "The key is not allowed to do this",
    advice: "Make a key with the missing scope in the console, and sign in again with it.",
  },
  provider_unavailable: {
    title: "The provider is not available",
    advice: "Your money is not affected. Bursar keeps trying.",
  },
  checkout_unavailable: {
    title: "The payment page is not available",
    advice: "Nothing has been paid.",
  },
  rate_limited: { title: "Too many requests", advice: "Bursar waits and tries again by itself." },
  timeout: { title: "No answer in time", advice: "Bursar keeps trying." },
  unreachable: { title: "No connection", advice: "Check the internet connection. Bursar keeps trying." },
  answer_too_large: {
    title: "The answer was too large to be right",
    advice: "It was not used; what is shown is the last good reading.",
  },
  answer_malformed: {
    title: "The answer could not be understood",
    advice: "It was not used; what is shown is the last good reading.",
  },
  line_unreadable: {
    title: "A payment could not be read",
    advice: "What was last known of it is shown, and everything else. A newer version of Bursar may know it.",
  },
  part_unreadable: {
    title: "Part of the provider’s answer could not be read",
    advice: "What it is about is left out or shown as unknown. A newer version of Bursar may know it.",
  },
  payer_unknown: { title: "Choose who pays", advice: "The payers are read from the provider." },
  due_unknown: { title: "That is no longer offered", advice: "Look at the list again." },
  total_changed: { title: "The price has changed", advice: "" },
  not_confirmed: { title: "Confirm the total first", advice: "This method takes the money at once." },
  not_offered: { title: "The provider does not offer that", advice: "" },
  refused: { title: "The provider refused the request", advice: "" },
  top_ups_unknown: {
    title: "Open top-ups could not be read",
    advice: "Whether one is open is not known. Bursar keeps trying.",
  },
  ambiguous_balance: {
    title: "Several balances, and none is marked as yours",
    advice: "Use a network file that names the right one.",
  },
  chain_unavailable: {
    title: "The chain cannot be read",
    advice: "Figures come from the provider’s API until it answers again.",
  },
  rpcs_disagree: {
    title: "Two RPCs tell different things of the chain",
    advice: "Nothing new is taken for verified until they agree. One that lies can be taken out of the network file.",
  },
  chain_went_back: {
    title: "The chain went back",
    advice: "The figures shown are older than those shown before. Bursar keeps asking for the newer ones.",
  },
  events_incomplete: {
    title: "Payment events could not be read completely",
    advice: "The balance is current. Payments without an event stay unverified.",
  },
  wrong_chain: {
    title: "An RPC answers for another chain",
    advice: "It is not used. Check the RPC address in Settings.",
  },
  no_contract: {
    title: "No Balance contract at this address",
    advice: "Check the network file and the RPC address in Settings.",
  },
  host_not_allowed: { title: "This address is not one of the network’s", advice: "It was not opened." },
  link_malformed: {
    title: "The link was not understood",
    advice: "Nothing was changed by it. Use “Check now” to ask the provider.",
  },
  sign_in_failed: { title: "The sign-in did not succeed", advice: "Try again, or paste an API key instead." },
  keyring_unavailable: {
    title: "No keyring to keep the key in",
    advice: "Unlock or install a keyring (such as GNOME Keyring), or stay signed in for this session only.",
  },
  signed_out: { title: "Signed out", advice: "Sign in again on the Accounts page. The history stays." },
  storage_failed: {
    title: "The data on disk could not be used",
    advice: "Make sure that the disk has room and that Bursar may write to its folder.",
  },
  storage_newer: { title: "The data was written by a newer Bursar", advice: "Install that version or a later one." },
  engine_running: { title: "Bursar is already running", advice: "Use the window that is open." },
  file_failed: { title: "The file could not be used", advice: "" },
  export_running: { title: "Another export is under way", advice: "" },
  browser_failed: { title: "The browser could not be opened", advice: "Copy the link and open it yourself." },
  usage: { title: "That is not how this works", advice: "" },
  internal: {
    title: "Something went wrong inside Bursar",
    advice: "Nothing is lost by it. Copy the diagnostics in Settings when you report it.",
  },
};

/** Any code has words, also one of a later core. */
export function errorText(failure: Failure): ErrorText {
  return ERROR_TEXTS[failure.code] ?? ERROR_TEXTS.internal;
}

export const STATUS_LABELS: Record<PaymentStatus, string> = {
  starting: "Starting",
  open: "Pending",
  confirming: "Confirming",
  under_review: "Under review",
  completed: "Completed",
  cancelled: "Cancelled",
  expired: "Expired",
  failed: "Failed",
  not_started: "Not started",
  refunding: "Being refunded",
  refunded: "Refunded",
};

const STATUS_PHRASES: Partial<Record<PaymentStatus, string>> = {
  starting: "it is being asked for",
  open: "it waits to be paid",
  confirming: "the money is on its way",
  under_review: "the provider is checking it",
};

/** How a payment stands, within a sentence. */
export function statusPhrase(status: PaymentStatus): string {
  return STATUS_PHRASES[status] ?? STATUS_LABELS[status].toLowerCase();
}

/** A payment as far as it decides what its status means. */
export interface StatusContext {
  status: PaymentStatus;
  kind: PaymentKind;
  /** There is a chain that shows the money. */
  verifiable: boolean;
  /** There is a payment page to pay on. */
  page: boolean;
}

const COMPLETED_MEANINGS: Record<PaymentKind, string> = {
  top_up: "The money is on your balance.",
  credit: "The money is on your balance.",
  refund: "The money has been given back.",
  renewal: "It is paid, and what it was for is renewed.",
  migration: "It is paid, and the server is ordered.",
};

const STATUS_MEANINGS: Record<PaymentStatus, (of: StatusContext) => string> = {
  starting: ({ verifiable }) => (verifiable ? "Asking the provider for a payment page." : "Asking the provider."),
  open: ({ page }) =>
    page
      ? "Waiting for you to pay in the browser."
      : "The provider waits for the money. If it gave an invoice, pay that; nothing else is to be done here.",
  confirming: ({ verifiable }) =>
    verifiable
      ? "The payment is on its way and waits for the chain."
      : "The payment system is at work; the money is on its way, and the provider may count it already.",
  under_review: () => "The provider is checking the payment. Nothing is lost; this can take a while.",
  completed: ({ kind }) => COMPLETED_MEANINGS[kind],
  cancelled: () => "Cancelled. If you paid anyway, Bursar keeps checking with the provider.",
  expired: () => "The payment page has expired. If you have already paid, Bursar keeps checking with the provider.",
  failed: () => "Not accepted. If you were charged anyway, Bursar keeps checking with the provider.",
  not_started: () => "No payment was started. Nothing was charged.",
  refunding: () => "The provider is giving the money back.",
  refunded: ({ kind }) =>
    kind === "top_up"
      ? "The provider has given the money back; it is no longer on the balance."
      : "The provider has given the money back.",
};

/** What a status means for the person’s money. */
export function statusMeaning(of: StatusContext): string {
  return STATUS_MEANINGS[of.status](of);
}

/** For one whose answer is overdue or lost. */
export const OUTCOME_UNKNOWN =
  "It is not known whether the provider has made this payment. Bursar finds out by itself; until then no second one is made.";

export const KIND_LABELS: Record<PaymentKind, string> = {
  top_up: "Top-up",
  credit: "Credit",
  refund: "Refund",
  renewal: "Renewal",
  migration: "Migration",
};

/** The last step of a payment of that kind. */
export const LAST_STEP_LABELS: Record<PaymentKind, string> = {
  top_up: "On your balance",
  credit: "On your balance",
  refund: "Given back",
  renewal: "Renewed",
  migration: "Ordered",
};

export const SOURCE_LABELS: Record<Source, string> = { chain: "the chain", api: "the provider’s API" };

export const NOTICE: Record<NoticeKind, string> = {
  completed: "Completed",
  failed: "Failed",
  expired: "Expired",
  cancelled: "Cancelled",
  under_review: "Under review",
  reversed: "Reversed",
  refunded: "Refunded",
  low_balance: "Low balance",
  signed_out: "Signed out",
};

/** How sure it is that the money is in the Balance contract. */
export function verificationText(verified: boolean, matched: Match | null): string {
  if (!verified) return "Not verified yet: the Balance contract has not shown it.";
  if (matched === "by_id") return "Verified: the transaction carries this payment’s id.";
  if (matched === "by_amount")
    return "Verified by amount: one transaction of exactly this amount within a day, and no other candidate.";
  return "Verified: seen in the Balance contract.";
}

/** Whose word that is, where there is nobody to ask a second time. */
export function singleRpcHint(rpcHosts: number): string | null {
  return rpcHosts === 1
    ? "This network has one RPC endpoint, so its word alone counts. Add another in Settings to have each transaction confirmed by two."
    : null;
}

/** A payment's source as the provider calls it, or in plain words. */
export function sourceName(source: string | null, kind: PaymentKind): string {
  if (source === "chain") return kind === "refund" ? "Refund" : "Credit";
  if (source === "copperx") return "CopperX";
  return source ?? KIND_LABELS[kind];
}

/** What a line of the history is called: what was paid for, else where the money came from. */
export function paymentTitle({ kind, purpose, source, payer, method }: PaymentView): string {
  if (purpose !== null) return `${KIND_LABELS[kind]}: ${purpose}`;
  return payer === null && method === null ? sourceName(source, kind) : KIND_LABELS[kind];
}

/** By what and by whom it was paid, as far as that is known. */
export function paidBy({ method, payer }: PaymentView): string {
  return [method, payer].filter((one) => one !== null && one !== "").join(", ");
}

/** For payments of an account whose wallet address is not known: nothing can be looked for on the chain. */
export const ADDRESS_NEEDED =
  "Not verified: Bursar looks for payments on the chain by the account’s wallet address, which has not been entered.";

const EXPECTED_ON_CHAIN: ReadonlySet<PaymentStatus> = new Set(["confirming", "under_review", "completed"]);

/** Whether verification is worth a word: the money is on the chain, or is expected there. */
export function showsVerification({ verifiable, verified, status }: PaymentView): boolean {
  return verifiable && (verified || EXPECTED_ON_CHAIN.has(status));
}

/** A name by which people can ask the provider or the explorer about a payment. */
export interface PaymentReference {
  text: string;
  what: "number" | "id" | "transaction";
}

/** The number, else the provider's id, else the transaction; `null` for what only Bursar has an id of. */
export function paymentReference({ number, provider_id, transaction }: PaymentView): PaymentReference | null {
  if (number !== null) return { text: number, what: "number" };
  if (provider_id !== null) return { text: provider_id, what: "id" };
  return transaction === null ? null : { text: transaction, what: "transaction" };
}

/** "9105eb3…140": the head and tail by which people tell ids apart. */
export function abbreviateId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 7)}…${id.slice(-4)}` : id;
}
