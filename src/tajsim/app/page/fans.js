// One panel per outcome: both fans above, the paired difference below.

import { html, number, svg, ticks } from "./svg.js";

const LEFT = 52, RIGHT = 8, HEAD = 15, GAP = 10, FAN = 145, DIFFERENCE = 78, BOTTOM = 20;
const DOCUMENTED_UNTIL = 2016;
const year = (month) => Number(month.slice(0, 4)) + (Number(month.slice(5)) - 1) / 12;

export function drawFans(place, fans, period, names, remove) {
  const kept = new Map([...place.children].map((child) => [child.dataset.spec, child]));
  place.replaceChildren(...fans.map((fan) => {
    const old = kept.get(fan.spec);
    const width = Math.max(280, old?.clientWidth || panelWidth(place));
    return panel(fan, period, names, remove, width);
  }));
}

function panelWidth(place) {
  const style = getComputedStyle(place).gridTemplateColumns.split(" ");
  return parseFloat(style[0]) || place.clientWidth;
}

function panel(fan, period, names, remove, width) {
  const reading = html("p", { class: "reading" });
  const close = html("button", { type: "button", "aria-label": `Remove ${fan.title}` }, "\u00d7");
  close.addEventListener("click", () => remove(fan.spec));
  const picture = draw(fan, period, width);
  const show = (index) => { reading.textContent = read(fan, index, names); };
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    const at = period[0] + ((x - LEFT) / (width - LEFT - RIGHT)) * (period[1] - period[0]);
    const index = Math.round((at - year(fan.months[0])) * 12);
    show(Math.max(0, Math.min(fan.months.length - 1, index)));
  });
  const last = fan.months.length - 1;
  picture.addEventListener("pointerleave", () => show(last));
  show(last);
  picture.setAttribute("aria-label", `${fan.title}. ${read(fan, last, names)}`);
  const top = html("div", { class: "top" }, html("h3", {}, fan.title), close);
  return html("div", { class: "fan", "data-spec": fan.spec }, top, picture, reading);
}

function read(fan, index, names) {
  const said = names.map((name, position) => {
    const at = fan.lines[position].map((line) => number(line[index]));
    return fan.kind === "bands"
      ? `${name} ${at[2]} (${at[0]} to ${at[4]})`
      : `${name} ${at[0]} (${at[1]} to ${at[2]})`;
  });
  const [mean, low, high] = fan.difference.map((line) => line[index]);
  const sure = low > 0 || high < 0 ? "" : ", not clear of zero";
  const difference = `difference ${number(mean, true)} (${number(low, true)} to ${
    number(high, true)}${sure})`;
  return `${fan.months[index]}: ${[...said, difference].join("; ")} ${fan.unit}`;
}

function draw(fan, period, width) {
  const height = 2 * HEAD + GAP + FAN + DIFFERENCE + BOTTOM;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const x = (at) => LEFT + ((at - period[0]) / (period[1] - period[0])) * (width - LEFT - RIGHT);
  const times = fan.months.map((month) => x(year(month)));
  if (period[1] > DOCUMENTED_UNTIL) {
    const from = x(Math.max(DOCUMENTED_UNTIL, period[0]));
    picture.append(
      svg("rect", { x: from, y: 0, width: x(period[1]) - from, height: height - BOTTOM,
        fill: "#f1efe9" }),
      svg("text", { x: x(period[1]) - 3, y: 11, "text-anchor": "end" }, "projection"));
  }
  const years = ticks(period[0], period[1], Math.floor(width / 60)).filter(Number.isInteger);
  for (const at of years) {
    picture.append(svg("text", { x: x(at), y: height - 5, "text-anchor": "middle" }, String(at)));
  }
  const all = fan.lines.flat(2).filter((value) => value !== null);
  const y = scale(picture, Math.min(0, ...all), Math.max(1e-9, ...all), HEAD, FAN, width, fan.unit);
  fan.lines.forEach((lines, position) => fans(picture, lines, fan.kind, position, times, y));
  const differences = fan.difference.flat().filter((value) => value !== null);
  const lowest = Math.min(0, ...differences), highest = Math.max(0, ...differences);
  const room = highest > lowest ? 0 : 1;
  const top = 2 * HEAD + GAP + FAN;
  const d = scale(picture, lowest - room, highest + room, top, DIFFERENCE, width, "difference");
  const [mean, low, high] = fan.difference;
  picture.append(
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: d(0), y2: d(0), stroke: "#888" }),
    band(low, high, times, d, "var(--own)", 0.25),
    line(mean, times, d, { stroke: "var(--own)", "stroke-width": 1.6 }));
  return picture;
}

function fans(picture, lines, kind, position, times, y) {
  const colour = position ? "var(--own)" : "var(--reference)";
  const look = { stroke: colour, "stroke-width": 1.8,
    ...(position ? { "stroke-dasharray": "6 2" } : {}) };
  if (kind === "bands") {
    const [low, lower, middle, upper, high] = lines;
    picture.append(band(low, high, times, y, colour, 0.1), band(lower, upper, times, y, colour, 0.22),
      line(middle, times, y, look));
  } else {
    picture.append(band(lines[1], lines[2], times, y, colour, 0.2), line(lines[0], times, y, look));
  }
}

function scale(picture, low, high, top, height, width, title) {
  const y = (value) => top + height - ((value - low) / (high - low)) * height;
  for (const value of ticks(low, high, Math.floor(height / 18))) {
    picture.append(
      svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), stroke: "#e3e3e3" }),
      svg("text", { x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, number(value)));
  }
  picture.append(svg("text", { x: LEFT, y: top - 4 }, title));
  return y;
}

function line(values, times, y, look) {
  let path = "", pen = false;
  values.forEach((value, index) => {
    if (value === null) { pen = false; return; }
    path += `${pen ? "L" : "M"}${times[index].toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return svg("path", { d: path, fill: "none", ...look });
}

function band(low, high, times, y, colour, opacity) {
  const at = times.map((_, i) => i).filter((i) => low[i] !== null && high[i] !== null);
  const point = (values) => (i) => `${times[i].toFixed(1)} ${y(values[i]).toFixed(1)}`;
  const points = [...at.map(point(high)), ...at.reverse().map(point(low))];
  return svg("path", { d: points.length ? `M${points.join("L")}Z` : "", fill: colour,
    "fill-opacity": opacity });
}
