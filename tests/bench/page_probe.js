// Runs inside the app's window and records when a command is sent, when it is answered, and when the answer is drawn.
const calls = [];
const send = window.fetch;
window.fetch = async (...args) => {
  const address = String(args[0] instanceof Request ? args[0].url : args[0]);
  if (!/\/payments(_from)?$/.test(address)) return send.apply(window, args);
  const call = { sent: performance.now(), answered: null };
  calls.push(call);
  const answer = await send.apply(window, args);
  const whole = answer.clone();
  void whole.arrayBuffer().then(() => (call.answered = performance.now()));
  return answer;
};

const part = (id) => document.querySelector(`[data-testid="${id}"]`);
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
/**
 * Resolves when the current frame has been drawn; call it within a frame. A task posted during a frame runs after the
 * frame, but sometimes only after the next one begins, and the next frame begins only once this one is drawn.
 */
const painted = () =>
  new Promise((resolve) => {
    const drawn = () => resolve(performance.now());
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", drawn);
    port1.start();
    port2.postMessage(null);
    requestAnimationFrame(drawn);
  });

/** So many frames without a call mean that the page is idle: nobody acts twice within a tenth of a second. */
const QUIET = 8;

async function rest() {
  let sent = calls.length;
  for (let quiet = 0; quiet < QUIET; quiet += 1) {
    await frame();
    if (sent !== calls.length || calls.some((call) => call.answered === null)) quiet = 0;
    sent = calls.length;
  }
}

/** Performs an action that requests payments and waits until the page shows something else. */
async function watched(act, shown) {
  await rest();
  const before = shown();
  const from = calls.length;
  act();
  const end = performance.now() + 10_000;
  for (;;) {
    await frame();
    const call = calls[from];
    if (call?.answered && shown() !== before) {
      const at = await painted();
      return { answer: call.answered - call.sent, painted: at - call.sent };
    }
    if (performance.now() > end) throw new Error(`nothing new was shown: ${before}, ${calls.length - from} calls`);
  }
}

const first = () =>
  `${part("payments-count")?.dataset.total} ${part("payment")?.dataset.payment} ${part("payments-none") !== null}`;

/** Sends a pointer event as a mouse does. */
const pointer = (target, what) =>
  target.dispatchEvent(new PointerEvent(what, { bubbles: true, cancelable: true, button: 0, pointerType: "mouse" }));

function type(id, text) {
  const field = part(id);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

window.bursarBench = {
  type,
  scrolled: null,
  all: async (acts) => {
    const samples = [];
    for (const act of acts) samples.push(await act());
    return samples;
  },
  openPayments: async () => {
    part("nav-overview").click();
    while (part("payment") !== null || part("balance") === null) await frame();
    return watched(
      () => part("nav-payments").click(),
      () => String(part("payment") !== null),
    );
  },
  search: (text) => watched(() => type("search", text), first),
  /** From choosing the month to its first rows, whether they had to be loaded or not. */
  jump: async (month) => {
    pointer(part("months"), "pointerdown");
    while (part(`months-${month}`) === null) await frame();
    await rest();
    const before = first();
    const chosen = performance.now();
    pointer(part(`months-${month}`), "pointerup");
    const shown = () => part("payment-coming") === null && first() !== before;
    while (!shown()) {
      if (performance.now() > chosen + 10_000) throw new Error(`${month} was not shown`);
      await frame();
    }
    return { answer: null, painted: (await painted()) - chosen };
  },
  isWhole: () => Number(part("payments-count")?.dataset.total) > 1000 && part("payment") !== null,
  scroll: (rows) => {
    const list = part("payments").querySelector('[role="rowgroup"]');
    const frames = [];
    let before = null;
    let blank = 0;
    const step = (now) => {
      if (before !== null) frames.push(now - before);
      if (part("payment-coming") !== null) blank += 1;
      before = now;
      const last = Number([...list.querySelectorAll('[role="row"]')].at(-1)?.getAttribute("aria-rowindex") ?? 0);
      if (last >= rows) {
        window.bursarBench.scrolled = { frames, blank, rows: last };
        return;
      }
      list.scrollTop = Math.min(list.scrollTop + 20 * 56, list.scrollHeight);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  },
};
