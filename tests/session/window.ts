/**
 * The app's window as a person uses it: elements found by `data-testid` or by role and name, clicked and typed into
 * with real input events. Every action waits until it is possible.
 */
import { until, type WaitOptions } from "./wait.ts";
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
  readonly #takeScreenshot: (name: string) => Promise<string>;

  /**
   * `takeScreenshot` captures the window from the screen: the webview's own screenshot waits while the page changes.
   */
  constructor(driver: WebDriver, takeScreenshot: (name: string) => Promise<string>) {
    this.driver = driver;
    this.#takeScreenshot = takeScreenshot;
  }

  /**
   * Attaches to the current webview. Call it after a start, and again after the window was closed to the tray and
   * reopened, because that creates a new webview.
   */
  async attach(options: WaitOptions = {}): Promise<this> {
    let attempts = 0;
    await until(
      "the window has a live page",
      async () => {
        attempts += 1;
        // A recreated webview appears in the open session; the webview of another process never does.
        const alive = this.driver.attached && (await this.driver.handles(LIVE_PAGE_TIMEOUT).catch(() => undefined));
        if (alive === undefined || alive === false || attempts % 15 === 0)
          await this.driver.openSession({ timeout: 10_000 });
        return this.#chooseLivePage();
      },
      { timeout: 30_000, interval: 200, ...options },
    );
    return this;
  }

  /** The element with this `data-testid`. */
  id(testid: string): Locator {
    return new Locator(this, `[data-testid="${testid}"]`, { css: `[data-testid="${testid}"]` });
  }

  css(selector: string): Locator {
    return new Locator(this, selector, { css: selector });
  }

  /** The element with this role and accessible name (a substring, or a pattern). */
  role(role: Role, name: string | RegExp): Locator {
    return new Locator(this, `${role} ${String(name)}`, { role, name });
  }

  /** The page's visible text. */
  async text(): Promise<string> {
    return String(await this.driver.script("return document.body.innerText"));
  }

  async waitForText(text: string | RegExp, options: WaitOptions = {}): Promise<string> {
    return until(
      `the window shows ${String(text)}`,
      async () => {
        const all = await this.text();
        return (typeof text === "string" ? all.includes(text) : text.test(all)) && all;
      },
      options,
    );
  }

  async waitForNoText(text: string | RegExp, options: WaitOptions = {}): Promise<void> {
    await until(
      `the window no longer shows ${String(text)}`,
      async () => {
        const all = await this.text();
        return typeof text === "string" ? !all.includes(text) : !text.test(all);
      },
      options,
    );
  }

  /** Saves a screenshot of the window without its frame among the artefacts. */
  async screenshot(name: string): Promise<string> {
    await this.waitForPaint();
    return this.#takeScreenshot(name);
  }

  /** Waits until the page's current content is painted. */
  async waitForPaint(): Promise<void> {
    await this.driver.asyncScript("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))");
  }

  /** The colour scheme that the page sees. */
  async colorScheme(): Promise<"light" | "dark"> {
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
    for (const handle of (await this.driver.handles(LIVE_PAGE_TIMEOUT)).toReversed()) {
      try {
        await this.driver.switchTo(handle, LIVE_PAGE_TIMEOUT);
        const script = "return { address: location.href, body: !!document.body }";
        const page = (await this.driver.command("POST", "/execute/sync", { script, args: [] }, LIVE_PAGE_TIMEOUT)) as {
          address: string;
          body: boolean;
        };
        if (page.body && /^(tauri|https?):/.test(page.address)) return true;
        found.push(JSON.stringify(page));
      } catch (error) {
        // A closed webview fails: try the next one. If it does not answer at all, the next attempt needs a new session.
        found.push(String(error));
        if (error instanceof DOMException) this.driver.dropSession();
      }
    }
    throw new Error(found.join(", ") || "there is no webview");
  }
}

/** A live page answers within this time. */
const LIVE_PAGE_TIMEOUT: WaitOptions = { timeout: 5_000 };

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

type Selector = { readonly css: string } | { readonly role: Role; readonly name: string | RegExp };

/** An element that may not exist yet. */
export class Locator {
  readonly #window: AppWindow;
  readonly #description: string;
  readonly #selector: Selector;

  constructor(window: AppWindow, description: string, selector: Selector) {
    this.#window = window;
    this.#description = description;
    this.#selector = selector;
  }

