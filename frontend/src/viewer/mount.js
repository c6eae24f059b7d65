// One image viewer: a stack viewport over WADO-RS. Stack only: a tilted gantry is then shown as it was taken.
import { Enums, utilities } from "@cornerstonejs/core";
import { ToolGroupManager } from "@cornerstonejs/tools";

import { text } from "../strings.js";
import { Corners } from "./corners.js";
import { renderingEngine } from "./cornerstone.js";
import { loadJson, loadSeries } from "./dicomweb.js";
import { MaskLayer } from "./mask.js";
import { measurementsOn, onMeasured, removeMeasurement, restore, setLabel } from "./measurements.js";
import { chooseTool, makeToolGroup } from "./tools.js";

const { IMAGE_RENDERED, VOI_MODIFIED, CAMERA_MODIFIED } = Enums.Events;
let counter = 0;

class Viewer {
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.series = options.series.map((each) => (typeof each === "string" ? { uid: each, label: "" } : each));
    this.slices = [];
    this.window = { width: 0, center: 0 };
    this.id = `viewer-${++counter}`;
  }

  enable() {
    const engine = renderingEngine();
    this.stage = Object.assign(document.createElement("div"), { className: "stage" });
    this.element.replaceChildren(this.stage);
    engine.enableElement({ viewportId: this.id, type: Enums.ViewportType.STACK, element: this.stage, defaultOptions: { background: [0, 0, 0] } });
    this.viewport = engine.getViewport(this.id);
    this.group = makeToolGroup({ id: this.id, viewportId: this.id, engineId: engine.id, readOnly: this.options.readOnly });
    this.mask = new MaskLayer(this.element, this.viewport);
    this.corners = new Corners(this.element, this.viewport);
    this.stage.addEventListener(IMAGE_RENDERED, () => this.redraw());
    this.stage.addEventListener(CAMERA_MODIFIED, () => this.redraw());
    this.stage.addEventListener(VOI_MODIFIED, (event) => this.onWindow(event.detail.range));
    // Cornerstone takes every key that reaches the stage, Tab included: the focus stays on the frame around it.
    this.stage.addEventListener("focus", () => this.element.focus());
    this.stage.addEventListener("contextmenu", (event) => event.preventDefault());
    this.resizing = new ResizeObserver(() => this.slices.length && engine.resize(true, true));
    this.resizing.observe(this.element);
    this.stopListening = onMeasured(() => this.announce());
    return this;
  }

  get slice() {
    return this.slices[this.viewport.getCurrentImageIdIndex()];
  }

  onWindow({ lower, upper }) {
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(lower, upper);
    this.window = { width: windowWidth, center: windowCenter };
    this.redraw();
  }

  redraw() {
    if (!this.slice) return;
    const index = this.viewport.getCurrentImageIdIndex();
    const series = this.series.find((each) => each.uid === this.seriesUid);
    this.mask.draw(this.slice);
    this.corners.draw({ slice: this.slice, index, count: this.slices.length, series, window: this.window, note: this.options.note, masks: this.maskLines() });
    this.element.dataset.slice = index;
    this.element.dispatchEvent(new CustomEvent("tandem:slice", { detail: { index, sop_instance_uid: this.slice.sopInstanceUid } }));
  }

  maskLines() {
    const { segments, shown } = this.mask;
    if (!shown) return [];
    return segments.map(({ label, colour }) => ({ label: segments.length === 1 ? (this.options.overlayLabel ?? label) : label, colour }));
  }

  /** Show a series: on the slice at the same height as now, else where the mask is largest, else in the middle. */
  async showSeries(seriesUid) {
    const here = this.slice;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.element.setAttribute("aria-busy", "true");
    const { dicomWebRoot, studyUid } = this.options;
    const slices = await loadSeries({ dicomWebRoot, studyUid, seriesUid });
    if (turn !== this.turn) return;
    if (!slices.length) throw new Error(text("no_slices"));
    [this.slices, this.seriesUid] = [slices, seriesUid];
    await this.viewport.setStack(slices.map((each) => each.imageId), this.startAt(here));
    const { windowWidth, windowCenter } = this.givenWindow() ?? {};
    if (windowWidth) this.setWindow(windowWidth, windowCenter);
    else this.onWindow(this.viewport.getProperties().voiRange);
    const frame = slices[0].instance["00200052"]?.Value?.[0];
    for (const record of this.options.measurements ?? []) restore(record, slices, this.stage, frame);
    this.viewport.render();
    this.element.removeAttribute("aria-busy");
    this.element.dataset.series = seriesUid;
    this.element.dispatchEvent(new CustomEvent("tandem:series", { bubbles: true, detail: { series_uid: seriesUid, modality: slices[0].modality } }));
  }

  startAt(here) {
    const nearest = here && this.nearest(here.along);
    const largest = this.mask.largestOn(this.slices);
    return nearest ?? (largest >= 0 ? largest : Math.floor(this.slices.length / 2));
  }

  nearest(along) {
    const away = this.slices.map((each) => Math.abs(each.along - along));
    return away.indexOf(Math.min(...away));
  }

  givenWindow() {
    const { window } = this.options;
    return window && this.slices[0].modality === "CT" ? { windowWidth: window[0], windowCenter: window[1] } : null;
  }

  async loadOverlay(url) {
    this.mask.load(await loadJson(url));
  }

  setWindow(width, center) {
    this.viewport.setProperties({ voiRange: utilities.windowLevel.toLowHighRange(width, center) });
    this.viewport.render();
  }

  setSlice(index) {
    const wanted = Math.max(0, Math.min(this.slices.length - 1, index));
    return this.viewport.setImageIdIndex(wanted);
  }

  step(by) {
    return this.setSlice(this.viewport.getCurrentImageIdIndex() + by);
  }

  chooseTool(name) {
    chooseTool(this.group, name, this.options.readOnly);
    this.element.dataset.tool = name;
  }

  showMask(shown) {
    this.mask.shown = shown;
    this.redraw();
  }

  fit() {
    this.viewport.resetCamera();
    this.viewport.render();
  }

  measurements() {
    return measurementsOn(this.slices);
  }

  remove(uid) {
    removeMeasurement(uid);
    this.viewport.render();
    this.announce();
  }

  undo() {
    const last = this.measurements().at(-1);
    if (last && !this.options.readOnly) this.remove(last.uid);
  }

  label(uid, words) {
    setLabel(uid, words);
    this.viewport.render();
    this.announce();
  }

  announce() {
    const all = this.measurements();
    if (JSON.stringify(all) === this.announced) return;
    this.announced = JSON.stringify(all);
    this.options.onChange?.(all);
    this.element.dispatchEvent(new CustomEvent("tandem:measurements", { bubbles: true, detail: all }));
  }

  destroy() {
    this.stopListening();
    this.resizing.disconnect();
    ToolGroupManager.destroyToolGroup(this.id);
    renderingEngine().disableElement(this.id);
    this.element.replaceChildren();
  }
}

