// A form [data-rows] around a list with a tick box in each row: one box ticks them all, a number tells how many.
const form = document.querySelector("[data-rows]");
const boxes = () => [...form.querySelectorAll("[name=row]")];

function tell() {
  const ticked = boxes().filter((each) => each.checked).length;
  const told = form.querySelector("[data-ticked]");
  if (told) told.textContent = form.elements.scope?.value === "all" || !ticked ? "" : String(ticked);
  const all = form.querySelector("[data-all-rows]");
  if (all) all.checked = ticked > 0 && ticked === boxes().length;
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all-rows]")) boxes().forEach((each) => (each.checked = event.target.checked));
  tell();
});
