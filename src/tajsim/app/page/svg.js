// Small helpers to build SVG and HTML, and numbers as a reader wants them.

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// A text in which no line ends between a number and its per cent sign.
export function firm(text) {
  return text.replace(/([0-9]) %/g, "$1\u00a0%");
}

export function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key === "className" ? "class" : key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === "string" ? firm(child) : child)));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

// Three significant digits; whole numbers in full.
export function number(value, signed = false) {
  if (value === null || value === undefined) return "-";
  const sign = value < 0 ? "\u2212" : signed && value > 0 ? "+" : "";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.0005 || size >= 1e12) return sign + size.toExponential(1);
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(size))));
  return sign + size.toLocaleString("en-GB", { maximumFractionDigits: digits });
}

export function ticks(low, high, most) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = [1, 2, 2.5, 5, 10].map((s) => s * power).find((s) => span / s <= most) || span;
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) {
    found.push(Number((n * step).toPrecision(10)));
  }
  return found;
}
