// A chart to explore: drawn again by Vega-Lite with a pointer's tooltips, and read point by point with the arrow keys.
const LIBRARIES = ["vega", "vega-lite", "vega-embed"];
const SAID = ["year", "median", "low", "high", "start", "end", "value", "here", "england", "then", "now", "share", "change"];
let libraries;

function load(name) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `/static/vendor/${name}.min.js`;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

function ready() {
  libraries ??= LIBRARIES.reduce((before, name) => before.then(() => load(name)), Promise.resolve());
  return libraries;
}

function withTooltips(spec) {
  for (const layer of spec.layer ?? []) {
    const [row] = layer.data?.values ?? [];
    const type = layer.mark?.type;
    if (!row || !["line", "area", "point", "rule", "bar"].includes(type)) continue;
    const fields = SAID.filter((name) => name in row);
    if (fields.length) layer.encoding.tooltip = fields.map((field) => ({ field, title: field, format: field === "year" ? "d" : ",.4~g", type: "quantitative" }));
  }
  return spec;
}

export function explore(figure) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = "Explore this chart";
  const hidden = document.createElement("span");
  hidden.className = "govuk-visually-hidden";
  hidden.textContent = `: ${figure.querySelector("h2, h3").textContent}`;
  button.append(hidden);
  figure.querySelector("details").before(button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    const narrow = window.matchMedia("(max-width: 640px)").matches;
    const pane = figure.querySelector(narrow ? ".al-narrow" : ".al-wide");
    const query = new URLSearchParams(window.location.search);
    query.set("width", narrow ? "narrow" : "wide");
    try {
      await ready();
      const answer = await fetch(`${figure.dataset.specification}?${query}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const spec = withTooltips(await answer.json());
      const label = pane.querySelector("svg").getAttribute("aria-label");
      const room = document.createElement("div");
      await window.vegaEmbed(room, spec, {
        mode: "vega-lite", ast: true, actions: false, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true },
      });
      const drawing = room.querySelector("svg");
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", label);
      for (const child of drawing.querySelectorAll("[aria-roledescription], [role]")) {
        child.removeAttribute("aria-roledescription");
        child.removeAttribute("role");
        child.removeAttribute("aria-label");
      }
      drawing.classList.add("drawing");
      drawing.setAttribute("preserveAspectRatio", "xMinYMin meet");
      pane.replaceChildren(room);
    } catch {
      button.disabled = false;
    }
    reader(figure, button);
  });
}

function reader(figure, button) {
  const table = figure.querySelector("details table");
  if (!table || figure.querySelector(".al-chart__reader")) return;
  const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent);
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim()));
  const room = document.createElement("div");
  room.className = "al-chart__reader";
  room.tabIndex = 0;
  room.setAttribute("role", "group");
  room.setAttribute("aria-label", "The figures of this chart, one at a time: use the arrow keys");
  const said = document.createElement("p");
  said.setAttribute("aria-live", "polite");
  room.append(said);
  let at = 0;
  const say = () => {
    said.textContent = `${at + 1} of ${rows.length}: ${rows[at].map((text, i) => (i ? `${heads[i]}: ${text}` : text)).join("; ")}`;
  };
  room.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Home") at = 0;
    else if (event.key === "End") at = rows.length - 1;
    else if (step) at = Math.min(Math.max(at + step, 0), rows.length - 1);
    else return;
    event.preventDefault();
    say();
  });
  say();
  button.replaceWith(room);
  room.focus();
}
