/** Renewals, an ordered migration, and invoices. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { normalizeAmount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { assertPanelConsistent } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import {
  byInvoice,
  connectCustomer,
  waitForEndedTopUp,
  waitForListedPayment,
  findMethod,
  openTopUpPage,
  waitForQuote,
  fillTopUp,
} from "./panel_steps.ts";
import { chooseFile } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_services");
});
after(() => sandbox.end());

test("one payment renews several services, and shows periods, new due dates and total before", async (t) => {
  const person = await connectCustomer(t, sandbox, { services: 3 });
  const { user, window } = person;
  const [first, second] = (await user.serverState()).services;
  assert.ok(first && second);
  const [month] = first.periods;
  const long = second.periods.at(-1);
  assert.ok(month && long);
  await openTopUpPage(person);
  await window.id("paying-renewals").click();
  await window.id(`service-${first.id}`).click();
  await window.id(`period-${second.id}`).click();
  await window.id(`period-${second.id}-${long.id}`).click();
  await waitForQuote(window);
  const line = window.css(`[data-testid="service"][data-service="${second.id}"]`);
  assert.equal(await line.attribute("data-chosen"), "true", "choosing a period selects its service");
  assert.equal(Date.parse((await line.attribute("data-until")) ?? ""), Date.parse(long.until));
  const total = (Number(month.price.amount) + Number(long.price.amount)).toFixed(2);
  await until("the total is the sum of both prices", async () => {
    return (await window.id("quote-total").attribute("data-amount")) === total;
  });
  await window.screenshot("renewals");
  await window.id("continue").click();
  assert.equal(await window.id("confirm-total").attribute("data-amount"), total);
  await window.screenshot("confirm");
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  const payment = await user.payment();
  assert.equal(payment.purpose.kind, "renewal");
  assert.equal(payment.amount.amount, total);
  const renewed = (await user.serverState()).services;
  assert.equal(Date.parse(renewed.find((one) => one.id === second.id)?.due_at ?? ""), Date.parse(long.until));
  await waitForListedPayment(window, payment, "completed");
  await assertPanelConsistent(person);
});

test("a price that changed after the quote is not paid", async (t) => {
  const person = await connectCustomer(t, sandbox, { services: 2 });
  const { user, window } = person;
  const [service] = (await user.serverState()).services;
  assert.ok(service);
  await openTopUpPage(person);
  await window.id("paying-renewals").click();
  await window.id(`service-${service.id}`).click();
  await waitForQuote(window);
  await user.setServicePrice(service.id, "99.00");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await until("the app reports it", async () => {
    return (await window.id("start-error").count()) + (await window.id("ended-refusal").count()) > 0;
  });
  await window.screenshot("changed");
  assert.equal((await user.serverState()).payment_count, 0);
  assert.equal(await user.balance(), "100.00");
  await assertPanelConsistent(person);
});

test("an ordered migration is paid with its server preselected, and a second payment for it shows a warning", async (t) => {
  const person = await connectCustomer(t, sandbox, { migrations: 1 });
  const { user, window } = person;
  const [order] = (await user.serverState()).migrations;
  const period = order?.periods[1] ?? order?.periods[0];
  assert.ok(order && period);
  await openTopUpPage(person);
  await window.id("paying-migrations").click();
  assert.equal(await window.id("migrations").attribute("data-order"), order.id);
  await window.id(`migration-${order.id}`).waitForText(order.server.name);
  assert.equal(await window.id("under-way").count(), 0);
  await window.id(`migration-period-${period.id}`).click();
  await window.id(`method-${(await findMethod(user, byInvoice)).id}`).click();
  await waitForQuote(window);
  await window.screenshot("migration");
  await window.id("continue").click();
  const invoice = await user.payment();
  await window.css('[data-testid="open-top-up"][data-status="open"][data-kind="migration"]').waitVisible();

  // The panel lists the order until the payment arrives.
  await openTopUpPage(person);
  await window.id("paying-migrations").click();
  await window.css('[data-testid="under-way"][data-status="open"]').waitVisible();
  await window.id(`migration-period-${period.id}`).click();
  await waitForQuote(window);
  await window.id("already-paid-for").waitVisible();
  await window.id("continue").click();
  await window.id("confirm-already").waitVisible();
  await window.screenshot("again");
  assert.equal(
    normalizeAmount((await window.id("confirm-total").attribute("data-amount")) ?? ""),
    normalizeAmount(period.price.amount),
  );
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  const payment = await user.payment();
  assert.equal(payment.purpose.kind, "migration");
  assert.notEqual(payment.id, invoice.id);
  assert.deepEqual((await user.serverState()).migrations, []);
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await waitForListedPayment(window, invoice, "cancelled");
  await waitForListedPayment(window, payment, "completed");
  await assertPanelConsistent(person);
});

test("an invoice opens in the system's viewer and can be saved as PDF", async (t) => {
  const person = await connectCustomer(t, sandbox);
  const { desktop, app, user, window } = person;
  const viewed = await installViewer(desktop);
  await fillTopUp(person, "17");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  const payment = await user.payment();
  await waitForListedPayment(window, payment, "completed");
  await window.css(`[data-testid="payment"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  assert.equal(await window.id("payment-number").text(), payment.number);
  await window.id("open-invoice").click();
  const file = await until("the viewer gets the file", () => viewed().at(-1));
  assert.match(readFileSync(file, "latin1"), /^%PDF-/);

  // The dialog suggests a name with an extension; typing replaces only the part before it.
  const path = join(desktop.processes.scratch, "invoice");
  await window.id("save-invoice").click();
  await chooseFile(desktop, app, path);
  await window.id("invoice-saved").waitVisible();
  await window.screenshot("saved");
  assert.deepEqual(readFileSync(`${path}.pdf`), readFileSync(file));
  await window.id("payment-done").click();
  await assertPanelConsistent(person);
});

/** Installs a PDF viewer that records the files it is asked to open. */
async function installViewer(desktop: Desktop): Promise<() => string[]> {
  const applications = join(desktop.env["XDG_DATA_HOME"] ?? "", "applications");
  mkdirSync(applications, { recursive: true });
  const log = join(desktop.processes.scratch, "viewed.txt");
  const script = join(desktop.processes.scratch, "viewer.sh");
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$1" >>"${log}"\n`);
  chmodSync(script, 0o755);
  writeFileSync(
    join(applications, "test-viewer.desktop"),
    `[Desktop Entry]\nType=Application\nName=Test viewer\nExec=${script} %u\nMimeType=application/pdf;\n`,
  );
  const done = await desktop.run("gio", ["mime", "application/pdf", "test-viewer.desktop"]);
  assert.equal(done.code, 0, done.stderr);
  const plain = (one: string): string => (one.startsWith("file:") ? fileURLToPath(one) : one);
  return () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean).map(plain) : []);
}
