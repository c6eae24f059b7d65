import { text } from "../strings.js";

const TOP = 18;
const THICK = 12;
const shapes = (children) => ({ type: "group", children });
const label = (x, words, align, fill, bold) => ({ type: "text", x, y: TOP + THICK + 6, style: { text: words, textAlign: align, fill, fontSize: 12, fontWeight: bold ? 600 : 400 } });

function bars(data, t, at) {
  let from = data.min;
  return data.bands.map(({ to }, index) => {
    const [x, end] = [at(from), at(to)];
    from = to;
    return { type: "rect", shape: { x: x + (index ? 1 : 0), y: TOP, width: end - x - (index < data.bands.length - 1 ? 2 : 1), height: THICK }, style: { fill: t[`band${data.bands.length === 2 && index ? 3 : index + 1}`] } };
  });
}

function names(data, t, at) {
  let from = data.min;
  return data.bands.flatMap(({ name, to }, index) => {
    const here = data.score >= from && (data.score < to || index === data.bands.length - 1);
    const middle = (at(from) + at(to)) / 2;
    from = to;
    const last = index === data.bands.length - 1;
    return [label(middle, name, "center", here ? t.text : t.text2, here), label(at(to), String(to), last ? "right" : "center", t.text3)];
  });
}

function pointer(data, t, at) {
  const [x, low, high, y] = [at(data.score), at(data.low ?? data.score), at(data.high ?? data.score), TOP - 5];
  const pen = { stroke: t.text, lineWidth: 1.5, fill: "none" };
  const span = data.low === undefined ? [] : [
    { type: "polyline", shape: { points: [[low, y], [high, y]] }, style: pen },
    ...[low, high].map((end) => ({ type: "polyline", shape: { points: [[end, y - 4], [end, y + 4]] }, style: pen })),
  ];
  return [...span, { type: "polygon", shape: { points: [[x, y - 7], [x + 6, y], [x, y + 7], [x - 6, y]] }, style: { fill: t.text } }];
}

/** Where a score lies among its bands. data: {score, low?, high?, min, max, bands: [{name, to}]}, bands from low to high. */
export function bandScale(data, t, width) {
  const at = (value) => ((value - data.min) / (data.max - data.min)) * width;
  const draw = () => shapes([...bars(data, t, at), label(0, String(data.min), "left", t.text3), ...names(data, t, at), ...pointer(data, t, at)]);
  const option = {
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { show: false, min: data.min, max: data.max }, yAxis: { show: false, min: 0, max: 1 },
    series: [{ type: "custom", renderItem: draw, data: [[data.score, 0]], silent: true, clip: false }],
  };
  const rows = [[text("score"), String(data.score)], ...(data.low === undefined ? [] : [[text("interval"), `${data.low}–${data.high}`]]), ...data.bands.map(({ name, to }) => [name, `≤ ${to}`])];
  return { option, height: 54, table: { head: [text("quantity"), text("value")], rows } };
}
