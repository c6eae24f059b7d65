import { text } from "../strings.js";
import { signed } from "./tokens.js";

// A label may take two lines of LINE.
const ROW = 27;
const LINE = 13;
const LABEL_SHARE = 0.46;

function labelled(item, decimals, t) {
  return {
    value: item.value,
    href: item.href,
    itemStyle: { color: item.value < 0 ? t.band1 : t.band3, borderRadius: 1 },
    label: { show: true, position: item.value < 0 ? "left" : "right", formatter: signed(item.value, decimals), color: t.text, fontWeight: 600, fontSize: 12 },
  };
}

/** What raised and what lowered a score. data: {items: [{label, value, href?}], decimals?, label_head, value_head}. */
export function contributions(data, t, width) {
  const decimals = data.decimals ?? 1;
  const items = [...data.items].reverse();
  const far = Math.max(...items.map(({ value }) => Math.abs(value)), 1e-9);
  const least = Math.min(0, ...items.map(({ value }) => value));
  const room = Math.round(width * LABEL_SHARE);
  const zero = { symbol: "none", silent: true, animation: false, label: { show: false }, data: [{ xAxis: 0 }], lineStyle: { color: t.axis, type: "solid", width: 1 } };
  const option = {
    grid: { left: room, right: 46, top: 2, bottom: 24 },
    xAxis: {
      type: "value", min: least < 0 ? least - far * 0.32 : 0, max: Math.max(0, ...items.map(({ value }) => value)) || far * 0.1,
      splitLine: { show: false }, axisLabel: { show: false }, axisTick: { show: false }, axisLine: { show: false },
      name: `← ${text("lowers")}   ${text("raises")} →`, nameLocation: "middle", nameGap: 8, nameTextStyle: { color: t.text3, fontSize: 12 },
    },
    yAxis: {
      type: "category", data: items.map(({ label }) => label), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { color: t.text2, fontSize: 12, margin: room, align: "left", width: room - 8, lineHeight: LINE, overflow: "break" },
    },
    series: [{ type: "bar", barWidth: 16, data: items.map((item) => labelled(item, decimals, t)), markLine: zero }],
  };
  const table = { head: [data.label_head ?? text("input"), data.value_head ?? text("contribution")], rows: data.items.map(({ label, value }) => [label, signed(value, decimals)]) };
  return { option, height: items.length * ROW + 26, table };
}
