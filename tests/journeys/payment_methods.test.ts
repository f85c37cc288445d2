/** Other ways to pay: by transfer, by transaction hash, in two parts, and after the payment page was closed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Checkout } from "../session/checkout.ts";
import { staysTrue, until } from "../session/wait.ts";
import { readQr } from "../session/qr.ts";
import { Sandbox } from "../session/sandbox.ts";
import { assertConsistent } from "../session/consistency.ts";
import {
  waitForReturnToApp,
  startTopUp,
  connectApp,
  noticeKinds,
  openTopUpStatus,
  waitForPage,
  waitForPayment,
} from "./steps.ts";
import { text } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("payment_methods");
});
after(() => sandbox.end());

test("a transfer from an outside wallet on Ethereum pays to the revealed address", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "40");
  const where = await checkout.revealAddress(1);
  const promised = (await sandbox.control("GET", `/top-ups/${topUp.id}`)) as {
    session: { addresses: { chain: number; address: string }[] };
  };
  const own = promised.session.addresses.find((one) => one.chain === 1)?.address ?? "";
  assert.equal(where.address.toLowerCase(), own.toLowerCase());
  assert.match(where.amount, /^40\.4\b/);
  assert.match(where.network, /ethereum/i);
  await desktop.screenshot("revealed");

  await sandbox.pay(topUp.id, { chain: 1 });
  await checkout.waitForPhase("paid");
  await desktop.screenshot("paid");
  await waitForReturnToApp(person);
  await waitForPayment(window, topUp.id, "completed", true);
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed"]);
  await assertConsistent(person);
});

test("a transfer that the checkout has missed is submitted by its transaction hash", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "12.34");
  const where = await checkout.revealAddress(137);
  await sandbox.setWatcher({ hold: true });
  const paid = await sandbox.pay(topUp.id, { chain: 137 });
  assert.match(where.amount, new RegExp(`^${paid.amount.replace(/0+$/, "").replace(".", "\\.")}`));
  await waitForPage(window, "overview");
  await window.id("check-now").click();
  await staysTrue(
    "an unseen transfer leaves the top-up open",
    async () => (await openTopUpStatus(window)) === "open" && (await checkout.status()).phase === "pay",
    2_000,
  );

  const answer = await checkout.submitHash(paid.transaction, 137);
  assert.doesNotMatch(answer, /not |unknown|error/i);
  await checkout.waitForPhase("paid");
  await desktop.screenshot("by-hash");
  await waitForReturnToApp(person);
  await waitForPayment(window, topUp.id, "completed", true);
  await assertConsistent(person);
});

test("a closed payment page reopens from the window, the tray, the QR code and the copied link", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "15");
  await checkout.close();
  await waitForPage(window, "overview");
  assert.equal(await openTopUpStatus(window), "open");

  await window.id("show-qr").click();
  await window.id("qr").waitVisible();
  await window.waitForPaint();
  const code = await window.screenshot("qr");
  await window.id("qr-dialog-close").click();
  await window.id("qr-dialog").waitHidden();

  await window.id("return-to-payment").click();
  const again = await Checkout.waitFor(desktop, sandbox, topUp.session_id);
  assert.equal(await readQr(again.page, code), topUp.session_url);
  await again.close();
  await (await desktop.tray.icon()).click(text("tray-return"));
  const last = await Checkout.waitFor(desktop, sandbox, topUp.session_id);
  assert.deepEqual(desktop.browser.openedUrls, [topUp.session_url, topUp.session_url, topUp.session_url]);
  assert.equal((await person.user.serverState()).top_up_count, 1);

  const [own] = await person.app.topWindows();
  assert.ok(own);
  await desktop.display.activate(own);
  await window.id("copy-link").click();
  await window.id("copy-link").waitForText(text("action-copied"));
  await window.id("nav-payments").click();
  await window.id("search").click();
  await desktop.display.press("ctrl+v");
  await until("the link is pasted", async () => (await window.id("search").property("value")) === topUp.session_url);
  await window.id("search").fill("");

  await last.payByWallet(137);
  await last.waitForPhase("paid");
  await waitForReturnToApp(person);
  await waitForPayment(window, topUp.id, "completed", true);
  await assertConsistent(person);
});

test("a partial payment leaves the top-up open, and the rest completes it", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "20");
  await checkout.payByWallet(137, "8");
  await until(
    "the checkout reports an incomplete payment",
    async () => (await checkout.status()).status === "incomplete",
  );
  assert.match(await checkout.page.innerText("#status"), /12\.2 USDC/);
  await desktop.screenshot("incomplete");
  await window.id("check-now").click();
  await staysTrue(
    "a partial payment leaves the top-up open",
    async () => (await openTopUpStatus(window)) === "open" && (await person.user.serverState()).open_top_up !== null,
    2_000,
  );
  assert.equal(desktop.notifications.all.length, 0);
  await assertConsistent(person);

  assert.equal(await checkout.page.inputValue("#wallet-amount"), "12.2");
  await checkout.payByWallet(137);
  await checkout.waitForPhase("paid");
  await waitForReturnToApp(person);
  await waitForPayment(window, topUp.id, "completed", true);
  assert.deepEqual(await noticeKinds(window, topUp.id), ["completed"]);
  await assertConsistent(person);
});
