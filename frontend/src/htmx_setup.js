import { loginUrl, wasSentToLogin } from "./session.js";
import { text } from "./strings.js";
import { toast } from "./toast.js";

function csrfToken() {
  return document.body.dataset.csrf ?? "";
}

async function problemOf(xhr) {
  if (!(xhr.getResponseHeader("Content-Type") ?? "").includes("problem+json")) return null;
  const problem = JSON.parse(xhr.responseText);
  return problem.detail || problem.title || null;
}

const kept = (element) => (element.closest?.("[data-autosave]") ? text("kept_here") : text("nothing_changed"));

async function onRefused(event) {
  const { xhr, elt } = event.detail;
  const reason = (await problemOf(xhr)) ?? text(xhr.status >= 500 ? "server_failed" : "refused", { status: xhr.status });
  toast(`${reason} ${kept(elt)}`, { kind: "bad" });
}

function onUnreachable(event) {
  toast(`${text("network_lost")} ${kept(event.detail.elt)}`, { kind: "bad" });
}

function onAnswer(event) {
  if (!wasSentToLogin(event.detail.xhr)) return;
  // Without this the log-in page would be swapped into the item.
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  event.preventDefault();
  toast(text("session_ended"), { kind: "bad", action: { label: text("log_in"), href: loginUrl() } });
  event.detail.elt.dispatchEvent(new CustomEvent("tandem:session-ended", { bubbles: true }));
}

/** CSRF header, which answers are swapped in, and what is said when one fails. */
export function configureHtmx(htmx) {
  Object.assign(htmx.config, {
    allowEval: false,
    includeIndicatorStyles: false,
    historyCacheSize: 0,
    selfRequestsOnly: true,
    // 409 and 422 carry the same part of the page with both values or the messages in it.
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "409|422", swap: true },
      { code: "[45]..", swap: false, error: true },
      { code: "...", swap: false },
    ],
  });
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeOnLoad", onAnswer);
  document.addEventListener("htmx:responseError", onRefused);
  document.addEventListener("htmx:sendError", onUnreachable);
  document.addEventListener("htmx:timeout", onUnreachable);
}
