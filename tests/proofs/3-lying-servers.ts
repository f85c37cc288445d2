/**
 * Promise 3: lying servers. RPC endpoints lie about their chain, code, head, balances and logs; the API lies about
 * statuses, amounts and owners; the chain reorganises. Nothing false is shown as verified, known data stays, a
 * disagreement is shown as one, and a reorganisation is undone within two polls.
 */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { staysTrue, until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox, type User } from "../session/sandbox.ts";
import { listBody, topUpBody } from "./fluence_responses.ts";
import { PASS_THROUGH, type ExchangeHandler } from "./intercepting_proxy.ts";
import { isShort, prove, type Tally } from "./proof.ts";
import { fixedResult, rewriteResults, fakeCreditLog, injectFakeCredit, rewriteLogs, type Log } from "./rpc_lies.ts";
import { invokeCommand, connectNewUser, startProxies, type ConnectedUser } from "./proof_session.ts";

const about = {
  promise: 3,
  name: "Lying servers",
  what: "lies of RPCs and of the API, reorganisations of 1 to 64 blocks",
};

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly verified: boolean;
  readonly transaction: string | null;
}

interface Overview {
  readonly balance: { readonly amount: { readonly amount: string }; readonly source: string } | null;
  readonly agrees: boolean | null;
  readonly errors: readonly { readonly code: string }[];
  readonly top_ups: readonly { readonly status: string }[];
}

/** A node's answers for an address without a contract. */
const noCode: ExchangeHandler = rewriteResults(({ method }) =>
  method === "eth_getCode" || method === "eth_call" ? { result: "0x" } : undefined,
);

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/lying-servers");
  try {
    await withDesktop("lying servers", {}, async (desktop) => {
      const connected = await connectWithCredit(desktop, sandbox);
      await rpcLies(tally, connected);
      await apiLies(tally, connected);
      await reorganisations(tally, connected, sandbox);
      if (!isShort) await disagreement(tally, connected);
    });
  } finally {
    await sandbox.end();
  }
});

async function connectWithCredit(desktop: Desktop, sandbox: Sandbox): Promise<ConnectedUser> {
  const connected = await connectNewUser(desktop, sandbox, await startProxies(sandbox, 2));
  await until("the free credits are listed", async () => (await payments(connected)).length > 0);
  return connected;
}

