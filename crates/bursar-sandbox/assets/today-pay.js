// Polls the payment, loads the hosted page anew when something has changed, counts the time down, and offers only the
// networks of the chosen coin.
"use strict";

const { url, stateUrl, revision, secondsLeft, leaves } = document.body.dataset;
const byId = (id) => document.getElementById(id);
const openedAt = Date.now();
let busy = false;

document.addEventListener("submit", (event) => {
  if (busy) {
    event.preventDefault();
    return;
  }
  busy = true;
  // Later, because a disabled button would not be submitted.
  setTimeout(() => {
    for (const button of document.querySelectorAll("button")) button.disabled = true;
  });
});

async function poll() {
  if (busy) return;
  try {
    const answer = await fetch(stateUrl);
    if (!busy && answer.ok && (await answer.json()).revision !== revision) location.replace(url);
  } catch {
    // The next poll tries again.
  }
}

function tick() {
  const left = Math.max(0, Number(secondsLeft) - Math.floor((Date.now() - openedAt) / 1000));
  const part = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  byId("countdown").textContent =
    hours > 0 ? `${hours}:${part(minutes)}:${part(seconds)}` : `${minutes}:${part(seconds)}`;
}

function offerNetworks() {
  const select = byId("network");
  for (const option of select.options) {
    const offered = option.dataset.coins.split(" ").includes(byId("coin").value);
    option.hidden = option.disabled = !offered;
  }
  if (select.selectedOptions[0]?.disabled ?? true) {
    select.value = [...select.options].find((option) => !option.disabled).value;
  }
}

if (byId("countdown") !== null) {
  setInterval(tick, 1000);
  tick();
}
if (byId("coin") !== null) {
  byId("coin").addEventListener("change", offerNetworks);
  offerNetworks();
}
if (leaves === undefined) {
  setInterval(poll, 500);
} else {
  // The link stays for browsers that do not follow.
  setTimeout(() => { location.href = byId("return-link").href; }, 1000);
}
