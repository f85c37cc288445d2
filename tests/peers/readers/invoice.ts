/** What is tried with a program that reads the invoices which Bursar saves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { chooseFile } from "../../journeys/steps.ts";
import { connectCustomer, fillTopUp, waitForEndedTopUp, waitForListedPayment } from "../../journeys/panel_steps.ts";
import { packageVersion } from "../packages.ts";
import { works, type Finding, type Peer } from "../peer.ts";

export const poppler: Peer = {
  name: "poppler",
  title: "Poppler, a reader of PDF",
  group: "Readers",
  debian: ["poppler-utils"],
  version: () => Promise.resolve(packageVersion("poppler-utils")),
  trials: [{ what: "an invoice that Bursar saved, from the sandbox's panel", run: readInvoice }],
};

async function readInvoice(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const person = await connectCustomer(scope, sandbox);
  const { desktop, app, user, window } = person;
  await fillTopUp(person, "17");
  await window.id("continue").click();
  await window.id("confirm-payment-yes").click();
  await waitForEndedTopUp(window, "completed");
  const payment = await user.payment();
  await waitForListedPayment(window, payment, "completed");
  await window.css(`[data-testid="payment"][data-payment="${payment.id}"]`).click();
  await window.id("payment-details").waitVisible();
  await window.id("save-invoice").click();
  const path = join(desktop.processes.scratch, "invoice");
  await chooseFile(desktop, app, path);
  await window.id("invoice-saved").waitVisible();

  const info = await desktop.run("pdfinfo", [`${path}.pdf`]);
  assert.deepEqual([info.code, info.stderr], [0, ""], "Poppler finds no fault in the file");
  const read = await desktop.run("pdftotext", ["-layout", `${path}.pdf`, "-"]);
  assert.deepEqual([read.code, read.stderr], [0, ""]);
  assert.ok(read.stdout.includes(payment.number), read.stdout);
  assert.match(read.stdout, /17\.00/);
  return works(`The invoice opens without a warning; its text has the payment's number and amount.`);
}
