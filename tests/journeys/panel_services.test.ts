/** Renewals, an ordered migration, and invoices. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { panelAgrees } from "../session/panel_consistency.ts";
import { Sandbox } from "../session/sandbox.ts";
import { plainAmount } from "../session/consistency.ts";
import { byInvoice, customer, ended, listed, methodOf, payIn, ready, wish } from "./panel_steps.ts";
import { chooseFile } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("panel_services");
});
after(() => sandbox.end());

test("one payment renews several services, and shows periods, new due dates and total before", async (t) => {
  const person = await customer(t, sandbox, { services: 3 });
  const { user, window } = person;
  const [first, second] = (await user.truth()).services;
  assert.ok(first && second);
  const [month] = first.periods;
  const long = second.periods.at(-1);
  assert.ok(month && long);
  await payIn(person);
  await window.id("paying-renewals").click();
  await window.id(`service-${first.id}`).click();
  await window.id(`period-${second.id}`).click();
  await window.id(`period-${second.id}-${long.id}`).click();
  await ready(window);
  const line = window.css(`[data-testid="service"][data-service="${second.id}"]`);
  assert.equal(await line.attribute("data-chosen"), "true", "choosing a period selects its service");
  assert.equal(Date.parse((await line.attribute("data-until")) ?? ""), Date.parse(long.until));
  const total = (Number(month.price.amount) + Number(long.price.amount)).toFixed(2);
  await until("the total is the sum of both prices", async () => {
    return (await window.id("quote-total").attribute("data-amount")) === total;
  });
  await window.picture("renewals");
  await window.id("continue").click();
  assert.equal(await window.id("confirm-total").attribute("data-amount"), total);
  await window.picture("confirm");
  await window.id("confirm-payment-yes").click();
  await ended(window, "completed");
  const payment = await user.payment();
  assert.equal(payment.purpose.kind, "renewal");
  assert.equal(payment.amount.amount, total);
  const renewed = (await user.truth()).services;
  assert.equal(Date.parse(renewed.find((one) => one.id === second.id)?.due_at ?? ""), Date.parse(long.until));
  await listed(window, payment, "completed");
  await panelAgrees(person);
});

test("a price that changed after the quote is not paid", async (t) => {
  const person = await customer(t, sandbox, { services: 2 });
  const { user, window } = person;
  const [service] = (await user.truth()).services;
  assert.ok(service);
  await payIn(person);
  await window.id("paying-renewals").click();
  await window.id(`service-${service.id}`).click();
  await ready(window);
  await user.reprice(service.id, "99.00");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await until("the app reports it", async () => {
    return (await window.id("start-error").count()) + (await window.id("ended-refusal").count()) > 0;
  });
  await window.picture("changed");
  assert.equal((await user.truth()).payment_count, 0);
  assert.equal(await user.balance(), "100.00");
  await panelAgrees(person);
});

test("an ordered migration is paid with its server preselected, and a second payment for it shows a warning", async (t) => {
  const person = await customer(t, sandbox, { migrations: 1 });
  const { user, window } = person;
  const [order] = (await user.truth()).migrations;
  const period = order?.periods[1] ?? order?.periods[0];
  assert.ok(order && period);
  await payIn(person);
  await window.id("paying-migrations").click();
  assert.equal(await window.id("migrations").attribute("data-order"), order.id);
  await window.id(`migration-${order.id}`).waitForText(order.server.name);
  assert.equal(await window.id("under-way").count(), 0);
  await window.id(`migration-period-${period.id}`).click();
  await window.id(`method-${(await methodOf(user, byInvoice)).id}`).click();
  await ready(window);
  await window.picture("migration");
  await window.id("continue").click();
  const invoice = await user.payment();
  await window.css('[data-testid="open-top-up"][data-status="open"][data-kind="migration"]').waitVisible();

  // The panel lists the order until the payment arrives.
  await payIn(person);
  await window.id("paying-migrations").click();
  await window.css('[data-testid="under-way"][data-status="open"]').waitVisible();
  await window.id(`migration-period-${period.id}`).click();
  await ready(window);
  await window.id("already-paid-for").waitVisible();
  await window.id("continue").click();
  await window.id("confirm-already").waitVisible();
  await window.picture("again");
  assert.equal(
    plainAmount((await window.id("confirm-total").attribute("data-amount")) ?? ""),
    plainAmount(period.price.amount),
  );
  await window.id("confirm-payment-yes").click();
  await ended(window, "completed");
  const payment = await user.payment();
  assert.equal(payment.purpose.kind, "migration");
  assert.notEqual(payment.id, invoice.id);
  assert.deepEqual((await user.truth()).migrations, []);
  await window.id("cancel").click();
  await window.id("cancel-confirm-yes").click();
  await listed(window, invoice, "cancelled");
  await listed(window, payment, "completed");
  await panelAgrees(person);
});

test("an invoice opens in the system's viewer and can be saved as PDF", async (t) => {
  const person = await customer(t, sandbox);
  const { desktop, app, user, window } = person;
  const viewed = await installViewer(desktop);
  await wish(person, "17");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await ended(window, "completed");
  const payment = await user.payment();
  await listed(window, payment, "completed");
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
  await window.picture("saved");
  assert.deepEqual(readFileSync(`${path}.pdf`), readFileSync(file));
  await window.id("payment-done").click();
  await panelAgrees(person);
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
