// The page: controls change the state, the state goes to tajsim, what comes back is drawn.

import { drawFans } from "./fans.js";
import { families, find, lever, refresh } from "./levers.js";
import { Line } from "./line.js";
import { drawMaps } from "./map.js";
import { readLink, USUAL, writeLink } from "./state.js";
import { byId, html } from "./svg.js";
import { drawTable } from "./table.js";

const catalogue = await (await fetch("catalogue.json")).json();
const scenarios = new Map(catalogue.scenarios.map((scenario) => [scenario.name, scenario]));
const parameters = new Map(
  [...catalogue.levers, ...catalogue.uncertain].map((p) => [p.name, p]));
const state = readLink(location.search);
const page = { asked: null, fans: [], view: null, since: 0 };
const FIELDS = ["runs", "seed", "until", "name", "from", "run"];
const CHOICES = ["scenario", "reference", "parameters", "border", "land"];

state.scenario ||= catalogue.scenarios[0].name;
state.reference ||= catalogue.scenarios[0].name;
if (!state.show.length) state.show = [...catalogue.shown];

const line = new Line(heard, told);

function changed() {
  page.since = performance.now();
  document.body.dataset.complete = "";
  remember();
  line.send(writeLink(state));
  for (const id of ["fans", "table"]) byId(id).classList.add("stale");
}

function remember() {
  const query = writeLink(state);
  history.replaceState(null, "", `?${query}`);
  for (const link of document.querySelectorAll("a[data-file]")) {
    link.href = `file/${link.dataset.file}?${query}`;
  }
}

function moved(name, value) {
  if (value === null) state.set.delete(name); else state.set.set(name, value);
  if ((value === null) || !byId("moved").querySelector(`[data-moved="${name}"]`)) drawMoved();
  else byId("moved").querySelector(`[data-moved="${name}"] output`).textContent = value;
  changed();
}

function drawMoved() {
  const rows = [...state.set].map(([name, value]) => {
    const back = html("button", { type: "button", "aria-label": `Put ${name} back` }, "\u00d7");
    back.addEventListener("click", () => { moved(name, null); drawLevers(); });
    return html("div", { "data-moved": name, class: "lever moved" },
      html("div", { class: "top" }, html("span", { class: "what" }, name.replaceAll("_", " ")),
        html("span", {}, html("output", {}, value), ` ${parameters.get(name)?.unit ?? ""} `, back)));
  });
  byId("moved").replaceChildren(...(rows.length ? rows : [html("p", { class: "about" }, "None.")]));
}

function oneLever(p) {
  const scenario = scenarios.get(state.scenario);
  const usual = scenario?.settings[p.name] ?? p.value;
  return lever(p, usual, scenario?.later[p.name], state.set.get(p.name), moved);
}

function drawLevers() {
  refresh(byId("levers"));
  refresh(byId("uncertain").lastElementChild);
}

function fill(select, rows, chosen) {
  select.replaceChildren(...rows.map(([value, text]) => html("option", { value }, text)));
  select.value = chosen;
}

function begin() {
  const named = catalogue.scenarios.map((s) => [s.name, s.shown]);
  fill(byId("scenario"), named, state.scenario);
  fill(byId("reference"), named, state.reference);
  fill(byId("parameters"), catalogue.modes.map((mode) => [mode, mode]), state.parameters);
  const by = (dimension) => catalogue.outcomes
    .filter((o) => o.dimensions.length === 1 && o.dimensions[0] === dimension)
    .map((o) => [o.name, o.label]);
  fill(byId("border"), by("section"), state.border);
  fill(byId("land"), by("region"), state.land);
  const specs = catalogue.outcomes.flatMap((o) => [[o.name, o.label],
    ...(o.headline && o.dimensions.length === 1 ? catalogue.dimensions[o.dimensions[0]].map(
      (name) => [`${o.name}@${o.dimensions[0]}=${name}`, `  ${o.label}, ${name.replaceAll("_", " ")}`]) : [])]);
  fill(byId("add"), [["", "an outcome \u2026"], ...specs], "");
  families(byId("levers"), catalogue.levers, oneLever);
  families(byId("uncertain").lastElementChild, catalogue.uncertain, oneLever);
  byId("figures").append(...catalogue.files.filter((name) => !/\.(nc|csv)$/.test(name)).flatMap(
    (name, i) => [i ? ", " : "", html("a", { "data-file": name }, name)]));
  for (const id of FIELDS) byId(id).value = id in state && state[id] !== "" ? state[id] : "";
  listen();
  about();
  drawMoved();
  changed();
}

