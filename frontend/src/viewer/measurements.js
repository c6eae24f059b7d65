// Measurements as plain records, and back: Cornerstone's annotations stay inside this module.
import { eventTarget } from "@cornerstonejs/core";
import { Enums, annotation } from "@cornerstonejs/tools";
import { MEASURING } from "./tools.js";

const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const mm = (value) => Math.round(value * 100) / 100;
const blank = { isReference: false };

function recordOf(each, slice) {
  const points = each.data.handles.points.map((point) => [...point].map((value) => Math.round(value * 1000) / 1000));
  const diameters = [distance(points[0], points[1]), ...(points.length === 4 ? [distance(points[2], points[3])] : [])].sort((a, b) => b - a);
  return {
    uid: each.annotationUID,
    tool: each.metadata.toolName,
    label: each.data.label ?? "",
    sop_instance_uid: slice.sopInstanceUid,
    points,
    length_mm: slice.spacing ? mm(diameters[0]) : null,
    width_mm: slice.spacing && diameters.length > 1 ? mm(diameters[1]) : null,
  };
}

/**
 * Return the measurements drawn on these slices, oldest first: {uid, tool, label, sop_instance_uid, points (patient
 * LPS, mm), length_mm, width_mm}. Millimetres are null where the image states no pixel spacing.
 */
export function measurementsOn(slices) {
  const byImage = new Map(slices.map((slice) => [slice.imageId, slice]));
  const all = annotation.state.getAllAnnotations().filter((each) => MEASURING.includes(each.metadata.toolName));
  return all.filter((each) => byImage.has(each.metadata.referencedImageId)).map((each) => recordOf(each, byImage.get(each.metadata.referencedImageId)));
}

/** Draw a record on its slice again; a record of a slice that is not in the series is left out. */
export function restore(record, slices, element, frameOfReferenceUid) {
  const slice = slices.find((each) => each.sopInstanceUid === record.sop_instance_uid);
  if (!slice || annotation.state.getAnnotation(record.uid)) return;
  annotation.state.addAnnotation({
    annotationUID: record.uid,
    highlighted: false,
    invalidated: true,
    metadata: {
      toolName: record.tool, FrameOfReferenceUID: frameOfReferenceUid, referencedImageId: slice.imageId,
      viewPlaneNormal: slice.normal, viewUp: slice.column.map((value) => -value), ...blank,
    },
    data: {
      label: record.label, cachedStats: {},
      handles: { points: record.points, activeHandleIndex: null, textBox: { hasMoved: false, worldPosition: [0, 0, 0], worldBoundingBox: {} } },
    },
  }, element);
}

export const removeMeasurement = (uid) => annotation.state.removeAnnotation(uid);

export function setLabel(uid, label) {
  const found = annotation.state.getAnnotation(uid);
  if (found) Object.assign(found.data, { label });
}

/** Call back after every measurement drawn, changed or removed anywhere on the page; returns how to stop. */
export function onMeasured(listener) {
  const names = [ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED];
  names.forEach((name) => eventTarget.addEventListener(name, listener));
  return () => names.forEach((name) => eventTarget.removeEventListener(name, listener));
}
