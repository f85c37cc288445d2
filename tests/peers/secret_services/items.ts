/** Reads and changes a secret service's items by its interface, as any other program on the user's desktop could. */
import { Variant } from "@jellybrick/dbus-next";
import type { Bus } from "../../session/bus.ts";

export const SECRET_SERVICE = "org.freedesktop.secrets";
const ROOT = "/org/freedesktop/secrets";
const SERVICE_INTERFACE = "org.freedesktop.Secret.Service";
const COLLECTION_INTERFACE = "org.freedesktop.Secret.Collection";
const ITEM_INTERFACE = "org.freedesktop.Secret.Item";
const PROMPT_INTERFACE = "org.freedesktop.Secret.Prompt";
/** The path of "no object". */
const NONE = "/";
/** How Bursar's items are marked. */
const BURSAR = { service: "org.bursar.desktop" };

export interface FoundItems {
  readonly unlocked: readonly string[];
  readonly locked: readonly string[];
}

/** Bursar's items, by path. */
export async function findItems(bus: Bus): Promise<FoundItems> {
  const [unlocked, locked] = await bus.call(SECRET_SERVICE, ROOT, SERVICE_INTERFACE, "SearchItems", "a{ss}", [BURSAR]);
  return { unlocked: unlocked as string[], locked: locked as string[] };
}

export async function itemAttributes(bus: Bus, item: string): Promise<Record<string, string>> {
  const { Attributes } = await bus.properties(SECRET_SERVICE, item, ITEM_INTERFACE);
  return Attributes as Record<string, string>;
}

/** The path of the collection for new items, or undefined without one. */
export async function defaultCollection(bus: Bus): Promise<string | undefined> {
  const [path] = await bus.call(SECRET_SERVICE, ROOT, SERVICE_INTERFACE, "ReadAlias", "s", ["default"]);
  return path === NONE ? undefined : (path as string);
}

export async function isLocked(bus: Bus): Promise<boolean> {
  const collection = await defaultCollection(bus);
  if (collection === undefined) return true;
  const { Locked } = await bus.properties(SECRET_SERVICE, collection, COLLECTION_INTERFACE);
  return Locked === true;
}

/** Locks the default collection. Some services ask the user by a prompt, which this starts. */
export async function lock(bus: Bus): Promise<void> {
  const collection = await defaultCollection(bus);
  if (collection === undefined) throw new Error("there is no default collection");
  const [, prompt] = await bus.call(SECRET_SERVICE, ROOT, SERVICE_INTERFACE, "Lock", "ao", [[collection]]);
  await startPrompt(bus, prompt as string);
}

/** Adds an item with the same attributes and another secret, as an import of a backup does. */
export async function doubleItem(bus: Bus, item: string, secret: string): Promise<void> {
  const collection = await defaultCollection(bus);
  if (collection === undefined) throw new Error("there is no default collection");
  const [, session] = await bus.call(SECRET_SERVICE, ROOT, SERVICE_INTERFACE, "OpenSession", "sv", [
    "plain",
    new Variant("s", ""),
  ]);
  const { service = "", username = "" } = await itemAttributes(bus, item);
  const properties = {
    "org.freedesktop.Secret.Item.Label": new Variant("s", "a copy"),
    "org.freedesktop.Secret.Item.Attributes": new Variant("a{ss}", { service, username }),
  };
  const value = [session, Buffer.alloc(0), Buffer.from(secret), "application/octet-stream"];
  const [, prompt] = await bus.call(SECRET_SERVICE, collection, COLLECTION_INTERFACE, "CreateItem", "a{sv}(oayays)b", [
    properties,
    value,
    false,
  ]);
  await startPrompt(bus, prompt as string);
}

/** Deletes an item without a word to Bursar, as the user can in the service's own program. */
export async function deleteItem(bus: Bus, item: string): Promise<void> {
  const [prompt] = await bus.call(SECRET_SERVICE, item, ITEM_INTERFACE, "Delete");
  await startPrompt(bus, prompt as string);
}

/** Starts a prompt, which the caller then answers as the user. */
async function startPrompt(bus: Bus, prompt: string): Promise<void> {
  if (prompt !== NONE) await bus.call(SECRET_SERVICE, prompt, PROMPT_INTERFACE, "Prompt", "s", [""]);
}
