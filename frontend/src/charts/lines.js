const PALETTE = ["accent", "band3", "band1", "band2"];

/**
 * Plain curves over one axis (ROC, calibration, decision curve, progress over time).
 * data: {x: {name, min?, max?}, y: {name, min?, max?}, curves: [{name, points: [[x, y], …], dashed?}], diagonal?}.
 */
export function lines(data, t) {
  const axis = ({ name, min, max }, gap) => ({
    type: "value", name, min, max, nameLocation: "middle", nameGap: gap, nameTextStyle: { color: t.text2, fontSize: 12 },
    axisLabel: { color: t.text3, fontSize: 12 }, axisLine: { lineStyle: { color: t.axis } }, splitLine: { lineStyle: { color: t.line } },
  });
  const series = data.curves.map(({ name, points, dashed }, at) => ({
    type: "line", name, data: points, symbol: points.length < 20 ? "circle" : "none", symbolSize: 5,
    lineStyle: { color: t[PALETTE[at % PALETTE.length]], width: 2, type: dashed ? [6, 3] : "solid" },
    itemStyle: { color: t[PALETTE[at % PALETTE.length]] },
    endLabel: { show: data.curves.length > 1, formatter: name, color: t.text2, fontSize: 12 },
  }));
  if (data.diagonal) series.push({ type: "line", silent: true, symbol: "none", data: [[0, 0], [1, 1]], lineStyle: { color: t.text3, type: [2, 3], width: 1 } });
  const option = {
    grid: { left: 52, right: data.curves.length > 1 ? 84 : 16, top: 10, bottom: 42 },
    tooltip: { trigger: "item", confine: true }, xAxis: axis(data.x, 26), yAxis: axis(data.y, 38), series,
  };
  const rows = data.curves.flatMap(({ name, points }) => points.map(([x, y]) => [name, String(x), String(y)]));
  return { option, height: 240, table: { head: ["", data.x.name, data.y.name], rows } };
}
