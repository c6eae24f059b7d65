// Which gesture does what in one viewer.
import { BidirectionalTool, Enums, LengthTool, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool } from "@cornerstonejs/tools";

const { Primary, Auxiliary, Secondary, Wheel } = Enums.MouseBindings;
export const MEASURING = [LengthTool.toolName, BidirectionalTool.toolName];
const MOVING = [WindowLevelTool.toolName, PanTool.toolName, ZoomTool.toolName];
export const DEFAULT_TOOL = WindowLevelTool.toolName;
const FIXED = { [PanTool.toolName]: Auxiliary, [ZoomTool.toolName]: Secondary };

const bindings = (...buttons) => ({ bindings: buttons.map((mouseButton) => ({ mouseButton })) });

/** Bind wheel to slices, right button to zoom, middle to pan, left to the chosen tool (window at first). */
export function makeToolGroup({ id, viewportId, engineId, readOnly }) {
  const group = ToolGroupManager.createToolGroup(id);
  for (const name of [...MOVING, StackScrollTool.toolName]) group.addTool(name);
  for (const name of MEASURING) group.addTool(name, { getTextLines: linesOf });
  group.addViewport(viewportId, engineId);
  group.setToolActive(StackScrollTool.toolName, bindings(Wheel));
  for (const name of MEASURING) readOnly ? group.setToolEnabled(name) : group.setToolPassive(name);
  chooseTool(group, DEFAULT_TOOL, readOnly);
  return group;
}

/** Give the left button to a tool; the others keep what they have on the other buttons. */
export function chooseTool(group, chosen, readOnly = false) {
  if (readOnly && MEASURING.includes(chosen)) return;
  for (const name of [...MOVING, ...MEASURING]) {
    const buttons = [...(name === chosen ? [Primary] : []), ...(FIXED[name] ? [FIXED[name]] : [])];
    if (buttons.length) group.setToolActive(name, bindings(...buttons));
    else if (readOnly && MEASURING.includes(name)) group.setToolEnabled(name);
    else group.setToolPassive(name, { removeAllBindings: true });
  }
}

/** What stands beside a measurement: its label, then millimetres with one decimal. */
function linesOf(data, targetId) {
  const { length, width, unit } = data.cachedStats[targetId] ?? {};
  if (length === undefined || length === null) return [];
  const size = width === undefined ? length.toFixed(1) : `${length.toFixed(1)} × ${width.toFixed(1)}`;
  return [`${data.label ? `${data.label} ` : ""}${size} ${unit ?? ""}`.trim()];
}
