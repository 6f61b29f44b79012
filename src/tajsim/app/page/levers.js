// Levers: a slider and a number each, with what its value rests on.

import { basisOf } from "./basis.js";
import { html, number } from "./svg.js";

const STEPS = 400;

// A range of several powers of ten is divided by factors, any other evenly.
function scaleOf(p) {
  const factors = p.low > 0 && p.high / p.low > 50;
  const forth = factors ? Math.log : (v) => v;
  const back = factors ? Math.exp : (v) => v;
  const low = forth(p.low), span = forth(p.high) - low || 1;
  return {
    place: (value) => Math.round(((forth(value) - low) / span) * STEPS),
    value: (place) => {
      if (Number(place) === 0) return p.low;
      if (Number(place) === STEPS) return p.high;
      const value = Number(back(low + (place / STEPS) * span).toPrecision(3));
      return Math.max(p.low, Math.min(p.high, value));
    },
  };
}

export function lever(p, usual, later, typed, moved) {
  const scale = scaleOf(p), { words } = p;
  const range = `${number(p.low)} to ${number(p.high)} ${p.unit}`;
  const { button, inside, onHover } = basisOf({ basis: p.basis, head: p.name,
    lines: [p.meaning, `${number(p.value)} ${p.unit}, from ${range}`, ...p.why] });
  const held = typed === undefined ? usual : parseFloat(typed);
  const slider = html("input", { type: "range", min: "0", max: String(STEPS),
    "aria-label": `${words}, ${range}, ${p.basis}`, "aria-describedby": inside.id,
    "data-lever": p.name });
  slider.value = String(scale.place(Number.isFinite(held) ? held : usual));
  const field = html("input", { "aria-label": `${words}, value in ${p.unit}, ${range}`,
    inputmode: "decimal", "data-value-of": p.name });
  field.value = typed ?? String(Number(usual.toPrecision(6)));
  const spoken = () => slider.setAttribute("aria-valuetext", `${field.value} ${p.unit}`);
  spoken();
  const row = html("div", { class: `lever${typed === undefined ? "" : " moved"}`, "data-row": p.name },
    html("div", { class: "top" }, html("span", { class: "what" }, words), button),
    html("div", { class: "bottom" }, slider, field),
    html("div", { class: "range" }, html("span", {}, number(p.low)),
      html("span", {}, `here ${number(usual)} ${p.unit}`), html("span", {}, number(p.high))),
    p.held ? html("div", { class: "range" }, p.held) : null,
    later?.length ? html("div", { class: "later" }, `the scenario changes it in ${later.join(", ")}`) : null,
    inside);
  const say = (text) => {
    row.classList.toggle("moved", text !== null);
    spoken();
    moved(p.name, text);
  };
  slider.addEventListener("input", () => {
    field.value = String(scale.value(slider.value));
    say(field.value);
  });
  field.addEventListener("change", () => {
    const text = field.value.trim();
    if (Number.isFinite(parseFloat(text))) slider.value = String(scale.place(parseFloat(text)));
    if (!text) field.value = String(usual);
    say(text === "" || Number(text) === usual ? null : text);
  });
  onHover(row);
  return row;
}

// Families of levers, folded; a search opens what fits.
export function families(place, parameters, make) {
  const groups = new Map();
  for (const p of parameters) groups.set(p.family, [...(groups.get(p.family) || []), p]);
  place.replaceChildren(...[...groups].map(([family, members]) => {
    const inside = html("div");
    const details = html("details", { "data-text": text(members) },
      html("summary", { title: members[0].meaning }, `${members[0].words.split(", ")[0]}${
        members.length > 1 ? ` (${members.length})` : ""}`), inside);
    // Made when they are looked at: hundreds of sliders would be slow.
    details.fill = () => inside.replaceChildren(...members.map(make));
    details.addEventListener("toggle", () => { if (details.open) details.fill(); });
    return details;
  }));
}

function text(members) {
  return members.map((p) => `${p.words} ${p.name.replaceAll("_", " ")} ${p.name} ${p.meaning}`).join(" ").toLowerCase();
}

export function find(place, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = [...place.children].filter((details) => {
    details.hidden = !wanted.every((word) => details.dataset.text.includes(word));
    return !details.hidden;
  });
  // What is found is opened, as long as it is not half of all.
  for (const details of fits) details.open = wanted.length > 0 && fits.length <= 6;
  return fits.length;
}

export function refresh(place) {
  for (const details of place.children) if (details.open) details.fill();
}
