import { loginUrl, user } from "./session.js";
import { text } from "./strings.js";

// The session ends after a time without a key, pointer or touch in any tab. A page that refreshes itself does not
// count, and reading a long page without a request does: while someone is there the session is renewed.
const LAST = "tandem.active";
const WARN_S = 120;
const RENEW_S = 240;
let renewed = Date.now();

const idleSeconds = () => (Date.now() - Number(localStorage.getItem(LAST) ?? Date.now())) / 1000;

function wasActive() {
  localStorage.setItem(LAST, Date.now());
  if (Date.now() - renewed < RENEW_S * 1000) return;
  renewed = Date.now();
  fetch(document.body.dataset.renewUrl || "/healthz", { method: "HEAD", credentials: "same-origin" }).catch(() => {});
}

async function leave() {
  const body = new URLSearchParams({ csrfmiddlewaretoken: document.body.dataset.csrf });
  await fetch(document.body.dataset.logoutUrl, { method: "POST", body, credentials: "same-origin" }).catch(() => {});
  location.href = loginUrl();
}

function look(limit, dialog) {
  const left = limit - idleSeconds();
  if (left <= 0) return leave();
  if (left > WARN_S) return dialog.open && dialog.close();
  dialog.querySelector("[data-left]").textContent = text("seconds_left", { count: Math.ceil(left) });
  if (!dialog.open) dialog.showModal();
}

/** Warn two minutes before the time-out of body[data-idle-seconds]; then log out. Drafts are on the server by then. */
export function watchIdleness() {
  const limit = Number(document.body.dataset.idleSeconds);
  const dialog = document.getElementById("idle");
  if (!user() || !limit || !dialog) return;
  localStorage.setItem(LAST, Date.now());
  // Moving the pointer is not an answer to the warning: someone may only be passing.
  for (const name of ["keydown", "pointerdown", "wheel", "touchstart"]) addEventListener(name, () => wasActive(), { passive: true });
  setInterval(() => look(limit, dialog), 1000);
}
