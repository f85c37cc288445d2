// Compiles src/*.sol with npm's solc into artifacts/*.json: ABI, creation code and runtime code. The settings are
// fixed and the metadata hash is left out, so that the output is the same on every machine.
// With --check it writes nothing and fails if an artifact differs from its source.
import { readFileSync, readdirSync, writeFileSync, mkdirSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");
const here = dirname(fileURLToPath(import.meta.url));
const artifacts = join(here, "artifacts");
const files = readdirSync(join(here, "src"))
  .filter((name) => name.endsWith(".sol"))
  .toSorted();

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    files.map((name) => [`src/${name}`, { content: readFileSync(join(here, "src", name), "utf8") }]),
  ),
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "paris",
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  },
};

function readImport(path) {
  try {
    return { contents: readFileSync(require.resolve(path), "utf8") };
  } catch (error) {
    return { error: String(error) };
  }
}

const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
const problems = output.errors ?? [];
for (const problem of problems) console.error(problem.formattedMessage);
if (problems.length > 0) process.exit(1);

mkdirSync(artifacts, { recursive: true });
const check = process.argv.includes("--check");
let mismatches = 0;
for (const file of files) {
  const name = basename(file, ".sol");
  const compiled = output.contracts[`src/${file}`][name];
  const text = `${JSON.stringify({
    contract: name,
    compiler: solc.version(),
    abi: compiled.abi,
    bytecode: `0x${compiled.evm.bytecode.object}`,
    deployedBytecode: `0x${compiled.evm.deployedBytecode.object}`,
  })}\n`;
  const path = join(artifacts, `${name}.json`);
  if (!check) {
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    console.error(`artifacts/${name}.json differs from its source src/${file}; run: npm run compile -w contracts`);
    mismatches += 1;
  }
}
if (mismatches > 0) process.exit(1);
