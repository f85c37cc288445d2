/** The panel's hosted payment pages in a real browser: one takes cards, on the other customers log in. */
import type { Page } from "playwright-core";
import { until, type WaitOptions } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import type { Sandbox } from "./sandbox.ts";

/** Test cards by their outcome. */
export const TEST_CARDS = {
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

class PaymentPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async phase(): Promise<string> {
    return this.page.evaluate(() => document.body.dataset["phase"] ?? "");
  }

  async waitForPhase(phase: PagePhase, options: WaitOptions = {}): Promise<void> {
    await until(`the page is in the phase ${phase}`, async () => (await this.phase()) === phase, {
      timeout: 20_000,
      ...options,
    });
  }

  /** The amount to pay, e.g. `100.00 USD`. */
  async amount(): Promise<string> {
    return (await this.page.innerText("#amount")).trim();
  }

  /** The page's message about the payment. */
  async status(): Promise<string> {
    return (await this.page.innerText("#status")).trim();
  }

  async savesMethod(): Promise<boolean> {
    return this.page.isChecked("#save");
  }

  /** Cancels; the page then returns to the app. */
  async cancel(): Promise<void> {
    await this.page.click("#cancel");
  }

  /** Clicks the link back to the app, for when the browser does not follow by itself. */
  async clickReturnLink(): Promise<void> {
    await this.page.click("#return-link");
  }

  /** Closes the page without paying. */
  async close(): Promise<void> {
    await this.page.close();
  }
}

export class CardPage extends PaymentPage {
  /** Waits until the browser shows the card page (at this address, if given). */
  static async waitFor(desktop: Desktop, sandbox: Sandbox, address = "", options: WaitOptions = {}): Promise<CardPage> {
    const page = await desktop.browser.page(address || `${sandbox.ready.panel.pages.card}/pay/`, options);
    await page.waitForSelector("#card-number");
    return new CardPage(page);
  }

  /** Enters a card. Leaves the checkbox as it is unless `save` is given. */
  async pay(card: string = TEST_CARDS.succeeds, options: { save?: boolean } = {}): Promise<void> {
    await this.page.fill("#card-number", card);
    await this.page.fill("#card-expiry", "04 / 31");
    await this.page.fill("#card-cvc", "123");
    if (options.save !== undefined) await this.page.setChecked("#save", options.save);
    // Waits only for the click: the page may wait for a bank that never answers.
    await this.page.click("#pay", { noWaitAfter: true });
  }

  /** Answers the bank's confirmation. */
  async confirm(isMe: boolean): Promise<void> {
    await this.waitForPhase("confirm");
    await this.page.click(isMe ? "#confirm" : "#refuse");
  }
}

export class WalletPage extends PaymentPage {
  static async waitFor(
    desktop: Desktop,
    sandbox: Sandbox,
    address = "",
    options: WaitOptions = {},
  ): Promise<WalletPage> {
    const page = await desktop.browser.page(address || `${sandbox.ready.panel.pages.wallet}/pay/`, options);
    await page.waitForSelector("#email");
    return new WalletPage(page);
  }

  async logIn(email = "customer@sandbox.test"): Promise<void> {
    await this.page.fill("#email", email);
    await this.page.fill("#password", "play money");
    await this.page.click("#log-in");
    await this.waitForPhase("approve");
  }

  async approve(options: { save?: boolean } = {}): Promise<void> {
    if (options.save !== undefined) await this.page.setChecked("#save", options.save);
    await this.page.click("#approve", { noWaitAfter: true });
  }
}
