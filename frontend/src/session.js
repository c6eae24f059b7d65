// What is known about the log-in from the page alone.
const LOGIN = "/accounts/login/";

export const user = () => document.body.dataset.user ?? "";
export const loginUrl = () => `${document.body.dataset.loginUrl || LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`;

/** True when a request was answered by the log-in page: the session has ended. */
export const wasSentToLogin = (xhr) =>
  xhr.status === 401 || (xhr.responseURL !== "" && new URL(xhr.responseURL).pathname.startsWith(document.body.dataset.loginUrl || LOGIN));
