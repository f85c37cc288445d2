/** `scripts/conformance.sh URL KEY`: checks a server against docs/panel-api.yaml and prints the results. */
import { runChecks, type Result } from "./runner.ts";
import { ApiDescription } from "./description.ts";

const LABELS = { ok: "ok      ", failed: "FAILED  ", skipped: "skipped " } as const;

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printResult({ name, outcome, why }: Result): void {
  printLine(`${LABELS[outcome]}${name}`);
  if (why !== undefined) printLine(`        ${why.slice(0, 1000)}`);
}

const [api, key, ...rest] = process.argv.slice(2);
if (api === undefined || key === undefined || rest.length > 0 || !URL.canParse(api)) {
  process.stderr.write("usage: scripts/conformance.sh URL KEY   (the api of a network file, and an API key)\n");
  process.exit(2);
}
const results = await runChecks(new ApiDescription(), api, key, { onResult: printResult });
const count = (outcome: Result["outcome"]): number => results.filter((result) => result.outcome === outcome).length;
printLine(`${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`);
process.exit(count("failed") === 0 ? 0 : 1);
