// Choosing a value moves on to the reason; another value opens its field.
const form = document.getElementById("resolve");

function onChoice(event) {
  if (event.target.name !== "choice") return;
  show();
  if (event.target.value === "other") form.querySelector("[data-other] [name=raw]")?.focus();
}

function show() {
  const other = form.querySelector("[data-other]");
  const wanted = form.elements.choice?.value === "other";
  if (other) other.hidden = !wanted;
  const more = form.elements.more;
  if (more) more.required = form.elements.why?.value === "other";
}

/** Open the first source beside the item, and lead the keyboard to it. */
function openSource(event) {
  const source = document.querySelector("#evidence details[data-page]");
  if (!source) return;
  // The jump of the link would take the focus away again.
  event.preventDefault();
  source.open = true;
  source.querySelector("summary").focus();
}

document.querySelector("[data-opens-source]")?.addEventListener("click", openSource);

if (form) {
  show();
  form.addEventListener("change", onChoice);
  form.addEventListener("change", show);
  // Enter in the choices confirms; inside the text it makes a line.
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.key !== "Enter" || !event.target.matches("input[type=radio]")) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
