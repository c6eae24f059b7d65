// A blinded read: the lesion list follows what is drawn in the viewers, and each stroke is saved at once.

const root = document.querySelector("[data-read]");
const settings = JSON.parse(document.getElementById("read-settings").textContent);
const say = (key, places = {}) => settings.words[key].replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
const viewers = new Map();
const known = new Map();
const failed = new Set();
const RETRY_MS = 5000;
const SETTLED_MS = 400;
const ACCEPT = "application/json, application/problem+json";
let chain = Promise.resolve();

const all = () => [...viewers.values()].flatMap((viewer) => viewer.measurements().map((record) => ({ ...record, viewer })));

async function post(body) {
  const headers = { "X-CSRFToken": document.body.dataset.csrf, "Content-Type": "application/json", Accept: ACCEPT };
  const answer = await fetch(settings.measurements, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
  if (answer.ok) return answer.json();
  const { detail } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(detail ?? answer.status), { final: answer.status < 500 });
}

function told(words, state) {
  const place = root.querySelector("[data-save-state]");
  if (!place) return;
  place.dataset.saveState = state;
  place.textContent = words;
}

/** Send one after the other, so that an older stroke never overtakes a newer one; what failed is tried again. */
function save(key, body) {
  told(say("saving"), "saving");
  chain = chain.then(async () => {
    try {
      await post(body);
      failed.delete(key);
      told(say("saved", { time: new Date().toTimeString().slice(0, 8) }), "saved");
    } catch (error) {
      told(say(error.final ? "refused" : "not_saved", { cause: error.message }), "failed");
      if (error.final) return known.delete(key);
      failed.add(key);
      setTimeout(() => failed.has(key) && save(key, body), RETRY_MS);
    }
  });
}

const bodyOf = ({ uid, tool, label, sop_instance_uid, points }) => ({ uid, tool, label, sop_instance_uid, points });

/** Return the next free lesion name; a lesion measured in several phases keeps the name given to it there. */
function nextLabel(records) {
  const used = new Set(records.map(({ label }) => label));
  for (let n = 1; ; n++) {
    const name = `T${String(n).padStart(2, "0")}`;
    if (!used.has(name)) return name;
  }
}

let settling = 0;

/** While a line is being drawn it changes with every move: what counts is where it comes to rest. */
function changed() {
  draw(all());
  clearTimeout(settling);
  settling = settings.sealed ? 0 : setTimeout(keep, SETTLED_MS);
}

function keep() {
  settling = 0;
  const records = all();
  const nameless = records.find(({ label }) => !label);
  // Naming announces the measurement again, now with its name.
  if (nameless) nameless.viewer.label(nameless.uid, nextLabel(records));
  if (nameless) return keep();
  for (const record of records) {
    const body = bodyOf(record);
    const text = JSON.stringify(body);
    if (known.get(record.uid) === text) continue;
    known.set(record.uid, text);
    save(record.uid, body);
  }
  const there = new Set(records.map(({ uid }) => uid));
  for (const uid of [...known.keys()]) {
    if (there.has(uid)) continue;
    known.delete(uid);
    save(uid, { uid, removed: true });
  }
  draw(records);
  return records;
}

const mm = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));

function cell(content, className = "") {
  const made = document.createElement("td");
  made.className = className;
  made.append(content);
  return made;
}

function nameField(record) {
  if (settings.sealed) return record.label;
  const field = Object.assign(document.createElement("input"), { className: "fld", value: record.label, maxLength: 20, ariaLabel: say("lesion") });
  field.addEventListener("change", () => field.value.trim() && record.viewer.label(record.uid, field.value.trim()));
  return field;
}

function button(icon, words, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "ico s", ariaLabel: words, title: words });
  made.append(Object.assign(document.createElement("i"), { className: `bi ${icon}`, ariaHidden: "true" }));
  made.addEventListener("click", run);
  return made;
}

function goTo(record) {
  const index = record.viewer.slices.findIndex((slice) => slice.sopInstanceUid === record.sop_instance_uid);
  if (index >= 0) record.viewer.setSlice(index);
}

function rowOf(record) {
  const row = document.createElement("tr");
  const buttons = document.createElement("span");
  buttons.append(button("bi-crosshair", say("go"), () => goTo(record)));
  if (!settings.sealed) buttons.append(button("bi-trash", say("remove"), () => record.viewer.remove(record.uid)));
  row.append(cell(nameField(record), "strong"), cell(mm(record.length_mm), "num"), cell(mm(record.width_mm), "num"), cell(record.viewer.series[0].label, "t2"), cell(buttons, "num"));
  return row;
}

function draw(records) {
  const sorted = records.toSorted((a, b) => a.label.localeCompare(b.label) || a.uid.localeCompare(b.uid));
  root.querySelector("[data-lesions]").replaceChildren(...sorted.map(rowOf));
  root.querySelector("[data-none]").hidden = sorted.length > 0;
}

root.addEventListener("tandem:viewer-ready", ({ detail: viewer }) => {
  viewers.set(viewer.element, viewer);
  for (const record of viewer.measurements()) known.set(record.uid, JSON.stringify(bodyOf(record)));
  draw(all());
});
root.addEventListener("tandem:measurements", changed);

root.querySelector("[data-seal]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  // Sealing waits for the last stroke, which would be lost otherwise.
  if (settling) keep();
  await chain;
  // Not requestSubmit: it does nothing while this event is still being told to others.
  if (!failed.size) event.target.submit();
});

root.querySelector("[data-mask-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new FormData(form);
  const url = body.get("series");
  body.delete("series");
  const headers = { "X-CSRFToken": document.body.dataset.csrf, Accept: ACCEPT };
  const answer = await fetch(url, { method: "POST", headers, body, credentials: "same-origin" });
  const stored = await answer.json();
  if (!answer.ok) return globalThis.tandem.toast(stored.detail, { kind: "bad" });
  globalThis.tandem.toast(say("stored", { volume: stored.volume_ml.toFixed(1) }));
  await chain;
  return location.reload();
});
