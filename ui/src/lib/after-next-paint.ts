// Waits until the browser has painted.

/** Resolves once the page's present content has been painted. */
export function afterNextPaint(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}
