/**
 * The app's window as a person uses it: elements found by `data-testid` or by role and name, clicked and typed into
 * with real input events. Every action waits until it is possible.
 */
import { until, type Patience } from "./wait.ts";
import { ELEMENT, WebDriverError, type ElementRef, type WebDriver } from "./webdriver.ts";

export type Role =
  | "button"
  | "link"
  | "heading"
  | "textbox"
  | "checkbox"
  | "radio"
  | "switch"
  | "tab"
  | "option"
  | "combobox"
  | "dialog"
  | "alert"
  | "status"
  | "row"
  | "listitem"
  | "menuitem";

export class AppWindow {
  readonly driver: WebDriver;
  readonly #shoot: (name: string) => Promise<string>;

  /**
   * `takeScreenshot` captures the window from the screen: the webview's own screenshot waits while the page changes.
   */
  constructor(driver: WebDriver, shoot: (name: string) => Promise<string>) {
    this.driver = driver;
    this.#shoot = shoot;
  }

  /**
   * Attaches to the current webview. Call it after a start, and again after the window was closed to the tray and
   * reopened, because that creates a new webview.
   */
  async attach(patience: Patience = {}): Promise<this> {
    let looks = 0;
    await until(
      "the window has a live page",
      async () => {
        looks += 1;
        // A recreated webview appears in the open session; the webview of another process never does.
        const alive = this.driver.attached && (await this.driver.handles(PROMPT).catch(() => undefined));
        if (alive === undefined || alive === false || looks % 15 === 0) await this.driver.open({ within: 10_000 });
        return this.#chooseLivePage();
      },
      { within: 30_000, every: 200, ...patience },
    );
    return this;
  }

  /** The element with this `data-testid`. */
  id(testid: string): Part {
    return new Part(this, `[data-testid="${testid}"]`, { css: `[data-testid="${testid}"]` });
  }

  css(selector: string): Part {
    return new Part(this, selector, { css: selector });
  }

  /** The element with this role and accessible name (a substring, or a pattern). */
  role(role: Role, name: string | RegExp): Part {
    return new Part(this, `${role} ${String(name)}`, { role, name });
  }

  /** The page's visible text. */
  async text(): Promise<string> {
    return String(await this.driver.script("return document.body.innerText"));
  }

  async waitForText(text: string | RegExp, patience: Patience = {}): Promise<string> {
    return until(
      `the window shows ${String(text)}`,
      async () => {
        const all = await this.text();
        return (typeof text === "string" ? all.includes(text) : text.test(all)) && all;
      },
      patience,
    );
  }

  async waitForNoText(text: string | RegExp, patience: Patience = {}): Promise<void> {
    await until(
      `the window no longer shows ${String(text)}`,
      async () => {
        const all = await this.text();
        return typeof text === "string" ? !all.includes(text) : !text.test(all);
      },
      patience,
    );
  }

  /** Saves a screenshot of the window without its frame among the artefacts. */
  async picture(name: string): Promise<string> {
    await this.painted();
    return this.#shoot(name);
  }

  /** Waits until the page's current content is painted. */
  async painted(): Promise<void> {
    await this.driver.asyncScript("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))");
  }

  /** The colour scheme that the page sees. */
  async colors(): Promise<"light" | "dark"> {
    return (await this.driver.script('return matchMedia("(prefers-color-scheme: dark)").matches')) === true
      ? "dark"
      : "light";
  }

  /** The inner size in CSS pixels. */
  async size(): Promise<{ width: number; height: number }> {
    return (await this.driver.script("return { width: innerWidth, height: innerHeight }")) as {
      width: number;
      height: number;
    };
  }

  async resize(width: number, height: number): Promise<void> {
    await this.driver.command("POST", "/window/rect", { width, height });
  }

