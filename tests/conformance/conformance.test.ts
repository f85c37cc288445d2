/**
 * Checks the panel's description against its own examples, the sandbox against the description, and the checks against
 * servers that break it. Operators rely on this when `scripts/conformance.sh` reports ok.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Sandbox, type Fault } from "../session/sandbox.ts";
import { runChecks, type Result } from "./runner.ts";
import { ApiDescription } from "./description.ts";

const strict = new ApiDescription({ strict: true });

test("the description's own examples fit its schemas, and every operation has some", () => {
  const examples = [...strict.examples()];
  const errors = examples.flatMap(({ name, schema, value }) => {
    const error = strict.validationError(schema, value);
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  assert.deepEqual(errors, []);
  for (const { id } of strict.operations)
    assert.ok(
      examples.some(({ name }) => name.startsWith(`${id} `)),
      `${id} has no example`,
    );
});

describe("the sandbox", () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await Sandbox.start("conformance");
  });
  after(() => sandbox.end());

  const failures = (results: readonly Result[]): string[] =>
    results.filter((result) => result.outcome === "failed").map(({ name, why }) => `${name}: ${why ?? ""}`);

  test("conforms, with every operation carried out", async () => {
    const { api, api_key: key } = sandbox.ready.panel;
    const results = await runChecks(strict, api, key);
    assert.deepEqual(failures(results), []);
    assert.deepEqual(
      results.filter((result) => result.outcome === "skipped"),
      [],
    );
  });

  test("conforms for accounts in other currencies and with few or no entries", async () => {
    for (const wanted of [
      { currency: "JPY", payers: 1, saved: false, services: 1, migrations: 0, history: 3 },
      { currency: "KWD", payers: 0, services: 0, migrations: 0 },
      { currency: "EUR", payers: 3, services: 5, migrations: 3, history: 450 },
    ]) {
      const user = await sandbox.panelUser(wanted);
      const results = await runChecks(strict, sandbox.ready.panel.api, user.key);
      assert.deepEqual(failures(results), [], wanted.currency);
    }
  });

  const api = (path: string): string => `/api/v1${path}`;
  const violations: readonly (readonly [string, Omit<Fault, "target">])[] = [
    ["an unknown status", { kind: "edit", path: api("/payments"), set: { "/items/0/status": "odd" } }],
    ["a negative amount", { kind: "edit", path: api("/account"), set: { "/balance/amount": "-1.00" } }],
    ["another currency", { kind: "edit", path: api("/payments"), set: { "/items/0/amount/currency": "EUR" } }],
    ["a missing payer", { kind: "edit", path: api("/payments"), remove: ["/items/0/payer"] }],
    ["other decimals", { kind: "edit", path: api("/account"), set: { "/balance/amount": "1.000" } }],
    [
      "items in the wrong order",
      { kind: "edit", path: api("/payments"), set: { "/items/0/created_at": "2001-01-01T00:00:00Z" } },
    ],
    ["a cursor that ends too early", { kind: "edit", path: api("/payments"), set: { "/next_cursor": null } }],
    [
      "a payment paid without an invoice",
      {
        kind: "edit",
        path: api("/payments"),
        set: { "/items/0/paid_at": "2026-01-01T00:00:00Z", "/items/0/has_invoice": false },
      },
    ],
    [
      "a page without TLS",
      { kind: "edit", method: "POST", path: api("/payments"), set: { "/page": "http://shop.example/" } },
    ],
    [
      "a key that makes a second payment",
      { kind: "edit", method: "POST", path: api("/payments"), set: { "/id": "pay_other" } },
    ],
    ["a problem without a code", { kind: "edit", method: "POST", path: api("/payments"), remove: ["/code"] }],
    ["a refusal without the limits", { kind: "edit", method: "POST", path: api("/payments"), remove: ["/min"] }],
    ["tags that are missing", { kind: "edit", path: api("/payers"), set: {} }],
    ["two default payers", { kind: "edit", path: api("/payers"), set: { "/items/1/is_default": true } }],
    ["presets beyond the limits", { kind: "edit", path: api("/top-up/options"), set: { "/max/amount": "150.00" } }],
    ["an answer that is not JSON", { kind: "garbage", path: api("/migrations") }],
    ["an answer cut in the middle", { kind: "truncate", path: api("/expenses") }],
    [
      "a method that cannot be removed",
      { kind: "status", method: "DELETE", path: api("/payment-methods/*"), status: 204 },
    ],
    ["a cancel that does nothing", { kind: "status", method: "POST", path: api("/payments/*"), status: 204 }],
    [
      "errors as HTML",
      {
        kind: "status",
        path: api("/services/*"),
        status: 500,
        body: "<h1>Oops</h1>",
        headers: { "content-type": "text/html" },
      },
    ],
    ["a status without maintenance", { kind: "edit", path: api("/status"), remove: ["/maintenance"] }],
  ];
  for (const [name, fault] of violations)
    test(`a check fails: ${name}`, async () => {
      await sandbox.fault({ target: "panel", ...fault });
      try {
        const results = await runChecks(strict, sandbox.ready.panel.api, sandbox.ready.panel.api_key, {
          stopAtFirstFailure: true,
        });
        assert.notDeepEqual(failures(results), []);
      } finally {
        await sandbox.clearFaults();
      }
    });
});
