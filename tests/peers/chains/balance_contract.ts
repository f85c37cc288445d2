/** The stand-in for the Balance contract (`contracts/`) on a node that nobody here wrote, moved by the node's own accounts. */
import { readFileSync } from "node:fs";
import { until } from "../../session/wait.ts";

/** The first four bytes of a call: the start of the hash of the function's signature. */
const SELECTORS = {
  "approve(address,uint256)": "095ea7b3",
  "initialize(address)": "c4d66de8",
  "mint(address,uint256)": "40c10f19",
  "poolTopUp(address,uint256)": "3eb026af",
  "userTopUp(address,address,uint256,string)": "31acc942",
  "moveBalanceToDeal(address,address,address,uint256)": "16a7eed3",
} as const;

const GAS = "0x7a1200";
/** Base units of a whole token. */
const UNIT = 1_000_000n;
const ALL = (1n << 256n) - 1n;

interface Receipt {
  readonly status: string;
  readonly blockNumber: string;
  readonly transactionHash: string;
  readonly contractAddress: string | null;
}

/** A call of JSON-RPC over HTTP. */
export async function rpc(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

export class BalanceContract {
  readonly address: string;
  readonly token: string;
  readonly #url: string;
  readonly #account: string;

  private constructor(url: string, account: string, addresses: { balance: string; token: string }) {
    this.#url = url;
    this.#account = account;
    this.address = addresses.balance;
    this.token = addresses.token;
  }

  static async deploy(url: string): Promise<BalanceContract> {
    const [account = ""] = (await rpc(url, "eth_accounts")) as string[];
    const create = async (code: string): Promise<string> =>
      (await transact(url, { from: account, data: code })).contractAddress ?? "";
    const token = await create(bytecode("TestUSDC"));
    const implementation = await create(bytecode("BalanceKeeper"));
    const initialize = call("initialize(address)", word(account));
    // The proxy's constructor takes the implementation and the first call's bytes.
    const proxy = bytecode("BalanceProxy") + word(implementation) + word(0x40n) + bytes(initialize.slice(2));
    const balance = await create(proxy);
    await transact(url, { from: account, to: token, data: call("approve(address,uint256)", word(balance), word(ALL)) });
    return new BalanceContract(url, account, { balance, token });
  }

  /** Credits a user as the provider's relayer does: into the pool first, then from there with the top-up's id. */
  async credit(user: string, amount: number, topUpId: string): Promise<Receipt> {
    const units = BigInt(Math.round(amount * 100)) * (UNIT / 100n);
    await this.#send(this.token, call("mint(address,uint256)", word(this.#account), word(units)));
    await this.#send(this.address, call("poolTopUp(address,uint256)", word(this.token), word(units)));
    const id = Buffer.from(topUpId).toString("hex");
    const data = call(
      "userTopUp(address,address,uint256,string)",
      word(this.token),
      word(user),
      word(units),
      word(0x80n),
      bytes(id),
    );
    return this.#send(this.address, data);
  }

  /** Reserves a part of the user's balance for a running workload. */
  async reserve(user: string, amount: number): Promise<void> {
    const units = BigInt(Math.round(amount * 100)) * (UNIT / 100n);
    const deal = word(this.#account);
    const signature = "moveBalanceToDeal(address,address,address,uint256)";
    await this.#send(this.address, call(signature, word(this.token), word(user), deal, word(units)));
  }

  #send(to: string, data: string): Promise<Receipt> {
    return transact(this.#url, { from: this.#account, to, data });
  }
}

async function transact(url: string, transaction: Readonly<Record<string, string>>): Promise<Receipt> {
  const hash = await rpc(url, "eth_sendTransaction", [{ gas: GAS, ...transaction }]);
  const receipt = await until("the transaction is mined", async () => {
    const found = await rpc(url, "eth_getTransactionReceipt", [hash]).catch(() => null);
    return found as Receipt | null;
  });
  if (receipt.status !== "0x1") throw new Error(`the transaction ${String(hash)} was reverted`);
  return receipt;
}

function bytecode(name: string): string {
  const path = new URL(`../../../contracts/artifacts/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { bytecode: string }).bytecode;
}

function call(signature: keyof typeof SELECTORS, ...parts: readonly string[]): string {
  return `0x${SELECTORS[signature]}${parts.join("")}`;
}

/** A number or an address as 32 bytes. */
function word(value: bigint | string): string {
  const hex = typeof value === "bigint" ? value.toString(16) : value.toLowerCase().replace(/^0x/, "");
  return hex.padStart(64, "0");
}

/** Bytes with their length before them, padded to whole words. */
function bytes(hex: string): string {
  return word(BigInt(hex.length / 2)) + hex.padEnd(Math.ceil(hex.length / 64) * 64, "0");
}
