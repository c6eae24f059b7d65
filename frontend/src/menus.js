const open = () => document.querySelectorAll("details[data-menu][open]");

/** Menus made of <details data-menu>: one open at a time; a click elsewhere or Escape closes it and gives focus back. */
export function watchMenus() {
  addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.innerText.trim());
  const icon = button.querySelector(".bi");
  icon.classList.replace("bi-clipboard", "bi-clipboard-check");
  setTimeout(() => icon.classList.replace("bi-clipboard-check", "bi-clipboard"), 1500);
}
