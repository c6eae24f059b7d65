import { itemAt, post, say, urls } from "./page.js";
import { entryText, readEntry, writeEntry } from "./fields.js";
import { keep as keepHere, kept } from "./kept.js";
import { applyState } from "./patch.js";
import { told } from "./clock.js";

// What is not yet on the server, by item path. It is kept in this browser, per person and form, until it is saved;
// one request at a time, so that the version of each item is known when it is sent. Each entry has the time when it was
// typed, which stays the same however long it waits.
const RETRY_MS = 8000;
const waiting = new Map();
// Typed and not in the queue yet: kept at once, because nothing can be encrypted any more when the page goes.
const typed = new Map();
const idle = new Set();
let sending = null;
let retry = null;

const stamped = (entry) => ({ ...entry, typed_at: told() });
const value = ({ raw, unit, missing }) => JSON.stringify([raw, unit, missing]);

function keep() {
  return keepHere(Object.fromEntries([...waiting, ...typed]));
}

/** Keep what the item holds while it is being typed. */
export function note(item) {
  typed.set(item.dataset.path, stamped(readEntry(item)));
  keep();
}

/** Put what the item holds now in the queue and send it. */
export function save(item) {
  const path = item.dataset.path;
  const now = stamped(readEntry(item));
  const noted = typed.get(path);
  const entry = noted && value(noted) === value(now) ? noted : now;
  typed.delete(path);
  if (waiting.has(path) && value(waiting.get(path)) === value(entry)) return;
  waiting.set(path, entry);
  keep();
  if (!sending) showState("saving", say("saving"));
  run();
}

/** Forget an item that was removed with its row. */
export function forget(path) {
  waiting.delete(path);
  typed.delete(path);
  keep();
}

/** Resolve once the queue is empty (true) or cannot be emptied now (false). */
export async function flushed() {
  run();
  while (sending) await sending;
  return waiting.size === 0;
}

function run() {
  sending ??= drain().finally(() => {
    sending = null;
    for (const tell of idle) tell();
  });
}

async function drain() {
  clearTimeout(retry);
  while (waiting.size) {
    const [path, entry] = waiting.entries().next().value;
    if (!(await send(path, entry))) return;
  }
}

async function send(path, entry) {
  const item = itemAt(path);
  if (!item) return forget(path) ?? true;
  let answer;
  try {
    answer = await post(urls.save, { path, ...entry, sent_at: told(), version: Number(item.dataset.version) });
  } catch {
    return later(say("kept"));
  }
  if (answer.status === 401) return ended();
  if (answer.status === 409 && answer.body.code === "item_moved") return conflict(item, entry, answer.body);
  if (answer.status === 409 && answer.body.code === "hides_values") return hides(item, entry, answer.body);
  if (answer.status >= 500 || answer.status === 429) return later(say("failed", { status: answer.status }));
  if (waiting.get(path) === entry) waiting.delete(path);
  keep();
  if (!answer.ok) return refused(item, answer);
  item.dataset.version = answer.body.version;
  for (const [erased, version] of Object.entries(answer.body.erased ?? {})) {
    itemAt(erased).dataset.version = version;
    writeEntry(itemAt(erased), {});
  }
  item.classList.remove("fault");
  lost(null);
  const savedAt = applyState(answer.body);
  if (!waiting.size) showState("saved", say("saved", { time: savedAt }));
  return true;
}

function refused(item, { status, body }) {
  const told = Object.values(body.errors ?? {})[0] ?? body.detail ?? say("refused", { status });
  showState("failed", told);
  globalThis.tandem.toast(told, { kind: "bad" });
  return true;
}

function later(words) {
  showState("failed", words);
  lost(words);
  retry = setTimeout(run, RETRY_MS);
  return false;
}

function ended() {
  showState("failed", say("ended"));
  const href = `${document.body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname)}`;
  globalThis.tandem.toast(say("ended"), { kind: "bad", action: { label: say("login"), href } });
  retry = setTimeout(run, RETRY_MS * 4);
  return false;
}

/** Both values at the item; the person chooses, nothing is overwritten before. */
function conflict(item, mine, { saved, version }) {
  waiting.delete(item.dataset.path);
  keep();
  const note = asked(item, say("conflict"));
  const choose = (entry) => () => {
    note.remove();
    item.dataset.version = version;
    writeEntry(item, entry ?? {});
    save(item);
  };
  note.append(button(say("keep_mine", { value: entryText(item, mine) }), choose(mine)));
  note.append(button(say("keep_theirs", { value: entryText(item, saved) }), choose(saved)));
  return true;
}

/** The entry would hide items that hold a value: the person says whether they go, or takes the entry back. */
function hides(item, mine, { detail, saved }) {
  waiting.delete(item.dataset.path);
  keep();
  const choose = (entry, more) => () => {
    note.remove();
    writeEntry(item, entry ?? {});
    if (!more) return showState("saved", "");
    waiting.set(item.dataset.path, { ...entry, ...more });
    keep();
    run();
  };
  const note = asked(item, detail);
  note.append(button(say("erase"), choose(mine, { drop_hidden: true })));
  note.append(button(say("go_back"), choose(saved)));
  return true;
}

function asked(item, words) {
  const place = item.querySelector("[data-messages]") ?? item.closest("[data-group]").querySelector("[data-grid-messages]");
  const note = Object.assign(document.createElement("div"), { className: "msg note bad-n conflict" });
  note.append(Object.assign(document.createElement("span"), { className: "grow", textContent: words }));
  place.replaceChildren(note);
  showState("failed", words);
  return note;
}

function button(words, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn s", textContent: words });
  made.addEventListener("click", run);
  return made;
}

function lost(words) {
  const banner = document.getElementById("lost");
  banner.hidden = !words;
  if (words) banner.querySelector("[data-words]").textContent = words;
}

export function showState(state, words) {
  const icons = { saving: "bi-cloud-arrow-up", saved: "bi-cloud-check ok", failed: "bi-cloud-slash bad" };
  for (const place of document.querySelectorAll("[data-save-state]")) {
    place.dataset.saveState = state;
    const icon = Object.assign(document.createElement("i"), { className: `bi ${icons[state]}`, ariaHidden: "true" });
    const said = Object.assign(document.createElement("span"), { className: "cut", textContent: words, title: words });
    place.replaceChildren(icon, " ", said);
  }
}

/** Put back what an earlier page could not send, and go on trying. */
export async function watchQueue() {
  addEventListener("online", run);
  document.querySelector("[data-again]").addEventListener("click", run);
  addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());
  const back = Object.entries(await kept()).filter(([path]) => itemAt(path) && !waiting.has(path) && !typed.has(path));
  for (const [path, entry] of back) {
    writeEntry(itemAt(path), entry);
    waiting.set(path, entry);
  }
  keep();
  if (!back.length) return;
  globalThis.tandem.toast(say("restored", { count: back.length }));
  run();
}
