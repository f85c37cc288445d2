/** What is tried with a client that a generator makes of the panel's description: what another program would do with the API. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { until } from "../../session/wait.ts";
import { works, type Finding, type Peer } from "../peer.ts";

const PACKAGES = fileURLToPath(new URL("../packages/generator/node_modules/", import.meta.url));
const DESCRIPTION = fileURLToPath(new URL("../../../docs/panel-api.yaml", import.meta.url));

interface Payment {
  readonly id: string;
  readonly number: string;
  readonly status: string;
}

/** What is used of the generated code. */
interface Client {
  readonly OpenAPI: { BASE: string; TOKEN?: string };
  readonly PaymentsService: {
    createPayment(key: string, payment: unknown): Promise<Payment>;
    getPayment(id: string): Promise<Payment>;
  };
}

export const generatedClient: Peer = {
  name: "openapi-typescript-codegen",
  title: "A client by openapi-typescript-codegen",
  group: "APIs",
  npm: "generator",
  version: () => {
    const text = readFileSync(join(PACKAGES, "openapi-typescript-codegen/package.json"), "utf8");
    return Promise.resolve((JSON.parse(text) as { version: string }).version);
  },
  trials: [{ what: "made from `docs/panel-api.yaml`, it pays at the sandbox's panel", run: pay }],
};

async function pay(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope, { tray: false, notifications: false });
  const user = await sandbox.panelUser();
  const folder = join(desktop.processes.scratch, "client");
  const args = ["--input", DESCRIPTION, "--output", folder, "--client", "fetch"];
  const done = await desktop.run(join(PACKAGES, ".bin/openapi"), args, { timeout: 60_000 });
  assert.equal(done.code, 0, done.stderr);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  // Its index also names types as if they were values, which only a bundler leaves out.
  const { OpenAPI } = (await import(join(folder, "core/OpenAPI.ts"))) as Pick<Client, "OpenAPI">;
  const { PaymentsService } = (await import(join(folder, "services/PaymentsService.ts"))) as Omit<Client, "OpenAPI">;
  OpenAPI.BASE = `${sandbox.ready.panel.api}/api/v1`;
  OpenAPI.TOKEN = user.key;

  const { methods } = await user.serverState();
  const method = methods.find(({ is_default }) => is_default === true);
  assert.ok(method, "the customer has a default method");
  const amount = { amount: "17.00", currency: "USD" };
  const order = { purpose: { kind: "top_up", amount }, payer: method.payer, method: method.id };
  const send = (total: unknown): Promise<Payment> =>
    PaymentsService.createPayment(randomUUID(), { ...order, expected_total: total });
  // The panel says the total with its fee, as its description promises.
  const { id } = await send(amount).catch((error: { status: number; body: { total: unknown } }) => {
    assert.equal(error.status, 409);
    return send(error.body.total);
  });
  const { number } = await until(
    "the payment is paid",
    async () => {
      const payment = await PaymentsService.getPayment(id);
      return payment.status === "paid" && payment;
    },
    { timeout: 60_000 },
  );
  assert.equal((await user.payment((one) => one.id === id)).number, number);
  return works("The generator reads the description, and a payment by the default method is made and paid.");
}
