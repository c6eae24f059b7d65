import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { bandScale } from "./charts/band.js";
import { contributions } from "./charts/contributions.js";
import { lines } from "./charts/lines.js";
import { survival } from "./charts/survival.js";
import { tableOf } from "./charts/table.js";
import { tokens } from "./charts/tokens.js";

use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

// kind → data, tokens → {option, height, table}
const KINDS = { contributions, survival, band: bandScale, lines };
const drawn = new Map();

function paint(figure) {
  const { chart, stage, data, make } = drawn.get(figure);
  const { option, height } = make(data, tokens(), stage.clientWidth);
  stage.style.height = `${height}px`;
  chart.resize();
  chart.setOption({ animation: false, textStyle: { fontFamily: tokens().font }, ...option }, { notMerge: true });
}

/**
 * Draw a chart in a figure: data-chart names the kind, data-source the id of the JSON, data-label says the finding in
 * one sentence (read out instead of the plot). The numbers follow as a table that can be opened.
 */
export function mountChart(figure) {
  const make = KINDS[figure.dataset.chart];
  const data = JSON.parse(document.getElementById(figure.dataset.source).textContent);
  const stage = Object.assign(document.createElement("div"), { className: "chart", role: "img", ariaLabel: figure.dataset.label ?? "" });
  figure.replaceChildren(stage);
  const chart = init(stage, null, { renderer: "svg" });
  drawn.set(figure, { chart, stage, data, make });
  chart.on("click", ({ data: point }) => point?.href && location.assign(point.href));
  figure.append(tableOf(make(data, tokens(), stage.clientWidth).table));
  paint(figure);
  new ResizeObserver(() => paint(figure)).observe(figure);
  figure.dataset.rendered = "true";
}

function mountAll(root) {
  for (const figure of root.querySelectorAll("figure[data-chart]")) if (!drawn.has(figure)) mountChart(figure);
}

mountAll(document);
addEventListener("htmx:afterSettle", (event) => mountAll(event.target.parentElement ?? document));
addEventListener("tandem:theme", () => [...drawn.keys()].filter((each) => each.isConnected).forEach(paint));
