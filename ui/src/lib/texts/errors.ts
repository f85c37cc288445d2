// What the window says about errors. Each error code has a short title and what the user can do about it. The core's own
// message has the details and stands between the two.

import type { Code, Failure } from "../types.ts";

export interface ErrorText {
  title: string;
  /** What the user can do. Empty when the message already says it. */
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

/** The texts for an error. An unknown code, from a newer core, gets those of `internal`. */
export function errorText(failure: Failure): ErrorText {
  return ERROR_TEXTS[failure.code] ?? ERROR_TEXTS.internal;
}