  click(options: WaitOptions = {}): Promise<void> {
    return this.#retry("is clicked", options, async (path, ref) => {
      try {
        await this.#window.driver.command("POST", `${path}/click`);
      } catch (error) {
        // The driver scrolls to what is out of sight, but not to what the header half covers. A user scrolls further.
        if (error instanceof WebDriverError && error.code === "element not interactable")
          await this.#window.driver.script('arguments[0].scrollIntoView({ block: "center" })', ref);
        throw error;
      }
    });
  }

  /** Types at the end of the current value. */
  type(text: string, options: WaitOptions = {}): Promise<void> {
    return this.#retry("is typed into", options, (path) =>
      this.#window.driver.command("POST", `${path}/value`, { text }),
    );
  }

  /** Clears the field and types `text`. */
  fill(text: string, options: WaitOptions = {}): Promise<void> {
    return this.#retry("is filled", options, async (path) => {
      await this.#window.driver.command("POST", `${path}/clear`);
      if (text !== "") await this.#window.driver.command("POST", `${path}/value`, { text });
    });
  }

  /** Selects an option of a native select by its value. */
  select(value: string, options: WaitOptions = {}): Promise<void> {
    return this.#retry("has an option chosen", options, async (_, ref) => {
      const source = `const [it, value] = arguments;
        if (![...it.options].some((one) => one.value === value)) throw new Error('no option ' + value);
        it.value = value; it.dispatchEvent(new Event('input', { bubbles: true })); it.dispatchEvent(new Event('change', { bubbles: true }));`;
      await this.#window.driver.script(source, ref, value);
    });
  }

  /** The element's rendered text. */
  text(options: WaitOptions = {}): Promise<string> {
    return until(
      `${this.#description} has a text`,
      async () => ({ text: String(await this.#window.driver.command("GET", `${await this.#path()}/text`)) }),
      options,
    ).then(({ text }) => text);
  }

  /** Waits until the text matches and returns it. */
  waitForText(text: string | RegExp, options: WaitOptions = {}): Promise<string> {
    let last = "";
    return until(
      `${this.#description} shows ${String(text)}`,
      async () => {
        last = await this.text({ timeout: 0 });
        if (typeof text === "string" ? last.includes(text) : text.test(last)) return { last };
        throw new Error(`the text is ${JSON.stringify(last)}`);
      },
      options,
    ).then((found) => found.last);
  }

  async property(name: string, options: WaitOptions = {}): Promise<unknown> {
    const found = await until(
      `${this.#description} exists`,
      async () => ({ value: await this.#window.driver.command("GET", `${await this.#path()}/property/${name}`) }),
      options,
    );
    return found.value;
  }

  async attribute(name: string, options: WaitOptions = {}): Promise<string | null> {
    const found = await until(
      `${this.#description} exists`,
      async () => ({ value: await this.#window.driver.command("GET", `${await this.#path()}/attribute/${name}`) }),
      options,
    );
    return found.value as string | null;
  }

  /** Whether the element exists and is drawn right now. */
  async isVisible(): Promise<boolean> {
    const [ref] = await this.#refs();
    if (ref === undefined) return false;
    const source =
      'const r = arguments[0].getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(arguments[0]).visibility !== "hidden"';
    return (await this.#window.driver.script(source, ref)) === true;
  }

  async isEnabled(): Promise<boolean> {
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

  async waitVisible(options: WaitOptions = {}): Promise<this> {
    await until(`${this.#description} is visible`, () => this.isVisible(), options);
    return this;
  }

  async waitHidden(options: WaitOptions = {}): Promise<void> {
    await until(`${this.#description} is hidden`, async () => !(await this.isVisible()), options);
  }

  /** Repeats the action while the element is missing, covered, moving or being replaced. */
  async #retry(
    what: string,
    options: WaitOptions,
    act: (path: string, ref: ElementRef) => Promise<unknown>,
  ): Promise<void> {
    await until(
      `${this.#description} ${what}`,
      async () => {
        const [ref] = await this.#refs();
        if (ref === undefined) throw new Error("the element does not exist");
        const path = `/element/${ref[ELEMENT]}`;
        if ((await this.#window.driver.command("GET", `${path}/enabled`)) !== true)
          throw new Error("the element is disabled");
        await act(path, ref);
        return true;
      },
      options,
    );
  }

  async #path(): Promise<string> {
    const [ref] = await this.#refs();
    if (ref === undefined) throw new WebDriverError("no such element", this.#description);
    return `/element/${ref[ELEMENT]}`;
  }

  async #refs(): Promise<ElementRef[]> {
    if ("css" in this.#selector) {
      return (await this.#window.driver.script(BY_SELECTOR, this.#selector.css)) as ElementRef[];
    }
    const { role, name } = this.#selector;
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
