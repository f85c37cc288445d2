/** The payment pages of today's Fluence in a real browser: crypto in the spirit of NOWPayments, cards in that of Stripe. */
import type { Page } from "playwright-core";
import type { Desktop } from "./desktop.ts";
import type { Sandbox } from "./sandbox.ts";
import { until, type WaitOptions } from "./wait.ts";

class TodayPage {
  readonly page: Page;

  protected constructor(page: Page) {
    this.page = page;
  }

  async waitForPhase(phase: string, options: WaitOptions = {}): Promise<void> {
    await until(
      `the page is in the phase ${phase}`,
      async () => (await this.page.evaluate(() => document.body.dataset["phase"])) === phase,
      { timeout: 20_000, ...options },
    );
  }

  async waitForStatus(status: string): Promise<void> {
    await until(
      `the page says ${status}`,
      async () => (await this.page.evaluate(() => document.body.dataset["status"])) === status,
      { timeout: 20_000 },
    );
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

export class CryptoPage extends TodayPage {
  /** Waits for the page with that element: at first the choice of a coin, later `#pay-address`. */
  static async waitFor(desktop: Desktop, sandbox: Sandbox, element = "#coin"): Promise<CryptoPage> {
    const page = await desktop.browser.page(`${sandbox.ready.today.pages.crypto}/payment/`);
    await page.waitForSelector(element);
    return new CryptoPage(page);
  }

  /** Chooses USDC on Polygon, for which the page then shows amount and address. */
  async choose(coin = "usdc", network = "polygon"): Promise<void> {
    await this.page.selectOption("#coin", coin);
    await this.page.selectOption("#network", network);
    await this.page.click("#continue");
    await this.page.waitForSelector("#pay-address");
  }

  /** Sends with the page's test wallet: by default what is still due. */
  async send(amount?: string): Promise<void> {
    if (amount !== undefined) await this.page.fill("#wallet-amount", amount);
    await this.page.click("#wallet-send");
  }
}

export class CardPage extends TodayPage {
  /** Waits for the card page, by default of whichever sandbox. */
  static async waitFor(desktop: Desktop, sandbox?: Sandbox): Promise<CardPage> {
    const page = await desktop.browser.page(sandbox ? `${sandbox.ready.today.pages.card}/c/pay/` : /\/c\/pay\//);
    await page.waitForSelector("#card-number");
    return new CardPage(page);
  }

  async pay(card: string): Promise<void> {
    await this.page.fill("#card-number", card);
    await this.page.fill("#card-expiry", "12/40");
    await this.page.fill("#card-cvc", "123");
    await this.page.fill("#card-name", "Dana Demo");
    await this.page.click("#pay");
  }
}
