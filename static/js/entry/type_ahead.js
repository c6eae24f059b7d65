import { found } from "./find.js";

// Letters typed at a group of radio buttons or at a list choose; those typed within a moment belong together.
const TOGETHER_MS = 900;
let typed = "";
let last = 0;
let where = null;

function collect(field, key) {
  const group = field.name || field;
  if (group !== where || Date.now() - last > TOGETHER_MS) typed = "";
  [where, last] = [group, Date.now()];
  typed += key;
}

function choicesOf(field) {
  if (field.matches("select")) return [...field.options].filter((option) => option.value && !option.disabled);
  return [...field.closest("[data-path]").querySelectorAll("label[data-find]:not([hidden])")];
}

function choose(field, choice) {
  if (field.matches("select")) {
    field.value = choice.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const radio = choice.querySelector("input");
  radio.focus();
  radio.click();
}

/** Let a letter or digit choose by what the choices are found by; tells whether the key was taken. */
export function typeAhead(event) {
  const field = event.target;
  if (!field.matches("select[data-raw], input[type=radio][data-raw]") || event.key.length !== 1 || event.key === " ") return false;
  collect(field, event.key);
  let [first] = found(choicesOf(field), typed);
  if (!first && typed.length > 1) {
    typed = event.key;
    [first] = found(choicesOf(field), typed);
  }
  if (first) choose(field, first);
  return true;
}
