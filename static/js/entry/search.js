import { found } from "./find.js";
import { sheet } from "./page.js";

// One list for every searched field (the combobox pattern of ARIA): it opens with typing or ArrowDown; Enter and Tab
// take what is marked, Escape leaves what was typed.
const list = document.getElementById("find");
const MOST_SHOWN = 60;
let field = null;
let marked = -1;

const offersOf = (input) => document.getElementById(input.dataset.list);
const isOpen = () => Boolean(field) && list.matches(":popover-open");

function draw(choices) {
  const drawn = choices.slice(0, MOST_SHOWN).map((choice, place) => {
    const option = Object.assign(document.createElement("div"), { className: "find-one", id: `find-${place}`, role: "option" });
    option.dataset.value = choice.value;
    option.textContent = choice.value;
    if (choice.dataset.group) option.append(Object.assign(document.createElement("small"), { className: "find-group", textContent: choice.dataset.group }));
    return option;
  });
  list.replaceChildren(...drawn);
}

function mark(place) {
  marked = place;
  [...list.children].forEach((option, at) => (option.ariaSelected = String(at === place)));
  const option = list.children[place];
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function place() {
  const box = field.getBoundingClientRect();
  list.style.minWidth = `${box.width}px`;
  list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
  const under = box.bottom + list.offsetHeight < innerHeight;
  list.style.top = `${under ? box.bottom + 2 : Math.max(8, box.top - list.offsetHeight - 2)}px`;
}

/** Show what fits. Where the list is closed the best is marked; an open list takes any text unless one is chosen. */
function show(input, typed) {
  field = input;
  const offers = offersOf(input);
  const choices = found(offers.options, typed);
  if (!choices.length) return hide();
  draw(choices);
  if (!list.matches(":popover-open")) list.showPopover();
  field.ariaExpanded = "true";
  place();
  mark(typed.trim() && !("takesOthers" in offers.dataset) ? 0 : -1);
}

function hide() {
  if (list.matches(":popover-open")) list.hidePopover();
  if (field) {
    field.ariaExpanded = "false";
    field.removeAttribute("aria-activedescendant");
  }
  field = null;
  marked = -1;
}

function take(option) {
  const input = field;
  hide();
  if (input.value === option.dataset.value) return;
  input.value = option.dataset.value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function onKeyDown(event) {
  const input = event.target;
  if (!input.matches?.("[data-search]") || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    if (isOpen()) mark((marked + step + list.children.length) % list.children.length);
    else show(input, "");
    return event.preventDefault();
  }
  if (!isOpen()) return;
  if (event.key === "Escape") {
    hide();
    event.preventDefault();
    event.stopPropagation();
  }
  // Enter goes on to the next item, and Tab leaves, after what is marked was taken.
  if (["Enter", "Tab"].includes(event.key)) marked >= 0 ? take(list.children[marked]) : hide();
}

export function watchSearch() {
  sheet.addEventListener("keydown", onKeyDown, { capture: true });
  sheet.addEventListener("input", (event) => event.target.matches("[data-search]") && show(event.target, event.target.value));
  sheet.addEventListener("focusout", (event) => event.target === field && hide());
  sheet.addEventListener("scroll", () => isOpen() && place(), { passive: true });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    const input = field;
    if (option) take(option);
    input?.focus();
  });
}
