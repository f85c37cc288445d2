// Polls the payment, reloads the hosted page when its phase changes, and redirects when it is finished.
"use strict";

const { base, phase, leaves } = document.body.dataset;
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
    const status = document.getElementById("status");
    status.textContent = "One moment …";
    status.hidden = false;
  });
});

async function poll() {
  if (busy) return;
  try {
    const answer = await fetch(`${base}/state`);
    if (!busy && answer.ok && (await answer.json()).phase !== phase) location.replace(base);
  } catch {
    // The next poll tries again.
  }
}

if (leaves === undefined) {
  setInterval(poll, 500);
} else {
  // The link stays for browsers that do not follow the redirect.
  setTimeout(() => { location.href = document.getElementById("return-link").href; }, 1000);
}
