import { text } from "./strings.js";

const ICONS = { bad: "bi-x-octagon", warn: "bi-exclamation-triangle", info: "bi-info-circle" };

/**
 * Say one thing in the corner until it is closed (`bad`) or eight seconds have gone (`warn`, `info`).
 * action: {label, href} or {label, run}. The same words are never shown twice at once.
 */
export function toast(message, { kind = "info", action = null } = {}) {
  const stack = document.getElementById("toasts");
  const standing = [...stack.children].find((each) => each.dataset.message === message);
  if (standing) return standing;
  const note = document.createElement("div");
  note.className = `toast-t note ${{ bad: "bad-n", info: "info" }[kind] ?? ""}`;
  note.dataset.message = message;
  note.append(icon(ICONS[kind]), words(message), ...(action ? [actionFor(action)] : []), closer(note));
  stack.append(note);
  if (kind !== "bad") setTimeout(() => note.remove(), 8000);
  return note;
}

function icon(name) {
  const made = document.createElement("i");
  made.className = `bi ${name}`;
  made.ariaHidden = "true";
  return made;
}

function words(message) {
  const made = document.createElement("span");
  made.className = "grow";
  made.textContent = message;
  return made;
}

function actionFor({ label, href, run }) {
  const made = document.createElement(href ? "a" : "button");
  made.className = "btn s";
  made.textContent = label;
  if (href) made.href = href;
  else made.addEventListener("click", run);
  return made;
}

function closer(note) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ico s";
  made.ariaLabel = text("close");
  made.append(icon("bi-x-lg"));
  made.addEventListener("click", () => note.remove());
  return made;
}
