// The country, once for each scenario, coloured by the medians of the runs at a month.

import { html, number, svg } from "./svg.js";

const WIDTH = 520;

export function drawMaps(place, catalogue, map, index, names) {
  const tops = { border: top(map.border), land: top(map.land), leaving: top(map.leaving) };
  place.replaceChildren(...names.map((name, position) => {
    const picture = country(catalogue, map, index, position, tops);
    picture.setAttribute("aria-label", `Map of ${name}, year up to ${map.months[index]}. ${
      told(map.border, position, index)} ${told(map.land, position, index)}`);
    return html("div", {}, html("h3", {}, name), picture);
  }), scales(catalogue, map, tops));
}

function top(layer) {
  if (!layer) return 1;
  const most = Math.max(...layer.values.flat(2).filter((value) => value !== null), 0);
  return layer.unit === "share" && most > 0.5 ? 1 : most || 1;
}

function told(layer, position, index) {
  const values = layer.values[position][index];
  const parts = layer.names.map((name, i) => `${name.replaceAll("_", " ")} ${number(values[i])}`);
  return `${layer.label} (${layer.unit}): ${parts.join(", ")}.`;
}

function colour(stops, share) {
  const at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const parts = [low, low + 1].map((i) => [1, 3, 5].map((k) => parseInt(stops[i].slice(k, k + 2), 16)));
  const mixed = parts[0].map((part, k) => Math.round(part + (parts[1][k] - part) * (at - low)));
  return `rgb(${mixed.join(",")})`;
}

function country(catalogue, map, index, position, tops) {
  const shapes = catalogue.shapes;
  const [west, south, east, north] = shapes.box;
  const factor = WIDTH / (east - west);
  const x = (lon) => (lon - west) * factor;
  const y = (lat) => (north - lat) * shapes.aspect * factor;
  const height = y(south);
  const path = (ring) => `M${ring.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L")}`;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", class: "map" });
  picture.append(svg("rect", { width: WIDTH, height, class: "ground" }));
  const add = (rings, look) => { for (const ring of rings) picture.append(svg("path", { d: path(ring), ...look })); };
  add(shapes.country, { class: "country" });
  add(shapes.neighbour_lines, { class: "neighbour" });
  const value = (layer, name) => layer.values[position][index][layer.names.indexOf(name)];
  for (const name of map.land.names) {
    const share = value(map.land, name);
    const fill = share === null ? "#d9d9d9" : colour(catalogue.maps.land, share / tops.land);
    for (const ring of shapes.regions[name] || []) {
      const area = svg("path", { d: `${path(ring)}Z`, fill, stroke: "#fff", "stroke-width": 0.8,
        "data-region": name, "data-value": String(share) });
      area.append(svg("title", {}, `${name}: ${number(share)} ${map.land.unit}`));
      picture.append(area);
    }
  }
  add(shapes.rivers, { class: "river" });
  for (const name of map.border.names) {
    if (!shapes.sections[name]) continue;
    const flow = value(map.border, name);
    const paint = flow === null ? "#d9d9d9" : colour(catalogue.maps.border, flow / tops.border);
    add([shapes.sections[name]], { fill: "none", stroke: "#222", "stroke-width": 8 });
    const line = svg("path", { d: path(shapes.sections[name]), fill: "none", stroke: paint,
      "stroke-width": 6, "data-section": name, "data-value": String(flow) });
    line.append(svg("title", {}, `${name.replaceAll("_", " ")}: ${number(flow)} ${map.border.unit}`));
    picture.append(line);
  }
  if (map.leaving) exits(picture, map, index, position, shapes, x, y, tops.leaving);
  places(picture, shapes, x, y);
  return picture;
}

function exits(picture, map, index, position, shapes, x, y, most) {
  for (const name of map.leaving.names) {
    const flow = map.leaving.values[position][index][map.leaving.names.indexOf(name)];
    if (!shapes.exits[name] || flow === null) continue;
    const [a, b] = shapes.exits[name];
    const size = 3 + 13 * Math.sqrt(Math.max(flow, 0) / most);
    const points = `${x(a)},${y(b) - size} ${x(a) - size * 0.87},${y(b) + size / 2} ${
      x(a) + size * 0.87},${y(b) + size / 2}`;
    const mark = svg("polygon", { points, fill: "#7b1fa2", stroke: "#fff" });
    mark.append(svg("title", {}, `${name.replaceAll("_", " ")}: ${number(flow)} ${map.leaving.unit}`));
    picture.append(mark);
  }
}

function places(picture, shapes, x, y) {
  for (const [name, [a, b]] of Object.entries(shapes.places)) {
    const garrison = shapes.garrisons.includes(name);
    picture.append(garrison
      ? svg("rect", { x: x(a) - 3, y: y(b) - 3, width: 6, height: 6, fill: "#222", stroke: "#fff" })
      : svg("circle", { cx: x(a), cy: y(b), r: 2.2, fill: "#222", stroke: "#fff" }));
    if (["Dushanbe", "Khujand", "Khorog", "Murghab", "Garm"].includes(name)) {
      picture.append(svg("text", { x: x(a) + 6, y: y(b) - 4 }, name));
    }
  }
}

function scales(catalogue, map, tops) {
  const bar = (layer, stops, most) => {
    const picture = svg("svg", { viewBox: "0 0 90 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    for (let i = 0; i < 30; i += 1) {
      picture.append(svg("rect", { x: i * 3, width: 3.2, height: 8, fill: colour(stops, i / 29) }));
    }
    return html("div", { class: "scale" }, `${layer.label}: 0`, picture, `${number(most)} ${layer.unit}`);
  };
  return html("div", { class: "legend" }, bar(map.border, catalogue.maps.border, tops.border),
    bar(map.land, catalogue.maps.land, tops.land));
}
