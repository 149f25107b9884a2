// What scripts add to pages that can be read without them: suggestions while typing, a live map, charts to explore, progress.
import { initAll } from "/static/vendor/govuk-frontend.min.js";
import { suggest } from "/static/js/suggest.js";
import { liveMap } from "/static/js/map.js";
import { explore } from "/static/js/charts.js";
import { follow } from "/static/js/progress.js";
import { menu } from "/static/js/menu.js";
import { preview } from "/static/js/builder.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
document.querySelectorAll("[data-menu]").forEach(menu);
document.querySelectorAll("[data-suggest]").forEach(suggest);
document.querySelectorAll("form[data-live='map']").forEach(liveMap);
document.querySelectorAll("[data-specification]").forEach(explore);
document.querySelectorAll("[data-events]").forEach(follow);
document.querySelectorAll("form[data-preview]").forEach(preview);
