// Keeps a hosted page in step with its payment, and leads back when it is over. It decides nothing.
"use strict";

const { base, phase, leaves } = document.body.dataset;
let busy = false;

document.addEventListener("submit", (event) => {
  if (busy) {
    event.preventDefault();
    return;
  }
  busy = true;
  // After the browser has read which button it was.
  setTimeout(() => {
    for (const button of document.querySelectorAll("button")) button.disabled = true;
    const status = document.getElementById("status");
    status.textContent = "One moment …";
    status.hidden = false;
  });
});

async function look() {
  if (busy) return;
  try {
    const answer = await fetch(`${base}/state`);
    if (!busy && answer.ok && (await answer.json()).phase !== phase) location.replace(base);
  } catch {
    // The next turn asks again.
  }
}

if (leaves === undefined) {
  setInterval(look, 500);
} else {
  // Once; the link stays for those whose browser does not follow.
  setTimeout(() => { location.href = document.getElementById("return-link").href; }, 1000);
}
