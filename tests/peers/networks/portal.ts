/**
 * A network with a sign-in page, by nginx: it passes requests on to the sandbox's servers, or answers all of them with its page,
 * as the gateway of a hotel does until the guest has signed in.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desktop, TestScope } from "../../session/desktop.ts";
import { freePort } from "../../session/ports.ts";
import { until } from "../../session/wait.ts";

/** How it answers before the guest has signed in: with a redirection to its page, or with the page itself. */
export type PortalAnswer = "redirect" | "page";

export class Portal {
  /** The new addresses of the servers, in their order. */
  readonly addresses: readonly string[];
  readonly #folder: string;

  private constructor(addresses: readonly string[], folder: string) {
    this.addresses = addresses;
    this.#folder = folder;
  }

  static async start(scope: TestScope, desktop: Desktop, servers: readonly string[]): Promise<Portal> {
    // nginx's workers are another user, who cannot enter the session's folder.
    const folder = mkdtempSync(join(tmpdir(), "bursar-portal-"));
    scope.after(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    const page = await freePort();
    const ports: number[] = [];
    for (const _ of servers) ports.push(await freePort());
    const flags = { redirect: join(folder, "redirect"), page: join(folder, "page") };
    const configuration = join(folder, "nginx.conf");
    const blocks = servers.map((server, at) => serverBlock(new URL(server).host, ports[at] ?? 0, page, flags));
    writeFileSync(configuration, mainBlock(folder, page, blocks));
    const running = desktop.processes.start("nginx", "/usr/sbin/nginx", {
      args: ["-c", configuration, "-p", folder, "-e", join(folder, "error.log")],
      env: desktop.env,
    });
    await until("nginx answers", async () => {
      running.assertAlive();
      return (await fetch(`http://127.0.0.1:${page}/`)).ok;
    });
    const addresses = servers.map((server, at) => `${new URL(server).protocol}//127.0.0.1:${ports[at] ?? 0}`);
    return new Portal(addresses, folder);
  }

  /** From now on it answers everything itself. */
  close(answer: PortalAnswer): void {
    writeFileSync(join(this.#folder, answer), "");
  }

  /** The guest has signed in. */
  open(): void {
    for (const answer of ["redirect", "page"]) rmSync(join(this.#folder, answer), { force: true });
  }
}

function mainBlock(folder: string, page: number, servers: readonly string[]): string {
  return `
daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  default_type text/html;
  server { listen 127.0.0.1:${page}; location / { return 200 "${PAGE}"; } }
  ${servers.join("\n")}
}
`;
}

const PAGE =
  "<!DOCTYPE html><html><title>Welcome</title><form action='/login'><button>Accept the terms</button></form></html>";

function serverBlock(host: string, port: number, page: number, flags: Record<PortalAnswer, string>): string {
  return `
  server {
    listen 127.0.0.1:${port};
    location / {
      if (-f ${flags.redirect}) { return 302 http://127.0.0.1:${page}/login; }
      if (-f ${flags.page}) { return 200 "${PAGE}"; }
      proxy_pass http://${host};
      proxy_http_version 1.1;
      proxy_set_header Host ${host};
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
    }
  }`;
}
