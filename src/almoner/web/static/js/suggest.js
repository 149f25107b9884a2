// Places that fit what is typed, as a list box below the field (WAI-ARIA combobox); without scripts the field has a datalist.
export function suggest(field) {
  field.removeAttribute("list");
  const list = document.createElement("ul");
  list.className = "al-search__list";
  list.id = `${field.id}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places");
  list.hidden = true;
  field.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    field.setAttribute(name, value);
  }
  let places = [];
  let at = -1;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    at = -1;
  };
  const go = (place) => { window.location.assign(`/areas/${place.code}`); };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) field.setAttribute("aria-activedescendant", list.children[at].id);
    else field.removeAttribute("aria-activedescendant");
  };
  field.addEventListener("input", async () => {
    const turn = ++asked;
    if (field.value.trim().length < 2) { close(); return; }
    const answer = await fetch(`/places.json?q=${encodeURIComponent(field.value.trim())}`);
    if (turn !== asked || !answer.ok) return;
    places = await answer.json();
    list.replaceChildren(...places.map((place, i) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${i}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = place.name;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); go(place); });
      return item;
    }));
    list.hidden = places.length === 0;
    field.setAttribute("aria-expanded", String(places.length > 0));
    mark(-1);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { mark((at + 1) % places.length); event.preventDefault(); }
    else if (event.key === "ArrowUp") { mark((at + places.length - 1) % places.length); event.preventDefault(); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); go(places[at]); }
  });
  field.addEventListener("blur", close);
}
