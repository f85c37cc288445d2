/** Reads CSV and keeps whether a cell was quoted, by which Calc tells text from numbers when it writes a file. */

export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** The rows of a file in the form of RFC 4180, with any line ends. */
export function parseCsv(text: string): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (found === null) throw new Error(`not CSV: ${text.slice(0, 200)}`);
    const [, quoted, plain = "", end] = found;
    row.push(
      quoted === undefined ? { text: plain, quoted: false } : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    if (end !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
