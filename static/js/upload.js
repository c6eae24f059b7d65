// The upload of a folder on an imaging form: what was chosen is sent in small batches, in any order, as often as
// needed. The server knows each file by its bytes, so dropping the same folder again sends only what is missing.
// File names stay here: they often carry the patient's name.

const BATCH_FILES = 32;
const BATCH_BYTES = 16 * 2 ** 20;
const LANES = 2;
const LONGEST_WAIT_MS = 30_000;
const MOST_LISTED = 2000;
const NO_IMAGE = /(^|\/)(\.|DICOMDIR$|Thumbs\.db$|desktop\.ini$|__MACOSX\/)/i;

const panel = document.getElementById("images");
const settings = JSON.parse(document.getElementById("upload-settings").textContent);
const part = (name) => panel.querySelector(`[data-${name}]`);
const say = (key, places = {}) => settings.words[key].replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
const inEnglish = document.documentElement.lang.startsWith("en");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Stopped extends Error {}

/** Return {file, path} of everything below a dropped entry; a folder tells its content a hundred at a time. */
async function filesBelow(entry) {
  if (entry.isFile) return [{ path: entry.fullPath.slice(1), file: await new Promise((done, failed) => entry.file(done, failed)) }];
  const reader = entry.createReader();
  const entries = [];
  for (let some = [null]; some.length; ) {
    some = await new Promise((done, failed) => reader.readEntries(done, failed));
    entries.push(...some);
  }
  return (await Promise.all(entries.map(filesBelow))).flat();
}

const chosenFiles = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosenFiles(transfer);
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function ask(method, url, { body = null, json = null } = {}) {
  const headers = { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" };
  if (json) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method, headers, body: json ? JSON.stringify(json) : body, credentials: "same-origin" });
  if (answer.ok) return answer.json();
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  const problem = await answer.json().catch(() => ({}));
  const told = problem.errors ? Object.values(problem.errors).flat().join(" ") : "";
  throw new Stopped([problem.detail ?? answer.status, told].filter(Boolean).join(" "));
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Delivery {
  constructor(files) {
    this.files = files.map(({ file, path }, index) => ({ file, path, index, state: "waits" }));
    this.held = false;
    this.waiting = false;
    this.bytes = this.files.reduce((sum, { file }) => sum + file.size, 0);
  }

  get done() {
    return this.files.filter(({ state }) => !["waits", "under_way"].includes(state));
  }

  async run() {
    show(this, say("opening"));
    const announced_count = this.files.length;
    const session = await this.untilAnswered(() => ask("POST", settings.uploads, { json: { ...settings.where, announced_count } }));
    this.address = `${settings.uploads}${session.id}/`;
    if (session.counts.received && crypto.subtle) await this.skipReceived();
    const queue = batchesOf(this.files.filter(({ state }) => state === "waits"));
    await Promise.all(Array.from({ length: LANES }, () => this.lane(queue)));
    show(this, say("sending", this.progress()));
    if (!this.refused.length) await this.finish();
    else part("finish").hidden = false;
  }

  get refused() {
    return this.files.filter(({ state }) => state === "not_taken");
  }

  progress() {
    return { done: this.done.length, total: this.files.length };
  }

  /** Mark what the server holds from an earlier attempt, by the hash of the bytes; what was refused is sent again,
   * as its cause may be gone. */
  async skipReceived() {
    const held = (await ask("GET", `${this.address}files/`)).filter((row) => !row.reason_code);
    const known = new Map(held.map((row) => [row.sha256, row]));
    for (const [place, item] of this.files.entries()) {
      const row = known.get(await sha256(item.file));
      if (row) take(item, row);
      if (place % 20 === 0) show(this, say("comparing", { done: place, total: this.files.length }));
    }
  }

  async lane(queue) {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      while (this.held) await pause(200);
      await this.send(batch);
    }
  }

  async send(batch) {
    const body = new FormData();
    for (const item of batch) {
      body.append("files", item.file, `${item.index}.dcm`);
      body.append("index", item.index);
      mark(item, "under_way");
    }
    const rows = await this.untilAnswered(() => ask("POST", `${this.address}files/`, { body }));
    batch.forEach((item, place) => take(item, rows[place]));
    show(this, this.held ? say("paused", this.progress()) : say("sending", this.progress()));
  }

  /** Ask again, ever more slowly, while the network or the archive is down; a refusal ends it. */
  async untilAnswered(call) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof Stopped) throw error;
        show(this, say("waiting", this.progress()));
        await pause(wait);
      }
    }
  }

  async finish() {
    part("finish").hidden = true;
    part("pause").hidden = true;
    show(this, say("judging"));
    const session = await this.untilAnswered(() => ask("POST", `${this.address}submit/`));
    const { stored } = session.receipt.counts;
    show(this, say("finished", { stored, total: this.files.length }));
    current = null;
    globalThis.tandem.htmx.ajax("GET", settings.series, { target: "#imaging-series", swap: "innerHTML" });
  }
}

