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
  readonly #open: MessageBus[] = [];
  #own: MessageBus | undefined;

  private constructor(address: string) {
    this.address = address;
  }

  static async start(processes: Processes, env: Environment): Promise<Bus> {
    const socket = `${env["XDG_RUNTIME_DIR"]}/bus`;
    const config = `${processes.scratch}/bus.conf`;
    writeFileSync(config, CONFIG(socket));
    let said = "";
    const daemon = processes.start("dbus-daemon", "dbus-daemon", {
      args: ["--nofork", "--nopidfile", `--config-file=${config}`, "--print-address=1"],
      env,
      onOutput: (text) => (said += text),
    });
    await until("the bus is up", () => {
      daemon.mustBeAlive();
      return said.includes("\n");
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
    this.#open.push(connection);
    await until("a connection to the bus", () => connection.name !== null);
    return connection;
  }

  /** Calls a method and returns the body of the reply. */
  async call(
    destination: string,
    path: string,
    face: string,
    member: string,
    signature = "",
    body: unknown[] = [],
  ): Promise<unknown[]> {
    if (this.#own === undefined) throw new Error("the bus is closed");
    const answer = await this.#own.call(new Message({ destination, path, interface: face, member, signature, body }));
    return answer?.body ?? [];
  }

  /** Reads all properties of an interface, with variants unwrapped. */
  async properties(destination: string, path: string, face: string): Promise<Record<string, unknown>> {
    const [all] = await this.call(destination, path, "org.freedesktop.DBus.Properties", "GetAll", "s", [face]);
    return Object.fromEntries(
      Object.entries(all as Record<string, Variant>).map(([name, value]) => [name, plain(value)]),
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
  async watchOwners(connection: MessageBus, tell: (name: string, owner: string) => void): Promise<void> {
    connection.on("message", (message) => {
      if (message.member !== "NameOwnerChanged" || message.sender !== "org.freedesktop.DBus") return;
      const [name, , owner] = message.body as [string, string, string];
      tell(name, owner);
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
    for (const connection of this.#open) connection.disconnect();
    this.#own = undefined;
  }
}

/** A method that a test implements: the signature of its reply and the function that computes the reply. */
export interface Answer {
  readonly gives: string;
  readonly answer: (body: unknown[], sender: string) => unknown[];
}

/**
 * A D-Bus object that the test implements: methods by name, properties computed at each read, signals sent with `emit`.
 * dbus-next's interface class does not pass the sender to methods, and tray icons are identified by their sender.
 */
export class Played {
  readonly #connection: MessageBus;
  readonly #path: string;
  readonly #face: string;

  constructor(
    connection: MessageBus,
    path: string,
    face: string,
    methods: Record<string, Answer>,
    properties: () => Record<string, Variant> = () => ({}),
  ) {
    this.#connection = connection;
    this.#path = path;
    this.#face = face;
    const read: Record<string, Answer> = {
      Get: { gives: "v", answer: ([, name]) => [properties()[String(name)]] },
      GetAll: { gives: "a{sv}", answer: () => [properties()] },
    };
    connection.addMethodHandler((message: Message) => {
      if (message.path !== path) return false;
      const known =
        message.interface === face ? methods : message.interface === "org.freedesktop.DBus.Properties" ? read : {};
      const method = known[message.member];
      if (method === undefined) return false;
      connection.send(answered(message, method));
      return true;
    });
  }

  tell(signal: string, signature: string, body: unknown[]): void {
    this.#connection.send(Message.newSignal(this.#path, this.#face, signal, signature, body));
  }
}

/** Runs a method; an exception becomes an error reply with its message. */
function answered(call: Message, { gives, answer }: Answer): Message {
  try {
    return Message.newMethodReturn(call, gives, answer(call.body, call.sender));
  } catch (error) {
    return Message.newError(call, "org.freedesktop.DBus.Error.Failed", String(error));
  }
}

/** Unwraps variants, including those in lists and dictionaries. */
export function plain(value: unknown): unknown {
  if (value instanceof Variant) return plain(value.value);
  if (Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}
