import { text } from "./strings.js";

// Keys come from two places: elements with data-key (clicked, or focused when they take text), which is the usual
// way, and addKey for what has no element. `?` lists both.
const added = [];

const NAMES = { Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const TAKES_TEXT = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

/** Add a key without an element; returns a function that takes it away. key: "n", "Alt+U", "Ctrl+Enter", "F8". */
export function addKey({ key, label, run, when = () => true }) {
  const entry = { key, label, run, when };
  added.push(entry);
  return () => added.splice(added.indexOf(entry), 1);
}

/** Return the name of a key press as it is written in data-key. */
export function nameOf(event) {
  // Alt makes other characters of letters on some layouts, so the letter is read from the physical key.
  const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
  const single = letter.length === 1;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && !single) parts.push("Shift");
  return [...parts, single && parts.length ? letter.toUpperCase() : letter].join("+");
}

function isQuiet(event) {
  // keyCode 229 is what an input method sends while it composes, also where isComposing is not set yet.
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return true;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d+$/.test(event.key);
  return plain && Boolean(event.target.closest?.(TAKES_TEXT));
}

const isShown = (element) => element.checkVisibility() && !element.disabled && element.ariaDisabled !== "true";

function reachable() {
  const dialog = document.querySelector("dialog[open]");
  return [...(dialog ?? document).querySelectorAll("[data-key]")].filter(isShown);
}

const matches = (written, pressed) => written.split(" ").some((each) => each === pressed || each.toLowerCase() === pressed);

function act(element) {
  if (element.matches(TAKES_TEXT)) {
    element.focus();
    element.select?.();
  } else {
    element.focus({ focusVisible: true });
    element.click();
  }
}

function onKeyDown(event) {
  if (isQuiet(event)) return;
  const pressed = nameOf(event);
  if (pressed === "?" && !document.querySelector("dialog[open]")) return void (event.preventDefault(), showKeys());
  const element = reachable().find((each) => matches(each.dataset.key, pressed));
  const entry = !element && !document.querySelector("dialog[open]") && added.find((each) => matches(each.key, pressed) && each.when());
  if (!element && !entry) return;
  event.preventDefault();
  if (element) act(element);
  else entry.run(event);
}

const labelOf = (element) =>
  element.dataset.keyLabel || element.ariaLabel || element.title || element.placeholder || wordsOf(element);

function wordsOf(element) {
  const copy = (element.closest("label") ?? element).cloneNode(true);
  copy.querySelectorAll("kbd, .n").forEach((each) => each.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
}

/** Draw one key combination as <kbd> elements. */
export function drawKey(written) {
  const made = document.createElement("span");
  made.className = "row-x";
  made.style.gap = "2px";
  for (const part of written.split("+")) {
    const kbd = document.createElement("kbd");
    kbd.textContent = NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    made.append(kbd);
  }
  return made;
}

function listed() {
  const rows = new Map([["?", text("all_keys")]]);
  for (const element of reachable()) rows.set(element.dataset.key, rows.get(element.dataset.key) ?? labelOf(element));
  for (const { key, label, when } of added) if (when() && label) rows.set(key, label);
  return rows;
}

function showKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const [key, label] of listed()) {
    const name = document.createElement("dt");
    name.append(...key.split(" ").map(drawKey));
    const words = document.createElement("dd");
    words.textContent = label;
    list.append(name, words);
  }
  dialog.showModal();
}

/** Listen on the whole page; single letters act outside fields only, and nothing acts while an input method composes. */
export function watchKeys() {
  addEventListener("keydown", onKeyDown);
  addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) showKeys();
    if (event.target.matches("dialog")) event.target.close();
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
}
