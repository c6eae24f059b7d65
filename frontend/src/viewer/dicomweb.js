// Reading a series over DICOMweb: its metadata, the order of its slices and where each pixel lies in the patient.
import { wadors } from "@cornerstonejs/dicom-image-loader";

const TAG = {
  sop: "00080018", modality: "00080060", sliceThickness: "00180050", number: "00200013", position: "00200032",
  orientation: "00200037", rows: "00280010", columns: "00280011", spacing: "00280030", frames: "00280008",
};
const values = (instance, name) => instance[TAG[name]]?.Value;
const numbers = (instance, name) => values(instance, name)?.map(Number);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

function geometryOf(instance) {
  const orientation = numbers(instance, "orientation") ?? [1, 0, 0, 0, 1, 0];
  const [row, column] = [orientation.slice(0, 3), orientation.slice(3, 6)];
  const position = numbers(instance, "position") ?? [0, 0, 0];
  const spacing = numbers(instance, "spacing") ?? null;
  return { row, column, normal: cross(row, column), position, spacing, rows: numbers(instance, "rows")[0], columns: numbers(instance, "columns")[0] };
}

function sliceOf(instance, root) {
  const geometry = geometryOf(instance);
  const sop = values(instance, "sop")[0];
  return {
    imageId: `wadors:${root}/instances/${sop}/frames/1`,
    sopInstanceUid: sop,
    ...geometry,
    along: values(instance, "position") ? dot(geometry.normal, geometry.position) : numbers(instance, "number")?.[0] ?? 0,
    thickness: numbers(instance, "sliceThickness")?.[0] ?? null,
    modality: values(instance, "modality")?.[0] ?? "",
    instance,
  };
}

async function answerOf(url, accept) {
  const answer = await fetch(url, { headers: { Accept: accept }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.json();
}

/**
 * Return the slices of a series from head to feet (of any series: against its normal), each with its image id,
 * geometry (LPS, mm) and SOP Instance UID, after telling Cornerstone their metadata. Multi-frame objects are refused.
 */
export async function loadSeries({ dicomWebRoot, studyUid, seriesUid }) {
  const base = new URL(dicomWebRoot, location.href).href.replace(/\/$/, "");
  const root = `${base}/studies/${studyUid}/series/${seriesUid}`;
  const instances = await answerOf(`${root}/metadata`, "application/dicom+json");
  if (instances.some((each) => (numbers(each, "frames")?.[0] ?? 1) > 1)) throw new Error("multi-frame");
  const slices = instances.map((each) => sliceOf(each, root)).sort((a, b) => b.along - a.along);
  for (const { imageId, instance } of slices) wadors.metaDataManager.add(imageId, instance);
  return slices;
}

export const loadJson = (url) => answerOf(url, "application/json");

/** Return the patient coordinates (LPS, mm) of an image point; (0, 0) is the outer corner of the first pixel. */
export function toPatient(slice, x, y) {
  const [down, across] = slice.spacing ?? [1, 1];
  return slice.position.map((start, i) => start + slice.row[i] * across * (x - 0.5) + slice.column[i] * down * (y - 0.5));
}

/** Return the letters of the directions in which the image's right and lower edges lie, such as "L" and "P". */
export function edgesOf(slice) {
  const letter = (direction) => {
    const size = direction.map(Math.abs);
    const axis = size.indexOf(Math.max(...size));
    return [["R", "L"], ["A", "P"], ["F", "H"]][axis][direction[axis] > 0 ? 1 : 0];
  };
  const opposite = { R: "L", L: "R", A: "P", P: "A", F: "H", H: "F" };
  const [right, bottom] = [letter(slice.row), letter(slice.column)];
  return { right, bottom, left: opposite[right], top: opposite[bottom] };
}
