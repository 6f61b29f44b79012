// What a value rests on: beside the pointer on hover and focus, in the row itself on a click.

import { byId, html } from "./svg.js";

let count = 0;

// Returns the button that opens the lines, the place where they open, and a function that lets a
// row show them on hover.
export function basisOf({ basis, head, lines }) {
  count += 1;
  const inside = html("div", { class: "why", id: `why-${count}`, hidden: true },
    ...lines.map((line) => html("p", {}, line)));
  const button = html("button", { type: "button", class: `basis ${basis}`, "aria-expanded": "false",
    "aria-controls": inside.id, "aria-label": `${basis}: basis of ${head}` }, basis);
  button.addEventListener("click", () => {
    inside.hidden = !inside.hidden;
    button.setAttribute("aria-expanded", String(!inside.hidden));
    hide();
  });
  const onHover = (row) => {
    const show = () => { if (inside.hidden) beside(row, head, lines); };
    for (const [element, on, off] of [[row, "mouseenter", "mouseleave"], [button, "focus", "blur"]]) {
      element.addEventListener(on, show);
      element.addEventListener(off, hide);
    }
  };
  return { button, inside, onHover };
}

function beside(row, head, lines) {
  const tip = byId("tip");
  tip.replaceChildren(html("p", {}, html("strong", {}, head)), ...lines.map((l) => html("p", {}, l)));
  tip.hidden = false;
  const at = row.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const fits = at.right + 8 + own.width < innerWidth;
  const left = fits ? at.right + 8 : Math.max(4, (innerWidth - own.width) / 2);
  const top = fits ? at.top : at.bottom + 4;
  tip.style.left = `${left}px`;
  tip.style.top = `${Math.max(4, Math.min(top, innerHeight - own.height - 4))}px`;
}

function hide() {
  byId("tip").hidden = true;
}

addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
