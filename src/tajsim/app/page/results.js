// What tajsim answers: card and fans of the first runs, then of all, with differences, map and story.

import { drawCard } from "./card.js";
import { drawFans, read } from "./fans.js";
import { drawMaps } from "./map.js";
import { byId, firm } from "./svg.js";
import { drawTable } from "./table.js";

const year = (month) => Number(month.slice(0, 4)) + (Number(month.slice(5)) - 1) / 12;

export class Results {
  // act: { show(spec), remove(spec) }, what the panels and the table can ask for.
  constructor(catalogue, state, act) {
    Object.assign(this, { catalogue, state, act });
    this.asked = null;
    this.fans = [];
    this.view = {};
    this.since = 0;
  }

  // A move was made: what is shown is of the state before.
  wait() {
    this.since = performance.now();
    document.body.dataset.complete = "";
    document.body.dataset.drawn = "";
    for (const id of ["card", "strip", "fans", "table"]) byId(id).classList.add("stale");
  }

  heard(message) {
    if (message.kind === "errors") {
      byId("errors").hidden = false;
      byId("errors").textContent = message.messages.map((line) => `tajsim: ${line}`).join("\n");
      this.say("Nothing was simulated: see the message.");
      return;
    }
    byId("errors").hidden = true;
    if (message.kind === "asked") this.begun(message);
    if (message.kind === "view") this.viewed(message);
  }

  say(text) {
    byId("status").textContent = text;
  }

  begun(message) {
    this.asked = message;
    byId("command").textContent = message.command;
    byId("file").textContent = message.scenario;
    [byId("key-reference").textContent, byId("key-own").textContent] = message.names;
    this.say(`Simulating ${message.runs} paired runs \u2026`);
  }

  viewed(message) {
    const { part, runs, complete } = message;
    Object.assign(this.view, message);
    if (part === "fans") {
      drawCard(message.card);
      this.fans = message.fans;
      byId("bands").textContent = firm(message.bands);
      this.drawFans();
      document.body.dataset.drawn = String(runs);
      this.seconds = ((performance.now() - this.since) / 1000).toFixed(1);
    }
    if (part === "table") this.drawDifferences();
    if (part === "map") this.drawMap();
    if (part === "story") this.drawStory();
    this.say(`${runs} of ${this.asked.runs} paired runs, 90 % intervals, seed ${this.state.seed}${
      runs < this.asked.runs ? "; refining \u2026" : `; ${this.seconds} s`}`);
    if (complete) {
      document.body.dataset.complete = String(runs);
      this.announce();
    }
  }

  // Told once a move is answered in full, for who does not see the page.
  announce() {
    const said = this.fans.map((fan) => `${fan.title}, ${read(fan, fan.months.length - 1, this.asked.names)}`);
    byId("said").textContent = `The numbers have changed: ${this.view.runs} paired runs. ${said.join(". ")}`;
  }

  drawFans() {
    const { start, end, names } = this.asked;
    byId("fans").classList.remove("stale");
    drawFans(byId("fans"), this.fans, { names, remove: this.act.remove,
      events: this.asked.events,
      period: [year(start), year(end) + 1 / 12] });
  }

  drawDifferences() {
    if (!this.view.table) return;
    byId("table").classList.remove("stale");
    const { table, runs, rests } = this.view;
    const same = drawTable(byId("table"), table, byId("all-rows").checked, this.act.show);
    byId("table-about").textContent = `${this.asked.names[1]} against ${this.asked.names[0]}, `
      + `${runs} paired runs, ${table.window[0]} to ${table.window[1]}; medians of both, then the mean paired difference with its `
      + "90 % interval; no sign where that covers zero. Over the window: flows by year, counts added, "
      + `stocks at its end, all else its mean. The same in every run: ${same} rows.`;
    byId("rests").textContent = rests;
  }

  drawMap() {
    const { map, runs } = this.view;
    if (!map) return;
    const last = map.months.length - 1;
    const index = this.state.month ? map.months.indexOf(this.state.month) : last;
    const at = index < 0 ? last : index;
    Object.assign(byId("month"), { max: String(last), value: String(at) });
    byId("month").setAttribute("aria-valuetext", map.months[at]);
    byId("month-shown").textContent = map.months[at];
    drawMaps(byId("maps"), this.catalogue, map, at, this.asked.names);
    byId("map-about").textContent = `Medians of ${runs} runs, over the year up to the month; no `
      + "interval is shown. Triangles: exits, with areas in proportion to the heroin that leaves there. Squares: "
      + `garrisons of the Russian base. ${this.catalogue.shapes.credit}`;
  }

  drawStory() {
    const { story } = this.view;
    byId("story-of").textContent = `${this.asked.names[1]}, run ${story.run}`;
    byId("story").textContent = story.story || "This run is not yet available.";
    byId("parts").textContent = story.difference;
  }
}
