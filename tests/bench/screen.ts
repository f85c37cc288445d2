/**
 * The screen as a file: the X server keeps its pixels there. Reading the file needs no X client that could disturb the
 * measurement, and detects a paint in the same way for every program.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** XWD, the X window dump format: a header of 32-bit numbers, a colour table, the pixels. */
const HEADER_BYTES = 100;
const COLOR_BYTES = 12;

/** Colour difference that counts as equal, and the fraction of a box that may differ by more. */
const PIXEL_TOLERANCE = 24;
const DIFFERENCE_LIMIT = 0.01;

export class Screen {
  readonly #file: number;
  readonly #pixelsOffset: number;
  readonly #stride: number;
  readonly #bytesPerPixel: number;
  /** Reused at each capture: allocating a buffer each time would run the garbage collector during the measurement. */
  #lines = Buffer.alloc(0);

  constructor(path: string) {
    this.#file = openSync(path, "r");
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(this.#file, header, 0, HEADER_BYTES, 0);
    // The second field is the format's version, 7, which reveals the byte order.
    const big = header.readUInt32BE(4) === 7;
    const at = (field: number): number => (big ? header.readUInt32BE(field * 4) : header.readUInt32LE(field * 4));
    this.#pixelsOffset = at(0) + at(19) * COLOR_BYTES;
    this.#stride = at(12);
    this.#bytesPerPixel = at(11) / 8;
  }

  /** The pixels of a box. */
  capture(box: Box): Buffer {
    const width = box.width * this.#bytesPerPixel;
    const lines = this.#read(box);
    const rows = Array.from({ length: box.height }, (_, row) => {
      const begin = this.#rowOffset(box, row);
      return lines.subarray(begin, begin + width);
    });
    return Buffer.concat(rows);
  }

  /**
   * Whether the box shows these pixels. Tolerates slightly different edges, but not another font. Stops at the first
   * row that exceeds the limit.
   */
  isShown(box: Box, wanted: Buffer): boolean {
    const width = box.width * this.#bytesPerPixel;
    const allowed = (wanted.length / this.#bytesPerPixel) * DIFFERENCE_LIMIT;
    const lines = this.#read(box);
    let different = 0;
    for (let row = 0; row < box.height; row += 1) {
      const from = this.#rowOffset(box, row);
      if (lines.compare(wanted, row * width, (row + 1) * width, from, from + width) === 0) continue;
      for (let at = 0; at < width; at += this.#bytesPerPixel)
        if (Math.abs((lines[from + at] ?? 0) - (wanted[row * width + at] ?? 0)) > PIXEL_TOLERANCE) different += 1;
      if (different >= allowed) return false;
    }
    return true;
  }

  /** Waits until the box shows these pixels; returns the time of `performance.now()`. */
  async waitFor(box: Box, wanted: Buffer, timeout = 60_000): Promise<number> {
    const end = performance.now() + timeout;
    for (;;) {
      const now = performance.now();
      if (this.isShown(box, wanted)) return now;
      if (now > end) throw new Error("the screen never showed the expected pixels");
      await pause(2);
    }
  }

  /** Waits until the box has not changed for a while and has more than one colour; returns its pixels. */
  async waitUntilStable(box: Box, still = 1_500, timeout = 60_000): Promise<Buffer> {
    const end = performance.now() + timeout;
    let before = this.capture(box);
    let since = performance.now();
    for (;;) {
      await pause(50);
      const pixels = this.capture(box);
      const now = performance.now();
      if (!pixels.equals(before)) [before, since] = [pixels, now];
      else if (now - since > still && this.#isPainted(pixels)) return pixels;
      if (now > end) throw new Error("the screen kept changing");
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** The box's rows over the screen's whole width, in one read, which is cheaper than a read for each row. */
  #read(box: Box): Buffer {
    const size = this.#stride * box.height;
    if (this.#lines.length < size) this.#lines = Buffer.alloc(size);
    readSync(this.#file, this.#lines, 0, size, this.#pixelsOffset + box.y * this.#stride);
    return this.#lines;
  }

  /** The offset of a row of the box in the rows just read. */
  #rowOffset(box: Box, row: number): number {
    return row * this.#stride + box.x * this.#bytesPerPixel;
  }

  #isPainted(pixels: Buffer): boolean {
    const first = pixels.subarray(0, this.#bytesPerPixel);
    for (let at = 0; at < pixels.length; at += this.#bytesPerPixel)
      if (!pixels.subarray(at, at + this.#bytesPerPixel).equals(first)) return true;
    return false;
  }
}
