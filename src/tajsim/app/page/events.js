// The dated events of the scenario: a slider over the months and a field each.

import { basisOf } from "./basis.js";
import { html } from "./svg.js";


const count = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
const month = (n) => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, "0")}`;

// `moves`: key of an event -> month or "never"; `moved(key, month or null)` is told of a change.
export function drawEvents(place, scenario, moves, moved) {
  const rows = scenario.events.map((event) => eventRow(event, scenario, moves.get(event.name), moved));
  place.replaceChildren(...(rows.length ? rows : [html("p", { class: "about" }, "None.")]));
}

function eventRow(event, scenario, chosen, moved) {
  const { button, inside, onHover } = basisOf({ basis: event.basis, head: event.label,
    lines: [event.meaning, `in the scenario: ${event.month}`, ...event.why] });
  const slider = html("input", { type: "range", min: String(count(scenario.start)),
    max: String(count(scenario.end)), "data-event": event.name, "aria-describedby": inside.id,
    "aria-label": `${event.label}: month, ${scenario.start} to ${scenario.end}` });
  const field = html("input", { "data-month-of": event.name,
    "aria-label": `${event.label}: month as YYYY-MM, or never` });
  const show = (text) => {
    field.value = text;
    if (/^\d{4}-\d{2}$/.test(text)) slider.value = String(count(text));
    slider.setAttribute("aria-valuetext", text);
  };
  show(chosen ?? event.month);
  const row = html("div", { class: `lever${chosen === undefined ? "" : " moved"}` },
    html("div", { class: "top" }, html("span", { class: "what" }, event.label), button),
    html("div", { class: "bottom" }, slider, field), inside);
  const say = (text) => {
    show(text);
    row.classList.toggle("moved", text !== event.month);
    moved(event.name, text === event.month ? null : text);
  };
  slider.addEventListener("input", () => say(month(Number(slider.value))));
  field.addEventListener("change", () => say(field.value.trim().toLowerCase() || event.month));
  onHover(row);
  return row;
}
