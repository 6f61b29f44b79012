// The drawing of one outcome: fans of both scenarios, paired difference.

import { number, svg, ticks } from "./svg.js";

export const LEFT = 60, RIGHT = 8, BOTTOM = 20;
const HEAD = 15, GAP = 10, FAN = 145, DIFFERENCE = 78;
const HEIGHT = 2 * HEAD + GAP + FAN + DIFFERENCE + BOTTOM;
const DOCUMENTED_UNTIL = 2016;
export const year = (month) => Number(month.slice(0, 4)) + (Number(month.slice(5)) - 1) / 12;

// `events`: month and label of what the scenario schedules otherwise.
export function draw(fan, period, width, events = []) {
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" });
  const x = (at) => LEFT + ((at - period[0]) / (period[1] - period[0])) * (width - LEFT - RIGHT);
  const times = fan.months.map((month) => x(year(month)));
  if (period[1] > DOCUMENTED_UNTIL) {
    const from = x(Math.max(DOCUMENTED_UNTIL, period[0]));
    picture.append(
      svg("rect", { class: "projection", x: from, y: 0, width: x(period[1]) - from, height: HEIGHT - BOTTOM }),
      svg("text", { x: x(period[1]) - 3, y: 11, "text-anchor": "end" }, "projection"));
  }
  const years = ticks(period[0], period[1], Math.floor(width / 60)).filter(Number.isInteger);
  for (const at of years) {
    picture.append(svg("text", { x: x(at), y: HEIGHT - 5, "text-anchor": "middle" }, String(at)));
  }
  const labels = [];
  events.forEach(([month, label], i) => {
    const at = x(year(month));
    picture.append(svg("line", { class: "own-event", x1: at, x2: at, y1: HEAD, y2: HEIGHT - BOTTOM },
      svg("title", {}, `${month}: ${label}`)));
    if (i === 0 || i === events.length - 1) {
      const right = at > width / 2;
      labels.push(svg("text", { class: "own-event-text", x: at + (right ? -4 : 4), "text-anchor": right ? "end" : "start",
        y: HEAD + 11 + 12 * Math.min(i, 1) }, label));
    }
  });
  const all = [...fan.lines.flat(), ...fan.discrepancy].flat().filter((value) => value !== null);
  const y = scale(picture, Math.min(0, ...all), Math.max(1e-9, ...all), HEAD, FAN, width, fan.unit);
  fan.lines.forEach((lines, position) => fans(picture, lines, fan.kind, position, times, y));
  for (const end of fan.discrepancy) picture.append(line(end, times, y, "discrepancy"));
  const differences = fan.difference.flat().filter((value) => value !== null);
  const lowest = Math.min(0, ...differences), highest = Math.max(0, ...differences);
  const room = highest > lowest ? 0 : 1;
  const top = 2 * HEAD + GAP + FAN;
  const d = scale(picture, lowest - room, highest + room, top, DIFFERENCE, width, "difference");
  const [mean, low, high] = fan.difference;
  picture.append(
    svg("line", { class: "zero", x1: LEFT, x2: width - RIGHT, y1: d(0), y2: d(0) }),
    band(low, high, times, d, "own", 0.3),
    line(mean, times, d, "own mean"), ...labels);
  return picture;
}

function fans(picture, lines, kind, position, times, y) {
  const who = position ? "own" : "reference";
  if (kind === "bands") {
    const [low, lower, middle, upper, high] = lines;
    picture.append(band(low, high, times, y, who, 0.12), band(lower, upper, times, y, who, 0.25),
      line(middle, times, y, who));
  } else {
    picture.append(band(lines[1], lines[2], times, y, who, 0.22), line(lines[0], times, y, who));
  }
}

function scale(picture, low, high, top, height, width, title) {
  const y = (value) => top + height - ((value - low) / (high - low)) * height;
  for (const value of ticks(low, high, Math.floor(height / 18))) {
    picture.append(
      svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, number(value)));
  }
  picture.append(svg("text", { x: LEFT, y: top - 4 }, title));
  return y;
}

function line(values, times, y, who) {
  let path = "", pen = false;
  values.forEach((value, index) => {
    if (value === null) { pen = false; return; }
    path += `${pen ? "L" : "M"}${times[index].toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return svg("path", { d: path, class: `line ${who}` });
}

function band(low, high, times, y, who, opacity) {
  const at = low.map((_, i) => i).filter((i) => low[i] !== null && high[i] !== null);
  const point = (values) => (i) => `${times[i].toFixed(1)} ${y(values[i]).toFixed(1)}`;
  const points = [...at.map(point(high)), ...at.reverse().map(point(low))];
  return svg("path", { d: points.length ? `M${points.join("L")}Z` : "", class: `band ${who}`,
    "fill-opacity": opacity });
}
