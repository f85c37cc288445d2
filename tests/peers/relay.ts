/** A TCP relay on a loopback port that can be cut and come back on the same port, like a server that goes away for a while. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Relay {
  readonly #target: number;
  readonly #open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    await relay.restore();
    return relay;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the port that it had before. */
  async restore(): Promise<void> {
    const server = createServer((socket) => this.#forward(socket));
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections from now on and closes the open ones. */
  cut(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#open) socket.destroy();
  }

  #forward(socket: Socket): void {
    const upstream = connect(this.#target, "127.0.0.1");
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#open.add(one);
      one.unref();
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  }
}
