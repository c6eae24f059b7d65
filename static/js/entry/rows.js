import { post, say, sheet, urls } from "./page.js";
import { entrance, readEntry, writeEntry } from "./fields.js";
import { applyState } from "./patch.js";
import { flushed, forget, save, showState } from "./queue.js";

async function change(body) {
  await flushed();
  try {
    const answer = await post(urls.rows, body);
    if (answer.ok) return answer.body;
    globalThis.tandem.toast(answer.body.detail ?? say("refused", { status: answer.status }), { kind: "bad" });
  } catch {
    globalThis.tandem.toast(say("kept"), { kind: "bad" });
  }
  return null;
}

function count(group) {
  const rows = group.querySelectorAll("tr[data-row]");
  group.querySelector("[data-row-count]").textContent = rows.length;
  group.querySelector("[data-no-rows]").hidden = rows.length > 0;
  rows.forEach((row, place) => (row.querySelector(".idx").textContent = place + 1));
}

/** Offer the rows that were taken out, each under the grid it belongs to. */
function offerRemoved(rows) {
  for (const place of sheet.querySelectorAll("[data-removed]")) {
    const mine = rows.filter(({ group }) => group === place.closest("[data-group]").dataset.group);
    place.replaceChildren(...mine.map(({ key, words }) => {
      const textContent = say("restore", { words: words || say("empty_row") });
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn s", textContent });
      button.dataset.restoreRow = key;
      return button;
    }));
  }
}

/** Put a row that the server drew at its place by key. */
function placeRow(group, { key, html }) {
  const rows = group.querySelector("[data-rows]");
  const next = [...rows.children].find((row) => Number(row.dataset.row) > Number(key));
  if (next) next.insertAdjacentHTML("beforebegin", html);
  else rows.insertAdjacentHTML("beforeend", html);
}

async function restoreRow(group, key) {
  const back = await change({ group: group.dataset.group, restore: key });
  if (!back) return;
  placeRow(group, back);
  count(group);
  offerRemoved(back.removed);
  showState("saved", say("saved", { time: applyState(back) }));
  globalThis.tandem.toast(say("restored_row"));
  entrance(group.querySelector(`tr[data-row="${CSS.escape(key)}"] td[data-path]:not(.off)`))?.focus();
}

/** Add a row at the end of the group and go to its first cell. */
export async function addRow(group) {
  const added = await change({ group: group.dataset.group });
  if (!added) return;
  placeRow(group, added);
  count(group);
  showState("saved", say("saved", { time: applyState(added) }));
  const cells = [...group.querySelectorAll("tr[data-row]:last-child td[data-path]:not(.off)")];
  entrance(cells.find(entrance))?.focus();
}

async function removeRow(row) {
  const group = row.closest("[data-group]");
  const number = row.rowIndex;
  const removed = await change({ group: group.dataset.group, remove: row.dataset.row });
  if (!removed) return;
  row.querySelectorAll("[data-path]").forEach((cell) => forget(cell.dataset.path));
  row.remove();
  count(group);
  offerRemoved(removed.removed);
  showState("saved", say("saved", { time: applyState(removed) }));
  globalThis.tandem.toast(say("removed", { number }));
  group.querySelector("[data-add-row]").focus();
}

/** Take the entry of the cell above. */
export function copyAbove(cell) {
  const above = cell.parentElement.previousElementSibling?.children[cell.cellIndex];
  if (!above) return;
  writeEntry(cell, readEntry(above));
  save(cell);
}

export function watchRows() {
  offerRemoved(urls.removed);
  sheet.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    const back = event.target.closest("[data-restore-row]");
    if (add) addRow(add.closest("[data-group]"));
    if (remove) removeRow(remove.closest("tr"));
    if (back) restoreRow(back.closest("[data-group]"), back.dataset.restoreRow);
  });
}
