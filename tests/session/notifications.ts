/**
 * A notification server for tests. It owns org.freedesktop.Notifications on the private bus, keeps every `Notify` call
 * in order, and acts as the user who clicks, chooses an action or dismisses.
 */
import { NameFlag, type MessageBus } from "@jellybrick/dbus-next";
import { unwrapVariants, FakeDBusObject, type Bus } from "./bus.ts";
import { until, type WaitOptions } from "./wait.ts";

const SERVICE_NAME = "org.freedesktop.Notifications";
const PATH = "/org/freedesktop/Notifications";

export interface Notification {
  readonly id: number;
  readonly app: string;
  readonly replaces: number;
  readonly icon: string;
  readonly summary: string;
  readonly body: string;
  /** Labels by action key, e.g. `default`. */
  readonly actions: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, unknown>>;
  /** Milliseconds; -1 leaves it to the server, 0 means never. */
  readonly expires: number;
}

/** Why a notification was closed, by the specification's numbers. */
export const CLOSE_REASONS = { expired: 1, dismissed: 2, byTheApp: 3 } as const;

export class Notifications {
  readonly #bus: Bus;
  readonly #received: Notification[] = [];
  readonly #closed = new Set<number>();
  #connection: MessageBus | undefined;
  #server: FakeDBusObject | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** All notifications so far, oldest first. */
  get all(): readonly Notification[] {
    return this.#received;
  }

  /** Takes its name on the bus. */
  async appear(): Promise<void> {
    if (this.#connection !== undefined) return;
    const connection = await this.#bus.connect();
    this.#server = new FakeDBusObject(connection, PATH, SERVICE_NAME, {
      Notify: { signature: "u", handle: (body) => [this.#notify(body as NotifyBody)] },
      CloseNotification: { signature: "", handle: ([id]) => this.#withdraw(id as number) },
      GetCapabilities: { signature: "as", handle: () => [["actions", "body", "body-markup", "persistence"]] },
      GetServerInformation: { signature: "ssss", handle: () => ["bursar-tests", "bursar", "1", "1.2"] },
    });
    await connection.requestName(SERVICE_NAME, NameFlag.DO_NOT_QUEUE);
    this.#connection = connection;
  }

  /** Leaves the bus, as when the desktop's shell crashes. */
  vanish(): void {
    this.#connection?.disconnect();
    this.#connection = undefined;
    this.#server = undefined;
  }

  /** Waits for a notification whose summary and body match, read as one text. */
  async find(text: string | RegExp, options: WaitOptions = {}): Promise<Notification> {
    const matches = (one: Notification): boolean => {
      const whole = `${one.summary}\n${one.body}`;
      return typeof text === "string" ? whole.includes(text) : text.test(whole);
    };
    return until(
      `one.summary))}) => a notification with ${String(text)} (received: ${JSON.stringify(this.#received.map((one) => one.summary))}) => one.summary))})`,
      () => this.#received.find(matches),
      options,
    );
  }

  /**
   * Chooses an action; `default` is a click on the notification itself. On Wayland, desktops also send an activation
   * token.
   */
  invokeAction(notification: Notification, action = "default", token?: string): void {
    if (this.#server === undefined) throw new Error("there is no notification server");
    if (token !== undefined) this.#server.emit("ActivationToken", "us", [notification.id, token]);
    this.#server.emit("ActionInvoked", "us", [notification.id, action]);
    this.#close(notification.id, CLOSE_REASONS.dismissed);
  }

  dismiss(notification: Notification): void {
    this.#close(notification.id, CLOSE_REASONS.dismissed);
  }

  #notify([app, replaces, icon, summary, body, actions, hints, expires]: NotifyBody): number {
    const id = replaces === 0 ? this.#received.length + 1 : replaces;
    const pairs: Record<string, string> = {};
    for (let at = 0; at + 1 < actions.length; at += 2) pairs[actions[at] ?? ""] = actions[at + 1] ?? "";
    this.#received.push({
      id,
      app,
      replaces,
      icon,
      summary,
      body,
      actions: pairs,
      hints: unwrapVariants(hints) as Record<string, unknown>,
      expires,
    });
    return id;
  }

  #withdraw(id: number): [] {
    this.#close(id, CLOSE_REASONS.byTheApp);
    return [];
  }

  #close(id: number, why: number): void {
    if (this.#server === undefined || this.#closed.has(id)) return;
    this.#closed.add(id);
    this.#server.emit("NotificationClosed", "uu", [id, why]);
  }
}

type NotifyBody = [
  app: string,
  replaces: number,
  icon: string,
  summary: string,
  body: string,
  actions: string[],
  hints: Record<string, unknown>,
  expires: number,
];
