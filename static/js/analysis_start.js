// A point inside the lesion, taken from the image by a double click; hidden where a mask is chosen.
const form = document.querySelector("[data-start]");
const mask = form.elements.segmentation;
const point = form.querySelector("[data-point]");

function showPoint() {
  point.hidden = Boolean(mask.value);
}

mask.addEventListener("change", showPoint);
showPoint();

addEventListener("tandem:viewer-ready", ({ detail: viewer }) => {
  viewer.stage.addEventListener("dblclick", (event) => {
    const frame = viewer.stage.getBoundingClientRect();
    const place = viewer.viewport.canvasToWorld([event.clientX - frame.left, event.clientY - frame.top]);
    form.elements.seed.value = [...place].map((each) => each.toFixed(1)).join(", ");
    mask.value = "";
    showPoint();
  });
});
