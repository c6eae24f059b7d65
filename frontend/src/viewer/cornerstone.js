// The one place that sets Cornerstone up: once for the page, however many viewers it holds.
import { RenderingEngine, init as initCore } from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import { BidirectionalTool, LengthTool, PanTool, StackScrollTool, WindowLevelTool, ZoomTool, addTool, init as initTools } from "@cornerstonejs/tools";

const MAX_WORKERS = 4;
let engine = null;

/** Return the page's rendering engine. */
export function renderingEngine() {
  if (engine) return engine;
  initCore();
  initLoader({ maxWebWorkers: Math.max(1, Math.min(MAX_WORKERS, (navigator.hardwareConcurrency || 2) - 1)) });
  initTools();
  for (const tool of [BidirectionalTool, LengthTool, PanTool, StackScrollTool, WindowLevelTool, ZoomTool]) addTool(tool);
  engine = new RenderingEngine("tandem");
  return engine;
}
