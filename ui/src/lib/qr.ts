// Takes the modules of a QR code out of the SVG that the core draws. Only numbers and path commands come through, so
// that what is put into the page is inert whatever the text held.

export interface Qr {
  viewBox: string;
  path: string;
}

const NUMBERS = /^[\d\s.,-]+$/;
const PATH = /^[MmLlHhVvZz\d\s.,-]+$/;

/** Null when the text is not such a drawing. */
export function parseQr(svg: string): Qr | null {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (root.nodeName !== "svg") return null;
  const size = `0 0 ${root.getAttribute("width") ?? ""} ${root.getAttribute("height") ?? ""}`;
  const viewBox = root.getAttribute("viewBox") ?? size;
  const path = [...root.querySelectorAll("path")].map((one) => one.getAttribute("d") ?? "").join(" ");
  return NUMBERS.test(viewBox) && PATH.test(path) ? { viewBox, path } : null;
}
