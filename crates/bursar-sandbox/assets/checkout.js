// Polls the checkout session and updates the hosted page. All state comes from the server.
"use strict";

const base = location.pathname;
const byId = (id) => document.getElementById(id);
const appScheme = "org.bursar.desktop:";
let session = null;
let redirected = false;
let latestRefresh = 0;

async function callApi(path, body) {
  const answer = await fetch(base + path, body === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? "The payment page cannot be reached");
  return value;
}

function countdownText(seconds) {
  const part = (n) => String(n).padStart(2, "0");
  return `Pay within ${part(Math.floor(seconds / 60))}:${part(seconds % 60)} min`;
}

function phaseOf(state) {
  if (state.status === "complete") return "paid";
  if (state.transfers.some((transfer) => !transfer.counted)) return "seen";
  if (state.status === "expired" || state.status === "canceled") return "ended";
  return "pay";
}

function statusText(state, phase) {
  if (phase === "paid" && state.late) return "Payment received late. The merchant has been notified.";
  if (phase === "paid") return "Payment received. Thank you!";
  if (phase === "seen") return "Your transfer was seen. Waiting for its confirmation …";
  if (state.status === "incomplete")
    return `Received ${state.received} USDC. ${state.missing} USDC are still missing.`;
  if (state.status === "expired") return "This payment has expired. Money that is sent now still arrives, but late.";
  if (state.status === "canceled") return "This payment was cancelled.";
  return "";
}

function render(state) {
  // The missing amount has changed, so the wallet must offer the new one.
  if (session !== null && session.missing !== state.missing) byId("wallet-amount").value = state.missing;
  session = state;
  const phase = phaseOf(state);
  document.body.dataset.status = state.status;
  document.body.dataset.phase = phase;
  const text = statusText(state, phase);
  byId("status").textContent = text;
  byId("status").hidden = text === "";
  const isOver = phase === "paid" || phase === "ended";
  const methodOpen = isMethodOpen();
  byId("countdown").hidden = isOver;
  byId("details").hidden = isOver || methodOpen;
  byId("methods-heading").hidden = methodOpen;
  byId("methods").hidden = phase === "paid" || state.status === "canceled";
  byId("back").disabled = state.status !== "open" || phase === "seen";
  byId("heading").textContent =
    phase === "paid" ? "Payment complete" : phase === "ended" ? "Payment closed" : methodOpen ? "Pay with" : "Fill in the details";
  if (!byId("revealed").hidden) showAmount();
  renderReturnLink(state, isOver);
  if (phase === "paid") redirect(state.return_url, 1000);
}

function renderReturnLink(state, isOver) {
  const link = byId("return-link");
  link.hidden = !(isOver && state.return_url);
  if (link.hidden) return;
  link.href = state.return_url;
  link.textContent = state.return_url.startsWith(appScheme) ? "Return to Bursar" : "Return to the console";
}

// Redirects to the return URL once. The button stays for browsers that do not follow.
function redirect(address, wait) {
  if (redirected || !address) return;
  redirected = true;
  setTimeout(() => { location.href = address; }, wait);
}

async function refresh() {
  const refreshNumber = ++latestRefresh;
  try {
    const state = await callApi("/state");
    if (refreshNumber === latestRefresh) render(state);
  } catch {
    // The next poll tries again.
  }
}

function tick() {
  if (session === null) return;
  const left = Math.max(0, Math.ceil((Date.parse(session.expires_at) - Date.now()) / 1000));
  // The server's clock may differ, so never show more time than the server reported.
  byId("countdown").textContent = countdownText(Math.min(left, session.seconds_left));
}

// While a payment method is open, the contact details are hidden.
function isMethodOpen() {
  return !byId("wallet").hidden || !byId("qr-view").hidden;
}

function toggle(which) {
  for (const [button, panel] of [["method-wallet", "wallet"], ["method-qr", "qr-view"]]) {
    const open = button === which && byId(panel).hidden;
    byId(panel).hidden = !open;
    byId(button).setAttribute("aria-expanded", String(open));
  }
  if (session !== null) render(session);
}

function selectedAsset() {
  return session?.assets.find((asset) => String(asset.chain) === byId("network").value);
}

function revealAddress() {
  const asset = selectedAsset();
  if (asset === undefined) return;
  byId("qr").src = `${base}/qr/${asset.chain}`;
  byId("pay-address").textContent = asset.address;
  showAmount();
  byId("pay-network").textContent = asset.network;
  byId("hidden-code").hidden = true;
  byId("reveal").hidden = true;
  byId("revealed").hidden = false;
}

function showAmount() {
  const asset = selectedAsset();
  if (asset !== undefined) byId("pay-amount").textContent = `${session.missing} ${asset.symbol}`;
}

function hideAddress() {
  byId("hidden-code").hidden = false;
  byId("reveal").hidden = false;
  byId("revealed").hidden = true;
}

async function payWithWallet() {
  const button = byId("wallet-pay");
  const result = byId("wallet-tx");
  button.disabled = true;
  result.hidden = false;
  result.textContent = "Sending …";
  try {
    const paid = await callApi("/wallet", {
      chain: Number(byId("wallet-network").value),
      amount: byId("wallet-amount").value.trim(),
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
    const answer = await callApi("/hash", { chain: Number(byId("tx-network").value), hash: byId("tx-hash").value });
    byId("hash-answer").textContent = answer.text;
    await refresh();
  } catch (error) {
    byId("hash-answer").textContent = error.message;
  }
}

async function cancel() {
  try {
    const ended = await callApi("/cancel", {});
    await refresh();
    if (ended.status === "canceled") redirect(ended.return_url, 300);
  } catch {
    await refresh();
  }
}

byId("back").addEventListener("click", cancel);
byId("method-wallet").addEventListener("click", () => toggle("method-wallet"));
byId("method-qr").addEventListener("click", () => toggle("method-qr"));
byId("wallet-pay").addEventListener("click", payWithWallet);
byId("reveal").addEventListener("click", revealAddress);
byId("network").addEventListener("change", () => { byId("coin").value = byId("network").value; hideAddress(); });
byId("coin").addEventListener("change", () => { byId("network").value = byId("coin").value; hideAddress(); });
byId("submit-hash-link").addEventListener("click", () => { byId("hash-form").hidden = !byId("hash-form").hidden; });
byId("hash-form").addEventListener("submit", submitHash);
byId("details").addEventListener("submit", (event) => event.preventDefault());
setInterval(refresh, 500);
setInterval(tick, 250);
refresh().then(tick);
