/** Brings the tab of the page into sight where the strip is too narrow for all tabs. */
export function showCurrentTab() {
  const strip = document.querySelector(".top .tabs");
  const current = strip?.querySelector("[aria-current]");
  if (!current) return;
  const [tab, seen] = [current.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (tab.left < seen.left || tab.right > seen.right) strip.scrollLeft += tab.left - seen.left - (seen.width - tab.width) / 2;
}
