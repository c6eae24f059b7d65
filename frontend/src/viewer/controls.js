// The buttons around viewers. A control acts on the viewer of its [data-viewer-root], in a page of several viewers on
// the one that was touched last: data-viewer-series="uid", -tool="Length", -window="350,40", -mask, -undo, -fit, -link.
import { addKey } from "../keys.js";
import { text } from "../strings.js";

const mounted = new Map();
let linked = false;

const rootOf = (element) => element.closest("[data-viewer-root]") ?? document;
const viewersIn = (root) => [...mounted].filter(([element]) => root.contains(element)).map(([, viewer]) => viewer);
const activeIn = (root) => viewersIn(root).find((each) => each.element.classList.contains("on")) ?? viewersIn(root)[0];

function press(button, attribute) {
  const shown = button.role === "tab" ? "aria-selected" : "aria-pressed";
  for (const each of rootOf(button).querySelectorAll(`[${attribute}]`)) each.setAttribute(shown, each === button);
}

const toggle = (button) => {
  const on = button.ariaPressed !== "true";
  button.ariaPressed = on;
  return on;
};

const ACTIONS = {
  "data-viewer-series": (button, root) => {
    press(button, "data-viewer-series");
    activeIn(root)?.showSeries(button.dataset.viewerSeries);
  },
  "data-viewer-tool": (button, root) => {
    press(button, "data-viewer-tool");
    viewersIn(root).forEach((each) => each.chooseTool(button.dataset.viewerTool));
  },
  "data-viewer-window": (button, root) => {
    press(button, "data-viewer-window");
    const [width, center] = button.dataset.viewerWindow.split(",").map(Number);
    viewersIn(root).forEach((each) => each.setWindow(width, center));
  },
  "data-viewer-mask": (button, root) => {
    const on = toggle(button);
    viewersIn(root).forEach((each) => each.showMask(on));
  },
  "data-viewer-undo": (_, root) => activeIn(root)?.undo(),
  "data-viewer-fit": (_, root) => viewersIn(root).forEach((each) => each.fit()),
  "data-viewer-link": (button) => (linked = toggle(button)),
};

function follow(source) {
  if (!linked || !source.slice || source.following) return;
  for (const other of viewersIn(rootOf(source.element))) {
    if (other === source || !other.slices.length) continue;
    other.following = true;
    Promise.resolve(other.setSlice(other.nearest(source.slice.along))).finally(() => (other.following = false));
  }
}

function activate(viewer) {
  const all = viewersIn(rootOf(viewer.element));
  if (all.length > 1) all.forEach((each) => each.element.classList.toggle("on", each === viewer));
}

/** Let the controls of the page act on this viewer. */
export function register(viewer) {
  const { element } = viewer;
  mounted.set(element, viewer);
  linked ||= rootOf(element).querySelector("[data-viewer-link]")?.ariaPressed === "true";
  element.addEventListener("pointerdown", () => activate(viewer));
  element.addEventListener("focusin", () => activate(viewer));
  element.addEventListener("tandem:slice", () => follow(viewer));
}

/** Listen for the controls and for the arrow keys while the focus is on an image. */
export function watchControls() {
  addEventListener("click", (event) => {
    for (const [attribute, act] of Object.entries(ACTIONS)) {
      const button = event.target.closest(`[${attribute}]`);
      if (button && button.ariaDisabled !== "true") act(button, rootOf(button));
    }
  });
  const shown = () => [...mounted.keys()].find((each) => each.checkVisibility());
  const focused = () => mounted.get(document.activeElement?.closest(".vp")) ?? activeIn(document);
  const when = () => Boolean(shown()) && !document.activeElement?.closest("[data-grid], [role=tablist], [role=radiogroup]");
  const steps = [["ArrowUp", -1], ["ArrowDown", 1], ["PageUp", -10], ["PageDown", 10]];
  for (const [key, by] of steps) addKey({ key, label: Math.abs(by) === 1 ? text(by < 0 ? "slice_back" : "slice_on") : "", run: () => focused().step(by), when });
}
