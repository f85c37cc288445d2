/** What is tried with Prism, which answers as Fluence's public description says: with its examples, or with random answers. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "../../session/app.ts";
import { cli } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import { freePort } from "../../session/ports.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { staysTrue, until } from "../../session/wait.ts";
import { works, type Finding, type Peer } from "../peer.ts";

const PACKAGES = fileURLToPath(new URL("../packages/prism/node_modules/", import.meta.url));
/** The path of Fluence's public description, which is not part of this repository. */
const DESCRIPTION = "BURSAR_FLUENCE_OPENAPI";
const PAGES = ["overview", "top_up", "payments", "accounts"] as const;
const READING = [
  ["status", "--json"],
  ["history", "--json"],
  ["charges", "--json"],
] as const;

export const prism: Peer = {
  name: "prism",
  title: "Prism, in the place of Fluence",
  group: "APIs",
  npm: "prism",
  needs: DESCRIPTION,
  version: () => {
    const text = readFileSync(join(PACKAGES, "@stoplight/prism-cli/package.json"), "utf8");
    return Promise.resolve((JSON.parse(text) as { version: string }).version);
  },
  trials: [
    { what: "every answer is the description's example", run: (scope, sandbox) => useMock(scope, sandbox, []) },
    {
      what: "every answer is a random one that the description allows",
      run: (scope, sandbox) => useMock(scope, sandbox, ["--dynamic"]),
    },
  ],
};

/** What Prism answers need not make sense as a whole. Bursar may refuse it in words, and must neither crash nor show what it is not. */
async function useMock(scope: TestScope, sandbox: Sandbox, options: readonly string[]): Promise<Finding> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope, { linkOrigins: sandbox.origins });
  const api = await startPrism(desktop, options);
  const network = join(desktop.processes.scratch, "network.toml");
  writeFileSync(network, readFileSync(sandbox.networkFile, "utf8").replaceAll(sandbox.ready.fluence.api, api));
  const args = ["account", "add", "fluence", "--network", network, "--address", user.address, "--label", "Test"];
  const added = await cli(desktop, args, { input: `${user.key}\n`, timeout: 60_000 });
  assert.equal(added.code, 0, added.stderr);
  const codes = new Set<string>();
  for (const command of READING) {
    const done = await cli(desktop, command, { timeout: 60_000 });
    assert.ok(done.code === 0 || done.code === 1, `${command[0]}: ${done.code ?? done.signal ?? ""} ${done.stderr}`);
    const isList = done.stdout.startsWith("[");
    const parts = isList ? [done.stdout] : done.stdout.split("\n").filter((line) => line !== "");
    for (const part of parts) {
      const { errors = [] } = JSON.parse(part) as { errors?: { code: string }[] };
      for (const { code } of errors) codes.add(code);
    }
    for (const [, code = ""] of done.stderr.matchAll(/ \[([a-z_]+)\]$/gm)) codes.add(code);
  }
  const paid = await cli(desktop, ["top-up", "25", "--no-open"], { timeout: 60_000 });
  assert.ok([0, 1, 3, 4].includes(paid.code ?? -1), `top-up: ${paid.code ?? paid.signal ?? ""} ${paid.stderr}`);

  const app = await App.open(desktop);
  const window = await app.window();
  const [pid] = app.pids();
  for (const page of PAGES) {
    await window.id(`nav-${page}`).click();
    await window.css(`[data-testid="frame"][data-page="${page}"]`).waitVisible();
  }
  await staysTrue("Bursar runs", () => app.pids().includes(pid ?? 0), 10_000);
  assert.equal(await window.id("fatal").isVisible(), false);
  const said = codes.size === 0 ? "without an error" : `with ${[...codes].toSorted().join(", ")}`;
  const topUp =
    paid.code === 0 ? "A top-up begins" : `A top-up does not begin: ${paid.stderr.trim().split("\n").at(-1) ?? ""}`;
  return works(`Window and terminal read it ${said}. ${topUp}`);
}

async function startPrism(desktop: Desktop, options: readonly string[]): Promise<string> {
  const port = await freePort();
  const description = process.env[DESCRIPTION] ?? "";
  const running = desktop.processes.start("prism", join(PACKAGES, ".bin/prism"), {
    args: ["mock", "--port", String(port), ...options, description],
    env: desktop.env,
  });
  const api = `http://127.0.0.1:${port}`;
  await until(
    "Prism answers",
    async () => {
      running.assertAlive();
      return (await fetch(`${api}/v1/service/status`)).status > 0;
    },
    { timeout: 60_000 },
  );
  return api;
}
