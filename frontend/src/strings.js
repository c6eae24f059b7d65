// The words of the scripts: translated by the server, laid down once per page as JSON (partials/strings.html).
let words = null;

/** Return the words for a key with {name} places filled; a key without words is an error of the programmer. */
export function text(key, places = {}) {
  words ??= JSON.parse(document.getElementById("tandem-strings")?.textContent ?? "{}");
  if (!(key in words)) throw new Error(`partials/strings.html has no words for "${key}"`);
  return words[key].replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
}
