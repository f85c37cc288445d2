/**
 * A tray host for tests. It owns org.kde.StatusNotifierWatcher on the private bus, lists the registered icons, reads
 * their properties and menus, and clicks. It can be absent, appear later and vanish again.
 */
import { NameFlag, Variant, type MessageBus } from "@jellybrick/dbus-next";
import { plain, Played, type Bus } from "./bus.ts";
import { until, type Patience } from "./wait.ts";

const NAME = "org.kde.StatusNotifierWatcher";
const PATH = "/StatusNotifierWatcher";
const ITEM = "org.kde.StatusNotifierItem";
const MENU = "com.canonical.dbusmenu";

export interface MenuEntry {
  readonly id: number;
  /** Without the underscores that mark access keys. */
  readonly label: string;
  readonly enabled: boolean;
  readonly visible: boolean;
  readonly separator: boolean;
  /** undefined if the entry cannot be checked. */
  readonly checked: boolean | undefined;
  readonly entries: readonly MenuEntry[];
}

/** An icon's properties, named as in the specification. */
export interface TrayProperties {
  readonly id: string;
  readonly title: string;
  /** `Active`, `Passive` or `NeedsAttention`. */
  readonly status: string;
  readonly iconName: string;
  readonly tooltip: string;
  readonly label: string;
  readonly all: Readonly<Record<string, unknown>>;
}

export class Tray {
  readonly #bus: Bus;
  #connection: MessageBus | undefined;
  #face: Played | undefined;
  #items: TrayItem[] = [];
  #shows = true;
  #refusals = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The registered icons. */
  get items(): readonly TrayItem[] {
    return this.#items;
  }

