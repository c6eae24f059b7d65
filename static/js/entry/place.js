import { itemAt, itemOf, sheet } from "./page.js";

// Where the person stands in the form, kept in this tab: whoever comes back from the log-in page, or loads the page
// anew, goes on there.
const PLACE = `tandem.at.${document.body.dataset.user}.${location.pathname}`;

function cameBack() {
  const [navigation] = performance.getEntriesByType("navigation");
  const from = document.referrer && new URL(document.referrer).pathname;
  return navigation?.type === "reload" || Boolean(from && from.startsWith("/accounts/"));
}

/** Return the item that was left when the session ended or the page was loaded anew, else null. */
export function itemLeft() {
  const path = sessionStorage.getItem(PLACE);
  return path && cameBack() ? itemAt(path) : null;
}

export function watchPlace() {
  const note = (item) => item && sessionStorage.setItem(PLACE, item.dataset.path);
  note(itemOf(document.activeElement));
  sheet.addEventListener("focusin", (event) => note(itemOf(event.target)));
}
