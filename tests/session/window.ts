/**
 * The app's window as a person meets it: parts found by `data-testid` or by role and name, clicked and typed into with
 * real input events. Every action waits until it can be done; every question can be waited for.
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

  /** `shoot` takes a picture of the window as it is on the screen: the webview's own waits for a page that changes. */
  constructor(driver: WebDriver, shoot: (name: string) => Promise<string>) {
    this.driver = driver;
    this.#shoot = shoot;
  }

  /**
   * Attaches to the webview that is there now. Needed once after a start, and again after the window was closed to the
   * tray and opened anew: that is another webview.
   */
  async attach(patience: Patience = {}): Promise<this> {
    let looks = 0;
    await until(
      "the window has a live page",
      async () => {
        looks += 1;
        // A webview that is made anew shows up in the session that is open; one of another process never does.
        const alive = this.driver.attached && (await this.driver.handles(PROMPT).catch(() => undefined));
        if (alive === undefined || alive === false || looks % 15 === 0) await this.driver.open({ within: 10_000 });
        return this.#chooseLivePage();
      },
      { within: 30_000, every: 200, ...patience },
    );
    return this;
  }

  /** The part with this `data-testid`. */
  id(testid: string): Part {
    return new Part(this, `[data-testid="${testid}"]`, { css: `[data-testid="${testid}"]` });
  }

  css(selector: string): Part {
    return new Part(this, selector, { css: selector });
  }

  /** The part with this role and accessible name (a part of it, or a pattern). */
  role(role: Role, name: string | RegExp): Part {
    return new Part(this, `${role} ${String(name)}`, { role, name });
  }

  /** All text that can be seen. */
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

  /** A picture of the window without its frame, among the artefacts. */
  async picture(name: string): Promise<string> {
    await this.painted();
    return this.#shoot(name);
  }

  /** Returns when what is in the page now has been drawn: before a picture of the screen. */
  async painted(): Promise<void> {
    await this.driver.asyncScript("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))");
  }

  /** What the page believes the desktop wants. */
  async colors(): Promise<"light" | "dark"> {
    return (await this.driver.script('return matchMedia("(prefers-color-scheme: dark)").matches')) === true
      ? "dark"
      : "light";
  }

  /** Inner size in CSS pixels. */
  async size(): Promise<{ width: number; height: number }> {
    return (await this.driver.script("return { width: innerWidth, height: innerHeight }")) as {
      width: number;
      height: number;
    };
  }

  async resize(width: number, height: number): Promise<void> {
    await this.driver.command("POST", "/window/rect", { width, height });
  }

  /** Presses one key in whatever has the focus, with the codes of WebDriver for special keys (see `KEYS`). */
  async press(...keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.driver.command("POST", "/actions", {
      actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }],
    });
  }

  /** The `data-testid`, or else the tag and name, of what has the focus. */
  async focused(): Promise<string> {
    return String(
      await this.driver.script(
        'const it = document.activeElement; return it?.dataset?.testid ?? `${it?.tagName ?? ""} ${it?.getAttribute?.("aria-label") ?? it?.textContent?.trim().slice(0, 40) ?? ""}`',
      ),
    );
  }

  /** Fails with what was found instead of a page that is alive. */
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
        // A webview that is gone, perhaps: look at the next one. One that is mute is asked again in a new session.
        found.push(String(error));
        if (error instanceof DOMException) this.driver.forget();
      }
    }
    throw new Error(found.join(", ") || "there is no webview");
  }
}

/** A live page answers this soon; one that does not is not waited for. */
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

/** Something in the window that may or may not be there yet. */
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

  /** Types at the end of what stands there. */
  type(text: string, patience: Patience = {}): Promise<void> {
    return this.#do("is typed into", patience, (path) =>
      this.#window.driver.command("POST", `${path}/value`, { text }),
    );
  }

  /** Replaces what stands there by `text`, typed. */
  fill(text: string, patience: Patience = {}): Promise<void> {
    return this.#do("is filled", patience, async (path) => {
      await this.#window.driver.command("POST", `${path}/clear`);
      if (text !== "") await this.#window.driver.command("POST", `${path}/value`, { text });
    });
  }

  /** Chooses an option of a native select by its value. */
  select(value: string, patience: Patience = {}): Promise<void> {
    return this.#do("has an option chosen", patience, async (_, ref) => {
      const source = `const [it, value] = arguments;
        if (![...it.options].some((one) => one.value === value)) throw new Error('no option ' + value);
        it.value = value; it.dispatchEvent(new Event('input', { bubbles: true })); it.dispatchEvent(new Event('change', { bubbles: true }));`;
      await this.#window.driver.script(source, ref, value);
    });
  }

  /** Its text as drawn. */
  text(patience: Patience = {}): Promise<string> {
    return until(
      `${this.#what} has a text`,
      async () => ({ text: String(await this.#window.driver.command("GET", `${await this.#path()}/text`)) }),
      patience,
    ).then(({ text }) => text);
  }

  /** Waits until its text matches, and returns it. */
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

  /** Whether it is there and drawn, right now. */
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

  /** Texts of all that match. */
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

  /** Does it again as long as the part is missing, covered, moving or replaced meanwhile. */
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

/** Finds by selector; what is drawn comes before what is not, such as the same field in a tab that is not shown. */
const BY_SELECTOR = `
const drawn = (it) => { const box = it.getBoundingClientRect(); return box.width > 0 && box.height > 0 ? 0 : 1; };
return [...document.querySelectorAll(arguments[0])].sort((a, b) => drawn(a) - drawn(b));
`;

/** Finds by role and accessible name, for the ways in which this app names things. */
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
