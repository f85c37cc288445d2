/**
 * A private session bus without service activation: only what the test starts is on it. `call` and `owner` reach other
 * programs on the bus without introspecting them first.
 */
import type { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import { Message, MessageBus, sessionBus, Variant } from "@jellybrick/dbus-next";
import { until } from "./wait.ts";
import type { Environment, Processes } from "./processes.ts";

const CONFIG = (
  socket: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export class Bus {
  readonly address: string;
  readonly #connections: MessageBus[] = [];
  #own: MessageBus | undefined;

  private constructor(address: string) {
    this.address = address;
  }

  static async start(processes: Processes, env: Environment): Promise<Bus> {
    const socket = `${env["XDG_RUNTIME_DIR"]}/bus`;
    const config = `${processes.scratch}/bus.conf`;
    writeFileSync(config, CONFIG(socket));
    let output = "";
    const daemon = processes.start("dbus-daemon", "dbus-daemon", {
      args: ["--nofork", "--nopidfile", `--config-file=${config}`, "--print-address=1"],
      env,
      onOutput: (text) => (output += text),
    });
    await until("the bus is up", () => {
      daemon.assertAlive();
      return output.includes("\n");
    });
    const bus = new Bus(`unix:path=${socket}`);
    bus.#own = await bus.connect();
    return bus;
  }

  /** Opens another connection, for a service that the test provides itself. */
  async connect(): Promise<MessageBus> {
    const connection = sessionBus({ busAddress: this.address });
    // dbus-next does not declare this event. Without a listener, closing the bus would throw and end the test.
    (connection as EventEmitter).on("error", () => undefined);
    this.#connections.push(connection);
    await until("a connection to the bus", () => connection.name !== null);
    return connection;
  }

  /** Calls a method and returns the body of the reply. */
  async call(
    destination: string,
    path: string,
    iface: string,
    member: string,
    signature = "",
    body: unknown[] = [],
  ): Promise<unknown[]> {
    if (this.#own === undefined) throw new Error("the bus is closed");
    const answer = await this.#own.call(new Message({ destination, path, interface: iface, member, signature, body }));
    return answer?.body ?? [];
  }

  /** Reads all properties of an interface, with variants unwrapped. */
  async properties(destination: string, path: string, iface: string): Promise<Record<string, unknown>> {
    const [all] = await this.call(destination, path, "org.freedesktop.DBus.Properties", "GetAll", "s", [iface]);
    return Object.fromEntries(
      Object.entries(all as Record<string, Variant>).map(([name, value]) => [name, unwrapVariants(value)]),
    );
  }

  /** The unique name of the owner of a well-known name, or undefined. */
  async owner(name: string): Promise<string | undefined> {
    try {
      const [owner] = await this.call(
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "GetNameOwner",
        "s",
        [name],
      );
      return owner as string;
    } catch {
      return undefined;
    }
  }

  /** All names that have an owner. */
  async names(): Promise<string[]> {
    const bus = "org.freedesktop.DBus";
    const [names] = await this.call(bus, "/org/freedesktop/DBus", bus, "ListNames");
    return names as string[];
  }

  /** Calls `listener` for every name that gets an owner, or loses it (the owner is then empty). */
  async onNameOwnerChanged(connection: MessageBus, listener: (name: string, owner: string) => void): Promise<void> {
    connection.on("message", (message) => {
      if (message.member !== "NameOwnerChanged" || message.sender !== "org.freedesktop.DBus") return;
      const [name, , owner] = message.body as [string, string, string];
      listener(name, owner);
    });
    const rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'";
    await connection.call(
      new Message({
        destination: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
        member: "AddMatch",
        signature: "s",
        body: [rule],
      }),
    );
  }

  close(): void {
    for (const connection of this.#connections) connection.disconnect();
    this.#own = undefined;
  }
}

/** A method that a test implements: the signature of its reply and the function that computes the reply. */
export interface MethodHandler {
  readonly signature: string;
  readonly handle: (body: unknown[], sender: string) => unknown[];
}

/**
 * A D-Bus object that the test implements: methods by name, properties computed at each read, signals sent with `emit`.
 * dbus-next's interface class does not pass the sender to methods, and tray icons are identified by their sender.
 */
export class FakeDBusObject {
  readonly #connection: MessageBus;
  readonly #path: string;
  readonly #iface: string;

  constructor(
    connection: MessageBus,
    path: string,
    iface: string,
    methods: Record<string, MethodHandler>,
    properties: () => Record<string, Variant> = () => ({}),
  ) {
    this.#connection = connection;
    this.#path = path;
    this.#iface = iface;
    const read: Record<string, MethodHandler> = {
      Get: { signature: "v", handle: ([, name]) => [properties()[String(name)]] },
      GetAll: { signature: "a{sv}", handle: () => [properties()] },
    };
    connection.addMethodHandler((message: Message) => {
      if (message.path !== path) return false;
      const known =
        message.interface === iface ? methods : message.interface === "org.freedesktop.DBus.Properties" ? read : {};
      const method = known[message.member];
      if (method === undefined) return false;
      connection.send(replyTo(message, method));
      return true;
    });
  }

  emit(signal: string, signature: string, body: unknown[]): void {
    this.#connection.send(Message.newSignal(this.#path, this.#iface, signal, signature, body));
  }
}

/** Runs a method; an exception becomes an error reply with its message. */
function replyTo(call: Message, { signature, handle }: MethodHandler): Message {
  try {
    return Message.newMethodReturn(call, signature, handle(call.body, call.sender));
  } catch (error) {
    return Message.newError(call, "org.freedesktop.DBus.Error.Failed", String(error));
  }
}

/** Unwraps variants, including those in lists and dictionaries. */
export function unwrapVariants(value: unknown): unknown {
  if (value instanceof Variant) return unwrapVariants(value.value);
  if (Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(unwrapVariants);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unwrapVariants(inner)]));
  }
  return value;
}
