// V marks the current row as verified and goes on to the next row that waits; after a swap the place is kept.
let wanted = null;
const rows = () => [...document.querySelectorAll("#verification [data-row]")];

function choose(row) {
  if (!row) return;
  rows().forEach((each) => each.classList.toggle("on", each === row));
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function next(path) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.path === path);
  return [...all.slice(at + 1), ...all.slice(0, at + 1)].find((row) => row.querySelector("[data-mark]"));
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, details[open]");
  if (event.key !== "v" || event.ctrlKey || event.altKey || event.metaKey || typing) return;
  const row = rows().find((each) => each.classList.contains("on")) ?? next("");
  const button = row?.querySelector("[data-mark]");
  if (!button) return choose(next(row?.dataset.path ?? ""));
  event.preventDefault();
  button.click();
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  wanted = event.detail.elt.closest?.("[data-row]")?.dataset.path ?? null;
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "verification" && wanted) choose(next(wanted));
});
