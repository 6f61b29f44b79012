// What a link says, and what the page shows: the same keys as `tajsim.app.state`.

export const USUAL = { name: "my-scenario", from: "", until: "", runs: "200", seed: "1",
  parameters: "posterior", border: "heroin_seized", land: "state_control", month: "", run: "0" };

export function readLink(search) {
  const query = new URLSearchParams(search);
  const state = { scenario: query.get("scenario") || "", reference: query.get("reference") || "",
    set: new Map(), show: query.getAll("show") };
  for (const key of Object.keys(USUAL)) state[key] = query.get(key) || USUAL[key];
  for (const text of query.getAll("set")) {
    const at = text.indexOf("=");
    state.set.set(at < 0 ? text : text.slice(0, at), at < 0 ? "" : text.slice(at + 1));
  }
  return state;
}

export function writeLink(state) {
  const query = new URLSearchParams({ scenario: state.scenario, reference: state.reference });
  for (const [key, usual] of Object.entries(USUAL)) {
    if (state[key] !== usual) query.append(key, state[key]);
  }
  for (const [name, value] of state.set) query.append("set", `${name}=${value}`);
  for (const spec of state.show) query.append("show", spec);
  return query.toString();
}
