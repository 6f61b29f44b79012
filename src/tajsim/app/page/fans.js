// One panel per outcome: both fans above, the paired difference below, what they say in words.

import { BOTTOM, draw, LEFT, RIGHT, year } from "./chart.js";
import { html, number, svg } from "./svg.js";

export function drawFans(place, fans, { period, names, remove, events }) {
  const kept = new Map([...place.children].map((child) => [child.dataset.spec, child]));
  const panels = fans.map((fan) => kept.get(fan.spec) || panel(fan.spec, remove));
  if (panels.some((one, i) => one !== place.children[i]) || panels.length !== place.children.length) {
    place.replaceChildren(...panels);
  }
  panels.forEach((one, i) => one.update(fans[i], period, names, events));
}

function panel(spec, remove) {
  const head = html("h3"), reading = html("p", { class: "reading" });
  const close = html("button", { type: "button" }, "\u00d7");
  close.addEventListener("click", () => remove(spec));
  const place = html("div", { class: "picture" });
  // The months by keyboard, and for those who do not see the picture.
  const reader = html("input", { type: "range", class: "reader", min: "0" });
  const one = html("div", { class: "fan", "data-spec": spec },
    html("div", { class: "top" }, head, close), place, reader, reading);
  let fan, period, names, width, at = null;
  const show = () => {
    const last = fan.months.length - 1, index = at === null ? last : Math.min(at, last);
    reading.textContent = read(fan, index, names);
    Object.assign(reader, { max: String(last), value: String(index) });
    reader.setAttribute("aria-valuetext", reading.textContent);
    const x = LEFT + ((year(fan.months[index]) - period[0]) / (period[1] - period[0])) * (width - LEFT - RIGHT);
    const cursor = place.querySelector(".cursor");
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, x);
    cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
  };
  const point = (index) => { at = index; show(); };
  reader.addEventListener("input", () => point(Number(reader.value)));
  reader.addEventListener("blur", () => point(null));
  place.addEventListener("pointermove", (event) => {
    const box = place.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    const when = period[0] + ((x - LEFT) / (width - LEFT - RIGHT)) * (period[1] - period[0]);
    point(Math.max(0, Math.round((when - year(fan.months[0])) * 12)));
  });
  place.addEventListener("pointerleave", () => point(null));
  one.update = (...given) => {
    let events;
    [fan, period, names, events] = given;
    width = Math.max(280, place.clientWidth || 400);
    head.textContent = fan.title;
    close.setAttribute("aria-label", `Remove ${fan.title}`);
    reader.setAttribute("aria-label", `${fan.title}: month to read`);
    const picture = draw(fan, period, width, events);
    const height = Number(picture.getAttribute("viewBox").split(" ")[3]);
    picture.append(svg("line", { class: "cursor", y1: 0, y2: height - BOTTOM }));
    place.replaceChildren(picture);
    show();
    picture.setAttribute("aria-label", `${fan.title}. ${reading.textContent}`);
  };
  return one;
}

// What the fan says at a month, in words.
export function read(fan, index, names) {
  const said = names.map((name, position) => {
    const at = fan.lines[position].map((line) => line[index]);
    const [low, middle, high] = fan.kind === "bands" ? [at[0], at[2], at[4]] : [at[1], at[0], at[2]];
    const ends = position ? [] : fan.discrepancy.map((line) => number(line[index]));
    const wide = ends.length ? `, with the discrepancy of the model ${ends.join(" to ")}` : "";
    return `${name} ${number(middle)} (${number(low)} to ${number(high)}${wide})`;
  });
  const [mean, low, high] = fan.difference.map((line) => line[index]);
  const sure = low > 0 || high < 0 ? "" : ", not clear of zero";
  said.push(`difference ${number(mean, true)} (${number(low, true)} to ${number(high, true)}${sure})`);
  return `${fan.months[index]}: ${said.join("; ")} ${fan.unit}`;
}