  /**
   * Takes its name on the bus; icons then register by themselves. `hasHost: false` is a watcher without a host that
   * shows icons; `rejections` is the number of registrations to refuse first.
   */
  async appear({ shows = true, refuses = 0 }: { shows?: boolean; refuses?: number } = {}): Promise<void> {
    if (this.#connection !== undefined) return;
    [this.#shows, this.#refusals] = [shows, refuses];
    const connection = await this.#bus.connect();
    const face: Played = new Played(
      connection,
      PATH,
      NAME,
      {
        RegisterStatusNotifierItem: {
          gives: "",
          answer: ([what], sender) => this.#register(face, String(what), sender),
        },
        RegisterStatusNotifierHost: { gives: "", answer: () => [] },
      },
      () => ({
        RegisteredStatusNotifierItems: new Variant(
          "as",
          this.#items.map((item) => item.name),
        ),
        IsStatusNotifierHostRegistered: new Variant("b", this.#shows),
        ProtocolVersion: new Variant("i", 0),
      }),
    );
    await this.#bus.watchOwners(connection, (name, owner) => {
      if (owner !== "") return;
      for (const gone of this.#items.filter((one) => one.owner === name))
        face.tell("StatusNotifierItemUnregistered", "s", [gone.name]);
      this.#items = this.#items.filter((one) => one.owner !== name);
    });
    await connection.requestName(NAME, NameFlag.DO_NOT_QUEUE);
    if (shows) face.tell("StatusNotifierHostRegistered", "", []);
    [this.#connection, this.#face] = [connection, face];
  }

  /** Announces that a host starts, or stops, showing the registered icons. */
  show(shows: boolean): void {
    this.#shows = shows;
    this.#face?.tell(shows ? "StatusNotifierHostRegistered" : "StatusNotifierHostUnregistered", "", []);
  }

  /** Leaves the bus, as when the panel crashes. */
  vanish(): void {
    this.#connection?.disconnect();
    [this.#connection, this.#face] = [undefined, undefined];
    this.#items = [];
  }

  /** Waits for the only icon. */
  async icon(patience: Patience = {}): Promise<TrayItem> {
    return until("an icon in the tray", () => this.#items[0], patience);
  }

  /** Waits until there is no icon. */
  async empty(patience: Patience = {}): Promise<void> {
    await until("no icon in the tray", () => this.#items.length === 0, patience);
  }

  /** Programs register either their bus name or the path of their object. */
  #register(face: Played, what: string, sender: string): [] {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      throw new Error("not ready");
    }
    const item = what.startsWith("/")
      ? new TrayItem(this.#bus, sender, what)
      : new TrayItem(this.#bus, what, "/StatusNotifierItem");
    if (!this.#items.some((one) => one.name === item.name)) this.#items.push(item);
    face.tell("StatusNotifierItemRegistered", "s", [item.name]);
    return [];
  }
}

export class TrayItem {
  readonly owner: string;
  readonly path: string;
  readonly #bus: Bus;

  constructor(bus: Bus, owner: string, path: string) {
    this.#bus = bus;
    this.owner = owner;
    this.path = path;
  }

  get name(): string {
    return `${this.owner}${this.path}`;
  }

  async properties(): Promise<TrayProperties> {
    const all = await this.#bus.properties(this.owner, this.path, ITEM);
    const text = (name: string): string => (typeof all[name] === "string" ? all[name] : "");
    const tooltip = Array.isArray(all["ToolTip"]) ? (all["ToolTip"] as unknown[]) : [];
    return {
      id: text("Id"),
      title: text("Title"),
      status: text("Status"),
      iconName: text("IconName"),
      tooltip: [tooltip[2], tooltip[3]].filter((part) => typeof part === "string" && part !== "").join("\n"),
      label: text("XAyatanaLabel"),
      all,
    };
  }

  /**
   * A left click, with the activation token that Wayland desktops send. Icons made by libappindicator ignore left
   * clicks.
   */
  async activate(token?: string): Promise<void> {
    if (token !== undefined)
      await this.#bus.call(this.owner, this.path, ITEM, "ProvideXdgActivationToken", "s", [token]);
    await this.#bus.call(this.owner, this.path, ITEM, "Activate", "ii", [0, 0]);
  }

  /** The current menu, including separators and hidden entries. */
  async menu(): Promise<readonly MenuEntry[]> {
    const path = await this.#menuPath();
    await this.#bus.call(this.owner, path, MENU, "AboutToShow", "i", [0]).catch(() => undefined);
    const [, root] = await this.#bus.call(this.owner, path, MENU, "GetLayout", "iias", [0, -1, []]);
    return entry(root as Layout).entries;
  }

  /** Labels of the visible entries, nested ones after their parents. */
  async labels(): Promise<string[]> {
    return flat(await this.menu())
      .filter((one) => one.visible && !one.separator)
      .map((one) => one.label);
  }

  /** Waits for an enabled entry with that label. */
  async find(label: string | RegExp, patience: Patience = {}): Promise<MenuEntry> {
    const fits = (one: MenuEntry): boolean => (typeof label === "string" ? one.label === label : label.test(one.label));
    return until(
      `an entry ${String(label)} in the tray's menu`,
      async () => flat(await this.menu()).find((one) => one.visible && one.enabled && fits(one)),
      patience,
    );
  }

  /** Waits for an entry and clicks it. Retries if the menu is rebuilt meanwhile, as a person would. */
  async click(label: string | RegExp, patience: Patience = {}): Promise<void> {
    await until(
      `the menu's entry ${String(label)} takes a click`,
      async () => {
        const { id } = await this.find(label, patience);
        const path = await this.#menuPath();
        const now = Math.floor(Date.now() / 1000);
        await this.#bus.call(this.owner, path, MENU, "Event", "isvu", [id, "clicked", new Variant("s", ""), now]);
        return true;
      },
      patience,
    );
  }

  async #menuPath(): Promise<string> {
    const { Menu } = await this.#bus.properties(this.owner, this.path, ITEM);
    if (typeof Menu !== "string") throw new Error("the tray icon has no menu");
    return Menu;
  }
}

type Layout = [id: number, properties: Record<string, Variant>, entries: Variant<Layout>[]];

function entry([id, properties, entries]: Layout): MenuEntry {
  const own = plain(properties) as Record<string, unknown>;
  const toggle = own["toggle-state"];
  return {
    id,
    label: typeof own["label"] === "string" ? own["label"].replace(/_(.)/g, "$1") : "",
    enabled: own["enabled"] !== false,
    visible: own["visible"] !== false,
    separator: own["type"] === "separator",
    checked: own["toggle-type"] === undefined || own["toggle-type"] === "" ? undefined : toggle === 1,
    entries: entries.map((inner) => entry(inner.value)),
  };
}

function flat(entries: readonly MenuEntry[]): MenuEntry[] {
  return entries.flatMap((one) => [one, ...flat(one.entries)]);
}
