import { text } from "../strings.js";

function row(cells, tag) {
  const made = document.createElement("tr");
  cells.forEach((words, at) => {
    const cell = document.createElement(at === 0 && tag === "td" ? "th" : tag);
    if (cell.tagName === "TH") cell.scope = tag === "th" ? "col" : "row";
    if (at > 0) cell.className = "num";
    cell.textContent = words;
    made.append(cell);
  });
  return made;
}

/** Return the numbers of a chart as a table that opens: {head: [...], rows: [[...], …]}. */
export function tableOf({ head, rows }) {
  const details = Object.assign(document.createElement("details"), { className: "chart-data xs" });
  const scroll = Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0, role: "region", ariaLabel: text("numbers") });
  const table = Object.assign(document.createElement("table"), { className: "tbl s" });
  table.createTHead().append(row(head, "th"));
  table.createTBody().append(...rows.map((cells) => row(cells, "td")));
  scroll.append(table);
  details.append(Object.assign(document.createElement("summary"), { textContent: text("show_numbers") }), scroll);
  return details;
}
