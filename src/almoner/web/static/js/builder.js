// The preview follows the settings as they move; the address bar keeps them, so that Back undoes the last change.
export function preview(form) {
  const shown = document.getElementById("preview");
  let waiting = 0;
  let turn = 0;
  let settled = form.ownerDocument.location.search;

  const load = async () => {
    const mine = ++turn;
    const query = new URLSearchParams(new FormData(form));
    shown.setAttribute("aria-busy", "true");
    const answer = await fetch(`${form.dataset.preview}?${query}`, { headers: { Accept: "text/html" } });
    if (mine !== turn) return;
    shown.removeAttribute("aria-busy");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown.replaceChildren(...page.getElementById("preview").childNodes);
    const keep = document.getElementById("keep");
    const fresh = page.getElementById("keep");
    if (keep && fresh) keep.replaceChildren(...fresh.childNodes);
    if (`?${query}` !== settled) {
      settled = `?${query}`;
      history.pushState(null, "", `${window.location.pathname}${settled}`);
    }
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(load, 250); };
  form.querySelectorAll("input[type='range']").forEach((slider) => {
    const box = document.getElementById(slider.dataset.for);
    slider.hidden = false;
    slider.addEventListener("input", () => { box.value = slider.value; later(); });
    box.addEventListener("input", () => { slider.value = box.value; });
  });
  form.addEventListener("input", (event) => { if (event.target.name && event.target.name !== "add") later(); });
  window.addEventListener("popstate", () => window.location.reload());
}
