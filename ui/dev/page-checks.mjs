// What `look.mjs` checks in a page. Each function runs in the page and returns the faults that it finds, so it can use nothing
// from this file.

/** What is cut off, scrolls twice, or lies over a dialog. */
export function layoutFaults() {
  const faults = [];
  const whole = document.documentElement;
  if (whole.scrollWidth > innerWidth) faults.push("the window scrolls sideways");
  if (whole.scrollHeight > innerHeight) faults.push("the window scrolls beside its page");
  const main = document.querySelector("main");
  if (main !== null && main.scrollWidth > main.clientWidth) {
    const { left } = main.getBoundingClientRect();
    const right = left + main.clientWidth;
    const wide = [...main.querySelectorAll("*")].findLast((one) => {
      const box = one.getBoundingClientRect();
      return box.right > right + 1 || box.left < left - 1;
    });
    faults.push(`the page scrolls sideways: ${wide?.outerHTML.slice(0, 160)}`);
  }
  if (main !== null && main.innerText.trim() === "") faults.push("the page is empty");
  const live = document.querySelectorAll(
    '[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"]',
  );
  if (live.length !== 1) faults.push(`there are ${live.length} live regions`);
  const { lang, dir } = document.documentElement;
  if (lang === "" || dir === "") faults.push("the page names no language or no direction");
  const scrolls = (element) =>
    element.scrollHeight > element.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(element).overflowY);
  const scrolling = [...document.querySelectorAll("*")].filter(scrolls);
  for (const inner of scrolling)
    if (scrolling.some((outer) => outer !== inner && outer.contains(inner)))
      faults.push(`scrolls within what scrolls: ${inner.className}`);
  for (const element of document.querySelectorAll("[title]"))
    faults.push(`has a tooltip of the system, which lies over dialogs: ${element.outerHTML.slice(0, 120)}`);
  for (const amount of document.querySelectorAll("main .money")) {
    const [own, around] = [amount.getBoundingClientRect(), amount.parentElement.getBoundingClientRect()];
    if (own.right > around.right + 1 || own.left < around.left - 1)
      faults.push(`an amount runs over what is beside it: ${amount.textContent}`);
  }
  const centre = (element) => (({ left, right }) => (left + right) / 2)(element.getBoundingClientRect());
  for (const name of document.querySelectorAll('[data-testid="days-scale"] .name')) {
    const tick = document.querySelector(`[data-testid="days-scale"] .tick[data-day="${name.dataset.day}"]`);
    if (tick === null || Math.abs(centre(tick) - centre(name)) > 1)
      faults.push(`the name of day ${name.dataset.day} stands ${centre(name)}, its tick elsewhere`);
  }
  const dialog = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].at(-1);
  if (dialog !== undefined) {
    const { left, top, right, bottom } = dialog.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) faults.push("the dialog is cut");
    for (const [x, y] of [
      [left + 20, top + 8],
      [(left + right) / 2, (top + bottom) / 2],
      [right - 20, bottom - 8],
    ]) {
      const there = document.elementFromPoint(x, y);
      if (there !== null && !dialog.contains(there) && !there.closest("[data-bits-select-content]"))
        faults.push(`lies over the dialog: ${there.className}`);
    }
    for (const part of dialog.querySelectorAll("*"))
      if (part.scrollWidth > part.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(part).overflowX))
        faults.push("the dialog scrolls sideways");
  }
  return faults;
}