function listen() {
  for (const id of CHOICES) {
    byId(id).addEventListener("change", () => {
      state[id] = byId(id).value;
      if (id === "scenario") { about(); drawLevers(); }
      changed();
    });
  }
  for (const id of FIELDS) {
    byId(id).addEventListener("change", () => {
      state[id] = byId(id).value.trim() || USUAL[id];
      changed();
    });
  }
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("filter").addEventListener("input", () => {
    for (const place of [byId("levers"), byId("uncertain").lastElementChild]) {
      find(place, byId("filter").value);
    }
  });
  byId("reset").addEventListener("click", () => {
    state.set.clear();
    drawMoved();
    drawLevers();
    changed();
  });
  byId("add").addEventListener("change", () => { show(byId("add").value); byId("add").value = ""; });
  byId("all-rows").addEventListener("change", drawDifferences);
  byId("month").addEventListener("input", () => {
    state.month = page.view.map.months[byId("month").value];
    drawMap();
    remember();
  });
  for (const [id, step] of [["earlier", -1], ["later", 1]]) {
    byId(id).addEventListener("click", () => {
      state.run = String(Math.max(0, Number(state.run) + step));
      byId("run").value = state.run;
      changed();
    });
  }
  byId("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href).catch(() => {});
    byId("copied").textContent = location.href;
  });
  addEventListener("resize", () => { if (page.asked) drawAllFans(); });
}

function about() {
  const scenario = scenarios.get(state.scenario);
  byId("about-scenario").textContent = scenario ? scenario.question : "";
}

function show(spec) {
  if (!spec || state.show.includes(spec)) return;
  state.show = [spec, ...state.show].slice(0, catalogue.most_shown);
  changed();
  byId("fan-section").scrollIntoView({ block: "start" });
}

function remove(spec) {
  if (state.show.length < 2) return;
  state.show = state.show.filter((other) => other !== spec);
  changed();
}

function told(connected, code) {
  const place = byId("connection");
  place.hidden = connected;
  place.textContent = code === 1013
    ? "tajsim serves too many tabs; this one tries again from time to time."
    : "The connection to tajsim is lost. Trying again \u2026 (Is `tajsim app` still running?)";
  document.body.dataset.connected = connected ? "yes" : "no";
}

function heard(message) {
  if (message.kind === "errors") {
    byId("errors").hidden = false;
    byId("errors").textContent = message.messages.map((line) => `tajsim: ${line}`).join("\n");
    byId("status").textContent = "Nothing is simulated: see the message.";
    return;
  }
  byId("errors").hidden = true;
  if (message.kind === "asked") {
    page.asked = message;
    byId("command").textContent = message.command;
    byId("file").textContent = message.scenario;
    [byId("key-reference").textContent, byId("key-own").textContent] = message.names;
    byId("status").textContent = `Simulating ${message.runs} paired runs \u2026`;
    return;
  }
  page.fans = message.fans;
  if (message.fans.length) drawAllFans();
  const seconds = ((performance.now() - page.since) / 1000).toFixed(1);
  if (message.kind === "so far") {
    byId("status").textContent =
      `First ${message.runs} of ${page.asked.runs} paired runs, ${message.months} months so far`;
    return;
  }
  page.view = message;
  drawDifferences();
  drawMap();
  byId("story-of").textContent = `${page.asked.names[1]}, run ${message.story.run}`;
  byId("story").textContent = message.story.story || "This run is not there yet.";
  byId("parts").textContent = message.story.difference;
  byId("rests").textContent = message.rests;
  byId("status").textContent = `${message.runs} of ${page.asked.runs} paired runs, 90 % intervals, `
    + `seed ${state.seed}${message.complete ? `; ${seconds} s` : "; refining \u2026"}`;
  if (message.complete) document.body.dataset.complete = String(message.runs);
}

function drawAllFans() {
  const { start, end, names } = page.asked;
  const year = (month) => Number(month.slice(0, 4)) + (Number(month.slice(5)) - 1) / 12;
  byId("fans").classList.remove("stale");
  drawFans(byId("fans"), page.fans, [year(start), year(end) + 1 / 12], names, remove);
}

function drawDifferences() {
  if (!page.view) return;
  byId("table").classList.remove("stale");
  const { table, runs } = page.view;
  const same = drawTable(byId("table"), table, byId("all-rows").checked, show);
  byId("table-about").textContent = `${page.asked.names[1]} against ${page.asked.names[0]}, `
    + `${runs} paired runs, ${table.window[0]} to ${table.window[1]}; mean paired difference with its `
    + "90 % interval; no sign where that covers zero. Over the window: flows by year, counts added, "
    + `stocks at its end, all else its mean. The same in every run: ${same} rows.`;
}

function drawMap() {
  const { map } = page.view;
  const last = map.months.length - 1;
  const index = state.month ? map.months.indexOf(state.month) : last;
  const at = index < 0 ? last : index;
  byId("month").max = String(last);
  byId("month").value = String(at);
  byId("month-shown").textContent = map.months[at];
  drawMaps(byId("maps"), catalogue, map, at, page.asked.names);
  byId("map-about").textContent = `Medians of ${page.view.runs} runs, over the year up to the month; no `
    + "interval is shown. Triangles: ways out, their area by the heroin that leaves there. Squares: "
    + `garrisons of the Russian base. ${catalogue.shapes.credit}`;
}

begin();
