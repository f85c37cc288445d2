import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { rustStrings, type RustString } from "./rust-strings.ts";
import { describe as describeTexts, readFiles, readProgramFiles } from "./source.ts";

/** Where the words of tray, pop-ups and terminal could be. */
const FOLDERS = ["crates/bursar-cli/src", "crates/bursar-core/src", "crates/bursar-domain/src", "src-tauri/src"];

/** Files whose English words are for programs, logs and reports, and never vary with the language. */
const ENGLISH: ReadonlySet<string> = new Set([
  "crates/bursar-core/src/export/json_payment.rs",
  "crates/bursar-core/src/export/purpose.rs",
  "crates/bursar-core/src/facade/diagnostics.rs",
  "src-tauri/src/diagnostics.rs",
]);

/** Technical strings with words in them, by file. */
const TECHNICAL: Readonly<Record<string, readonly string[]>> = {
  // Part of a page.
  "src-tauri/src/initial_data.rs": ['{before}<script type="application/json" id="initial-data">{json}</script>{after}'],
  // The syntax of the command line.
  "src-tauri/src/arguments.rs": ["--home DIR", "{heading} bursar-desktop [--home DIR] [--hidden] [LINK] "],
  "src-tauri/src/main.rs": ["bursar-desktop: {words} {usage}"],
  // Desktop entries, whose comments are in Fluent.
  "src-tauri/src/platform/autostart/linux.rs": [
    "[Desktop Entry] Type=Application Name=Bursar {comments}Exec={exec} Icon={APP_ID} Terminal=false X-GNOME-Autostart-enabled=true ",
  ],
  // Why something is logged.
  "src-tauri/src/controller/restart_to_free_memory.rs": ["the app was quit"],
  "src-tauri/src/platform/notifications/linux.rs": ["no answer in time"],
  "src-tauri/src/platform/single_instance/linux.rs": [
    "the session bus does not answer",
    "{name} belongs to another program on the session bus",
  ],
  "src-tauri/src/platform/tray/linux.rs": ["it does not answer"],
  // A desktop entry; and what stands for the system's words, which are missing here.
  "src-tauri/src/platform/url_scheme/linux.rs": [
    "[Desktop Entry] Type=Application Name=Bursar {comments}Exec={exec} Icon={APP_ID} Terminal=false NoDisplay=true StartupNotify=true MimeType=x-scheme-handler/{SCHEME}; ",
    "the desktop entry was not accepted",
  ],
  // The names of the choices in a network file.
  "crates/bursar-domain/src/network.rs": ["chain, api, auto"],
  "crates/bursar-domain/src/network/payment_pages.rs": ["wallet-qr, none"],
  // Why a time in an answer is not one, for logs.
  "crates/bursar-domain/src/clock.rs": ["not an RFC 3339 time"],
  "crates/bursar-domain/src/key_expiry.rs": ["not a date"],
};

/** Calls whose texts only developers read (logs, panics and assertions), and the steps that errors name for reports. */
const UNREAD_CALLS =
  /^(tracing::\w+!|(debug|info|warn|error|trace)!|panic!|unreachable!|assert\w*!|debug_assert\w*!|expect|InternalDetail::step)$/;
/** `step` names in English which part of Bursar failed (`detail-step-failed`). */
const UNREAD_FIELDS: ReadonlySet<string | null> = new Set(["step"]);
const WORDS = /\p{L}{2,}[,.:;!?’”)]* [\p{L}(“{]/u;

const root = new URL("../../", import.meta.url);
const filesIn = (folder: string) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rs") && !/(^|\/)tests(\/|\.rs$)/.test(name))
    .toSorted()
    .map((name) => `${folder}/${name}`);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");

function isRead({ text, calls, field }: RustString): boolean {
  return WORDS.test(text) && !calls.some((call) => UNREAD_CALLS.test(call)) && !UNREAD_FIELDS.has(field);
}

test("every text of tray, pop-ups and terminal is in a Fluent file (locales/en)", () => {
  const found = FOLDERS.flatMap(filesIn)
    .filter((file) => !ENGLISH.has(file))
    .flatMap((file) =>
      rustStrings(read(file))
        .filter((one) => isRead(one) && !TECHNICAL[file]?.includes(one.text))
        .map(({ line, text }) => `${file}:${line}: ${text}`),
    );
  expect(found).toEqual([]);
});

test("every exception exists", () => {
  const texts = (file: string) =>
    rustStrings(read(file))
      .filter(isRead)
      .map(({ text }) => text);
  for (const file of ENGLISH) expect(texts(file), file).not.toEqual([]);
  for (const [file, some] of Object.entries(TECHNICAL))
    expect(texts(file), file).toEqual(expect.arrayContaining([...some]));
});

test("the programs use every message of theirs", () => {
  const code = [...FOLDERS, "crates/bursar-l10n/src"].flatMap(filesIn).map(read).join("\n");
  const used = new Set(code.match(/\b[a-z][a-z0-9_]+\b/g));
  const all = [...readFiles("en"), ...readProgramFiles("en")];
  const own = all.filter(({ name }) => /^en\/(desktop|notifications|popups|terminal|tray)\.ftl$/.test(name));
  expect(own.length).toBe(5);
  // Not the terminal's help: a test compares its messages with the commands (`crates/bursar-cli/src/help.rs`).
  const ids = [...describeTexts(own).keys()];
  expect(ids.filter((id) => !used.has(id.replace(/[-.]/g, "_")))).toEqual([]);
});

describe("a text in Rust", () => {
  const found = (source: string) =>
    rustStrings(source)
      .filter(isRead)
      .map(({ text }) => text);

  it("is a literal that looks like words", () => {
    expect(found('fn a() { print_line("Nothing is lost.")?; }')).toEqual(["Nothing is lost."]);
    expect(found('const A: &str = "Top up now";')).toEqual(["Top up now"]);
    expect(found('format!("{n} days left")')).toEqual(["{n} days left"]);
    expect(found('let a = r#"The "end" of it"#;')).toEqual(['The "end" of it']);
    expect(found('"over two \\\n        lines"')).toEqual(["over two lines"]);
  });

  it("is none of what only programs and developers read", () => {
    expect(
      found(`//! A comment "with words in it".
#[expect(clippy::all, reason = "a reason in words")]
fn a<'a>(b: char) {
    /* "and more words" */
    tracing::warn!(%error, "could not read the file");
    let c = ('"', b'"', '\\\\', "snake_case", "top-up", "X");
    Error::new(Code::Internal, InternalDetail::StepFailed { step: "reading a file".to_owned() });
}
#[cfg(test)]
mod tests {
    const A: &str = "Words of a test";
}
`),
    ).toEqual([]);
  });
});
