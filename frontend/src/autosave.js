import { user, wasSentToLogin } from "./session.js";
import { absolute } from "./clock.js";
import { text } from "./strings.js";

// Under [data-autosave] every htmx request is the saving of one field. What could not be sent is kept in this
// browser, per user and page, put back into the field when the page is opened again, and sent as soon as it can be.
const RETRY_MS = 10_000;
const place = () => `tandem.kept.${user()}.${location.pathname}`;
const keptHere = () => JSON.parse(localStorage.getItem(place()) ?? "{}");
const waiting = new Set();

function keep(change) {
  const all = keptHere();
  change(all);
  if (Object.keys(all).length) localStorage.setItem(place(), JSON.stringify(all));
  else localStorage.removeItem(place());
}

function show(state, detail = "") {
  for (const element of document.querySelectorAll("[data-save-state]")) {
    element.dataset.saveState = state;
    const icon = { saving: "bi-cloud-arrow-up", saved: "bi-cloud-check ok", failed: "bi-cloud-slash bad" }[state];
    element.replaceChildren(Object.assign(document.createElement("i"), { className: `bi ${icon}`, ariaHidden: "true" }), ` ${detail}`);
  }
}

const field = (event) => (event.detail.elt.closest("[data-autosave]") ? event.detail.elt : null);
const clock = () => absolute(new Date()).slice(11) + new Date().toISOString().slice(16, 19);
const allOf = (name) => [...document.querySelectorAll(`[data-autosave] [name="${CSS.escape(name)}"]`)];

function valueOf(element) {
  const same = allOf(element.name);
  if (!["checkbox", "radio"].includes(element.type)) return element.value;
  return same.filter((each) => each.checked).map((each) => each.value);
}

function putBack(name, value) {
  const same = allOf(name);
  if (!same.length) return null;
  if (Array.isArray(value)) same.forEach((each) => (each.checked = value.includes(each.value)));
  else same[0].value = value;
  return same[0];
}

function onFailed(event) {
  const element = field(event);
  if (!element) return;
  if (element.name) keep((all) => (all[element.name] = valueOf(element)));
  waiting.add(element);
  show("failed", text("not_saved"));
}

function onSaved(event) {
  const element = field(event);
  const { xhr, successful } = event.detail;
  if (!element || !successful || wasSentToLogin(xhr)) return;
  if (element.name) keep((all) => delete all[element.name]);
  waiting.delete(element);
  if (!waiting.size) show("saved", text("saved_at", { time: clock() }));
}

function sendAgain() {
  for (const element of [...waiting]) {
    waiting.delete(element);
    if (element.isConnected) element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function restore() {
  const again = Object.entries(keptHere()).map(([name, value]) => putBack(name, value)).filter(Boolean);
  again.forEach((element) => waiting.add(element));
  if (again.length) {
    show("failed", text("restored", { count: again.length }));
    setTimeout(sendAgain, 0);
  }
}

/** Keep the words of [data-save-state] true and lose nothing that was typed. */
export function watchAutosave(htmx) {
  document.addEventListener("htmx:beforeRequest", (event) => field(event) && show("saving", text("saving")));
  document.addEventListener("htmx:afterRequest", onSaved);
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError", "tandem:session-ended"]) {
    document.addEventListener(name, (event) => onFailed(event.detail?.elt ? event : { detail: { elt: event.target } }));
  }
  addEventListener("online", sendAgain);
  setInterval(() => navigator.onLine && sendAgain(), RETRY_MS);
  htmx.onLoad((loaded) => loaded === document.body && restore());
  addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());
}
