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

/** Add a row at the end of the group and go to its first cell. */
export async function addRow(group) {
  const added = await change({ group: group.dataset.group });
  if (!added) return;
  group.querySelector("[data-rows]").insertAdjacentHTML("beforeend", added.html);
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
  sheet.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (add) addRow(add.closest("[data-group]"));
    if (remove) removeRow(remove.closest("tr"));
  });
}
