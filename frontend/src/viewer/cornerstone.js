// The one place that sets Cornerstone up: once for the page, however many viewers it holds.
import { RenderingEngine, init as initCore } from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import { BidirectionalTool, LengthTool, PanTool, StackScrollTool, WindowLevelTool, ZoomTool, addTool, annotation, init as initTools } from "@cornerstonejs/tools";

const MAX_WORKERS = 4;
const YELLOW = "#ffd54a";
const STYLE = {
  color: YELLOW, colorHighlighted: "#fff3c4", colorSelected: YELLOW, colorLocked: YELLOW, lineWidth: "1.6", lineDash: "",
  textBoxColor: YELLOW, textBoxColorHighlighted: "#fff3c4", textBoxColorSelected: YELLOW, textBoxColorLocked: YELLOW,
  textBoxFontFamily: "inherit", textBoxFontSize: "12px", textBoxLinkLineDash: "2,3", textBoxShadow: true,
};
let engine = null;

/** Return the page's rendering engine. */
export function renderingEngine() {
  if (engine) return engine;
  initCore();
  initLoader({ maxWebWorkers: Math.max(1, Math.min(MAX_WORKERS, (navigator.hardwareConcurrency || 2) - 1)) });
  initTools();
  for (const tool of [BidirectionalTool, LengthTool, PanTool, StackScrollTool, WindowLevelTool, ZoomTool]) addTool(tool);
  const { style } = annotation.config;
  style.setDefaultToolStyles({ ...style.getDefaultToolStyles(), global: { ...style.getDefaultToolStyles().global, ...STYLE } });
  engine = new RenderingEngine("tandem");
  return engine;
}
