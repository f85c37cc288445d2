// When something is on the screen.

/** Resolves once what is in the page now has been drawn. */
export function afterNextPaint(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}
