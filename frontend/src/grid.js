// A grid is table[data-grid]: one tab stop, arrows, Home and End move over the cells, Enter opens the cell's link.
// Moving announces `tandem:cell` on the cell, from which a page explains it in its foot.
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function choose(grid, cell) {
  if (!cell) return;
  for (const each of grid.querySelectorAll("td.sel")) {
    each.classList.remove("sel");
    each.tabIndex = -1;
  }
  cell.classList.add("sel");
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  cell.dispatchEvent(new CustomEvent("tandem:cell", { bubbles: true }));
}

function target(grid, cell, event) {
  const cells = [...cell.parentElement.querySelectorAll("td")];
  const column = cells.indexOf(cell);
  if (event.key === "Home") return cells[0];
  if (event.key === "End") return cells.at(-1);
  const [down, right] = STEPS[event.key] ?? [0, 0];
  if (right) return cells[column + right];
  const rows = [...grid.querySelectorAll("tbody tr")].filter((row) => row.querySelector("td"));
  return rows[rows.indexOf(cell.parentElement) + down]?.querySelectorAll("td")[column];
}

function onKeyDown(event) {
  const cell = event.target.closest?.("[data-grid] td");
  if (!cell || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const grid = cell.closest("[data-grid]");
  if (event.key === "Enter") cell.querySelector("a, button")?.click();
  else if (event.key in STEPS || event.key === "Home" || event.key === "End") choose(grid, target(grid, cell, event));
  else return;
  event.preventDefault();
}

function prepare(root) {
  for (const grid of root.querySelectorAll("[data-grid]")) {
    grid.querySelectorAll("td a, td button").forEach((each) => (each.tabIndex = -1));
    const cells = grid.querySelectorAll("tbody td");
    cells.forEach((cell) => (cell.tabIndex = -1));
    (grid.querySelector("td.sel") ?? cells[0])?.setAttribute("tabindex", "0");
  }
}

export function watchGrids() {
  prepare(document);
  addEventListener("htmx:afterSettle", (event) => prepare(event.target.parentElement ?? document));
  addEventListener("keydown", onKeyDown);
  addEventListener("click", (event) => {
    const cell = event.target.closest("[data-grid] td");
    if (cell && !event.target.closest("a, button")) choose(cell.closest("[data-grid]"), cell);
  });
}
