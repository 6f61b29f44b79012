// The paired differences, in the words and digits of `tajsim compare`.

import { html, svg } from "./svg.js";

const HEAD = ["outcome", "unit", "reference", "scenario", "difference", "90 % interval", "", "sign",
  "in runs"];

export function drawTable(place, table, everything, show) {
  const shown = table.rows.filter((row) => !row.same && (everything || row.first));
  const head = html("tr", {}, ...HEAD.map((text) => (text ? html("th", { scope: "col" }, text) : html("td"))));
  const body = html("tbody", {}, ...shown.map((row) => rowOf(row, show)));
  if (!shown.length) body.append(html("tr", {}, html("td", { colspan: "9" }, "Nothing differs.")));
  place.replaceChildren(html("thead", {}, head), body);
  return table.rows.filter((row) => row.same).length;
}

function rowOf(row, show) {
  const name = html("button", { type: "button", title: "show over time" }, row.label);
  name.addEventListener("click", () => show(row.spec));
  const signed = row.texts.map((text) => text.replace(/-(?=\d)/g, "\u2212"));
  const [reference, own, difference, interval, share] = signed;
  const cells = [name, row.unit, reference, own, difference, interval, whisker(row),
    row.direction, share].map((part, i) => (i ? html("td", {}, part) : html("th", { scope: "row" }, part)));
  if (row.direction) for (const cell of [cells[4], cells[7]]) cell.className = "sure";
  const attributes = { "data-spec": row.spec, "data-difference": String(row.difference),
    "data-low": String(row.low), "data-high": String(row.high) };
  return html("tr", attributes, ...cells);
}

// The interval about zero, each row on its own scale.
function whisker(row) {
  const picture = svg("svg", { viewBox: "-52 -7 104 14", width: 78, height: 14, "aria-hidden": "true" });
  picture.append(svg("line", { x1: 0, x2: 0, y1: -7, y2: 7, class: "zero" }));
  if (row.low === null || row.high === null) return picture;
  const most = Math.max(Math.abs(row.low), Math.abs(row.high)) || 1;
  const x = (value) => (value / most) * 48;
  const colour = row.direction ? "var(--own)" : "var(--quiet)";
  picture.append(
    svg("line", { x1: x(row.low), x2: x(row.high), y1: 0, y2: 0, stroke: colour, "stroke-width": 3 }),
    svg("circle", { cx: x(row.difference), cy: 0, r: 3.5, fill: colour }));
  return picture;
}
