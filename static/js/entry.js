import { itemOf, items, post, say, sheet, urls } from "./entry/page.js";
import { watchArrivals } from "./entry/arrivals.js";
import { entrance, settleSearch, setMissing, showMany } from "./entry/fields.js";
import { showFaults } from "./entry/patch.js";
import { flushed, note, save, watchQueue } from "./entry/queue.js";
import { watchGrades } from "./entry/grades.js";
import { watchMissing } from "./entry/missing.js";
import { goTo, watchMoves } from "./entry/moves.js";
import { watchPanel } from "./entry/panel.js";
import { watchProposals } from "./entry/proposals.js";
import { itemLeft, watchPlace } from "./entry/place.js";
import { watchRows } from "./entry/rows.js";
import { watchSearch } from "./entry/search.js";

const AFTER_TYPING_MS = 600;
// Item to the timer after which it is saved; what is typed is in here until then.
const timers = new Map();

function onInput(event) {
  const item = itemOf(event.target);
  if (!item || event.isComposing || !event.target.matches("[data-raw], [data-unit]")) return;
  // What is searched counts once it is chosen or left.
  if (event.type === "input" && "search" in event.target.dataset) return;
  if (event.target.matches("[data-raw]") && item.querySelector("[data-miss]")?.dataset.miss) takeBack(item, event.target);
  note(item);
  clearTimeout(timers.get(item));
  timers.set(item, setTimeout(saveNow, event.type === "change" ? 0 : AFTER_TYPING_MS, item));
}

function saveNow(item) {
  clearTimeout(timers.get(item));
  timers.delete(item);
  save(item);
}

/** Put everything that still waits for its timer in the queue, which keeps it in this browser until it is saved. */
function saveAllNow() {
  for (const item of [...timers.keys()]) saveNow(item);
}

/** Typing a value takes the missing code back. */
function takeBack(item, field) {
  const { value, checked } = field;
  setMissing(item, "");
  if (["radio", "checkbox"].includes(field.type)) field.checked = checked;
  else field.value = value;
}

function onChange(event) {
  if (event.target.matches("[data-search]")) settleSearch(event.target);
  const item = itemOf(event.target);
  if (item) showMany(item);
  onInput(event);
}

/** Save everything, then go; what cannot be sent keeps the person here. */
async function leaveTo(url) {
  saveAllNow();
  if (await flushed()) location.href = url;
  else globalThis.tandem.toast(say("kept"), { kind: "warn" });
}

async function submit(button) {
  button.disabled = true;
  saveAllNow();
  try {
    if (!(await flushed())) return globalThis.tandem.toast(say("sending"), { kind: "warn" });
    const answer = await post(urls.submit, {});
    if (answer.ok && answer.body.said) return globalThis.tandem.toast(answer.body.said, { kind: "ok" });
    if (answer.ok) return void (location.href = answer.body.next);
    const faults = answer.body.errors ?? {};
    const first = showFaults(faults);
    const count = Object.keys(faults).length;
    globalThis.tandem.toast(count ? say("faults", { count }) : (answer.body.detail ?? say("refused", { status: answer.status })), { kind: "bad" });
    return goTo(first);
  } catch {
    return globalThis.tandem.toast(say("kept"), { kind: "bad" });
  } finally {
    button.disabled = false;
  }
}

watchPanel();
if (document.getElementById("entry").dataset.mode === "enter") {
  sheet.addEventListener("input", onInput);
  sheet.addEventListener("change", onChange);
  // Chromium tells the end of a composition after its last input event.
  sheet.addEventListener("compositionend", onInput);
  document.getElementById("submit-form").addEventListener("click", (event) => submit(event.currentTarget));
  addEventListener("pagehide", saveAllNow);
  watchQueue();
  watchMissing(sheet);
  watchRows();
  watchProposals();
  watchGrades();
  watchArrivals();
  watchSearch();
  watchMoves(leaveTo);
  const open = items().filter((item) => item.checkVisibility() && entrance(item));
  const back = itemLeft();
  goTo((open.includes(back) && back) || (open.find((item) => (item.querySelector("[data-status]") ?? item).classList.contains("todo")) ?? open[0]));
  watchPlace();
}
