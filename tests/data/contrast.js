// Texts whose contrast to their ground is below 4.5, and lines and edges below 3.
(() => {
  const parts = (text) => text.match(/[\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor, [, , , alpha] = parts(colour);
      if (alpha !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const wrong = [];
  const check = (e, colour, most) => {
    const found = ratio(light(colour), light(ground(e)));
    if (found < most) wrong.push([e.tagName, e.className, colour, ground(e), found]);
  };
  for (const e of document.querySelectorAll('body *')) {
    if (!e.getClientRects().length || e.closest('.map')) continue;
    const look = getComputedStyle(e), svg = e.closest('svg');
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (own) check(e, svg ? look.fill : look.color, 4.5);
    if (e.matches('path.line')) check(svg.parentElement, look.stroke, 3);
    const edged = 'input:not([type=range], [type=checkbox]), select';
    if (e.matches(edged)) check(e, look.borderTopColor, 3);
  }
  return wrong;
})()
