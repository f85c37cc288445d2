/** The provider's hosted pages in a real browser: the checkout where a person pays, and the console's sign-in page. */
import type { Page } from "playwright-core";
import { until, type WaitOptions } from "./wait.ts";
import type { Desktop } from "./desktop.ts";
import type { Amount, ChainId, Sandbox } from "./sandbox.ts";

export class Checkout {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Waits until the browser shows the checkout (of this session, if given). */
  static async waitFor(desktop: Desktop, sandbox: Sandbox, session = "", options: WaitOptions = {}): Promise<Checkout> {
    const page = await desktop.browser.page(`${sandbox.ready.checkout}/payment/checkout-session/${session}`, options);
    await page.waitForSelector("#back");
    return new Checkout(page);
  }

  /** The session id in the page's address. */
  get sessionId(): string {
    return new URL(this.page.url()).pathname.split("/").at(-1) ?? "";
  }

  async status(): Promise<{ status: string; phase: string }> {
    return this.page.evaluate(() => {
      const { status = "", phase = "" } = document.body.dataset;
      return { status, phase };
    });
  }

  async waitForPhase(phase: "pay" | "seen" | "paid" | "ended", options: WaitOptions = {}): Promise<void> {
    await until(`the checkout is in the phase ${phase}`, async () => (await this.status()).phase === phase, {
      timeout: 20_000,
      ...options,
    });
  }

  /** An amount or the countdown as the page shows it, e.g. `10.1 USDC`. */
  async figure(which: "total" | "subtotal" | "fee" | "amount-due" | "countdown"): Promise<string> {
    return (await this.page.innerText(`#${which}`)).trim();
  }

  /** Pays with the page's test wallet and returns the transfer's hash. */
  async payByWallet(chain: ChainId = 137, amount?: Amount): Promise<string> {
    // The button toggles the wallet form, so it must not be clicked while the form is open.
    if (!(await this.page.isVisible("#wallet-network"))) await this.page.click("#method-wallet");
    await this.page.selectOption("#wallet-network", String(chain));
    if (amount !== undefined) await this.page.fill("#wallet-amount", amount);
    await this.page.click("#wallet-pay");
    return until(
      "the wallet has sent it",
      async () => /0x[0-9a-f]{64}/i.exec(await this.page.innerText("#wallet-tx"))?.[0],
      { timeout: 20_000 },
    );
  }

  /** Reveals the payment address, as for a scanned QR code. */
  async revealAddress(chain: ChainId = 137): Promise<{ address: string; amount: string; network: string }> {
    await this.page.click("#method-qr");
    await this.page.selectOption("#network", String(chain));
    await this.page.click("#reveal");
    await this.page.waitForSelector("#pay-address");
    const [address, amount, network] = await Promise.all(
      ["#pay-address", "#pay-amount", "#pay-network"].map((id) => this.page.innerText(id)),
    );
    return { address: address?.trim() ?? "", amount: amount?.trim() ?? "", network: network?.trim() ?? "" };
  }

  /** Submits a transaction hash and returns the page's answer. */
  async submitHash(hash: string, chain: ChainId = 137): Promise<string> {
    await this.page.click("#submit-hash-link");
    await this.page.selectOption("#tx-network", String(chain));
    await this.page.fill("#tx-hash", hash);
    await this.page.click("#submit-hash");
    return until("the page answers", async () => (await this.page.innerText("#hash-answer")).trim() || undefined);
  }

  /** Clicks the back arrow, which cancels the payment. */
  async clickBack(): Promise<void> {
    await this.page.click("#back");
  }

  /** Closes the page without paying. */
  async close(): Promise<void> {
    await this.page.close();
  }
}

export class SignInPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async waitFor(desktop: Desktop, sandbox: Sandbox, options: WaitOptions = {}): Promise<SignInPage> {
    const page = await desktop.browser.page(`${new URL(sandbox.ready.fluence.api).origin}/oauth/authorize`, options);
    await page.waitForSelector("#sign-in-allow");
    return new SignInPage(page);
  }

  /** Chooses the user and allows access. The page then returns to the app. */
  async allow(email: string): Promise<void> {
    const label = await this.page.locator("#sign-in-email option").filter({ hasText: email }).first().textContent();
    await this.page.selectOption("#sign-in-email", { label: label?.trim() ?? email });
    await this.page.click("#sign-in-allow");
  }

  async deny(): Promise<void> {
    await this.page.click("#sign-in-deny");
  }
}
