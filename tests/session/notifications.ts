/**
 * A notification server for tests. It owns org.freedesktop.Notifications on the private bus, keeps every `Notify` call
 * in order, and acts as the user who clicks, chooses an action or dismisses.
 */
import { NameFlag, type MessageBus } from "@jellybrick/dbus-next";
import { plain, Played, type Bus } from "./bus.ts";
import { until, type Patience } from "./wait.ts";

const NAME = "org.freedesktop.Notifications";
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
export const CLOSED = { expired: 1, dismissed: 2, byTheApp: 3 } as const;

export class Notifications {
  readonly #bus: Bus;
  readonly #seen: Notification[] = [];
  readonly #closed = new Set<number>();
  #connection: MessageBus | undefined;
  #face: Played | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** All notifications so far, oldest first. */
  get all(): readonly Notification[] {
    return this.#seen;
  }

  /** Takes its name on the bus. */
  async appear(): Promise<void> {
    if (this.#connection !== undefined) return;
    const connection = await this.#bus.connect();
    this.#face = new Played(connection, PATH, NAME, {
      Notify: { gives: "u", answer: (body) => [this.#notify(body as NotifyBody)] },
      CloseNotification: { gives: "", answer: ([id]) => this.#withdraw(id as number) },
      GetCapabilities: { gives: "as", answer: () => [["actions", "body", "body-markup", "persistence"]] },
      GetServerInformation: { gives: "ssss", answer: () => ["bursar-tests", "bursar", "1", "1.2"] },
    });
    await connection.requestName(NAME, NameFlag.DO_NOT_QUEUE);
    this.#connection = connection;
  }

  /** Leaves the bus, as when the desktop's shell crashes. */
  vanish(): void {
    this.#connection?.disconnect();
    this.#connection = undefined;
    this.#face = undefined;
  }

  /** Waits for a notification whose summary and body match, read as one text. */
  async find(text: string | RegExp, patience: Patience = {}): Promise<Notification> {
    const matches = (one: Notification): boolean => {
      const whole = `${one.summary}\n${one.body}`;
      return typeof text === "string" ? whole.includes(text) : text.test(whole);
    };
    return until(
      `one.summary))}) => a notification with ${String(text)} (received: ${JSON.stringify(this.#seen.map((one) => one.summary))}) => one.summary))})`,
      () => this.#seen.find(matches),
      patience,
    );
  }

  /**
   * Chooses an action; `default` is a click on the notification itself. On Wayland, desktops also send an activation
   * token.
   */
  choose(notification: Notification, action = "default", token?: string): void {
    if (this.#face === undefined) throw new Error("there is no notification server");
    if (token !== undefined) this.#face.tell("ActivationToken", "us", [notification.id, token]);
    this.#face.tell("ActionInvoked", "us", [notification.id, action]);
    this.#end(notification.id, CLOSED.dismissed);
  }

  dismiss(notification: Notification): void {
    this.#end(notification.id, CLOSED.dismissed);
  }

  #notify([app, replaces, icon, summary, body, actions, hints, expires]: NotifyBody): number {
    const id = replaces === 0 ? this.#seen.length + 1 : replaces;
    const pairs: Record<string, string> = {};
    for (let at = 0; at + 1 < actions.length; at += 2) pairs[actions[at] ?? ""] = actions[at + 1] ?? "";
    this.#seen.push({
      id,
      app,
      replaces,
      icon,
      summary,
      body,
      actions: pairs,
      hints: plain(hints) as Record<string, unknown>,
      expires,
    });
    return id;
  }

  #withdraw(id: number): [] {
    this.#end(id, CLOSED.byTheApp);
    return [];
  }

  #end(id: number, why: number): void {
    if (this.#face === undefined || this.#closed.has(id)) return;
    this.#closed.add(id);
    this.#face.tell("NotificationClosed", "uu", [id, why]);
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
