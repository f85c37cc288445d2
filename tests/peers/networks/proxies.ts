/** Proxies as companies and people run them: Squid for HTTP, microsocks for SOCKS. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desktop, TestScope } from "../../session/desktop.ts";
import { freePort } from "../../session/ports.ts";
import type { RunningProcess } from "../../session/processes.ts";
import { until } from "../../session/wait.ts";

/** Squid, which alone knows the address of a server's name. */
export class Squid {
  readonly port: number;
  readonly #desktop: Desktop;
  readonly #configuration: string;
  #process: RunningProcess | undefined;

  private constructor(desktop: Desktop, port: number, configuration: string) {
    this.#desktop = desktop;
    this.port = port;
    this.#configuration = configuration;
  }

  /** Starts it with one name for 127.0.0.1 and with these ports that it may connect to. */
  static async start(scope: TestScope, desktop: Desktop, name: string, ports: readonly number[]): Promise<Squid> {
    // Squid reads its files as a user of its own, who cannot enter the session's folder.
    const folder = mkdtempSync(join(tmpdir(), "bursar-squid-"));
    scope.after(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    chmodSync(folder, 0o755);
    const port = await freePort();
    writeFileSync(join(folder, "hosts"), `127.0.0.1 ${name}\n`);
    const lines = [
      `http_port 127.0.0.1:${port}`,
      `hosts_file ${join(folder, "hosts")}`,
      `acl servers port ${ports.join(" ")}`,
      "http_access allow servers",
      "http_access deny all",
      "cache deny all",
      "access_log none",
      "cache_log /dev/null",
      "pid_filename none",
      "shutdown_lifetime 0 seconds",
    ];
    const configuration = join(folder, "squid.conf");
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    const squid = new Squid(desktop, port, configuration);
    await squid.restart();
    return squid;
  }

  async restart(): Promise<void> {
    const running = this.#desktop.processes.start("squid", "squid", {
      args: ["-N", "-d", "1", "-f", this.#configuration],
      env: this.#desktop.env,
    });
    this.#process = running;
    await accepting(running, this.port);
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

/** A SOCKS5 server; `log` has a line for each connection. */
export async function startMicrosocks(desktop: Desktop): Promise<{ port: number; log: () => string }> {
  const port = await freePort();
  let output = "";
  const args = ["-i", "127.0.0.1", "-p", String(port)];
  const running = desktop.processes.start("microsocks", "microsocks", { args, env: desktop.env });
  running.child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  await accepting(running, port);
  return { port, log: () => output };
}

async function accepting(running: RunningProcess, port: number): Promise<void> {
  await until(
    `${running.name} accepts connections`,
    () => {
      running.assertAlive();
      return isListening(port);
    },
    { timeout: 30_000 },
  );
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
