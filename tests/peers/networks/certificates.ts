/** A certificate authority of one company, and a server's certificate by it, made with OpenSSL. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "../../session/desktop.ts";

export interface Certificates {
  /** The authority's certificate, which a machine trusts or not. */
  readonly authority: string;
  /** The server's key and certificate, in PEM. */
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** The server's certificate is for this name or address, as OpenSSL writes it: `DNS:name` or `IP:address`. */
export async function makeCertificates(desktop: Desktop, name: string): Promise<Certificates> {
  const folder = desktop.processes.scratch;
  const [authority, authorityKey] = [join(folder, "authority.pem"), join(folder, "authority.key")];
  const [cert, key] = [join(folder, "server.pem"), join(folder, "server.key")];
  const common = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  const openssl = async (line: string, ...args: string[]): Promise<void> => {
    const done = await desktop.run("openssl", [...common, ...line.split(" "), ...args]);
    if (done.code !== 0) throw new Error(`openssl ${line}: ${done.stderr}`);
  };
  await openssl(
    `-keyout ${authorityKey} -out ${authority} -addext keyUsage=critical,keyCertSign`,
    "-subj",
    "/CN=A company",
  );
  const constraints = `-addext subjectAltName=${name} -addext basicConstraints=critical,CA:FALSE`;
  await openssl(`-subj /CN=server -CA ${authority} -CAkey ${authorityKey} -keyout ${key} -out ${cert} ${constraints}`);
  return { authority, key: readFileSync(key), cert: readFileSync(cert) };
}
