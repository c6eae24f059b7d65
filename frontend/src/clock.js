// Every time on a page is shown in the time zone of the studies, whatever the machine says.
const ZONE = "Asia/Shanghai";
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const language = () => document.documentElement.lang || "zh-Hans";

/** Return how long ago (or ahead) in words, within a week; null beyond. */
export function relative(moment, now = new Date()) {
  const seconds = (moment - now) / 1000;
  if (Math.abs(seconds) > 7 * 86400) return null;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Return "2026-11-20 16:32" in the time zone of the studies. */
export function absolute(moment) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" }).format(moment);
}

function today() {
  const parts = { timeZone: ZONE, month: "2-digit", day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const found = Object.fromEntries(new Intl.DateTimeFormat(language(), parts).formatToParts(new Date()).map((each) => [each.type, each.value]));
  return `${found.month}-${found.day} ${found.weekday} ${found.hour}:${found.minute} (UTC+8)`;
}

function draw() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.textContent = relative(moment) ?? absolute(moment);
    element.title = `${absolute(moment)} (UTC+8)`;
  }
  for (const element of document.querySelectorAll("[data-clock]")) element.textContent = today();
}

/** Fill time[data-relative] and [data-clock], now, twice a minute and after every swap. */
export function startClocks() {
  draw();
  setInterval(draw, 30_000);
  addEventListener("htmx:afterSettle", draw);
}
