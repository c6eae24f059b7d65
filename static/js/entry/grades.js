import { current, itemOf, post, say, sheet, urls } from "./page.js";

// A proposed grade becomes a row of the adverse events only when a person takes it: by its button or by its key.
async function take(button) {
  if (!button || button.disabled) return;
  button.disabled = true;
  const answer = await post(urls.grade, { path: itemOf(button).dataset.path, term: button.dataset.grade }).catch(() => ({ ok: false, body: {} }));
  button.disabled = answer.ok;
  button.classList.toggle("taken", answer.ok);
  globalThis.tandem.toast(answer.body.said ?? answer.body.detail ?? say("kept"), { kind: answer.ok ? "ok" : "warn" });
}

export function watchGrades() {
  sheet.addEventListener("click", (event) => take(event.target.closest("[data-grade]")));
  const first = () => current()?.querySelector("[data-grade]:not([disabled])");
  globalThis.tandem.addKey({ key: "Alt+G", label: say("take_grade"), run: () => take(first()), when: () => Boolean(first()) });
}