  /** Presses the keys together in the focused element. `KEYS` has WebDriver's codes for special keys. */
  async press(...keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.driver.command("POST", "/actions", {
      actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }],
    });
  }

  /** The `data-testid` of the focused element, or else its tag and name. */
  async focused(): Promise<string> {
    return String(
      await this.driver.script(
        'const it = document.activeElement; return it?.dataset?.testid ?? `${it?.tagName ?? ""} ${it?.getAttribute?.("aria-label") ?? it?.textContent?.trim().slice(0, 40) ?? ""}`',
      ),
    );
  }

  /** Throws an error that lists the handles without a live page. */
  async #chooseLivePage(): Promise<true> {
    const found: string[] = [];
    for (const handle of (await this.driver.handles(PROMPT)).toReversed()) {
      try {
        await this.driver.switchTo(handle, PROMPT);
        const script = "return { address: location.href, body: !!document.body }";
        const page = (await this.driver.command("POST", "/execute/sync", { script, args: [] }, PROMPT)) as {
          address: string;
          body: boolean;
        };
        if (page.body && /^(tauri|https?):/.test(page.address)) return true;
        found.push(JSON.stringify(page));
      } catch (error) {
        // A closed webview fails: try the next one. If it does not answer at all, the next attempt needs a new session.
        found.push(String(error));
        if (error instanceof DOMException) this.driver.forget();
      }
    }
    throw new Error(found.join(", ") || "there is no webview");
  }
}

/** A live page answers within this time. */
const PROMPT: Patience = { within: 5_000 };

export const KEYS = {
  tab: "\uE004",
  enter: "\uE007",
  escape: "\uE00C",
  shift: "\uE008",
  control: "\uE009",
  up: "\uE013",
  down: "\uE015",
  left: "\uE012",
  right: "\uE014",
  home: "\uE011",
  end: "\uE010",
  backspace: "\uE003",
} as const;

type How = { readonly css: string } | { readonly role: Role; readonly name: string | RegExp };

/** An element that may not exist yet. */
export class Part {
  readonly #window: AppWindow;
  readonly #what: string;
  readonly #how: How;

  constructor(window: AppWindow, what: string, how: How) {
    this.#window = window;
    this.#what = what;
    this.#how = how;
  }

  click(patience: Patience = {}): Promise<void> {
    return this.#do("is clicked", patience, (path) => this.#window.driver.command("POST", `${path}/click`));
  }

