import { addKey } from "./keys.js";
import { text } from "./strings.js";

// A list is [data-list] with rows [data-row]; Enter opens the row's [data-open] or its first link.
const list = () => [...document.querySelectorAll("[data-list]")].find((each) => each.checkVisibility());
const rowsOf = (each) => [...each.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const current = (rows) => rows.findIndex((row) => row.classList.contains("on"));

function choose(rows, index) {
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
  if (!row) return;
  rows.forEach((each) => each.classList.toggle("on", each === row));
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const rows = rowsOf(list());
  const at = current(rows);
  choose(rows, at < 0 ? 0 : at + step);
}

function openCurrent(event) {
  // Enter on a link or button of its own keeps its meaning.
  if (event.target.closest("a, button, summary")) return event.target.click();
  const row = rowsOf(list()).find((each) => each.classList.contains("on"));
  (row?.querySelector("[data-open]") ?? row?.querySelector("a[href]"))?.click();
}

/** J and K move through the list of the page, Enter opens; a row that takes the focus becomes the current one. */
export function watchLists() {
  const when = () => Boolean(list());
  addKey({ key: "j", label: text("next_row"), run: () => move(1), when });
  addKey({ key: "k", label: text("previous_row"), run: () => move(-1), when });
  addKey({ key: "Enter", label: text("open_row"), run: openCurrent, when });
  addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-list] [data-row]");
    if (row) rowsOf(row.closest("[data-list]")).forEach((each) => each.classList.toggle("on", each === row));
  });
}
