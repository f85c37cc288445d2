// What screen readers read aloud. The window has one live region, which exists from the start: a region that appears together
// with its text is often not read, and several regions interrupt each other.

/** Texts that come within this time are read together. */
const GATHER_MS = 150;
/** What changes while the user types is read once it has not changed for this long. */
const SETTLE_MS = 900;

export class Announcer {
  /** The text in the live region. */
  text = $state("");

  #ready = false;
  #waiting: string[] = [];
  #isGathering = false;
  readonly #settling = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #settled = new Map<string, string>();

  /** The live region is in the document. What was announced before is read now. */
  start(): void {
    this.#ready = true;
    this.#gather();
  }

  announce(text: string): void {
    const said = text.replace(/\s+/gu, " ").trim();
    if (said === "" || this.#waiting.includes(said)) return;
    this.#waiting.push(said);
    this.#gather();
  }

  /**
   * Announces what `topic` says once it no longer changes, and only if that is news. `null` says nothing: the topic has no text
   * now, and the next one is news.
   */
  announceSettled(topic: string, text: string | null): void {
    clearTimeout(this.#settling.get(topic));
    if (text === null) {
      this.#settled.delete(topic);
      return;
    }
    const settle = () => {
      if (this.#settled.get(topic) === text) return;
      this.#settled.set(topic, text);
      this.announce(text);
    };
    this.#settling.set(topic, setTimeout(settle, SETTLE_MS));
  }

  #gather(): void {
    if (!this.#ready || this.#isGathering || this.#waiting.length === 0) return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      const text = this.#waiting.join(" ");
      this.#waiting = [];
      // A region whose text stays the same is not read again.
      this.text = text === this.text ? `${text}\u00a0` : text;
    }, GATHER_MS);
  }
}

export const announcer = new Announcer();

/** What is read aloud of a message: its title and its paragraphs, but no buttons. */
const READ = "p, strong, [data-announced]";

/** Attach it to a message that appears on the page. */
export function announced(message: HTMLElement): void {
  const parts = [...message.querySelectorAll(READ)].filter((part) => {
    const around = part.parentElement?.closest(READ);
    return !around || !message.contains(around);
  });
  announcer.announce(parts.map(({ textContent }) => textContent).join(" "));
}
