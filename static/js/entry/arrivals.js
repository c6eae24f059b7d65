import { itemAt, items, say, sheet } from "./page.js";
import { readEntry } from "./fields.js";

// When the images change, the form is asked for once more: what is proposed now comes onto the page that is open, and
// what stands in a field, saved or only just typed, stays as it is.

const isEmpty = ({ raw, missing }) => !missing && (Array.isArray(raw) ? !raw.length : !raw);

/** Return the page as the server makes it now, or null when it sends another one, such as the log-in page. */
async function pageNow() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return answer.ok && page.getElementById("entry-data") ? page : null;
}

/** Put one proposal into its item; tells whether it is new there and had room. */
function propose(fresh) {
  const proposal = fresh.querySelector("[data-proposal]");
  const item = itemAt(fresh.dataset.path);
  const before = item?.querySelector("[data-proposal]");
  if (!proposal || !item || !isEmpty(readEntry(item)) || before?.dataset.raw === proposal.dataset.raw) return false;
  before?.remove();
  item.querySelector(".ctl")?.prepend(document.adoptNode(proposal));
  const [status, shown] = [item, fresh].map((each) => each.querySelector("[data-status]"));
  if (status && shown) Object.assign(status, { className: shown.className, textContent: shown.textContent });
  return true;
}

async function arrive() {
  const page = await pageNow();
  if (!page) return;
  const count = [...page.querySelectorAll("#sheet .item")].filter(propose).length;
  const [head, fresh] = [sheet, page].map((each) => each.querySelector("[data-group] > header"));
  if (head && fresh && items().some((item) => item.querySelector("[data-proposal]"))) head.replaceWith(document.adoptNode(fresh));
  if (count) globalThis.tandem.toast(say("proposed", { count }));
}

export function watchArrivals() {
  // The table of series is fetched anew after an upload, and when a phase was confirmed or corrected.
  sheet.addEventListener("htmx:afterSwap", ({ target }) => target.id === "imaging-series" && arrive());
}
