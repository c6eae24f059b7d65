import { fit } from "./find.js";
import { missingWords, say } from "./page.js";

// An item is any [data-path]; its fields are [data-raw], [data-unit] and the button [data-miss].
const rawFields = (item) => [...item.querySelectorAll("[data-raw]:not([data-proposal])")];

const offersOf = (field) => [...(document.getElementById(field.dataset.list)?.options ?? [])];

function codeOf(field) {
  const typed = field.value.trim();
  const options = offersOf(field);
  const exact = options.find((each) => each.value === typed || each.dataset.code === typed || each.value.split(" · ")[0] === typed);
  if (exact) return exact.dataset.code;
  // An open list takes what was typed as it stands.
  const isOpen = field.dataset.list && "takesOthers" in document.getElementById(field.dataset.list).dataset;
  const alike = typed && !isOpen ? options.filter((each) => fit(each, typed) !== null) : [];
  return alike.length === 1 ? alike[0].dataset.code : typed;
}

/** Write a searched field out in full once its code is clear. */
export function settleSearch(field) {
  const code = codeOf(field);
  const option = offersOf(field).find((each) => each.dataset.code === code);
  if (option) field.value = option.value;
}

/** Return what stands in the item: {raw, unit, missing}. */
export function readEntry(item) {
  const fields = rawFields(item);
  const missing = item.querySelector("[data-miss]")?.dataset.miss || null;
  const unit = item.querySelector("[data-unit]")?.value || null;
  return { raw: missing ? null : rawOf(fields), unit, missing };
}

function rawOf(fields) {
  const [first] = fields;
  if (!first) return null;
  if (first.type === "radio") return fields.find((each) => each.checked)?.value ?? null;
  if (first.type === "checkbox") return fields.filter((each) => each.checked).map((each) => each.value);
  if ("many" in first.dataset) return first.value.split(/[,;，；、]/).map((each) => each.trim()).filter(Boolean);
  if ("search" in first.dataset) return codeOf(first) || null;
  return first.value || null;
}

/** Put an entry into the item's fields. */
export function writeEntry(item, entry) {
  const raw = entry?.raw ?? null;
  for (const field of rawFields(item)) {
    if (field.type === "radio") field.checked = field.value === raw;
    else if (field.type === "checkbox") field.checked = (raw ?? []).includes(field.value);
    else field.value = Array.isArray(raw) ? raw.join(", ") : (raw ?? "");
    if ("search" in field.dataset) settleSearch(field);
    if (field.readOnly) field.hidden = false;
  }
  const unit = item.querySelector("[data-unit]");
  if (unit && entry?.unit) unit.value = entry.unit;
  setMissing(item, entry?.missing ?? "");
}

/** Set or clear the missing code; the value typed before is cleared with a code. */
export function setMissing(item, code) {
  const button = item.querySelector("[data-miss]");
  if (!button) return;
  button.dataset.miss = code;
  button.classList.toggle("set", Boolean(code));
  const isCell = item.tagName === "TD";
  button.querySelector("[data-miss-word]").textContent = code ? (isCell ? code : `${code} ${missingWords[code]}`) : isCell ? "" : say("missing");
  item.classList.toggle("is-missing", Boolean(code));
  if (code) rawFields(item).forEach((field) => (["radio", "checkbox"].includes(field.type) ? (field.checked = false) : (field.value = "")));
  showMany(item);
}

/** Say in a grid's cell what is chosen in its closed list. */
export function showMany(item) {
  const text = item.querySelector("[data-many-text]");
  if (!text) return;
  const chosen = [...item.querySelectorAll("input:checked")].map((each) => each.closest("label").textContent.trim());
  text.textContent = chosen.join(", ") || "–";
}

/** What the page calls a code of the item: the label of its choice. */
function nameOf(item, code) {
  const searched = item.querySelector("[data-search]");
  if (searched) return offersOf(searched).find((each) => each.dataset.code === code)?.value ?? code;
  const field = [...item.querySelectorAll("option, input")].find((each) => each.value === code && each.matches("option, [type=radio], [type=checkbox]"));
  return field ? (field.closest("label") ?? field).textContent.trim() : code;
}

/** Write an entry of the item as people read it, for a choice between two. */
export function entryText(item, entry) {
  if (entry?.missing) return `${entry.missing} ${missingWords[entry.missing]}`;
  const chosen = [entry?.raw ?? []].flat().filter(Boolean);
  if (!chosen.length) return say("empty");
  const unit = [...(item.querySelector("[data-unit]")?.options ?? [])].find((each) => each.value === entry.unit);
  return `${chosen.map((code) => nameOf(item, code)).join(", ")} ${unit?.textContent ?? ""}`.trim();
}

/** The element of the item that takes the focus. */
export function entrance(item) {
  if (!item) return null;
  const usable = [...item.querySelectorAll("[data-raw], [data-accept], summary, [data-miss]")].filter((each) => !each.disabled && each.checkVisibility());
  return usable.find((each) => each.checked) ?? usable[0] ?? null;
}