  /** Types at the end of the current value. */
  type(text: string, patience: Patience = {}): Promise<void> {
    return this.#do("is typed into", patience, (path) =>
      this.#window.driver.command("POST", `${path}/value`, { text }),
    );
  }

  /** Clears the field and types `text`. */
  fill(text: string, patience: Patience = {}): Promise<void> {
    return this.#do("is filled", patience, async (path) => {
      await this.#window.driver.command("POST", `${path}/clear`);
      if (text !== "") await this.#window.driver.command("POST", `${path}/value`, { text });
    });
  }

  /** Selects an option of a native select by its value. */
  select(value: string, patience: Patience = {}): Promise<void> {
    return this.#do("has an option chosen", patience, async (_, ref) => {
      const source = `const [it, value] = arguments;
        if (![...it.options].some((one) => one.value === value)) throw new Error('no option ' + value);
        it.value = value; it.dispatchEvent(new Event('input', { bubbles: true })); it.dispatchEvent(new Event('change', { bubbles: true }));`;
      await this.#window.driver.script(source, ref, value);
    });
  }

  /** The element's rendered text. */
  text(patience: Patience = {}): Promise<string> {
    return until(
      `${this.#what} has a text`,
      async () => ({ text: String(await this.#window.driver.command("GET", `${await this.#path()}/text`)) }),
      patience,
    ).then(({ text }) => text);
  }

  /** Waits until the text matches and returns it. */
  waitForText(text: string | RegExp, patience: Patience = {}): Promise<string> {
    let last = "";
    return until(
      `${this.#what} shows ${String(text)}`,
      async () => {
        last = await this.text({ within: 0 });
        if (typeof text === "string" ? last.includes(text) : text.test(last)) return { last };
        throw new Error(`the text is ${JSON.stringify(last)}`);
      },
      patience,
    ).then((seen) => seen.last);
  }

  async property(name: string, patience: Patience = {}): Promise<unknown> {
    const seen = await until(
      `${this.#what} exists`,
      async () => ({ value: await this.#window.driver.command("GET", `${await this.#path()}/property/${name}`) }),
      patience,
    );
    return seen.value;
  }

  async attribute(name: string, patience: Patience = {}): Promise<string | null> {
    const seen = await until(
      `${this.#what} exists`,
      async () => ({ value: await this.#window.driver.command("GET", `${await this.#path()}/attribute/${name}`) }),
      patience,
    );
    return seen.value as string | null;
  }

  /** Whether the element exists and is drawn right now. */
  async visible(): Promise<boolean> {
    const [ref] = await this.#refs();
    if (ref === undefined) return false;
    const source =
      'const r = arguments[0].getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(arguments[0]).visibility !== "hidden"';
    return (await this.#window.driver.script(source, ref)) === true;
  }

  async enabled(): Promise<boolean> {
    return (await this.#window.driver.command("GET", `${await this.#path()}/enabled`)) === true;
  }

  async count(): Promise<number> {
    return (await this.#refs()).length;
  }

  /** The texts of all matching elements. */
  async texts(): Promise<string[]> {
    const refs = await this.#refs();
    return (await this.#window.driver.script("return arguments[0].map((one) => one.innerText)", refs)) as string[];
  }

  async waitVisible(patience: Patience = {}): Promise<this> {
    await until(`${this.#what} is visible`, () => this.visible(), patience);
    return this;
  }

  async waitGone(patience: Patience = {}): Promise<void> {
    await until(`${this.#what} is hidden`, async () => !(await this.visible()), patience);
  }

  /** Repeats the action while the element is missing, covered, moving or being replaced. */
  async #do(what: string, patience: Patience, act: (path: string, ref: ElementRef) => Promise<unknown>): Promise<void> {
    await until(
      `${this.#what} ${what}`,
      async () => {
        const [ref] = await this.#refs();
        if (ref === undefined) throw new Error("the element does not exist");
        const path = `/element/${ref[ELEMENT]}`;
        if ((await this.#window.driver.command("GET", `${path}/enabled`)) !== true)
          throw new Error("the element is disabled");
        await act(path, ref);
        return true;
      },
      patience,
    );
  }

  async #path(): Promise<string> {
    const [ref] = await this.#refs();
    if (ref === undefined) throw new WebDriverError("no such element", this.#what);
    return `/element/${ref[ELEMENT]}`;
  }

  async #refs(): Promise<ElementRef[]> {
    if ("css" in this.#how) {
      return (await this.#window.driver.script(BY_SELECTOR, this.#how.css)) as ElementRef[];
    }
    const { role, name } = this.#how;
    const pattern = typeof name === "string" ? name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : name.source;
    const flags = typeof name === "string" ? "i" : name.flags;
    return (await this.#window.driver.script(BY_ROLE, role, pattern, flags)) as ElementRef[];
  }
}

/** Finds elements by selector, drawn ones first: the same field may also exist in a hidden tab. */
const BY_SELECTOR = `
const drawn = (it) => { const box = it.getBoundingClientRect(); return box.width > 0 && box.height > 0 ? 0 : 1; };
return [...document.querySelectorAll(arguments[0])].sort((a, b) => drawn(a) - drawn(b));
`;

/** Finds elements by role and accessible name, as far as this app uses them. */
const BY_ROLE = `
const [role, pattern, flags] = arguments;
const native = {
  button: 'button, input[type=submit], input[type=button], summary', link: 'a[href]', heading: 'h1, h2, h3, h4, h5, h6',
  textbox: 'input:not([type]), input[type=text], input[type=search], input[type=password], input[type=email], input[type=url], textarea',
  checkbox: 'input[type=checkbox]', radio: 'input[type=radio]', option: 'option', combobox: 'select', dialog: 'dialog[open]',
  row: 'tr', listitem: 'li', status: 'output',
}[role];
const found = [...document.querySelectorAll('[role="' + role + '"]' + (native ? ', ' + native : ''))];
const text = (id) => document.getElementById(id)?.textContent ?? '';
const name = (it) => it.getAttribute('aria-label')
  ?? it.getAttribute('aria-labelledby')?.split(/\\s+/).map(text).join(' ')
  ?? (it.labels?.length ? [...it.labels].map((one) => one.textContent).join(' ') : null)
  ?? (it.innerText?.trim() || it.getAttribute('title') || it.getAttribute('placeholder') || '');
const wanted = new RegExp(pattern, flags);
return found.filter((it) => {
  const box = it.getBoundingClientRect();
  const own = it.getAttribute('role');
  return (own === null || own === role) && box.width > 0 && box.height > 0 && wanted.test(name(it).replace(/\\s+/g, ' ').trim());
});
`;
