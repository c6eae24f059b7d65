// What stands in the corners of the image: where one is, how it is windowed, which way is left, how long 5 cm are.
import { text } from "../strings.js";
import { edgesOf, toPatient } from "./dicomweb.js";

const PLACES = ["tl", "tr", "bl", "br", "ori-l", "ori-r", "ori-t", "ori-b"];
const LENGTHS_MM = [5, 10, 20, 50, 100];

function part(name) {
  return Object.assign(document.createElement("div"), { className: `c ${name}` });
}

const line = (words) => Object.assign(document.createElement("div"), { textContent: words });

export class Corners {
  constructor(element, viewport) {
    this.element = element;
    this.viewport = viewport;
    this.parts = Object.fromEntries(PLACES.map((name) => [name, part(name)]));
    element.append(...Object.values(this.parts));
  }

  /** note: lines for the lower right; masks: the segments shown, with their colours. */
  draw({ slice, index, count, series, window, note = [], masks = [] }) {
    const { tl, tr, bl, br } = this.parts;
    const name = Object.assign(document.createElement("b"), { textContent: series.label ?? "" });
    tl.replaceChildren(name, line(text("slice_of", { index: index + 1, count })));
    const thickness = slice.thickness === null ? [] : [line(`${Number(slice.thickness.toFixed(2))} mm`)];
    tr.replaceChildren(line(`W ${Math.round(window.width)} L ${Math.round(window.center)}`), ...thickness);
    br.replaceChildren(...note.map(line));
    bl.replaceChildren(...masks.map(maskLine), ...this.scale(slice));
    const edges = edgesOf(slice);
    for (const [place, edge] of [["ori-l", "left"], ["ori-r", "right"], ["ori-t", "top"], ["ori-b", "bottom"]]) this.parts[place].textContent = edges[edge];
  }

  scale(slice) {
    if (!slice.spacing) return [line(text("no_spacing"))];
    const [a, b] = [this.viewport.worldToCanvas(toPatient(slice, 0, 0)), this.viewport.worldToCanvas(toPatient(slice, 1, 0))];
    const perMm = Math.hypot(a[0] - b[0], a[1] - b[1]) / slice.spacing[1];
    const length = LENGTHS_MM.findLast((each) => each * perMm <= Math.max(90, this.element.clientWidth / 4)) ?? LENGTHS_MM[0];
    const bar = Object.assign(document.createElement("span"), { className: "scale" });
    bar.style.width = `${length * perMm}px`;
    const made = line("");
    made.append(bar, length % 10 ? `${length} mm` : `${length / 10} cm`);
    return [made];
  }
}

function maskLine({ label, colour }) {
  const made = line(`▨ ${label}`);
  made.style.color = colour;
  return made;
}
