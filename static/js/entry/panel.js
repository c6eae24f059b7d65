import { entrance } from "./fields.js";
import { current, itemAt, itemOf, say, sheet } from "./page.js";

// The panel beside the form follows the focus; it is loaded when the focus rests.
const panel = document.getElementById("panel");
const REST_MS = 180;
let tab = "guide";
let path = "";
let timer = null;
let asked = 0;

/** Without a connection the panel keeps what it shows: the form itself says that nothing is sent. */
async function load() {
  clearTimeout(timer);
  const mine = ++asked;
  const response = await fetch(`${panel.dataset.url}?path=${encodeURIComponent(path)}&tab=${tab}`).catch(() => null);
  if (!response?.ok || response.redirected || mine !== asked) return;
  draw(await response.text());
  globalThis.tandem.htmx.process(panel);
}

/** Show what was loaded; a page of the source that is open stays open, where it was scrolled to. */
function draw(html) {
  const open = [...panel.querySelectorAll("details[data-page][open]")];
  const top = panel.scrollTop;
  panel.innerHTML = html;
  for (const page of open) panel.querySelector(`[data-page="${page.dataset.page}"]`)?.replaceWith(page);
  if (open.some((page) => page.isConnected)) panel.scrollTop = top;
}

/** Show one tab of the panel for an item; with `enter` the first field there takes the focus, and Escape gives it back. */
export async function showTab(item, wanted, { enter = false } = {}) {
  if (!item) return;
  tab = wanted;
  path = item.dataset.path;
  mark(item);
  await load();
  if (enter) panel.querySelector(".panel-body :is(textarea, select, input:not([type=hidden]), button)")?.focus();
}

/** Where the focus of an item goes: to its field; on a page that is only read, to the first of its buttons. */
const doorOf = (item) => entrance(item) ?? item?.querySelector("[data-tab]");

/** What was just done about the item stands at it too: whether a query is open. The focus does not get lost. */
function settle(event) {
  const item = itemAt(path);
  const told = panel.querySelector("[data-open-queries]");
  const flag = told && item?.querySelector("[data-tab=queries]");
  if (flag) {
    const open = told.dataset.openQueries !== "0";
    flag.classList.toggle("q", open);
    flag.ariaLabel = told.dataset.flagLabel;
    flag.hidden = !open && item.tagName === "TD";
    flag.querySelector("i").className = open ? "bi bi-flag-fill" : "bi bi-flag";
  }
  if (document.activeElement !== document.body) return;
  const isTab = event.detail.requestConfig?.verb === "get";
  (isTab ? panel.querySelector("[aria-pressed=true]") : doorOf(item))?.focus();
}

function mark(item) {
  for (const each of sheet.querySelectorAll(".focus")) each.classList.remove("focus");
  item.classList.add("focus");
}

export function watchPanel() {
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    doorOf(itemAt(path))?.focus();
  });
  panel.addEventListener("htmx:afterSettle", settle);
  globalThis.tandem.addKey({
    key: "Ctrl+Q",
    label: say("ask"),
    run: () => showTab(current(), "queries", { enter: true }),
    when: () => Boolean(current()),
  });
  sheet.addEventListener("focusin", (event) => {
    const item = itemOf(event.target);
    if (!item) return;
    mark(item);
    if (item.dataset.path === path) return;
    path = item.dataset.path;
    if (tab === "correct") tab = "guide";
    clearTimeout(timer);
    timer = setTimeout(load, REST_MS);
  });
  // What the panel says of a grade depends on the term beside it, which may have been saved just now.
  sheet.addEventListener("applied", () => tab === "guide" && panel.querySelector(".panel-term") && load());
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tab]");
    // A click without a pointer is a key: the person goes on in the panel.
    if (button) showTab(itemOf(button), button.dataset.tab, { enter: event.detail === 0 });
  });
  panel.addEventListener("click", (event) => {
    const wanted = new URLSearchParams(event.target.closest("[hx-get]")?.getAttribute("hx-get").split("?")[1]).get("tab");
    if (!wanted) return;
    tab = wanted;
    asked += 1;
    clearTimeout(timer);
  });
}
