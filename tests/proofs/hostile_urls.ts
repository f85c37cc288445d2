/** Addresses that a lying provider could send as a checkout, built from one network's hosts; and genuine ones. */

/** Allowed by the proofs' network files besides the sandbox's own checkout, because a host name allows more tricks. */
export const NAMED_HOST = "buy.copperx.io";

/** All of them must be refused where `local` (a loopback host with its port) and `NAMED_HOST` are allowed. */
export function hostileUrls(local: string): string[] {
  const named = NAMED_HOST;
  const [address, port = ""] = local.split(":");
  const schemes = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    `javascript://${named}/%0aalert(1)`,
    "java\tscript:alert(1)",
    "file:///etc/passwd",
    `file://${named}/etc/passwd`,
    `file://${local}/etc/passwd`,
    "FILE:///etc/passwd",
    "data:text/html,<script>alert(1)</script>",
    `data://${named}/,x`,
    `blob:https://${named}/1`,
    "about:blank",
    "chrome://settings",
    "view-source:https://example.com/",
    `view-source:https://${named}/`,
    `ftp://${named}/`,
    `ws://${named}/`,
    `wss://${named}/`,
    `smb://${named}/share`,
    `mailto:a@${named}`,
    "tel:110",
    `org.bursar.desktop://top-up/return?state=${"0".repeat(64)}`,
    `intent://${named}/#Intent;end`,
    `vbscript:1`,
    `http://${named}/`,
    `http://${named}:443/`,
    `http://${named}:80/x`,
    `HTTP://${named}/`,
  ];
  const userInfo = [
    "user@",
    "user:pass@",
    ":pass@",
    "@",
    ":@",
    "a@b@",
    "%40@",
    "https@",
    "https:@",
    `${named}@`,
  ].flatMap((who) => [`https://${who}${named}/`, `http://${who}${local}/`, `https://${who}evil.example/`]);
  const disguised = [named, local].flatMap((host) => [
    `https://${host}@evil.example/`,
    `https://${host}:443@evil.example/`,
    `https://${host}%40evil.example/`,
    `https://${host}%2F@evil.example/`,
    `https://${host}\\@evil.example/`,
    `https://evil.example\\@${host}/`,
    `https://evil.example\\.${host}/`,
    `https://evil.example/${host}`,
    `https://evil.example/https://${host}/`,
    `https://evil.example?${host}/`,
    `https://evil.example#${host}/`,
    `https://evil.example#@${host}/`,
    `https://evil.example?@${host}/`,
    `https://evil.example/.${host}/`,
    `https://evil.example;${host}/`,
    `https://evil.example,${host}/`,
  ]);
  const lookAlikes = [
    `${named}.evil.example`,
    `evil${named}`,
    `a.${named}`,
    "copperx.io",
    "www.copperx.io",
    "buy.copperx.dev",
    "buy-copperx.io",
    "buy.copperx.i0",
    "buy.c0pperx.io",
    "buy.copperx.ioo",
    "buy.copperx.co",
    `${named}.`,
    `${named}..`,
    `.${named}`,
    "buy..copperx.io",
    `${named},evil.example`,
    `${named};evil.example`,
    `${named}&evil.example`,
    `${named}%00.evil.example`,
    `${named}%2F.evil.example`,
    `${named}%252F`,
    `${named}%5C.evil.example`,
    "%62uy.copperx.io",
    "buy%2Ecopperx.io",
    "*.copperx.io",
    "buy_copperx.io",
    "buу.copperx.io", // a Cyrillic у
    "buy.соpperx.io", // Cyrillic с and о
    "buy.copperх.io", // a Cyrillic х
    "buy.cοpperx.io", // a Greek ο
    "xn--bu-0mc.copperx.io",
    "xn--copperx-.io",
    "ｂuy.copperx.io", // full width
    "buy。copperx。io", // ideographic full stops
    "buy．copperx．io",
    "buy.copperx.io\u00AD",
    "buy.copperx\u200B.io",
    "buy.copperx\u2060.io",
    "buy.copperx.ıo",
    "buy.copperx.ﬁ",
    "b\u0301uy.copperx.io",
    "bücher.example",
    "[::1]",
    "[::ffff:127.0.0.1]",
    `[${named}]`,
    "localhost",
    "0.0.0.0",
    "169.254.169.254",
    "127.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
  ].flatMap((host) => [`https://${host}/`, `https://${host}/payment/checkout-session/1`]);
  const ports = [
    ...["444", "80", "0443", "", "0", "1", "65535", "65536", "-443", "443:443", "４43", "443 ", "+443", "4e2"].map(
      (wrong) => `https://${named}:${wrong}/`,
    ),
    ...[`1${port}`, `0${port}`, "80", "", String(Number(port) + 1), `${port}0`].map(
      (wrong) => `http://${address}:${wrong}/`,
    ),
    ...["127.1", "127.0.0.2", "0x7f.0.0.1", "2130706433", "127.0.0.1.", "localhost", "LOCALHOST", "0.0.0.0"].map(
      (host) => `http://${host}:${port}/`,
    ),
  ];
  const odd = [
    "",
    " ",
    "/",
    "//",
    named,
    `//${named}/`,
    "https:",
    `https:${named}`,
    `https:/${named}/`,
    `https:///${named}/`,

    `https:////${named}/`,
    "https://",
    "https:///",
    `https://?${named}`,
    `https://#${named}`,
    "--flag",
    "-h",
    "a b",
    `https:\\\\${named}\\`,
    `https://${named}/\\evil.example`,
    `https://${named}\\`,
    ` https://${named}/`,
    `https://${named}/ `,
    `https://${named} /`,
    `https://buy. copperx.io/`,
    `\thttps://${named}/`,
    `ht\ntps://${named}/`,
    `https://evil.example\n@${named}/`,
    `https://buy.copp\terx.io/`,
    `https://${named}/\r\nHost: evil.example`,
    `https://${named}/\u0000`,
    `\u0000https://${named}/`,
    `\u001Bhttps://${named}/`,
    `https://${named}/\u007F`,
    `\uFEFFhttps://${named}/`,
    `https://${named}/\u2028`,
    `https://${named}/\u202E`,
    `https://${named}/ü`,
    `https://${named}/${"x".repeat(2_048)}`,
    `https://${named}/${"x".repeat(100_000)}`,
    `http://${local}/a b`,
    `http://${local}/\u0001`,
  ];
  return [...new Set([...schemes, ...userInfo, ...disguised, ...lookAlikes, ...ports, ...odd])];
}

/** Genuine addresses, and the form in which each must be opened. */
export function honestUrls(local: string): [sent: string, opened: string][] {
  const paths = [
    "/payment/checkout-session/1",
    "/",
    "/a?b=c&d=@e",
    "/a?url=https://evil.example/",
    "/a#part",
    "/%2e%2e/x",
  ];
  return [
    ...paths.map((path): [string, string] => [`http://${local}${path}`, new URL(`http://${local}${path}`).href]),
    ...paths.map((path): [string, string] => [
      `https://${NAMED_HOST}${path}`,
      new URL(`https://${NAMED_HOST}${path}`).href,
    ]),
    [`http://${local}`, `http://${local}/`],
    [`https://${NAMED_HOST}:443/a`, `https://${NAMED_HOST}/a`],
    [`HTTPS://BUY.copperx.io/a`, `https://${NAMED_HOST}/a`],
    [`https://${NAMED_HOST}/a/../b`, `https://${NAMED_HOST}/b`],
    [`https://${NAMED_HOST}/a/./b'"`, `https://${NAMED_HOST}/a/b'%22`],
  ];
}
