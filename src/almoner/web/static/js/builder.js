// The preview follows the settings as they move; the address bar keeps them, and a list of former addresses lets changes be undone.
const KEY = "almoner-draft";
const LONGEST = 100;

function former() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function remember(search, undo) {
  const before = former();
  if (before.at(-1) !== search) before.push(search);
  sessionStorage.setItem(KEY, JSON.stringify(before.slice(-LONGEST)));
  undo.hidden = before.length < 2;
}

export function preview(form) {
  const shown = document.getElementById("preview");
  const undo = form.querySelector("[data-undo]");
  let waiting = 0;
  let turn = 0;
  let settled = window.location.search;
  // Whoever comes from another page begins anew: what was built before is not theirs to go back to.
  const inside = document.referrer.startsWith(`${window.location.origin}${window.location.pathname}`);
  const again = performance.getEntriesByType("navigation")[0]?.type;
  if (!inside && again === "navigate") sessionStorage.removeItem(KEY);
  remember(settled, undo);

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
    document.getElementById("keep").replaceChildren(...page.getElementById("keep").childNodes);
    if (`?${query}` !== settled) {
      settled = `?${query}`;
      history.pushState(null, "", `${window.location.pathname}${settled}`);
      remember(settled, undo);
    }
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(load, 250); };
  form.querySelectorAll("input[type='range']").forEach((slider) => {
    const box = document.getElementById(slider.dataset.for);
    slider.hidden = false;
    slider.addEventListener("input", () => { box.value = slider.value; later(); });
    box.addEventListener("input", () => { slider.value = box.value; });
  });
  const counts = (field) => field.name && !field.name.startsWith("add");
  form.addEventListener("input", (event) => { if (counts(event.target)) later(); });
  // What was typed before this file had come is followed too.
  if ([...form.elements].some((field) => counts(field) && "defaultValue" in field && field.value !== field.defaultValue)) later();
  undo.addEventListener("click", () => {
    const before = former().slice(0, -1);
    sessionStorage.setItem(KEY, JSON.stringify(before));
    window.location.assign(`${window.location.pathname}${before.at(-1)}`);
  });
  window.addEventListener("popstate", () => window.location.reload());
}