function batchesOf(files) {
  const batches = [];
  let bytes = 0;
  for (const item of files) {
    const last = batches.at(-1);
    if (!last || last.length >= BATCH_FILES || bytes + item.file.size > BATCH_BYTES) {
      batches.push([item]);
      bytes = item.file.size;
    } else {
      last.push(item);
      bytes += item.file.size;
    }
  }
  return batches;
}

function take(item, row) {
  const state = row.reason_code ? "not_taken" : row.outcome;
  item.reason = inEnglish ? row.reason_en : row.reason_zh;
  mark(item, state);
  if (state === "not_taken") listRefused(item);
}

const SHAPES = { waits: "todo", under_way: "draft", stored: "done", already: "done", not_taken: "over" };

function mark(item, state) {
  item.state = state;
  if (!item.row) return;
  const shape = item.row.querySelector(".st");
  shape.className = `st ${SHAPES[state]}`;
  shape.textContent = settings.words[state];
}

function made(tag, className, words = "") {
  return Object.assign(document.createElement(tag), { className, textContent: words });
}

function listFiles(delivery) {
  const list = part("files");
  list.replaceChildren();
  for (const item of delivery.files.slice(0, MOST_LISTED)) {
    item.row = document.createElement("li");
    item.row.append(made("span", "cut", item.path), made("span", "st todo", settings.words.waits));
    list.append(item.row);
  }
}

function listRefused(item) {
  const block = part("refused");
  const row = document.createElement("li");
  row.append(made("span", "strong cut", item.path), made("span", "st over", settings.words.not_taken), made("span", "cause", item.reason));
  block.querySelector("ol").append(row);
  block.hidden = false;
}

function show(delivery, words) {
  const { done, total } = delivery.progress();
  const percent = total ? Math.round((done / total) * 100) : 0;
  part("said").textContent = words;
  part("meter").setAttribute("aria-valuenow", percent);
  part("meter").firstElementChild.style.width = `${percent}%`;
  part("size").textContent = `${done} / ${total} · ${(delivery.bytes / 2 ** 20).toFixed(1)} MB`;
  part("refused-count").textContent = delivery.refused.length ? say("refused", { count: delivery.refused.length }) : "";
}

let current = null;

async function begin(all) {
  if (current) return;
  const files = all.filter(({ path, file }) => file.size && !NO_IMAGE.test(path)).sort((a, b) => a.path.localeCompare(b.path));
  part("upload").hidden = false;
  part("refused").hidden = true;
  part("refused").querySelector("ol").replaceChildren();
  part("finish").hidden = true;
  part("left-out").hidden = files.length === all.length;
  part("left-out").textContent = say("left_out", { count: all.length - files.length });
  current = new Delivery(files);
  listFiles(current);
  if (!files.length) {
    show(current, say("nothing"));
    current = null;
    return;
  }
  part("pause").hidden = false;
  part("open-upload")?.remove();
  await guarded(current, () => current.run());
}

async function guarded(delivery, work) {
  try {
    await work();
  } catch (error) {
    show(delivery, say("stopped", { cause: error.message }));
    part("pause").hidden = true;
    current = null;
  }
}

const zone = part("drop");
zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  begin(await droppedFiles(event.dataTransfer));
});
part("folder").addEventListener("change", async (event) => {
  const files = chosenFiles(event.target);
  event.target.value = "";
  begin(files);
});
part("pause").addEventListener("click", (event) => {
  current.held = !current.held;
  event.target.textContent = say(current.held ? "resume" : "pause");
  show(current, say(current.held ? "paused" : "sending", current.progress()));
});
part("finish").addEventListener("click", () => guarded(current, () => current.finish()));
addEventListener("beforeunload", (event) => {
  if (current) event.preventDefault();
});
