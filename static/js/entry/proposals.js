import { itemAt, itemOf, say, sheet } from "./page.js";
import { entrance, readEntry, writeEntry } from "./fields.js";
import { save } from "./queue.js";

// A finding in a grid's cell stands under the grid and names its cell.
const itemFor = (button) => (button.dataset.for ? itemAt(button.dataset.for) : itemOf(button));

function accept(place) {
  const item = itemOf(place);
  const { raw, unit } = place.dataset;
  place.remove();
  writeEntry(item, { ...readEntry(item), raw: JSON.parse(raw), unit: unit || readEntry(item).unit, missing: null });
  save(item);
}

/** Leave the proposal aside and show the field in its place. */
function decline(button) {
  const item = itemOf(button);
  button.closest("[data-proposal]").remove();
  const status = item.querySelector("[data-status]");
  status.className = "st todo";
  status.textContent = say("todo");
  entrance(item)?.focus();
}

/** Take over every proposed value; each is then saved like one that was typed. */
export function acceptAll() {
  const all = [...sheet.querySelectorAll("[data-proposal]")];
  all.forEach(accept);
  document.querySelector("[data-accept-all]")?.remove();
  document.querySelector("[data-proposed-count]")?.remove();
  if (all.length) globalThis.tandem.toast(say("accepted", { count: all.length }));
}

/** Change the item's unit to the one that its finding names. */
export function useUnit(item, unit = item?.querySelector("[data-use-unit]")?.dataset.useUnit) {
  const select = item?.querySelector("[data-unit]");
  if (!select || !unit) return;
  select.value = unit;
  save(item);
}

/** Write the meaning that the person chose in place of what can be meant in two ways. */
function useRaw(item, raw) {
  writeEntry(item, { ...readEntry(item), raw, missing: null });
  save(item);
  entrance(item)?.focus();
}

export function watchProposals() {
  sheet.addEventListener("click", (event) => {
    const one = event.target.closest("[data-accept]");
    const own = event.target.closest("[data-decline]");
    const unit = event.target.closest("[data-use-unit]");
    if (own) decline(own);
    if (one) accept(one.closest("[data-proposal]"));
    if (unit) useUnit(itemFor(unit), unit.dataset.useUnit);
    const meant = event.target.closest("[data-use-raw]");
    if (meant) useRaw(itemFor(meant), meant.dataset.useRaw);
    if (event.target.closest("[data-accept-all]")) acceptAll();
  });
}
