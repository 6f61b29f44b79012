// The page: controls change the state, the state goes to tajsim, what comes back is drawn.

import { drawEvents } from "./events.js";
import { families, find, lever, refresh } from "./levers.js";
import { Line } from "./line.js";
import { Results } from "./results.js";
import { readLink, USUAL, writeLink } from "./state.js";
import { byId, html } from "./svg.js";

const catalogue = await (await fetch("catalogue.json")).json();
const scenarios = new Map(catalogue.scenarios.map((scenario) => [scenario.name, scenario]));
const parameters = new Map([...catalogue.levers, ...catalogue.uncertain].map((p) => [p.name, p]));
const state = readLink(location.search);
const FIELDS = ["runs", "seed", "until", "name", "from", "run"];
const CHOICES = ["scenario", "reference", "parameters", "border", "land"];
const LOST = {
  full: "tajsim serves too many tabs; this one will try again from time to time.",
  lost: "The connection to tajsim was lost. Trying again \u2026 (Is `tajsim app` still running?)",
  shut: "tajsim has been restarted: open the address that it printed. "
    + "This page then continues by itself.",
};

state.scenario ||= catalogue.opens_on;
state.reference ||= parentOf(state.scenario);

// What a scenario changes is told against the one that it extends.
function parentOf(name) {
  const parent = scenarios.get(name)?.extends;
  return scenarios.has(parent) ? parent : catalogue.scenarios[0].name;
}

const results = new Results(catalogue, state, { show, remove });
const line = new Line((message) => results.heard(message), told);

function changed() {
  results.wait();
  remember();
  line.send(writeLink(state));
}

let remembering = null;

// Browsers refuse hundreds of changes of the address within seconds.
function remember() {
  const query = writeLink(state);
  for (const link of document.querySelectorAll("a[data-file]")) {
    link.href = `file/${link.dataset.file}?${query}`;
  }
  remembering ??= setTimeout(() => {
    remembering = null;
    history.replaceState(null, "", `?${writeLink(state)}`);
  }, 150);
}

function moved(kind, name, value) {
  if (value === null) state[kind].delete(name); else state[kind].set(name, value);
  const row = byId("moved").querySelector(`[data-moved="${name}"] output`);
  if (value === null || !row) drawMoved(); else row.textContent = value;
  changed();
}

function drawMoved() {
  const shown = scenarios.get(state.scenario)?.events ?? [];
  const label = new Map(shown.map((event) => [event.name, event.label]));
  const rows = [["set", (name) => [parameters.get(name)?.words ?? name, parameters.get(name)?.unit ?? ""]],
    ["move", (name) => [label.get(name) ?? name, ""]]].flatMap(([kind, words]) =>
    [...state[kind]].map(([name, value]) => movedRow(kind, name, value, ...words(name))));
  byId("moved").replaceChildren(...(rows.length ? rows : [html("p", { class: "about" }, "None.")]));
}

function movedRow(kind, name, value, words, unit) {
  const back = html("button", { type: "button", "aria-label": `Reset ${words}` }, "\u00d7");
  back.addEventListener("click", () => { moved(kind, name, null); drawControls(); });
  return html("div", { "data-moved": name, class: "lever moved" }, html("div", { class: "top" },
    html("span", { class: "what" }, words),
    html("span", {}, html("output", {}, value), ` ${unit} `, back)));
}

function oneLever(p) {
  const scenario = scenarios.get(state.scenario);
  const usual = scenario?.settings[p.name] ?? p.value;
  return lever(p, usual, scenario?.later[p.name], state.set.get(p.name),
    (name, value) => moved("set", name, value));
}

function drawControls() {
  byId("top-levers").replaceChildren(...catalogue.top.map((name) => oneLever(parameters.get(name))));
  refresh(byId("levers"));
  refresh(byId("uncertain").lastElementChild);
  const scenario = scenarios.get(state.scenario);
  byId("about-scenario").textContent = scenario?.question ?? "";
  byId("event-count").textContent = `Events of the scenario (${scenario?.events.length ?? 0})`;
  if (scenario) {
    drawEvents(byId("events"), scenario, state.move, (name, value) => moved("move", name, value));
  }
}

function fill(select, rows, chosen) {
  select.replaceChildren(...rows.map(([value, text]) => html("option", { value }, text)));
  select.value = chosen;
}

function begin() {
  const named = catalogue.scenarios.map((s) => [s.name, s.title]);
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
  const top = new Set(catalogue.top);
  families(byId("levers"), catalogue.levers.filter((p) => !top.has(p.name)), oneLever);
  families(byId("uncertain").lastElementChild, catalogue.uncertain, oneLever);
  byId("figures").append(...catalogue.files.filter((name) => !/\.(nc|csv)$/.test(name)).flatMap(
    (name, i) => [i ? ", " : "", html("a", { "data-file": name }, name)]));
  for (const id of FIELDS) byId(id).value = id in state && state[id] !== "" ? state[id] : "";
  byId("event-section").open = state.move.size > 0;
  listen();
  drawControls();
  drawMoved();
  changed();
}

function chosen(id) {
  state[id] = byId(id).value;
  if (id === "scenario") {
    const events = new Set(scenarios.get(state.scenario).events.map((event) => event.name));
    for (const name of [...state.move.keys()]) if (!events.has(name)) state.move.delete(name);
    state.reference = parentOf(state.scenario);
    byId("reference").value = state.reference;
    drawControls();
    drawMoved();
  }
  changed();
}

function listen() {
  for (const id of CHOICES) byId(id).addEventListener("change", () => chosen(id));
  for (const id of FIELDS) {
    byId(id).addEventListener("change", () => {
      state[id] = byId(id).value.trim() || USUAL[id];
      changed();
    });
  }
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("filter").addEventListener("input", () => {
    find(byId("levers"), byId("filter").value);
    const found = find(byId("uncertain").lastElementChild, byId("filter").value);
    byId("uncertain").open = byId("filter").value.trim() !== "" && found > 0 && found <= 6;
  });
  byId("reset").addEventListener("click", () => {
    state.set.clear();
    state.move.clear();
    drawMoved();
    drawControls();
    changed();
  });
  byId("add").addEventListener("change", () => { show(byId("add").value); byId("add").value = ""; });
  byId("all-rows").addEventListener("change", () => results.drawDifferences());
  byId("month").addEventListener("input", () => {
    state.month = results.view.map.months[byId("month").value];
    results.drawMap();
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
    const link = `${location.origin}/?${writeLink(state)}`;
    await navigator.clipboard.writeText(link).catch(() => {});
    byId("copied").textContent = link;
  });
  addEventListener("resize", () => { if (results.asked && results.fans.length) results.drawFans(); });
}

function show(spec) {
  const shown = results.fans.map((fan) => fan.spec);
  if (!spec || shown.includes(spec)) return;
  state.show = [spec, ...shown].slice(0, catalogue.most_shown);
  changed();
  byId("fan-section").scrollIntoView({ block: "start" });
}

function remove(spec) {
  const shown = results.fans.map((fan) => fan.spec);
  if (shown.length < 2) return;
  state.show = shown.filter((other) => other !== spec);
  changed();
}

function told(how) {
  byId("connection").hidden = how === "yes";
  byId("connection").textContent = LOST[how] ?? "";
  document.body.dataset.connected = how === "yes" ? "yes" : "no";
}

begin();
