/**
 * Calls a server's operations and checks the status, type, headers and body of every answer against the description. It
 * records which operations were called, so that none is missed.
 */
import type { ApiDescription, Operation } from "./description.ts";

/** An answer that the description does not allow. */
export class Violation extends Error {}

export interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent unchanged in place of a JSON body. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` sends no key. */
  readonly key?: string | null;
}

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly bytes: Buffer;
}

export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code: string;
  readonly total?: { readonly amount: string };
  readonly min?: unknown;
  readonly max?: unknown;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_INVOICE_BYTES = 8 * MAX_BODY_BYTES;
const REQUEST_TIMEOUT_MS = 20_000;

export class Client {
  /** Operations that have succeeded, and operations that have been called at all. */
  readonly succeeded = new Set<string>();
  readonly called = new Set<string>();
  readonly description: ApiDescription;
  readonly #base: string;
  readonly #key: string;

  /** `api` as in a network file: scheme, host and port. */
  constructor(description: ApiDescription, api: string, key: string) {
    this.description = description;
    this.#base = `${api.replace(/\/+$/, "")}/api/v1`;
    this.#key = key;
  }

  /** Calls an operation and expects one of these statuses. */
  async call<T>(id: string, call: Call = {}, ...statuses: number[]): Promise<Answer<T>> {
    const operation = this.description.operation(id);
    const answer = await this.#send(operation, call);
    const expected = statuses.length > 0 ? statuses : [200];
    if (!expected.includes(answer.status)) {
      await this.#cancelUnexpectedPayment(id, answer);
      throw new Violation(
        `${id} answered ${answer.status} instead of ${expected.join(" or ")}: ${answer.bytes.toString().slice(0, 300)}`,
      );
    }
    return answer as Answer<T>;
  }

  /** Cancels a payment that the server should not have created. */
  async #cancelUnexpectedPayment(id: string, answer: Answer): Promise<void> {
    const payment = id === "createPayment" && answer.status === 201 ? (answer.body as { id: string }).id : undefined;
    if (payment !== undefined) await this.#send(this.description.operation("cancelPayment"), { path: { payment } });
  }

  /** Calls an operation and expects it to be refused with this status and code. */
  async expectRefusal(id: string, call: Call, status: number, ...codes: string[]): Promise<Answer<Problem>> {
    const answer = await this.call<Problem>(id, call, status);
    expectThat(
      codes.includes(answer.body.code),
      `${id}: the code is ${answer.body.code} instead of ${codes.join(" or ")}`,
    );
    return answer;
  }

  /** Sends a request that is no operation and returns the problem that must come back. */
  async raw(method: string, path: string): Promise<Answer<Problem>> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { authorization: `Bearer ${this.#key}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const answer = { status: response.status, headers: response.headers, body: parseJson(bytes), bytes };
    this.#checkProblem(`${method} ${path}`, answer, "/components/schemas/Problem");
    return answer as Answer<Problem>;
  }

  async #send(operation: Operation, call: Call): Promise<Answer> {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = call.path?.[name];
      if (value === undefined) throw new Error(`${operation.id} needs ${name}`);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams(call.query).toString();
    const key = call.key === undefined ? this.#key : call.key;
    const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const response = await fetch(`${this.#base}${path}${query === "" ? "" : `?${query}`}`, {
      method: operation.method,
      redirect: "error",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const answer = { status: response.status, headers: response.headers, body: parseJson(bytes), bytes };
    this.called.add(operation.id);
    this.#check(operation, answer);
    if (response.ok) this.succeeded.add(operation.id);
    return answer;
  }

  #check(operation: Operation, answer: Answer): void {
    const where = `${operation.id} ${answer.status}`;
    const described = this.description.response(operation, answer.status);
    if (described === undefined) throw new Violation(`${where}: the status is not described`);
    this.#checkHeaders(where, described.pointer, answer);
    const mediaTypes = Object.keys(described.node["content"] ?? {});
    const [mediaType] = mediaTypes;
    if (mediaType === undefined) {
      expectThat(answer.bytes.length === 0, `${where}: there must be no body`);
      return;
    }
    const schema = `${described.pointer}/content/${encodeURIComponent(mediaType.replaceAll("/", "~1"))}/schema`;
    if (mediaType === "application/problem+json") {
      this.#checkProblem(where, answer, schema);
      return;
    }
    const type = (answer.headers.get("content-type") ?? "").split(";")[0]?.trim();
    expectThat(type === mediaType, `${where}: the Content-Type is ${type ?? "missing"} instead of ${mediaType}`);
    const maxBytes = mediaType === "application/pdf" ? MAX_INVOICE_BYTES : MAX_BODY_BYTES;
    expectThat(answer.bytes.length <= maxBytes, `${where}: the answer has ${answer.bytes.length} bytes`);
    if (mediaType !== "application/json") return;
    const violation = this.description.validationError(schema, answer.body);
    if (violation !== undefined) throw new Violation(`${where}: ${violation}`);
  }

  #checkHeaders(where: string, pointer: string, answer: Answer): void {
    const names = Object.keys(this.description.resolve(pointer).node["headers"] ?? {});
    for (const name of names) {
      const header = this.description.resolve(`${pointer}/headers/${name}`);
      const value = answer.headers.get(name);
      if (value === null) {
        expectThat(header.node["required"] !== true, `${where}: the header ${name} is missing`);
        continue;
      }
      const violation = this.description.validationError(`${header.pointer}/schema`, value);
      if (violation !== undefined) throw new Violation(`${where}: the header ${name} (${value}): ${violation}`);
    }
  }

  #checkProblem(where: string, answer: Answer, schema: string): void {
    const type = (answer.headers.get("content-type") ?? "").split(";")[0]?.trim();
    expectThat(type === "application/problem+json", `${where}: a problem came as ${type ?? "nothing"}`);
    const violation = this.description.validationError(schema, answer.body);
    if (violation !== undefined) throw new Violation(`${where}: ${violation}`);
    const problem = answer.body as Problem;
    expectThat(problem.status === answer.status, `${where}: the problem says status ${problem.status}`);
    expectThat(problem.type.endsWith(`:${problem.code}`), `${where}: type ${problem.type} is not code ${problem.code}`);
  }
}

export function expectThat(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Violation(message);
}

export function expectEqual(one: unknown, other: unknown, what: string): void {
  const [left, right] = [canonical(one), canonical(other)];
  expectThat(left === right, `${what}: ${left} is not ${right}`);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
