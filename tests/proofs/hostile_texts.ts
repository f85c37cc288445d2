/** Texts that a hostile server could send, and the characters that none of them may leave in the app. */

export const HOSTILE_TEXTS = [
  `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>bold</b>`,
  "pay\u202Erewarder\u202C\u2066isolated\u2069\u200Ehere",
  "zero\u200Bwidth\u2060join\uFEFFer\u00ADs",
  `=HYPERLINK("http://evil.example/";"refund")`,
  "+1+cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "\t=1+1",
  "\r\n=1+1",
  `"quoted","and\ncut",=1`,
  "_under_scored & <ampersand>",
  "a".repeat(300_000),
];

/** Bidirectional, invisible and control characters. */
export const DECEPTIVE_CHARACTERS =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/u;
