#!/usr/bin/env node
// Writes a program's manual page from its own --help, so that the page has exactly the options that the program has.
// usage: scripts/package/manual.mjs PROGRAM VERSION DATE

import { execFileSync } from "node:child_process";
import { basename } from "node:path";

/** What --help does not contain. */
const PAGES = {
  bursar: {
    about: "prepaid cloud balances in a terminal",
    description: [
      "bursar reads the balances and the payment history of prepaid cloud accounts, and starts top-ups whose payment page \
opens in the system's browser. It uses the data of the desktop app, and reads it while that runs as well.",
    ],
    environment: {
      BURSAR_HOME: "The folder of all data, where --home does not name one.",
      BURSAR_API_KEY: "An API key that serves this one process, for its only account, and is kept nowhere.",
      BURSAR_API_KEYS: "The same for several accounts: a JSON object with an API key for each account's name.",
      BURSAR_LOG: "What is logged to standard error: off, error, warn (the default), info, debug or trace.",
    },
    status: {
      0: "What was asked for could be told or done.",
      1: "It could not; standard error says why.",
      2: "Invalid use.",
      3: "With top-up --wait: the payment ended without money.",
      4: "With top-up --wait: the payment is still open.",
    },
    also: "bursar-desktop(1)",
  },
  "bursar-desktop": {
    about: "companion for prepaid cloud balances",
    description: [
      "bursar-desktop sits in the tray, knows what is left of a prepaid cloud balance, tops it up through the provider's own \
payment page in the browser, says when the money has arrived, and shows the history without a network.",
      "A second start brings the window of the running app to the front. LINK is a link that came back from the browser; the \
desktop starts the program with it.",
    ],
    environment: {
      BURSAR_HOME: "The folder of all data, where --home does not name one.",
      BURSAR_API_KEY: "An API key that serves this one process, for its only account, and is kept nowhere.",
      BURSAR_API_KEYS: "The same for several accounts: a JSON object with an API key for each account's name.",
      BURSAR_LOG: "What is logged to standard error: off, error, warn (the default), info, debug or trace.",
    },
    status: {
      0: "It was quit, or handed over to the app that runs already.",
      1: "It could not start; standard error says why.",
      2: "Invalid use.",
    },
    also: "bursar(1)",
  },
};

const FILES = "$XDG_DATA_HOME/org.bursar.desktop";

/** Options of every command, which the page lists once, with the program's own. */
const COMMON = /^(-h, --help|-V, --version|--home\b|--account\b)/;

const [program, version, date] = process.argv.slice(2);
const name = basename(program ?? "");
const page = PAGES[name];
if (page === undefined || version === undefined || date === undefined) {
  process.stderr.write("usage: scripts/package/manual.mjs PROGRAM VERSION DATE\n");
  process.exit(2);
}
process.stdout.write(`${manual(page).join("\n")}\n`);

function manual({ about, description, environment, status, also }) {
  const help = read(helpOf([]));
  return [
    `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 ${date} "Bursar ${version}" "User Commands"`,
    ".SH NAME",
    `${text(name)} \\- ${text(about)}`,
    ".SH SYNOPSIS",
    `.B ${text(help.usage)}`,
    ".SH DESCRIPTION",
    ...description.flatMap((one) => [".PP", text(one)]),
    ...section("OPTIONS", entries(help.options)),
    ...section("COMMANDS", commands([], help.commands)),
    ...section("ENVIRONMENT", entries(Object.entries(environment))),
    ".SH FILES",
    ...entry(FILES, "All data: usually ~/.local/share/org.bursar.desktop."),
    ...section("EXIT STATUS", entries(Object.entries(status))),
    ".SH SEE ALSO",
    text(also),
  ];
}

/** Each command with its arguments and options, followed by its subcommands. */
function commands(path, names) {
  return names.flatMap((one) => {
    const here = [...path, one];
    const help = read(helpOf(here));
    const own = help.options.filter(([option]) => !COMMON.test(option));
    const described = help.commands.length > 0 ? [] : [`.SS ${text(help.usage)}`, text(sentence(help.about))];
    return [...described, ...entries([...help.arguments, ...own]), ...commands(here, help.commands)];
  });
}

/** In English, whatever the language of this system and of its user's settings. */
function helpOf(path) {
  const env = { ...process.env, LC_ALL: "C", LANGUAGE: "", BURSAR_HOME: "/nonexistent" };
  return execFileSync(program, [...path, "--help"], { encoding: "utf8", env });
}

/** The parts of a help text: a line without indentation begins a part, and indented lines belong to it. */
function read(help) {
  const lines = help.trimEnd().split("\n");
  const found = { about: "", usage: "", options: [], arguments: [], commands: [] };
  let part = "options";
  for (const line of lines) {
    const [, usage] = /^Usage: (.*)$/.exec(line) ?? [];
    const [, title] = /^(\w+):$/.exec(line) ?? [];
    const [, term, meaning] = /^ {2,}(-?\S.*?)(?: {2,}(\S.*))?$/.exec(line) ?? [];
    if (usage !== undefined) found.usage = usage;
    else if (title !== undefined) part = title.toLowerCase();
    else if (term === undefined) found.about ||= line;
    else if (part === "commands") found.commands.push(term);
    else if (meaning === undefined && found[part].length > 0 && !term.startsWith("-"))
      found[part].at(-1)[1] += ` ${term}`;
    else found[part].push([term, meaning ?? ""]);
  }
  found.commands = found.commands.filter((one) => one !== "help");
  return found;
}

function section(title, lines) {
  return lines.length > 0 ? [`.SH ${title}`, ...lines] : [];
}

function entries(pairs) {
  return pairs.flatMap(([term, meaning]) => entry(term, sentence(meaning)));
}

function entry(term, meaning) {
  return [".TP", `.B ${text(term)}`, text(meaning)];
}

function sentence(words) {
  return words === "" || /[.:)]$/.test(words) ? words.replace(/\)$/, ").") : `${words}.`;
}

/** Escapes a text for roff: dashes stay dashes that can be typed, and no line becomes a control line by accident. */
function text(words) {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
}
