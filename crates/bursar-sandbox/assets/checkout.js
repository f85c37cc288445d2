// Keeps the hosted page in step with its session. Everything it shows comes from the server; it decides nothing.
"use strict";

const base = location.pathname;
const at = (id) => document.getElementById(id);
const appScheme = "org.bursar.desktop:";
let session = null;
let redirected = false;
let asked = 0;

async function ask(path, body) {
  const answer = await fetch(base + path, body === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? "The payment page cannot be reached");
  return value;
}

function clockText(seconds) {
  const part = (n) => String(n).padStart(2, "0");
  return `Pay within ${part(Math.floor(seconds / 60))}:${part(seconds % 60)} min`;
}

function phaseOf(state) {
  if (state.status === "complete") return "paid";
  if (state.transfers.some((transfer) => !transfer.counted)) return "seen";
  if (state.status === "expired" || state.status === "canceled") return "ended";
  return "pay";
}

function sentence(state, phase) {
  if (phase === "paid" && state.late) return "Payment received late. The merchant has been told.";
  if (phase === "paid") return "Payment received. Thank you!";
  if (phase === "seen") return "Your transfer was seen. Waiting for its confirmation …";
  if (state.status === "incomplete")
    return `Received ${state.received} USDC. ${state.missing} USDC are still missing.`;
  if (state.status === "expired") return "This payment has expired. Money that is sent now still arrives, but late.";
  if (state.status === "canceled") return "This payment was cancelled.";
  return "";
}

function show(state) {
  // What is still to pay changed: whatever the test wallet was to send, it is not that any more.
  if (session !== null && session.missing !== state.missing) at("wallet-amount").value = state.missing;
  session = state;
  const phase = phaseOf(state);
  document.body.dataset.status = state.status;
  document.body.dataset.phase = phase;
  const text = sentence(state, phase);
  at("status").textContent = text;
  at("status").hidden = text === "";
  const over = phase === "paid" || phase === "ended";
  const paying = isPaying();
  at("countdown").hidden = over;
  at("details").hidden = over || paying;
  at("methods-heading").hidden = paying;
  at("methods").hidden = phase === "paid" || state.status === "canceled";
  at("back").disabled = state.status !== "open" || phase === "seen";
  at("heading").textContent =
    phase === "paid" ? "Payment complete" : phase === "ended" ? "Payment closed" : paying ? "Pay with" : "Fill in the details";
  if (!at("revealed").hidden) tellAmount();
  showReturn(state, over);
  if (phase === "paid") leave(state.return_url, 1000);
}

function showReturn(state, over) {
  const link = at("return-link");
  link.hidden = !(over && state.return_url);
  if (link.hidden) return;
  link.href = state.return_url;
  link.textContent = state.return_url.startsWith(appScheme) ? "Return to Bursar" : "Return to the console";
}

// Goes to the return address by itself, once; the button stays for those whose browser did not follow.
function leave(address, wait) {
  if (redirected || !address) return;
  redirected = true;
  setTimeout(() => { location.href = address; }, wait);
}

async function refresh() {
  const turn = ++asked;
  try {
    const state = await ask("/state");
    if (turn === asked) show(state);
  } catch {
    // The next turn asks again.
  }
}

function tick() {
  if (session === null) return;
  const left = Math.max(0, Math.ceil((Date.parse(session.expires_at) - Date.now()) / 1000));
  // The server's clock may be elsewhere; its own count is the truth at each refresh.
  at("countdown").textContent = clockText(Math.min(left, session.seconds_left));
}

// A method is open: the details make room for it.
function isPaying() {
  return !at("wallet").hidden || !at("qr-view").hidden;
}

function toggle(which) {
  for (const [button, panel] of [["method-wallet", "wallet"], ["method-qr", "qr-view"]]) {
    const open = button === which && at(panel).hidden;
    at(panel).hidden = !open;
    at(button).setAttribute("aria-expanded", String(open));
  }
  if (session !== null) show(session);
}

function chosen() {
  return session?.assets.find((asset) => String(asset.chain) === at("network").value);
}

function reveal() {
  const asset = chosen();
  if (asset === undefined) return;
  at("qr").src = `${base}/qr/${asset.chain}`;
  at("pay-address").textContent = asset.address;
  tellAmount();
  at("pay-network").textContent = asset.network;
  at("hidden-code").hidden = true;
  at("reveal").hidden = true;
  at("revealed").hidden = false;
}

function tellAmount() {
  const asset = chosen();
  if (asset !== undefined) at("pay-amount").textContent = `${session.missing} ${asset.symbol}`;
}

function conceal() {
  at("hidden-code").hidden = false;
  at("reveal").hidden = false;
  at("revealed").hidden = true;
}

async function payWithWallet() {
  const button = at("wallet-pay");
  const result = at("wallet-tx");
  button.disabled = true;
  result.hidden = false;
  result.textContent = "Sending …";
  try {
    const paid = await ask("/wallet", {
      chain: Number(at("wallet-network").value),
      amount: at("wallet-amount").value.trim(),
    });
    result.textContent = paid.transaction;
    result.dataset.sent = "true";
    await refresh();
  } catch (error) {
    result.textContent = error.message;
  }
  button.disabled = false;
}

async function submitHash(event) {
  event.preventDefault();
  try {
    const answer = await ask("/hash", { chain: Number(at("tx-network").value), hash: at("tx-hash").value });
    at("hash-answer").textContent = answer.text;
    await refresh();
  } catch (error) {
    at("hash-answer").textContent = error.message;
  }
}

async function cancel() {
  try {
    const ended = await ask("/cancel", {});
    await refresh();
    if (ended.status === "canceled") leave(ended.return_url, 300);
  } catch {
    await refresh();
  }
}

at("back").addEventListener("click", cancel);
at("method-wallet").addEventListener("click", () => toggle("method-wallet"));
at("method-qr").addEventListener("click", () => toggle("method-qr"));
at("wallet-pay").addEventListener("click", payWithWallet);
at("reveal").addEventListener("click", reveal);
at("network").addEventListener("change", () => { at("coin").value = at("network").value; conceal(); });
at("coin").addEventListener("change", () => { at("network").value = at("coin").value; conceal(); });
at("submit-hash-link").addEventListener("click", () => { at("hash-form").hidden = !at("hash-form").hidden; });
at("hash-form").addEventListener("submit", submitHash);
at("details").addEventListener("submit", (event) => event.preventDefault());
setInterval(refresh, 500);
setInterval(tick, 250);
refresh().then(tick);
