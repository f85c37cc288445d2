/** `scripts/conformance.sh URL KEY`: checks a server against docs/panel-api.yaml and prints the results. */
import { conform, type Result } from "./runner.ts";
import { Description } from "./description.ts";

const MARKS = { ok: "ok      ", failed: "FAILED  ", skipped: "skipped " } as const;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tell({ name, outcome, why }: Result): void {
  say(`${MARKS[outcome]}${name}`);
  if (why !== undefined) say(`        ${why.slice(0, 1000)}`);
}

const [api, key, ...rest] = process.argv.slice(2);
if (api === undefined || key === undefined || rest.length > 0 || !URL.canParse(api)) {
  process.stderr.write("usage: scripts/conformance.sh URL KEY   (the api of a network file, and an API key)\n");
  process.exit(2);
}
const results = await conform(new Description(), api, key, { tell });
const count = (outcome: Result["outcome"]): number => results.filter((result) => result.outcome === outcome).length;
say(`${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`);
process.exit(count("failed") === 0 ? 0 : 1);
