import { itemOf } from "./page.js";
import { entrance, setMissing } from "./fields.js";
import { save } from "./queue.js";

// One menu of missing codes for the whole form, shown at the item that asks for it.
const menu = document.getElementById("missing");
let item = null;

/** Open the menu at an item; its digits choose. */
export function openMissing(wanted) {
  const button = wanted?.querySelector("[data-miss]");
  if (!button) return;
  item = wanted;
  menu.showPopover();
  const place = (button.checkVisibility() ? button : wanted).getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - menu.offsetWidth - 8))}px`;
  const under = place.bottom + menu.offsetHeight < innerHeight;
  menu.style.top = `${under ? place.bottom : place.top - menu.offsetHeight - 8}px`;
  (menu.querySelector(`[data-code="${button.dataset.miss}"]`) ?? menu.querySelector("button")).focus();
}

function choose(code) {
  const chosen = item;
  menu.hidePopover();
  setMissing(chosen, code);
  save(chosen);
  (code ? chosen.querySelector("[data-miss]") : entrance(chosen))?.focus();
}

export function watchMissing(sheet) {
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-miss]");
    if (button) openMissing(itemOf(button));
  });
  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[data-code]");
    if (button) choose(button.dataset.code);
  });
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button")];
    const digit = /^[0-4]$/.test(event.key) ? buttons.at(Number(event.key) - 1) : null;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (digit) choose(digit.dataset.code);
    else if (step) buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
