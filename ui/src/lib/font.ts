// The window's face. What is laid out before it is there is laid out in the system's faces first, and looking for those
// takes the system longer than all the rest of the first frame.

/** Milliseconds after which the page does without it for now. */
const FONT_TIMEOUT_MS = 1_000;

/** Resolves once text can be laid out in it, or it cannot be had. */
export async function fontLoaded(): Promise<void> {
  const timeout = new Promise((done) => setTimeout(done, FONT_TIMEOUT_MS));
  await Promise.race([loadFont().catch(() => {}), timeout]);
}

async function loadFont(): Promise<void> {
  // Until then nobody knows that there is such a face.
  await Promise.all([...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')].map(stylesheetApplied));
  await document.fonts.load('1em "Hanken Grotesk Variable"');
}

async function stylesheetApplied(link: HTMLLinkElement): Promise<void> {
  if (link.sheet) return;
  await new Promise<void>((done) => {
    for (const end of ["load", "error"]) link.addEventListener(end, () => done(), { once: true });
  });
}
