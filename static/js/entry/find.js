// Choices are found by their code, their label in both languages, and pinyin: full or initials. The server lays down
// what a choice is found by in data-find, the keys parted by "|"; the code comes first.

const narrow = (text) => text.normalize("NFKC").trim().toLowerCase();

/** How well a choice fits what was typed: 0 its code, 1 another key as a whole, 2 the beginning of one, 3 a part; null not. */
export function fit(choice, typed) {
  const wanted = narrow(typed);
  const keys = (choice.dataset.find || narrow(choice.textContent || choice.value)).split("|");
  if (keys[0] === wanted) return 0;
  if (keys.includes(wanted)) return 1;
  if (keys.some((key) => key.startsWith(wanted))) return 2;
  return keys.some((key) => key.includes(wanted)) ? 3 : null;
}

/** Return the choices that fit, the best first, otherwise in their own order. */
export function found(choices, typed) {
  if (!narrow(typed)) return [...choices];
  const fits = [...choices].map((choice) => [fit(choice, typed), choice]).filter(([how]) => how !== null);
  return fits.sort(([one], [other]) => one - other).map(([, choice]) => choice);
}
