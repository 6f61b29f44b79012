// Light or dark: as the system has it, or as the reader chooses. Not a module, so that it acts
// before anything is drawn.

(() => {
  const KEY = "tajsim-theme", WORDS = ["auto", "light", "dark"];
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const keep = (word) => { try { localStorage.setItem(KEY, word); } catch { /* no storage */ } };
  const set = (word) => {
    if (word === "auto") delete root.dataset.theme; else root.dataset.theme = word;
  };
  let word = WORDS.includes(read()) ? read() : "auto";
  set(word);
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const say = () => { button.textContent = `Theme: ${word}`; };
    button.addEventListener("click", () => {
      word = WORDS[(WORDS.indexOf(word) + 1) % WORDS.length];
      keep(word);
      set(word);
      say();
    });
    say();
  });
})();
