// What the server laid down for the page: addresses and words.
const data = JSON.parse(document.getElementById("entry-data").textContent);

export const urls = data;
export const missingWords = data.missing;

/** Return the words of a key with {name} places filled. */
export function say(key, places = {}) {
  if (!(key in data.words)) throw new Error(`the page has no words for "${key}"`);
  return data.words[key].replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
}

export const sheet = document.getElementById("sheet");
export const items = () => [...sheet.querySelectorAll("[data-path]")];
export const itemAt = (path) => sheet.querySelector(`[data-path="${CSS.escape(path)}"]`);
export const itemOf = (element) => element?.closest?.("[data-path]") ?? null;
/** The item that has the focus, or that the panel speaks of. */
export const current = () => itemOf(document.activeElement) ?? sheet.querySelector("[data-path].focus");

/** Read the CSRF token from its cookie: after a log-in in another tab the one laid down in the page is stale. */
export function csrf() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.body.dataset.csrf ?? "";
}

// A preview has no draft on the server: its record stands here, goes along with each request and comes back changed.
const isPreview = "record" in data;

/** POST JSON and return the answer; a redirect to the log-in page counts as 401. */
export async function post(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json, application/problem+json", "X-CSRFToken": csrf() },
    body: JSON.stringify(isPreview ? { ...body, record: data.record } : body),
    keepalive: !isPreview,
  });
  const sentToLogin = response.redirected && new URL(response.url).pathname.startsWith(document.body.dataset.loginUrl);
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const answer = isJson ? await response.json() : {};
  if (isPreview && answer.record) data.record = answer.record;
  return { status: sentToLogin ? 401 : response.status, ok: response.ok && isJson && !sentToLogin, body: answer };
}
