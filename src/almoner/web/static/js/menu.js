// On a telephone the list of pages is folded behind a button; without scripts it is always there.
export function menu(button) {
  const list = document.getElementById(button.dataset.menu);
  button.hidden = false;
  const fold = (open) => {
    button.setAttribute("aria-expanded", String(open));
    list.classList.toggle("al-folded", !open);
  };
  fold(false);
  button.addEventListener("click", () => fold(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
      fold(false);
      button.focus();
    }
  });
}