async function rpcLies(tally: Tally, connected: ConnectedUser): Promise<void> {
  const {
    user,
    proxies: { api, rpcs },
  } = connected;
  const [first, second] = rpcs;
  if (first === undefined || second === undefined) throw new Error("two RPCs are needed");
  const template = await genuineCreditLog(user);
  const balanceBefore = (await overview(connected)).balance?.amount.amount;
  const lieEverywhere = async (lie: ExchangeHandler): Promise<void> => {
    for (const rpc of rpcs) rpc.handler = lie;
    await checkNow(connected);
  };
  const restore = async (): Promise<void> => {
    await lieEverywhere(PASS_THROUGH);
    // An endpoint with the wrong chain or contract is ruled out while another one answers, but asked again when none
    // does.
    await until(
      "the chain is read again",
      async () => {
        await invokeCommand(connected.window, "check_now", { account: connected.account });
        return (await overview(connected)).errors.every(({ code }) => !/chain|contract|answer/.test(code));
      },
      { timeout: 40_000, interval: 500 },
    );
  };
  const lies: [string, ExchangeHandler, RegExp][] = [
    ["the wrong chain", fixedResult("eth_chainId", "0x1"), /wrong_chain/],
    ["no code", noCode, /no_contract/],
    [
      "a balance that no token has",
      fixedResult("eth_call", `0x${"f".repeat(64)}`),
      /answer_malformed|chain_unavailable/,
    ],
    [
      "answers to other questions",
      rewriteResults((_, { id, result }) => ({ id: id + 1_000, result })),
      /answer_malformed/,
    ],
    ["JSON of 10,000 levels", ({ json }) => (json(200, "[".repeat(10_000)), true), /answer_malformed/],
  ];
  for (const [name, lie, code] of lies) {
    await tally.try(`every RPC: ${name}`, async () => {
      await lieEverywhere(lie);
      await until(
        "the app reports it",
        async () => {
          await invokeCommand(connected.window, "check_now", { account: connected.account });
          return (await overview(connected)).errors.some((one) => code.test(one.code));
        },
        { interval: 500 },
      );
      const { balance } = await overview(connected);
      assert.equal(Number(balance?.amount.amount), Number(balanceBefore), "known data changed");
    });
    await restore();
    await tally.try(`the first RPC: ${name}`, async () => {
      first.handler = lie;
      await checkNow(connected);
      const { balance } = await overview(connected);
      assert.equal(balance?.source, "chain");
      assert.equal(Number(balance.amount.amount), Number(balanceBefore));
    });
    await restore();
  }

  // The API reports the top-up as open or completed, and the first endpoint forges the event that would prove it.
  for (const status of ["open", "resolved"]) {
    for (const both of [false, true]) {
      if (both && status === "open") continue; // Two endpoints that tell the same lie cannot be detected.
      const id = randomUUID();
      const transaction = `0x${randomBytes(32).toString("hex")}`;
      const credit = fakeCreditLog(template, 25_000_000n, id, transaction);
      const invented = injectFakeCredit(user.sandbox.ready.rpc["9999999"] ?? "", credit);
      await tally.try(
        `${status} at the API, ${both ? "nothing on the chain" : "an event forged by one RPC"}`,
        async () => {
          reportTopUp(api, id, status);
          if (!both) {
            first.handler = invented.handler;
            await until("the app has read the event", async () => {
              await checkNow(connected);
              return invented.served();
            });
          }
          await checkNow(connected);
          await checkNow(connected);
          await until("the payment is listed", async () => (await payments(connected)).some((one) => one.id === id));
          const listed = (await payments(connected)).find((one) => one.id === id);
          assert.equal(listed?.status, status === "open" ? "open" : "completed");
          await staysTrue(
            "it is not shown as verified",
            async () => {
              const one = (await payments(connected)).find((each) => each.id === id);
              return one?.verified === false && one.status === listed?.status;
            },
            1_500,
            250,
          );
        },
      );
      reportTopUp(api, id, "canceled");
      await restore();
      api.handler = PASS_THROUGH;
      await checkNow(connected);
    }
  }

  // Genuine events, reported in unusual ways, count once.
  const oddAnswers: [string, ExchangeHandler][] = [
    ["every log twice", rewriteLogs((genuine) => genuine.flatMap((one) => [one, one]))],
    [
      "removed logs beside the genuine ones",
      rewriteLogs((genuine) => [
        ...genuine,
        ...genuine.map((one) => ({ ...one, removed: true, transactionHash: `0x${randomBytes(32).toString("hex")}` })),
      ]),
    ],
    ["no more than one block's logs at once", limitLogRange(1)],
    ["a range limit", limitLogRange(50)],
  ];
  for (const [name, lie] of oddAnswers) {
    await tally.try(`every RPC: ${name}`, async () => {
      const before = (await payments(connected)).length;
      await lieEverywhere(lie);
      const { transaction } = await user.credit("1.25");
      await until(
        "the credit is listed",
        async () => {
          await invokeCommand(connected.window, "check_now", { account: connected.account });
          return (await payments(connected)).some((one) => one.transaction === transaction);
        },
        { timeout: 40_000, interval: 500 },
      );
      assert.equal((await payments(connected)).length, before + 1);
    });
    await restore();
  }
  await tally.try("the first RPC: logs left out, a stale head", async () => {
    const { transaction } = await user.credit("1.75");
    const head = template.blockNumber;
    first.handler = rewriteResults(({ method, params }, { result }) => {
      if (method === "eth_getLogs") return { result: [] };
      const isHead = method === "eth_getBlockByNumber" && params[0] === "latest";
      return isHead ? { result: { ...(result as object), number: head, timestamp: "0x1" } } : undefined;
    });
    await until(
      "the second endpoint's event is listed",
      async () => {
        await invokeCommand(connected.window, "check_now", { account: connected.account });
        return (await payments(connected)).some((one) => one.transaction === transaction);
      },
      { timeout: 40_000, interval: 500 },
    );
  });
  await restore();
}

