// A mask over the image: run lengths per slice, drawn by the transform that the viewport gives its own pixels.
import { toPatient } from "./dicomweb.js";

const FILL = 0.28;
const COLOURS = ["#ffb84d", "#5bd1e8", "#e88bd0", "#a8e05f"];

function rgbOf(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return [r, g, b];
}

/** Return which pixels are inside: runs are [skip, length, skip, length, …] over the pixels row by row. */
function insideOf(runs, count) {
  const inside = new Uint8Array(count);
  for (let at = 0, place = 0; at < runs.length; at += 2) {
    inside.fill(1, place + runs[at], place + runs[at] + runs[at + 1]);
    place += runs[at] + runs[at + 1];
  }
  return inside;
}

/** Paint one slice of a segment, its rim opaque, into a picture. */
function pictureOf(runs, { rows, columns }, colour) {
  const inside = insideOf(runs, rows * columns);
  const picture = new OffscreenCanvas(columns, rows);
  const pen = picture.getContext("2d");
  const pixels = pen.createImageData(columns, rows);
  const [r, g, b] = rgbOf(colour);
  for (let at = 0; at < inside.length; at++) {
    if (!inside[at]) continue;
    const column = at % columns;
    const rim = !column || column === columns - 1 || !inside[at - 1] || !inside[at + 1] || !inside[at - columns] || !inside[at + columns];
    pixels.data.set([r, g, b, rim ? 255 : 255 * FILL], at * 4);
  }
  pen.putImageData(pixels, 0, 0);
  return picture;
}

/**
 * Lay a mask over a viewport.
 *
 * The overlay is what imaging/seg/rendering.py writes: {rows, columns, segments: [{label, slices: {sop_instance_uid:
 * runs}}]}; a segment may name its own colour "#rrggbb". `draw(slice)` follows the viewport.
 */
export class MaskLayer {
  constructor(element, viewport) {
    this.viewport = viewport;
    this.canvas = Object.assign(document.createElement("canvas"), { className: "mask", ariaHidden: "true" });
    element.append(this.canvas);
    this.shown = true;
    this.pictures = new Map();
    this.segments = [];
  }

  load(overlay) {
    this.size = { rows: overlay.rows, columns: overlay.columns };
    this.segments = overlay.segments.map((each, at) => ({ ...each, colour: each.colour ?? COLOURS[at % COLOURS.length] }));
    this.pictures.clear();
  }

  /** Return the slice (its index) in which the mask is largest, or -1. */
  largestOn(slices) {
    const pixels = (runs) => runs.reduce((sum, length, at) => sum + (at % 2 ? length : 0), 0);
    const size = (slice) => this.segments.reduce((sum, { slices: all }) => sum + pixels(all[slice.sopInstanceUid] ?? []), 0);
    const sizes = slices.map(size);
    const most = Math.max(0, ...sizes);
    return most ? sizes.indexOf(most) : -1;
  }

  picturesFor(sop) {
    if (!this.pictures.has(sop)) {
      const drawn = this.segments.filter(({ slices }) => slices[sop]?.length);
      this.pictures.set(sop, drawn.map(({ slices, colour }) => pictureOf(slices[sop], this.size, colour)));
    }
    return this.pictures.get(sop);
  }

  draw(slice) {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement;
    const scale = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    const pictures = this.shown && slice ? this.picturesFor(slice.sopInstanceUid) : [];
    this.canvas.dataset.pictures = pictures.length;
    if (!pictures.length) return;
    const at = (x, y) => this.viewport.worldToCanvas(toPatient(slice, x, y));
    const [origin, right, down] = [at(0, 0), at(1, 0), at(0, 1)];
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.transform(right[0] - origin[0], right[1] - origin[1], down[0] - origin[0], down[1] - origin[1], origin[0], origin[1]);
    pen.imageSmoothingEnabled = false;
    for (const picture of pictures) pen.drawImage(picture, 0, 0);
  }
}
