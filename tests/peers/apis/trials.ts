/** What is tried with programs that read the hosting panel's API description. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { works, type Finding, type Peer } from "../peer.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DESCRIPTION = join(ROOT, "docs/panel-api.yaml");
const PROGRAMS = join(process.env["BURSAR_PEERS_DIR"] ?? join(ROOT, "target/peers"), "apis/bin");
/** For each operation, in each phase. */
const EXAMPLES = "30";

export const schemathesis: Peer = {
  name: "schemathesis",
  title: "Schemathesis",
  group: "APIs",
  pip: "apis",
  version: () => Promise.resolve(programVersion("schemathesis")),
  trials: [{ what: "requests made from `docs/panel-api.yaml`, to the sandbox's panel", run: fuzzPanel }],
};

export const specValidator: Peer = {
  name: "openapi-spec-validator",
  title: "openapi-spec-validator",
  group: "APIs",
  pip: "apis",
  version: () => Promise.resolve(programVersion("openapi-spec-validator")),
  trials: [{ what: "`docs/panel-api.yaml`", run: validate }],
};

function programVersion(name: string): string {
  return /\d+\.\d[\d.]*/.exec(execFileSync(join(PROGRAMS, name), ["--version"], { encoding: "utf8" }))?.[0] ?? "";
}

/**
 * A request of the described form may still name a payer or a cursor that does not exist, so that it is refused is no failure;
 * every other check of Schemathesis is on.
 */
async function fuzzPanel(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await Desktop.for(scope, { tray: false, notifications: false });
  const user = await sandbox.panelUser();
  const args = ["run", DESCRIPTION, "--url", `${sandbox.ready.panel.api}/api/v1`, "--no-color"];
  args.push("--header", `Authorization: Bearer ${user.key}`, "--max-examples", EXAMPLES, "--generation-deterministic");
  args.push("--exclude-checks", "positive_data_acceptance");
  const done = await desktop.run(join(PROGRAMS, "schemathesis"), args, { timeout: 300_000 });
  if (done.code !== 0) throw new Error(failures(done.stdout));
  const count = /(\d+) generated/.exec(done.stdout)?.[1] ?? "";
  const operations = /Tested: (\d+)/.exec(done.stdout)?.[1] ?? "";
  return works(`${count} requests to all ${operations} operations; every answer is as the description says.`);
}

function failures(report: string): string {
  const found = [...report.matchAll(/^_+ ([A-Z]+ \S+) _+$|^- (ST\d+ .*)$/gm)].map(
    ([, operation, failure]) => operation ?? failure,
  );
  return found.join("; ") || report.slice(-2_000);
}

async function validate(scope: TestScope): Promise<Finding> {
  const desktop = await Desktop.for(scope, { tray: false, notifications: false });
  const done = await desktop.run(join(PROGRAMS, "openapi-spec-validator"), [DESCRIPTION], { timeout: 60_000 });
  if (done.code !== 0) throw new Error(`${done.stdout}${done.stderr}`);
  return works("The description is valid OpenAPI 3.1.");
}