async function apiLies(tally: Tally, connected: ConnectedUser): Promise<void> {
  const {
    proxies: { api },
    window,
    account,
  } = connected;
  const before = await payments(connected);
  const lies: [string, string, unknown][] = [
    ["an unknown status", "/v2/top-ups/pending", { pendingTopUp: topUpBody({ status: "splendid" }) }],
    ["a huge amount", "/v2/top-ups/pending", { pendingTopUp: topUpBody({ amountCents: 10 ** 17 }) }],
    ["a negative amount", "/v2/top-ups/pending", { pendingTopUp: topUpBody({ amountCents: -2500 }) }],
    ["an amount with a fraction", "/v2/top-ups/pending", { pendingTopUp: topUpBody({ amountCents: 0.5 }) }],
    ["doubled keys", "/v2/top-ups/pending", `{"pendingTopUp":null,"pendingTopUp":${JSON.stringify(topUpBody())}}`],
    ["JSON of 10,000 levels", "/v2/top-ups/pending", `{"pendingTopUp":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    [
      "a balance that no account has",
      "/v2/users/balances",
      [{ featureKey: "usdc", balance: "1e99", estimatedUsage: "0", usageDaysLeft: 1 }],
    ],
    [
      "a balance in words",
      "/v2/users/balances",
      [{ featureKey: "usdc", balance: "five", estimatedUsage: "0", usageDaysLeft: 1 }],
    ],
    [
      "another page than requested",
      "/v2/top-ups?",
      { ...listBody([]), pagination: { totalPages: 9, currentPage: 7, filteredRecords: 900 } },
    ],
  ];
  for (const [name, path, body] of lies) {
    await tally.try(`the API: ${name}`, async () => {
      api.handler = ({ path: requestPath, json }) => {
        // While a top-up is open, the app also polls the pending ones.
        if (requestPath.startsWith("/v2/top-ups/pending") && path !== "/v2/top-ups/pending") return false;
        if (!requestPath.startsWith(path)) return false;
        json(200, body);
        return true;
      };
      // Open top-ups are polled only while the app follows one, but "Refresh account" reads them.
      await invokeCommand(window, "refresh_all", { account });
      await until(
        "the app reports it",
        async () => {
          await invokeCommand(window, "check_now", { account });
          return (await overview(connected)).errors.some(({ code }) => code === "answer_malformed");
        },
        { interval: 300 },
      );
      const now = await payments(connected);
      assert.deepEqual(
        now.filter((one) => before.some(({ id }) => id === one.id)),
        before,
      );
      assert.deepEqual((await overview(connected)).top_ups, []);
    });
  }
  await tally.try("the API: other users' payments", async () => {
    const others = Array.from({ length: 20 }, (_, at) =>
      topUpBody({ id: randomUUID(), status: "resolved", amountCents: 12_345 + at }),
    );
    api.handler = ({ path: requestPath, json }) => {
      if (!requestPath.startsWith("/v2/top-ups?")) return false;
      json(200, listBody(others));
      return true;
    };
    await until(
      "other users' payments are listed",
      async () => {
        await invokeCommand(window, "check_now", { account });
        return (await payments(connected)).length >= before.length + others.length;
      },
      { interval: 300 },
    );
    await checkNow(connected);
    const listed = await payments(connected);
    for (const { id } of others as { id: string }[]) assert.equal(listed.find((one) => one.id === id)?.verified, false);
  });
  api.handler = PASS_THROUGH;
}

async function reorganisations(tally: Tally, connected: ConnectedUser, sandbox: Sandbox): Promise<void> {
  const { user, window, account } = connected;
  const depths = isShort ? [1, 8, 64] : Array.from({ length: 64 }, (_, at) => at + 1);
  await sandbox.control("POST", "/chains/9999999/pause", { paused: true });
  for (const depth of depths) {
    await tally.try(`a reorganisation of ${depth} blocks`, async () => {
      const { transaction, block } = await user.credit("2.5");
      if (depth > 1) await sandbox.mine(9999999, depth - 1);
      const shown = async (): Promise<boolean> =>
        (await payments(connected)).some((one) => one.transaction === transaction);
      await until(
        "the credit is shown",
        async () => {
          await invokeCommand(window, "check_now", { account });
          return shown();
        },
        { interval: 200 },
      );
      await sandbox.control("POST", "/chains/9999999/reorg", { from_block: block });
      await checkNow(connected);
      await checkNow(connected);
      assert.equal(await shown(), false, "still shown after two polls");
      const { chain } = await user.serverState();
      assert.equal(Number((await overview(connected)).balance?.amount.amount), Number(chain.free));
    });
  }
  await sandbox.control("POST", "/chains/9999999/pause", { paused: false });
}

/** Two polls, two minutes apart: only the full run has time for that. */
async function disagreement(tally: Tally, connected: ConnectedUser): Promise<void> {
  await tally.try("chain and API differ: both are shown", async () => {
    await connected.user.update({ api_balance: "999" });
    await until(
      "the app reports it",
      async () => {
        await invokeCommand(connected.window, "check_now", { account: connected.account });
        return (await overview(connected)).agrees === false;
      },
      { timeout: 200_000, interval: 5_000 },
    );
    await connected.window.id("nav-overview").click();
    await connected.window.id("disagreement").waitVisible();
  });
}

/** Clicks "Check all accounts" and waits until all requests are answered. */
async function checkNow({ window, account, proxies: { rpcs } }: ConnectedUser): Promise<void> {
  const requestCount = (): number => rpcs.reduce((sum, rpc) => sum + rpc.requests.length, 0);
  const before = requestCount();
  await invokeCommand(window, "check_now", { account });
  await until("an RPC receives a request", () => requestCount() > before);
  let last = -1;
  // A poll takes several requests in a row; it is over when no more follow.
  await until(
    "the poll is over",
    () => {
      const now = requestCount();
      const settled = now === last;
      last = now;
      return settled;
    },
    { interval: 400 },
  );
}

function reportTopUp(api: { handler: ExchangeHandler }, id: string, status: string): void {
  const one = topUpBody({ id, status });
  api.handler = ({ path, json }) => {
    if (path === "/v2/top-ups/pending") json(200, { pendingTopUp: status === "open" ? one : null });
    else if (path.startsWith("/v2/top-ups?")) json(200, listBody([one]));
    else return false;
    return true;
  };
}

/** A node that returns logs for at most so many blocks. */
function limitLogRange(blocks: number): ExchangeHandler {
  return rewriteResults(({ method, params }) => {
    if (method !== "eth_getLogs") return undefined;
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    const span = Number(toBlock) - Number(fromBlock) + 1;
    return span > blocks ? { error: { code: -32005, message: "query returned more than 10000 results" } } : undefined;
  });
}

async function payments({ window, account }: ConnectedUser): Promise<Payment[]> {
  const query = { account, search: null, statuses: [], from: null, to: null };
  return ((await invokeCommand(window, "payments", { query, after: null, limit: 200 })) as { payments: Payment[] })
    .payments;
}

async function overview({ window, account }: ConnectedUser): Promise<Overview> {
  return (await invokeCommand(window, "overview", { account })) as Overview;
}

/** The log of the user's free credits. */
async function genuineCreditLog(user: User): Promise<Log> {
  const { sandbox, address } = user;
  const topic = `0x${"0".repeat(24)}${address.slice(2).toLowerCase()}`;
  const answer = await fetch(sandbox.ready.rpc["9999999"] ?? "", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "eth_getLogs",
      params: [
        { address: sandbox.ready.contracts.balance, fromBlock: "0x0", toBlock: "latest", topics: [null, null, topic] },
      ],
    }),
  });
  const { result } = (await answer.json()) as { result: Log[] };
  // Of a credit's events, the one whose data contains an id besides the amount.
  const credit = result.find((one) => one.topics.length === 4 && one.data.length >= 2 + 4 * 64);
  if (credit === undefined) throw new Error("the user has no credit on the chain");
  return credit;
}
