/** Reads a QR code from a screenshot, as a phone's camera would. */
import { readFileSync } from "node:fs";
import jsqr from "jsqr";
import type { Page } from "playwright-core";

/** The QR code's text, if one can be read. Any page of a browser serves: it only decodes the image. */
export async function readQr(page: Page, picture: string): Promise<string | undefined> {
  const { width, height, pixels } = await page.evaluate(async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    for (const one of data) text += String.fromCharCode(one);
    return { width: image.width, height: image.height, pixels: btoa(text) };
  }, readFileSync(picture).toString("base64"));
  return jsqr.default(new Uint8ClampedArray(Buffer.from(pixels, "base64")), width, height)?.data;
}
