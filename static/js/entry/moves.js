import { current, itemOf, items, say, sheet, urls } from "./page.js";
import { entrance } from "./fields.js";
import { openMissing } from "./missing.js";
import { addRow, copyAbove } from "./rows.js";
import { acceptAll, useUnit } from "./proposals.js";
import { typeAhead } from "./type_ahead.js";

const shown = (item) => item.checkVisibility() && !item.classList.contains("off") && entrance(item);

export function goTo(item) {
  const field = item && entrance(item);
  if (!field) return false;
  field.focus();
  field.select?.();
  item.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

/** Go to the next item that can be filled; after the last one to the button that submits. */
export function goOn(from, step = 1) {
  const all = items();
  const rest = step > 0 ? all.slice(all.indexOf(from) + 1) : all.slice(0, all.indexOf(from)).reverse();
  goTo(rest.find(shown)) || (step > 0 && document.getElementById("submit-form")?.focus());
}

function isOwed(item) {
  const star = item.querySelector(".req");
  const asked = item.dataset.required === "1" || (item.dataset.required === undefined && star && !star.hidden);
  const status = item.querySelector("[data-status]") ?? item;
  return shown(item) && ((asked && (status.classList.contains("todo") || status.classList.contains("prop"))) || status.classList.contains("over"));
}

/** Go to the next required item without a value, in this form or the next one of the visit. */
export function goToOwed() {
  const all = items();
  const at = all.indexOf(current());
  const found = [...all.slice(at + 1), ...all.slice(0, at + 1)].find(isOwed);
  if (found) return goTo(found);
  const next = document.querySelector("#steps a[data-owed]");
  if (next) return next.click();
  return globalThis.tandem.toast(say("nothing_left"));
}

function byDigit(event, item) {
  const label = item.querySelector(`[data-digit="${event.key}"]`);
  if (!label || !event.target.matches("input[type=radio], input[type=checkbox]")) return false;
  label.querySelector("input").focus();
  label.querySelector("input").click();
  return true;
}

function onKeyDown(event) {
  const item = itemOf(event.target);
  // keyCode 229 is what an input method sends while it composes.
  if (!item || event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && event.key === "Enter" && !event.target.matches("button:not([data-miss].set), summary, textarea, a")) goOn(item, event.shiftKey ? -1 : 1);
  else if (!(plain && ((/^[0-9]$/.test(event.key) && byDigit(event, item)) || typeAhead(event)))) return;
  event.preventDefault();
}

/** Where Ctrl+S leads: the next form of the visit that is owed, and after the last one what is owed today. */
function nextForm() {
  const steps = [...document.querySelectorAll("#steps a")];
  const here = steps.findIndex((step) => step.ariaCurrent);
  const owed = [...steps.slice(here + 1), ...steps.slice(0, Math.max(here, 0))].find((step) => "owed" in step.dataset);
  return owed?.href ?? urls.home;
}

/** The keys of the form; the letters come with Alt or Ctrl, so that they act inside fields. */
export function watchMoves(leaveTo) {
  sheet.addEventListener("keydown", onKeyDown);
  const here = () => Boolean(current());
  const add = (key, words, run, when = () => true) => globalThis.tandem.addKey({ key, label: say(words), run, when });
  add("Alt+M", "set_missing", () => openMissing(current()), here);
  add("F8", "next_owed", goToOwed);
  add("Alt+U", "use_other_unit", () => useUnit(current()), here);
  add("Alt+A", "accept_all", acceptAll, () => Boolean(sheet.querySelector("[data-proposal]")) && !sheet.querySelector("[data-accept-all]"));
  add("Ctrl+S", "save_next", () => leaveTo(nextForm()));
  const neighbour = (url) => () => (url ? leaveTo(url) : globalThis.tandem.toast(say("no_neighbour")));
  add("Alt+ArrowLeft", "earlier_subject", neighbour(urls.earlier));
  add("Alt+ArrowRight", "later_subject", neighbour(urls.later));
  add("Ctrl+/", "keys", () => document.querySelector("[data-show-keys]").click());
  // These act in the form's own listener; here they are only listed.
  for (const [key, words] of [["↵", "next_item"], ["Shift+↵", "item_before"], ["1–9", "choose"]]) add(key, words, () => {});
  add("Alt+ArrowDown", "add_row", () => addRow(current()?.closest("[data-group]:has([data-rows])") ?? sheet.querySelector("[data-group]:has([data-rows])")), () => Boolean(sheet.querySelector("[data-rows]")));
  add("Alt+D", "copy_above", () => copyAbove(current()), () => current()?.tagName === "TD");
  document.querySelector("[data-next-owed]")?.addEventListener("click", goToOwed);
}