/** Texts that are cut, run out of their box, or overlap each other. Names and ids that end with an ellipsis are not cut. */
export function textFaults() {
  const faults = [];
  const SLACK = 1.5;
  const dialog = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].at(-1);
  const style = new Map();
  const styleOf = (element) => {
    if (!style.has(element)) style.set(element, getComputedStyle(element));
    return style.get(element);
  };
  const isForReaders = (element) =>
    element.closest(".visually-hidden") !== null || styleOf(element).clipPath !== "none";
  /** The middle part of a line's box: the box is taller than the letters. */
  const middle = ({ left, right, top, bottom }) => {
    const inset = (bottom - top) * 0.22;
    return { left, right, top: top + inset, bottom: bottom - inset };
  };
  const within = (inner, outer) => ({
    left: Math.max(inner.left, outer.left),
    right: Math.min(inner.right, outer.right),
    top: Math.max(inner.top, outer.top),
    bottom: Math.min(inner.bottom, outer.bottom),
  });
  const isEmpty = ({ left, right, top, bottom }) => right - left < SLACK || bottom - top < SLACK;
  /** What can be seen of a text, and whether anything is cut that cannot be scrolled into view. */
  const visiblePart = (holder, text, slack) => {
    let visible = text;
    let fault = null;
    let [horizontal, vertical, positioned] = [true, true, false];
    for (let box = holder; box !== null && box !== document.documentElement; box = box.parentElement) {
      const { overflowX, overflowY, display, position, clipPath } = styleOf(box);
      // For screen readers only.
      if (clipPath !== "none") return { visible: null, fault: null };
      if (display === "inline" || display === "contents") continue;
      const edge = box.getBoundingClientRect();
      const tooWide = visible.left < edge.left - slack || visible.right > edge.right + slack;
      const tooTall = visible.top < edge.top - slack || visible.bottom > edge.bottom + slack;
      const isName = holder.closest("bdi") !== null;
      if (horizontal && tooWide && /hidden|clip/.test(overflowX) && !isName) fault ??= "is cut";
      if (vertical && tooTall && /hidden|clip/.test(overflowY)) fault ??= "is cut";
      if (horizontal && tooWide && overflowX === "visible" && !positioned) fault ??= "runs out of its box";
      // What can be scrolled into view is not cut.
      if (/auto|scroll/.test(overflowX)) horizontal = false;
      if (/auto|scroll/.test(overflowY)) vertical = false;
      if (overflowX !== "visible" || overflowY !== "visible") visible = within(visible, edge);
      if (position === "absolute") positioned = true;
      if (position === "fixed") break;
    }
    return { visible: isEmpty(visible) ? null : visible, fault };
  };
  const shown = [];

  const walker = document.createTreeWalker(dialog ?? document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.data.trim();
    const holder = node.parentElement;
    if (text === "" || holder === null || /^(SCRIPT|STYLE)$/.test(holder.tagName)) continue;
    if (holder.closest("svg, [hidden]") !== null || styleOf(holder).visibility !== "visible" || isForReaders(holder))
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const short = `“${text.slice(0, 60)}” in ${holder.tagName.toLowerCase()}.${holder.className}`;
    // Large figures stand a little outside, so that their edge is in line with smaller text.
    const slack = Math.max(SLACK, 0.06 * Number.parseFloat(styleOf(holder).fontSize));
    for (const whole of range.getClientRects()) {
      const box = visiblePart(holder, middle(whole), slack);
      if (box.fault !== null) faults.push(`${box.fault}: ${short}`);
      if (box.visible !== null) shown.push({ node, rect: box.visible, short });
    }
  }

  // An opened list lies over what is behind it.
  const layerOf = ({ node }) => node.parentElement?.closest("[data-bits-floating-content-wrapper]") ?? null;
  for (const [index, one] of shown.entries())
    for (const other of shown.slice(index + 1)) {
      if (one.node === other.node || layerOf(one) !== layerOf(other)) continue;
      const both = within(one.rect, other.rect);
      if (isEmpty(both)) continue;
      // Where something else lies over both, neither is seen.
      const there = document.elementFromPoint((both.left + both.right) / 2, (both.top + both.bottom) / 2);
      if (there === null || !(there.contains(one.node) || there.contains(other.node))) continue;
      faults.push(`overlap: ${one.short} and ${other.short}`);
    }
  return [...new Set(faults)];
}

/**
 * In the accented language each text stands in brackets. What has letters outside them is untranslated, unless it is marked as
 * data: a name or an id (`bdi`, `code`), a time, an amount, a `mono` text, or what is not to be translated.
 */
export function untranslatedTexts([open, close]) {
  const faults = [];
  const DATA = 'bdi, code, time, .money, .mono, [translate="no"], [data-testid="announcement"], script, style, svg';
  const LETTERS = /\p{L}{2}/u;
  let depth = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const isData = node.parentElement?.closest(DATA) !== null;
    let outside = "";
    for (const character of node.data) {
      if (character === open) depth += 1;
      else if (character === close) depth -= 1;
      else if (depth === 0) outside += character;
      if (depth < 0) {
        faults.push(`ends a message that has not begun: ${node.data}`);
        depth = 0;
      }
    }
    if (!isData && LETTERS.test(outside))
      faults.push(`is not translated: “${outside.trim()}” in ${node.parentElement?.outerHTML.slice(0, 120)}`);
  }
  if (depth > 0) faults.push("a message does not end");
  for (const name of [
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "aria-roledescription",
    "alt",
    "placeholder",
    "data-tip",
    "title",
  ])
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const text = element.getAttribute(name) ?? "";
      if (LETTERS.test(text) && !text.includes(open) && element.closest('time, [translate="no"]') === null)
        faults.push(`has ${name} that is not translated: “${text}”`);
    }
  return [...new Set(faults)];
}
