const KEPT = "tandem.theme";
const root = document.documentElement;

function show(theme) {
  root.dataset.bsTheme = theme;
  dispatchEvent(new CustomEvent("tandem:theme", { detail: theme }));
}

/** Switch on [data-theme-toggle], keep the choice, follow it in the other tabs; announces `tandem:theme`. */
export function watchTheme() {
  addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem(KEPT, theme);
    show(theme);
  });
  addEventListener("storage", (event) => {
    if (event.key === KEPT && event.newValue) show(event.newValue);
  });
}
