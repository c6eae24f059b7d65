// The grid of forms by visit. A cell is asked for by its button; the plan of each visit stands in its hidden field as
// FO.DM:mandatory,FO.IC:optional, in the order of the forms, and is sent as a whole.
const form = document.querySelector("[data-schedule]");
const grid = form.querySelector("[data-grid]");
const NEXT = { "": "mandatory", mandatory: "optional", optional: "" };
const KEYS = { m: "mandatory", o: "optional", Delete: "", Backspace: "" };
const field = (visit) => form.elements[`plan:${visit}`];
const read = (visit) => field(visit).value.split(",").filter(Boolean).map((each) => each.split(":"));

function write(visit, plan) {
  field(visit).value = plan.map((each) => each.join(":")).join(",");
  form.dataset.changed = "1";
  for (const button of form.querySelectorAll(`[data-visit="${CSS.escape(visit)}"]`)) draw(button, plan);
}

function draw(button, plan) {
  const place = plan.findIndex(([oid]) => oid === button.dataset.form);
  const how = place < 0 ? "" : plan[place][1];
  button.dataset.how = how;
  button.querySelector("[data-place]").textContent = place < 0 ? "" : place + 1;
  button.querySelector("[data-word]").textContent = form.dataset[how || "none"];
}

/** Plan the form at the visit in this way; a form new there comes last. */
function set({ dataset: { visit, form: oid } }, how) {
  const plan = read(visit);
  const held = plan.find(([each]) => each === oid);
  if (held && how) held[1] = how;
  else if (how) plan.push([oid, how]);
  write(visit, how ? plan : plan.filter(([each]) => each !== oid));
}

/** Ask the form earlier or later among those of the visit. */
function shift({ dataset: { visit, form: oid } }, by) {
  const plan = read(visit);
  const at = plan.findIndex(([each]) => each === oid);
  const to = at + by;
  if (at < 0 || to < 0 || to >= plan.length) return;
  plan.splice(to, 0, ...plan.splice(at, 1));
  write(visit, plan);
}

function onKeyDown(event) {
  const button = event.target.closest("td")?.querySelector("[data-visit]");
  if (!button || event.isComposing || event.ctrlKey || event.metaKey) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey && by) shift(button, by);
  else if (event.altKey) return;
  else if (key === " ") set(button, NEXT[button.dataset.how]);
  else if (key in KEYS) set(button, KEYS[key]);
  else return;
  event.preventDefault();
}

grid.addEventListener("keydown", onKeyDown);
grid.addEventListener("click", (event) => {
  const button = event.target.closest("[data-visit]");
  if (button) set(button, NEXT[button.dataset.how]);
});
form.addEventListener("change", () => (form.dataset.changed = "1"));
form.addEventListener("submit", () => delete form.dataset.changed);
form.addEventListener("htmx:beforeRequest", () => delete form.dataset.changed);
addEventListener("beforeunload", (event) => "changed" in form.dataset && event.preventDefault());
