// Waits for the window's font. Text that is laid out earlier uses a system font first, and looking that up takes longer
// than the rest of the first frame.

/** After this long the page is shown without the font. */
const FONT_TIMEOUT_MS = 1_000;

/** Resolves once the font can be used, or is not available. */
export async function fontLoaded(): Promise<void> {
  const timeout = new Promise((done) => setTimeout(done, FONT_TIMEOUT_MS));
  await Promise.race([loadFont().catch(() => {}), timeout]);
}

async function loadFont(): Promise<void> {
  // The browser learns about the font only from the style sheets.
  await Promise.all([...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')].map(stylesheetApplied));
  await document.fonts.load('1em "Hanken Grotesk Variable"');
}

async function stylesheetApplied(link: HTMLLinkElement): Promise<void> {
  if (link.sheet) return;
  await new Promise<void>((done) => {
    for (const end of ["load", "error"]) link.addEventListener(end, () => done(), { once: true });
  });
}
