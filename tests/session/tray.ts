/**
 * A tray host for tests. It owns org.kde.StatusNotifierWatcher on the private bus, lists the registered icons, reads
 * their properties and menus, and clicks. It can be absent, appear later and vanish again.
 */
import { NameFlag, Variant, type MessageBus } from "@jellybrick/dbus-next";
import { unwrapVariants, FakeDBusObject, type Bus } from "./bus.ts";
import { until, type WaitOptions } from "./wait.ts";

const WATCHER_NAME = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH = "/StatusNotifierWatcher";
const ITEM_INTERFACE = "org.kde.StatusNotifierItem";
const MENU_INTERFACE = "com.canonical.dbusmenu";

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
  #watcher: FakeDBusObject | undefined;
  #items: TrayItem[] = [];
  #hasHost = true;
  #rejectionsLeft = 0;

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
  async appear({ hasHost = true, rejections = 0 }: { hasHost?: boolean; rejections?: number } = {}): Promise<void> {
    if (this.#connection !== undefined) return;
    [this.#hasHost, this.#rejectionsLeft] = [hasHost, rejections];
    const connection = await this.#bus.connect();
    const watcher: FakeDBusObject = new FakeDBusObject(
      connection,
      WATCHER_PATH,
      WATCHER_NAME,
      {
        RegisterStatusNotifierItem: {
          signature: "",
          handle: ([service], sender) => this.#register(watcher, String(service), sender),
        },
        RegisterStatusNotifierHost: { signature: "", handle: () => [] },
      },
      () => ({
        RegisteredStatusNotifierItems: new Variant(
          "as",
          this.#items.map((item) => item.name),
        ),
        IsStatusNotifierHostRegistered: new Variant("b", this.#hasHost),
        ProtocolVersion: new Variant("i", 0),
      }),
    );
    await this.#bus.onNameOwnerChanged(connection, (name, owner) => {
      if (owner !== "") return;
      for (const gone of this.#items.filter((one) => one.owner === name))
        watcher.emit("StatusNotifierItemUnregistered", "s", [gone.name]);
      this.#items = this.#items.filter((one) => one.owner !== name);
    });
    await connection.requestName(WATCHER_NAME, NameFlag.DO_NOT_QUEUE);
    if (hasHost) watcher.emit("StatusNotifierHostRegistered", "", []);
    [this.#connection, this.#watcher] = [connection, watcher];
  }

  /** Announces that a host starts, or stops, showing the registered icons. */
  setHost(hasHost: boolean): void {
    this.#hasHost = hasHost;
    this.#watcher?.emit(hasHost ? "StatusNotifierHostRegistered" : "StatusNotifierHostUnregistered", "", []);
  }

  /** Leaves the bus, as when the panel crashes. */
  vanish(): void {
    this.#connection?.disconnect();
    [this.#connection, this.#watcher] = [undefined, undefined];
    this.#items = [];
  }

  /** Waits for the only icon. */
  async icon(options: WaitOptions = {}): Promise<TrayItem> {
    return until("an icon in the tray", () => this.#items[0], options);
  }

  /** Waits until there is no icon. */
  async waitForEmpty(options: WaitOptions = {}): Promise<void> {
    await until("no icon in the tray", () => this.#items.length === 0, options);
  }

  /** Programs register either their bus name or the path of their object. */
  #register(watcher: FakeDBusObject, service: string, sender: string): [] {
    if (this.#rejectionsLeft > 0) {
      this.#rejectionsLeft -= 1;
      throw new Error("not ready");
    }
    const item = service.startsWith("/")
      ? new TrayItem(this.#bus, sender, service)
      : new TrayItem(this.#bus, service, "/StatusNotifierItem");
    if (!this.#items.some((one) => one.name === item.name)) this.#items.push(item);
    watcher.emit("StatusNotifierItemRegistered", "s", [item.name]);
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
    const all = await this.#bus.properties(this.owner, this.path, ITEM_INTERFACE);
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
      await this.#bus.call(this.owner, this.path, ITEM_INTERFACE, "ProvideXdgActivationToken", "s", [token]);
    await this.#bus.call(this.owner, this.path, ITEM_INTERFACE, "Activate", "ii", [0, 0]);
  }

  /** The current menu, including separators and hidden entries. */
  async menu(): Promise<readonly MenuEntry[]> {
    const path = await this.#menuPath();
    await this.#bus.call(this.owner, path, MENU_INTERFACE, "AboutToShow", "i", [0]).catch(() => undefined);
    const [, root] = await this.#bus.call(this.owner, path, MENU_INTERFACE, "GetLayout", "iias", [0, -1, []]);
    return parseEntry(root as Layout).entries;
  }

  /** Labels of the visible entries, nested ones after their parents. */
  async labels(): Promise<string[]> {
    return flatten(await this.menu())
      .filter((one) => one.visible && !one.separator)
      .map((one) => one.label);
  }

  /** Waits for an enabled entry with that label. */
  async find(label: string | RegExp, options: WaitOptions = {}): Promise<MenuEntry> {
    const matches = (one: MenuEntry): boolean =>
      typeof label === "string" ? one.label === label : label.test(one.label);
    return until(
      `an entry ${String(label)} in the tray's menu`,
      async () => flatten(await this.menu()).find((one) => one.visible && one.enabled && matches(one)),
      options,
    );
  }

  /** Waits for an entry and clicks it. Retries if the menu is rebuilt meanwhile, as a person would. */
  async click(label: string | RegExp, options: WaitOptions = {}): Promise<void> {
    await until(
      `the menu's entry ${String(label)} takes a click`,
      async () => {
        const { id } = await this.find(label, options);
        const path = await this.#menuPath();
        const now = Math.floor(Date.now() / 1000);
        await this.#bus.call(this.owner, path, MENU_INTERFACE, "Event", "isvu", [
          id,
          "clicked",
          new Variant("s", ""),
          now,
        ]);
        return true;
      },
      options,
    );
  }

  async #menuPath(): Promise<string> {
    const { Menu } = await this.#bus.properties(this.owner, this.path, ITEM_INTERFACE);
    if (typeof Menu !== "string") throw new Error("the tray icon has no menu");
    return Menu;
  }
}

type Layout = [id: number, properties: Record<string, Variant>, entries: Variant<Layout>[]];

function parseEntry([id, properties, entries]: Layout): MenuEntry {
  const own = unwrapVariants(properties) as Record<string, unknown>;
  const toggle = own["toggle-state"];
  return {
    id,
    label: typeof own["label"] === "string" ? own["label"].replace(/_(.)/g, "$1") : "",
    enabled: own["enabled"] !== false,
    visible: own["visible"] !== false,
    separator: own["type"] === "separator",
    checked: own["toggle-type"] === undefined || own["toggle-type"] === "" ? undefined : toggle === 1,
    entries: entries.map((inner) => parseEntry(inner.value)),
  };
}

function flatten(entries: readonly MenuEntry[]): MenuEntry[] {
  return entries.flatMap((one) => [one, ...flatten(one.entries)]);
}
