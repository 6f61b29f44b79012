// The answer card: the finding, its numbers, what it rests on; the same that `tajsim compare` prints.

import { byId, firm, html } from "./svg.js";

export function drawCard(card) {
  for (const id of ["card", "strip"]) byId(id).classList.remove("stale");
  byId("finding").textContent = firm(`${card.finding}.`);
  byId("card-about").textContent = `${card.about}.`;
  byId("numbers").replaceChildren(...card.numbers.map(numberOf));
  byId("card-notes").replaceChildren(...card.notes.map((text) => html("p", { class: "about" }, text)));
  // A narrow page shows the first of it below the levers, so that a move is answered in sight.
  const [first] = card.numbers;
  byId("strip").replaceChildren(...(first ? [html("b", {}, first.label), " ", ...levels(first)] : [card.finding]));
}

function levels(change) {
  const unit = change.unit ? ` ${change.unit}` : "";
  return [`${change.levels[0]} \u2192 `, html("strong", {}, `${change.levels[1]}${unit}`)];
}

function numberOf(change) {
  return html("li", { "data-outcome": change.outcome }, html("b", {}, change.label),
    html("span", { class: "levels" }, ...levels(change)),
    change.spread ? html("small", {}, `in 9 of 10 histories ${change.spread}`) : null);
}
