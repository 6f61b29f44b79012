// What a link says, and what the page shows: the same keys as `tajsim.app.state`.

export const USUAL = { name: "my-scenario", from: "", until: "", runs: "200", seed: "1",
  parameters: "posterior", border: "heroin_seized", land: "state_control", month: "", run: "0", without: "" };
// Keys that may stand several times, as `set=name=value` and `move=event@month`.
const MANY = { set: "=", move: "@" };

export function readLink(search) {
  const query = new URLSearchParams(search);
  const state = { scenario: query.get("scenario") || "", reference: query.get("reference") || "",
    set: new Map(), move: new Map(), show: query.getAll("show") };
  for (const key of Object.keys(USUAL)) state[key] = query.get(key) || USUAL[key];
  for (const [key, mark] of Object.entries(MANY)) {
    for (const text of query.getAll(key)) {
      const at = text.indexOf(mark);
      state[key].set(at < 0 ? text : text.slice(0, at), at < 0 ? "" : text.slice(at + 1));
    }
  }
  return state;
}

export function writeLink(state) {
  const query = new URLSearchParams({ scenario: state.scenario, reference: state.reference });
  for (const [key, usual] of Object.entries(USUAL)) {
    if (state[key] !== usual) query.append(key, state[key]);
  }
  for (const [key, mark] of Object.entries(MANY)) {
    for (const [name, value] of state[key]) query.append(key, `${name}${mark}${value}`);
  }
  for (const spec of state.show) query.append("show", spec);
  return query.toString();
}
