/** The Ethereum nodes that are tried: Hardhat's, py-evm by eth-tester, and anvil, with which the sandbox runs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Desktop } from "../../session/desktop.ts";
import { freePort } from "../../session/ports.ts";
import { until } from "../../session/wait.ts";
import { rpc } from "./balance_contract.ts";
import type { NodeProgram } from "./trials.ts";

const PACKAGES = fileURLToPath(new URL("../packages/", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const HARDHAT = join(PACKAGES, "hardhat/node_modules/hardhat");
const TARGET = process.env["BURSAR_PEERS_DIR"] ?? join(ROOT, "target/peers");

export const hardhat: NodeProgram = {
  hasWebSocket: true,
  async start(desktop, chainId) {
    const folder = join(desktop.processes.scratch, "hardhat");
    mkdirSync(join(folder, "contracts"), { recursive: true });
    writeFileSync(
      join(folder, "hardhat.config.js"),
      `module.exports = { solidity: "0.8.30", networks: { hardhat: { chainId: ${chainId}, mining: { auto: true, interval: 1000 } } } };\n`,
    );
    writeFileSync(join(folder, "package.json"), '{ "name": "node", "private": true }\n');
    // Hardhat insists on being installed in the project's folder.
    const link = join(folder, "node_modules");
    mkdirSync(link);
    const done = await desktop.run("ln", ["-s", HARDHAT, join(link, "hardhat")]);
    if (done.code !== 0) throw new Error(done.stderr);
    const port = await freePort();
    desktop.processes.start("hardhat", process.execPath, {
      args: [join(HARDHAT, "internal/cli/bootstrap.js"), "node", "--hostname", "127.0.0.1", "--port", String(port)],
      env: { ...desktop.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", CI: "1" },
      cwd: folder,
    });
    return answering(port);
  },
};

export function hardhatVersion(): string {
  return (JSON.parse(readFileSync(join(HARDHAT, "package.json"), "utf8")) as { version: string }).version;
}

export const anvil: NodeProgram = {
  hasWebSocket: true,
  async start(desktop, chainId) {
    const port = await freePort();
    desktop.processes.start("anvil", anvilBinary(), {
      args: [
        "--host",
        "127.0.0.1",
        "--port",
        String(port),
        "--chain-id",
        String(chainId),
        "--mixed-mining",
        "--block-time",
        "1",
      ],
      env: desktop.env,
    });
    return answering(port);
  },
};

export async function anvilVersion(desktop: Pick<Desktop, "run">): Promise<string> {
  return (await desktop.run(anvilBinary(), ["--version"])).stdout;
}

/** The binary of the npm package for this platform. */
export function anvilBinary(): string {
  const scope = join(ROOT, "node_modules/@foundry-rs");
  const name = readdirSync(scope).find((one) => one.startsWith("anvil-"));
  if (name === undefined) throw new Error("anvil is not installed: npm install --ignore-scripts");
  return join(scope, name, "bin/anvil");
}

export const pyEvm: NodeProgram = {
  hasWebSocket: false,
  async start(desktop, chainId) {
    const port = await freePort();
    desktop.processes.start("eth-tester", join(TARGET, "eth-tester/bin/python"), {
      args: [fileURLToPath(new URL("eth_tester_server.py", import.meta.url)), String(port), String(chainId)],
      env: desktop.env,
    });
    return answering(port);
  },
};

async function answering(port: number): Promise<number> {
  await until("the node answers", () => rpc(`http://127.0.0.1:${port}`, "eth_chainId") as Promise<string>, {
    timeout: 60_000,
    interval: 200,
  });
  return port;
}
