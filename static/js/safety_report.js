// The report of a serious adverse event: what its form says is written into a field only when a person takes it over.
const report = document.querySelector("[data-report]");

/** Write what the form says into the field that the button stands beside. */
function take(button) {
  const value = JSON.parse(button.dataset.take);
  for (const each of button.closest("[data-field]").querySelectorAll("input, select, textarea")) {
    if (each.type === "checkbox") each.checked = value.includes(each.value);
    else each.value = value;
    each.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

report?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (button) take(button);
});
document.querySelector("[data-take-all]")?.addEventListener("click", () => {
  for (const each of report.querySelectorAll("[data-take]")) take(each);
});
