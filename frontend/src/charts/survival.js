import { text } from "../strings.js";
import { percent } from "./tokens.js";

const DASHES = { 1: "solid", 2: [6, 3], 3: "solid" };
const colourOf = (t, band) => t[`band${band}`];

function curve({ name, band, times, survival: shares }, current, t) {
  const own = current?.band === band;
  return {
    type: "line", step: "end", name, symbol: "none", silent: true,
    data: times.map((time, at) => [time, shares[at]]),
    lineStyle: { color: colourOf(t, band), width: own ? 3 : 1.8, type: DASHES[band] ?? "solid" },
    endLabel: { show: true, formatter: name, color: own ? t.text : t.text2, fontWeight: own ? 600 : 400, fontSize: 12, distance: 6 },
  };
}

function here({ time, value, label }, t) {
  return {
    type: "line", silent: true, data: [[time, value]], symbol: "circle", symbolSize: 11,
    itemStyle: { color: t.surface, borderColor: t.text, borderWidth: 2.5 },
    label: { show: Boolean(label), formatter: label, position: "bottom", align: "right", offset: [-8, 4], color: t.text, fontWeight: 600, fontSize: 12 },
    markLine: { symbol: "none", silent: true, animation: false, label: { show: false }, data: [{ xAxis: time }], lineStyle: { color: t.text3, type: [2, 3] } },
  };
}

/**
 * Survival of the strata with the present case marked.
 * data: {time_unit, max, step, curves: [{name, band: 1..3, times, survival, at_risk: [n at 0, step, …]}],
 * current: {band, time, value, label} | null}; survival as shares of 1.
 */
export function survival(data, t) {
  const axis = { axisLine: { lineStyle: { color: t.axis } }, axisLabel: { color: t.text3, fontSize: 12 } };
  const option = {
    grid: { left: 44, right: 40, top: 10, bottom: 24 },
    xAxis: { type: "value", min: 0, max: data.max, interval: data.step, splitLine: { show: false }, axisTick: { show: false }, ...axis,
      axisLabel: { ...axis.axisLabel, formatter: (value) => (value === data.max ? `${value} ${data.time_unit}` : value) } },
    yAxis: { type: "value", min: 0, max: 1, interval: 0.25, splitLine: { lineStyle: { color: t.line } }, ...axis, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: percent } },
    series: [...data.curves.map((each) => curve(each, data.current, t)), ...(data.current ? [here(data.current, t)] : [])],
  };
  return { option, height: 190, table: riskTable(data) };
}

/** Share surviving and number at risk of each stratum at each tick. */
function riskTable({ curves, max, step, time_unit: unit }) {
  const ticks = Array.from({ length: Math.floor(max / step) + 1 }, (_, at) => at * step);
  const shareAt = ({ times, survival: shares }, tick) => shares[times.findLastIndex((time) => time <= tick)] ?? 1;
  const rows = curves.map((each) => [each.name, ...ticks.map((tick, at) => `${percent(shareAt(each, tick))} (${each.at_risk?.[at] ?? "–"})`)]);
  return { head: [`${text("stratum")} · ${text("at_risk")}`, ...ticks.map((tick) => `${tick} ${unit}`)], rows };
}
