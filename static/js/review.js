// The decision form: what the save button will do, and provenance details that a link leads to.
const form = document.querySelector("[data-decision]");
const save = form?.querySelector("[data-save]");

/** Say on the button what will be saved: the words of the choice that is made. */
function relabel() {
  const chosen = form.querySelector("input[name=decision]:checked");
  const band = form.querySelector("input[name=band]:checked");
  const accept = chosen?.value === "accept";
  const words = [chosen, accept ? null : band].filter(Boolean).map((each) => each.closest("label").querySelector("span")?.textContent ?? each.closest("label").textContent.trim());
  const text = [save.dataset.saveWords, ...words].join(" · ");
  save.replaceChildren(`${text} `, ...[...save.querySelectorAll("kbd")]);
  for (const each of form.querySelectorAll("[data-override] :is(select, textarea, input)")) each.disabled = accept;
}

if (save) {
  form.addEventListener("change", relabel);
  relabel();
}

/** Open the details that the address points to. */
function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

addEventListener("hashchange", openTarget);
openTarget();
