// Takes the drawing of a QR code out of the core's SVG. Only numbers and path commands are accepted, so that nothing in the
// SVG can run in the page.

export interface Qr {
  viewBox: string;
  path: string;
}

const NUMBERS = /^[\d\s.,-]+$/;
const PATH = /^[MmLlHhVvZz\d\s.,-]+$/;

/** Returns null when the SVG is anything but a QR code. */
export function parseQr(svg: string): Qr | null {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (root.nodeName !== "svg") return null;
  const size = `0 0 ${root.getAttribute("width") ?? ""} ${root.getAttribute("height") ?? ""}`;
  const viewBox = root.getAttribute("viewBox") ?? size;
  const path = [...root.querySelectorAll("path")].map((one) => one.getAttribute("d") ?? "").join(" ");
  return NUMBERS.test(viewBox) && PATH.test(path) ? { viewBox, path } : null;
}
