import { itemAt, items, say, sheet } from "./page.js";

// The server's answer to every change says of every item whether it is shown and required, its status and findings.
const SHAPES = ["todo", "done", "soft", "over", "na", "wait", "prop"];

/** Apply the state of the whole form. */
export function applyState({ items: states, progress, saved_at: savedAt }) {
  for (const [path, state] of Object.entries(states ?? {})) {
    const item = itemAt(path);
    if (item) applyItem(item, state);
  }
  for (const group of sheet.querySelectorAll("[data-group]")) collectMessages(group);
  if (progress) applyProgress(progress);
  sheet.dispatchEvent(new Event("applied"));
  return savedAt;
}

function applyItem(item, state) {
  const isCell = item.tagName === "TD";
  if (isCell) item.classList.toggle("off", Boolean(state.hidden));
  else item.hidden = Boolean(state.hidden);
  const star = item.querySelector(".req");
  if (star) star.hidden = !state.required;
  item.dataset.required = state.required ? "1" : "";
  const status = item.querySelector("[data-status]") ?? (isCell ? item : null);
  const isProposed = state.shape === "todo" && item.querySelector("[data-proposal]");
  if (status && !isProposed) {
    status.classList.remove(...SHAPES);
    status.classList.add(state.shape);
    if (!isCell) status.textContent = state.word;
  }
  applyComputed(item, state);
  offerOnly(item, state.offers);
  showLab(item, state.lab);
  showHeard(item, state.heard);
  item.messages = state.messages ?? [];
  if (!isCell) showMessages(item.querySelector("[data-messages]"), item.messages);
}

/** Show H or L, the range and the proposed grades beside a laboratory value, as the server words them. */
function showLab(item, html) {
  const place = item.querySelector("[data-lab]");
  if (place && place.innerHTML !== (html ?? "")) place.innerHTML = html ?? "";
}

/** Leave of the choices those that another item's value allows, and what is chosen already; all where none are named. */
function offerOnly(item, codes) {
  const isOut = (code) => Boolean(codes && code && !codes.includes(code));
  for (const option of item.querySelectorAll("select[data-raw] option")) option.disabled = option.hidden = isOut(option.value) && !option.selected;
  for (const radio of item.querySelectorAll("input[type=radio][data-raw]")) {
    radio.disabled = isOut(radio.value) && !radio.checked;
    radio.closest("label").hidden = radio.disabled;
  }
}

/** Say under the field what was understood, where that is not plainly what was typed. */
function showHeard(item, words) {
  const place = item.querySelector("[data-heard]");
  if (!place) return;
  place.textContent = words ?? "";
  place.hidden = !words;
}

function applyComputed(item, state) {
  const computed = item.querySelector("[data-computed]");
  if (!computed) return;
  computed.textContent = state.computed ?? "";
  computed.title = state.why ?? "";
  const why = item.querySelector("[data-why]");
  if (!why) return;
  computed.hidden = !state.computed;
  why.hidden = Boolean(state.computed);
  why.textContent = state.why ?? "";
}

/** Show findings at the item; a number usual in another unit offers that unit. */
export function showMessages(place, messages, label = "") {
  place?.replaceChildren(...messages.map((message) => drawn(message, label)));
}

function drawn({ level, text, unit, unit_text: unitText, shown, meanings }, label, path = "") {
  const note = make("div", `msg note ${level === "hard" ? "bad-n" : ""}`);
  note.append(icon(level === "hard" ? "bi-x-octagon" : "bi-exclamation-triangle"));
  const words = make("div", "grow");
  words.textContent = [label, text, unit ? say("then", { unit: unitText, shown }) : ""].filter(Boolean).join(" ");
  const offers = (meanings ?? []).map((raw) => offered("useRaw", raw, raw, path));
  if (unit) offers.push(offered("useUnit", unit, say("use_unit", { unit: unitText }), path, ["Alt", "U"]));
  if (offers.length) {
    const place = make("div", "row-x mt-1");
    place.append(...offers);
    words.append(place);
  }
  note.append(words);
  return note;
}

/** A button that takes what a finding offers; under a grid it names the cell that it is for. */
function offered(name, value, words, path, keys = []) {
  const button = Object.assign(make("button", "btn s"), { type: "button", textContent: `${words} ` });
  button.dataset[name] = value;
  if (path) button.dataset.for = path;
  else for (const key of keys) button.append(Object.assign(make("kbd"), { textContent: key }));
  return button;
}

/** Findings in a grid's cells stand under the grid, named by row and column. */
function collectMessages(group) {
  const place = group.querySelector("[data-grid-messages]");
  if (!place) return;
  place.replaceChildren();
  for (const cell of group.querySelectorAll("td[data-path]")) {
    const number = cell.parentElement.rowIndex;
    for (const message of cell.messages ?? []) place.append(drawn(message, `${say("row", { number })}, ${cell.dataset.label}:`, cell.dataset.path));
  }
}

function applyProgress({ filled, required }) {
  const mark = document.querySelector("#steps [aria-current] .st.todo");
  if (mark) mark.className = "st draft";
  const count = document.getElementById("step-count");
  const [before, asked] = (count?.textContent ?? "0/0").split("/").map(Number);
  if (count) count.textContent = `${filled}/${required}`;
  const sum = document.getElementById("sum-count");
  if (!sum) return;
  const [allFilled, all] = sum.textContent.split("/").map(Number);
  const now = [allFilled - before + filled, all - asked + required];
  sum.textContent = now.join(" / ");
  document.getElementById("sum-meter").style.width = `${now[1] ? Math.round((100 * now[0]) / now[1]) : 100}%`;
  document.getElementById("sum-left").textContent = say("left", { count: now[1] - now[0] });
}

/** Show what forbids submitting at its items and return the first of them. */
export function showFaults(faults) {
  for (const [path, text] of Object.entries(faults)) {
    const item = itemAt(path);
    if (!item) continue;
    item.messages = [...(item.messages ?? []).filter((each) => each.text !== text), { level: "hard", text }];
    item.classList.add("fault");
    if (item.tagName !== "TD") showMessages(item.querySelector("[data-messages]"), item.messages);
    const status = item.querySelector("[data-status]") ?? item;
    status.classList.remove(...SHAPES);
    status.classList.add("over");
  }
  for (const group of sheet.querySelectorAll("[data-group]")) collectMessages(group);
  return items().find((item) => item.dataset.path in faults) ?? null;
}

function make(tag, className = "") {
  return Object.assign(document.createElement(tag), { className: className.trim() });
}

function icon(name) {
  const made = make("i", `bi ${name}`);
  made.ariaHidden = "true";
  return made;
}
