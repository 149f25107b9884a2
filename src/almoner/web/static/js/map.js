// The map changes as the slider moves; the address bar keeps what is shown.
export function liveMap(form) {
  const shown = document.getElementById("map-shown");
  const year = form.elements.year;
  const said = document.getElementById("year-said");
  let waiting = 0;
  let turn = 0;

  const load = async (withoutYear) => {
    const mine = ++turn;
    const query = new URLSearchParams(new FormData(form));
    if (withoutYear) query.delete("year");
    const answer = await fetch(`/?${query}`, { headers: { Accept: "text/html" } });
    if (mine !== turn || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown.replaceChildren(...page.getElementById("map-shown").childNodes);
    const fresh = page.getElementById("year");
    for (const name of ["min", "max"]) year.setAttribute(name, fresh.getAttribute(name));
    year.value = fresh.getAttribute("value");
    year.disabled = fresh.hasAttribute("disabled");
    said.textContent = year.value;
    query.set("year", year.value);
    history.replaceState(null, "", `/?${query}#map`);
  };
  year.addEventListener("input", () => {
    said.textContent = year.value;
    clearTimeout(waiting);
    waiting = setTimeout(load, 120, false);
  });
  form.elements.measure.addEventListener("change", () => load(true));
  form.elements.show.addEventListener("change", () => load(false));
  form.addEventListener("submit", (event) => { event.preventDefault(); load(false); });
}
