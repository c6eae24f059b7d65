/** Return a moment as the clock on the wall says it, with its offset from UTC: 2026-11-22T10:03:12.345+08:00. */
export function told(moment = new Date()) {
  const ahead = -moment.getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const wall = new Date(moment.getTime() + ahead * 60_000).toISOString().slice(0, -1);
  return `${wall}${ahead < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}
