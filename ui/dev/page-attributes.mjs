/** Puts the text size (`?text=150`) and the language (`?language=de`) into the page, as the app does. */
export function withAttributes(html, address) {
  const size = /[?&]text=(\d+)/.exec(address)?.[1] ?? "100";
  const language = /[?&]language=([\w-]+)/.exec(address)?.[1] ?? "system";
  return html.replace("<html", `<html data-text-size="${size}" data-language="${language}"`);
}
