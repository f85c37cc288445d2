/**
 * Checks values against the panel's API description (docs/panel-api.yaml): lists its operations and validates bodies
 * and headers with JSON Schema 2020-12.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import addFormats from "ajv-formats";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { parse } from "yaml";

type Node = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Below `/api/v1`, with `{names}` as placeholders. */
  readonly path: string;
  /** JSON Pointer to the operation, each part encoded for a URI fragment. */
  readonly pointer: string;
}

export interface ResolvedNode {
  readonly pointer: string;
  readonly node: Node;
}

/** An example from the description, and the schema that it must fit. */
export interface Example {
  readonly name: string;
  readonly schema: string;
  readonly value: unknown;
}

const FILE = fileURLToPath(new URL("../../docs/panel-api.yaml", import.meta.url));
const METHODS = new Set(["get", "put", "post", "delete"]);

export class ApiDescription {
  readonly operations: readonly Operation[];
  readonly #root: Node;
  readonly #ajv: Ajv2020;

  /** `strict` also refuses properties that are not described. Only our own server may be held to that. */
  constructor({ strict = false } = {}) {
    this.#root = parse(readFileSync(FILE, "utf8")) as Node;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema((strict ? withoutAdditionalProperties(this.#root) : this.#root) as AnySchemaObject, "panel");
    this.operations = this.#listOperations();
  }

  operation(id: string): Operation {
    const found = this.operations.find((operation) => operation.id === id);
    if (found === undefined) throw new Error(`the description has no operation ${id}`);
    return found;
  }

  /** The response to a status, or `default` if the operation does not list the status. */
  response(operation: Operation, status: number): ResolvedNode | undefined {
    const responses = this.resolve(`${operation.pointer}/responses`);
    const key = status in responses.node ? String(status) : "default";
    if (!(key in responses.node)) return undefined;
    return this.resolve(`${operation.pointer}/responses/${key}`);
  }

  /** The node at a pointer, with references followed. */
  resolve(pointer: string): ResolvedNode {
    let node: unknown = this.#root;
    for (const part of pointer.split("/").slice(1)) node = (node as Node)[decodePointer(part)];
    const found = node as Node;
    return typeof found["$ref"] === "string" ? this.resolve(found["$ref"].slice(1)) : { pointer, node: found };
  }

  /** Describes why a value does not fit the schema; undefined if it fits. */
  validationError(schema: string, value: unknown): string | undefined {
    const validate = this.#ajv.getSchema(`panel#${schema}`) ?? this.#ajv.compile({ $ref: `panel#${schema}` });
    if (validate(value)) return undefined;
    return this.#ajv.errorsText(validate.errors, { dataVar: "body" });
  }

  /** Every example of every operation's bodies, with its schema. */
  *examples(): Generator<Example> {
    for (const operation of this.operations) {
      const { node } = this.resolve(operation.pointer);
      if ("requestBody" in node) yield* this.#examplesOf(`${operation.id} request`, `${operation.pointer}/requestBody`);
      for (const status of Object.keys(this.resolve(`${operation.pointer}/responses`).node))
        yield* this.#examplesOf(`${operation.id} ${status}`, `${operation.pointer}/responses/${status}`);
    }
  }

  *#examplesOf(name: string, pointer: string): Generator<Example> {
    const { node, pointer: path } = this.resolve(pointer);
    for (const [kind, media] of Object.entries((node["content"] ?? {}) as Record<string, Node>)) {
      const schema = `${path}/content/${encodePointer(kind)}/schema`;
      const examples = Object.keys(media["examples"] ?? {});
      if (examples.length === 0) throw new Error(`${name} (${kind}) has no example`);
      for (const example of examples) {
        const found = this.resolve(`${path}/content/${encodePointer(kind)}/examples/${example}`);
        yield { name: `${name}: ${example}`, schema, value: found.node["value"] };
      }
    }
  }

  #listOperations(): Operation[] {
    return Object.entries(this.#root["paths"] as Record<string, Record<string, Node>>).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => METHODS.has(method))
        .map(([method, operation]) => ({
          id: operation["operationId"] as string,
          method: method.toUpperCase(),
          path,
          pointer: `/paths/${encodePointer(path)}/${method}`,
        })),
    );
  }
}

function encodePointer(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function decodePointer(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The same schema with `additionalProperties: false` in every object. */
function withoutAdditionalProperties(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutAdditionalProperties);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, withoutAdditionalProperties(value)]),
  );
  const isObject = copy["type"] === "object" && copy["properties"] !== undefined;
  return isObject ? { ...copy, additionalProperties: false } : copy;
}
