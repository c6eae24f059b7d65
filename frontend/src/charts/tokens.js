const NAMES = { text: "--text", text2: "--text-2", text3: "--text-3", line: "--line", axis: "--line-2", surface: "--surface", accent: "--accent", font: "--font", band1: "--band-1", band2: "--band-2", band3: "--band-3" };

/** Return the colours and the font of the current theme, read from the style sheet. */
export function tokens() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(Object.entries(NAMES).map(([name, property]) => [name, style.getPropertyValue(property).trim()]));
}

/** Return a number with its sign, a real minus, and so many decimals. */
export function signed(value, decimals = 1) {
  const words = Math.abs(value).toFixed(decimals);
  return value < 0 ? `−${words}` : `+${words}`;
}

export const percent = (share) => `${Math.round(share * 100)}%`;