function fail(element, error) {
  element.dataset.rendered = "error";
  element.removeAttribute("aria-busy");
  const note = Object.assign(document.createElement("div"), { className: "vp-error note bad-n", role: "alert" });
  note.textContent = text("image_failed", { cause: error?.message ?? error?.status ?? "" });
  element.append(note);
}

/**
 * Mount a viewer in an element and show the first series.
 *
 * options: dicomWebRoot; studyUid; series: [{uid, label}] or UIDs; overlayUrl (see MaskLayer), overlayLabel;
 * window: [width, centre] for CT; note: lines; readOnly; measurements: records to draw again; onChange(records).
 * When the first image is on the screen the element carries data-rendered="true" and `tandem:viewer-ready` is
 * dispatched; when it cannot be shown data-rendered="error" and the cause stands on the viewer.
 */
export async function mountViewer(element, options) {
  const viewer = new Viewer(element, options).enable();
  try {
    if (options.overlayUrl) await viewer.loadOverlay(options.overlayUrl);
    const first = new Promise((done) => viewer.stage.addEventListener(IMAGE_RENDERED, done, { once: true }));
    await viewer.showSeries(viewer.series[0].uid);
    await first;
    element.dataset.rendered = "true";
    element.dispatchEvent(new CustomEvent("tandem:viewer-ready", { bubbles: true, detail: viewer }));
  } catch (error) {
    fail(element, error);
  }
  return viewer;
}
