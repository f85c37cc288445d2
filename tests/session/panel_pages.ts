/** The panel's hosted payment pages in the real browser: one takes cards, the other has its customers log in. */
import type { Page } from "playwright-core";
import { until, type Patience } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import type { Sandbox } from "./sandbox.ts";

/** Test cards by what becomes of them. */
export const CARDS = {
  succeeds: "4242 4242 4242 4242",
  mastercard: "5555 5555 5555 4444",
  declined: "4000 0000 0000 0002",
  insufficient: "4000 0000 0000 9995",
  expired: "4000 0000 0000 0069",
  confirms: "4000 0000 0000 3220",
  laterDeclined: "4000 0000 0000 0341",
  slow: "4000 0000 0000 0077",
  hangs: "4000 0000 0000 0259",
  fraud: "4100 0000 0000 0019",
} as const;

export type PagePhase = "pay" | "confirm" | "approve" | "processing" | "paid" | "ended";

class PayPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async phase(): Promise<string> {
    return this.page.evaluate(() => document.body.dataset["phase"] ?? "");
  }

  async waitForPhase(phase: PagePhase, patience: Patience = {}): Promise<void> {
    await until(`the page is in the phase ${phase}`, async () => (await this.phase()) === phase, { within: 20_000, ...patience });
  }

  /** What is to be paid, e.g. `100.00 USD`. */
  async amount(): Promise<string> {
    return (await this.page.innerText("#amount")).trim();
  }

  /** What it says about how the payment went. */
  async status(): Promise<string> {
    return (await this.page.innerText("#status")).trim();
  }

  async saving(): Promise<boolean> {
    return this.page.isChecked("#save");
  }

  /** Gives up on the page, which leads back by itself. */
  async cancel(): Promise<void> {
    await this.page.click("#cancel");
  }

  /** The way back, for whoever's browser did not follow. */
  async goBack(): Promise<void> {
    await this.page.click("#return-link");
  }

  /** Closes the page, as a person who has second thoughts. */
  async close(): Promise<void> {
    await this.page.close();
  }
}

export class CardPage extends PayPage {
  /** Waits until the browser shows the page where cards are taken (that one, if its address is given). */
  static async opened(desktop: Desktop, sandbox: Sandbox, address = "", patience: Patience = {}): Promise<CardPage> {
    const page = await desktop.browser.page(address || `${sandbox.ready.panel.pages.card}/pay/`, patience);
    await page.waitForSelector("#card-number");
    return new CardPage(page);
  }

  /** Gives a card; `save` is ticked or not, and left as it is when not said. */
  async pay(card: string = CARDS.succeeds, how: { save?: boolean } = {}): Promise<void> {
    await this.page.fill("#card-number", card);
    await this.page.fill("#card-expiry", "04 / 31");
    await this.page.fill("#card-cvc", "123");
    if (how.save !== undefined) await this.page.setChecked("#save", how.save);
    // A bank that hangs lets the page wait: the click itself is all that is waited for.
    await this.page.click("#pay", { noWaitAfter: true });
  }

  /** Answers the bank's question whether it was its customer. */
  async confirm(isMe: boolean): Promise<void> {
    await this.waitForPhase("confirm");
    await this.page.click(isMe ? "#confirm" : "#refuse");
  }
}

export class WalletPage extends PayPage {
  static async opened(desktop: Desktop, sandbox: Sandbox, address = "", patience: Patience = {}): Promise<WalletPage> {
    const page = await desktop.browser.page(address || `${sandbox.ready.panel.pages.wallet}/pay/`, patience);
    await page.waitForSelector("#email");
    return new WalletPage(page);
  }

  async logIn(email = "customer@sandbox.test"): Promise<void> {
    await this.page.fill("#email", email);
    await this.page.fill("#password", "play money");
    await this.page.click("#log-in");
    await this.waitForPhase("approve");
  }

  async approve(how: { save?: boolean } = {}): Promise<void> {
    if (how.save !== undefined) await this.page.setChecked("#save", how.save);
    await this.page.click("#approve", { noWaitAfter: true });
  }
}
