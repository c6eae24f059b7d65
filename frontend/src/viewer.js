import { register, watchControls } from "./viewer/controls.js";
import { mountViewer as mount } from "./viewer/mount.js";

/** Mount a viewer (see viewer/mount.js) and connect the controls of the page to it. */
export async function mountViewer(element, options) {
  const viewer = await mount(element, options);
  register(viewer);
  return viewer;
}

watchControls();
// Elements of partials/viewer.html mount themselves; data-viewer names the <script type="application/json"> of options.
for (const element of document.querySelectorAll("[data-viewer]")) {
  mountViewer(element, JSON.parse(document.getElementById(element.dataset.viewer).textContent));
}
globalThis.tandem = Object.assign(globalThis.tandem ?? {}, { mountViewer });
