/**
 * Promise 5: the browser only ever opens the network's own checkout. A lying API sends hostile addresses, as an open
 * top-up's checkout and in the answer to a new one; the user then opens the payment page in every way the app offers.
 */
import assert from "node:assert/strict";
import { staysTrue, until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { listBody, topUpBody } from "./fluence_responses.ts";
import { prove, times, type Tally } from "./proof.ts";
import { honestUrls, hostileUrls, NAMED_HOST } from "./hostile_urls.ts";
import {
  invokeCommand,
  connectNewUser,
  type ConnectedUser,
  CommandError,
  startTopUp,
  startProxies,
} from "./proof_session.ts";

const about = { promise: 5, name: "Checkout URLs", what: "hostile addresses sent as a checkout, and honest ones" };

interface TopUpView {
  readonly id: string;
  readonly payment_id: string | null;
  readonly can_open: boolean;
  readonly checked_at: string | null;
}

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/checkout-urls");
  try {
    await withDesktop("checkout urls", { tray: true }, (desktop) => tryAll(tally, desktop, sandbox));
  } finally {
    await sandbox.end();
  }
});

async function tryAll(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  desktop.browser.recordUrlsOnly();
  const local = new URL(sandbox.ready.checkout).host;
  const connected = await connectNewUser(desktop, sandbox, await startProxies(sandbox, 1), {
    hosts: [local, NAMED_HOST],
  });
  const hostile = hostileUrls(local);
  assert.ok(hostile.length >= 200, `only ${hostile.length} hostile addresses`);

  // In the answer to a new top-up, when the browser would open by itself.
  const started = sample(hostile, times(60, 8));
  for (const [number, address] of started.entries()) {
    await tally.try(`a new top-up at ${address}`, () => startTopUpAt(connected, address, number));
  }
  // As an open top-up's checkout, requested by each command.
  const shown = sample(hostile, times(hostile.length, 64));
  const openOne = await followTopUp(connected);
  for (const address of shown) {
    await tally.try(`an open top-up at ${address}`, async () => {
      await openOne(address);
      await assertRefusesToOpen(connected);
    });
  }
  await staysTrue("no address was opened", () => desktop.browser.openedUrls.length === 0, 1_000);
  // Genuine addresses show that the commands themselves work.
  const honest = honestUrls(local);
  for (const [sent, opened] of honest) {
    await tally.try(`the genuine ${sent}`, async () => {
      const before = desktop.browser.openedUrls.length;
      const topUp = await openOne(sent);
      assert.ok(topUp.can_open);
      assert.equal(
        await invokeCommand(connected.window, "checkout_link", { account: connected.account, topUp: topUp.id }),
        opened,
      );
      await invokeCommand(connected.window, "return_to_payment", { account: connected.account, topUp: topUp.id });
      await until("the browser gets the address", () => desktop.browser.openedUrls.length > before);
      assert.deepEqual(desktop.browser.openedUrls.slice(before), [opened]);
    });
  }
  tally.note(`${new Set([...started, ...shown]).size} hostile, ${honest.length} honest opened as re-serialised`);
}

/** Starts a top-up whose answer contains that address; the API then ends it. */
async function startTopUpAt(
  { window, account, proxies: { api }, desktop }: ConnectedUser,
  address: string,
  number: number,
): Promise<void> {
  const id = `22222222-2222-4222-8222-${String(number).padStart(12, "0")}`;
  let ended = false;
  const one = (): unknown =>
    topUpBody({ id, amountCents: 1100, redirectUrl: address, status: ended ? "canceled" : "open" });
  api.handler = ({ method, path, json }) => {
    if (method === "POST" && path === "/v2/top-ups") {
      json(201, { intentId: id, presentation: { type: "redirect", redirectUrl: address } });
    } else if (path === "/v2/top-ups/pending") json(200, { pendingTopUp: ended ? null : one() });
    else if (path.startsWith("/v2/top-ups?")) json(200, listBody([one()]));
    else return false;
    return true;
  };
  const requestsBefore = api.requests.length;
  const topUp = await startTopUp(window, account, "11");
  await until("the request has arrived", () =>
    api.requests.slice(requestsBefore).some(({ method }) => method === "POST"),
  );
  await until("the top-up is bound, or its answer was refused", async () => {
    const view = (await invokeCommand(window, "top_up", { account, topUp })) as TopUpView;
    return view.payment_id !== null && view.checked_at !== null;
  });
  await assertRefusesToOpen({ window, account, desktop });
  ended = true;
  await until("it has ended", async () => {
    await invokeCommand(window, "check_now", { account });
    return (await openTopUps({ window, account })).length === 0;
  });
}

/**
 * Makes the API report one open top-up. The returned function changes its address and waits until the app has read it.
 */
async function followTopUp({
  window,
  account,
  proxies: { api },
}: ConnectedUser): Promise<(address: string) => Promise<TopUpView>> {
  let current: string | null = null;
  let served = 0;
  const created = new Date().toISOString();
  api.handler = ({ path, json }) => {
    if (path === "/v2/top-ups/pending") {
      served += 1;
      json(200, { pendingTopUp: topUpBody({ createdAt: created, redirectUrl: current }) });
    } else if (path.startsWith("/v2/top-ups?")) {
      json(200, listBody([topUpBody({ createdAt: created, redirectUrl: current })]));
    } else return false;
    return true;
  };
  const read = async (): Promise<TopUpView> => {
    const before = served;
    return until("the app has read the top-up again", async () => {
      await invokeCommand(window, "check_now", { account });
      // After two more answers the app has processed the first, because it sends one request at a time.
      return served >= before + 2 && (await openTopUps({ window, account }))[0];
    });
  };
  await read();
  return async (address) => {
    current = address;
    return read();
  };
}

async function openTopUps({ window, account }: Pick<ConnectedUser, "window" | "account">): Promise<TopUpView[]> {
  return ((await invokeCommand(window, "overview", { account })) as { top_ups: TopUpView[] }).top_ups;
}

async function assertRefusesToOpen({
  window,
  account,
  desktop,
}: Pick<ConnectedUser, "window" | "account" | "desktop">): Promise<void> {
  const [topUp] = await openTopUps({ window, account });
  assert.ok(topUp !== undefined, "there is an open top-up");
  assert.equal(topUp.can_open, false);
  for (const command of ["return_to_payment", "checkout_link", "checkout_qr"]) {
    await assert.rejects(invokeCommand(window, command, { account, topUp: topUp.id }), (error) => {
      assert.ok(error instanceof CommandError, String(error));
      assert.match(error.code, /^(host_not_allowed|top_up_state|not_found)$/, error.message);
      return true;
    });
  }
  assert.deepEqual(desktop.browser.openedUrls, []);
}

/** So many elements, spread over the whole list. */
function sample<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, at) => all[Math.floor(at * step)] as T);
}
