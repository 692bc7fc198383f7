// Which views a person means: `search.find(query)` gives `[{ name, score }]`, the best first.
"use strict";

const search = (() => {
  const FILLERS = new Set(("a all an and any are at by can do does for from get give has have how i in is it last list me month my next "
    + "of on or our quarter see show tell that the their they this to up us we week what when where which who whose will with year you").split(" "));
  const wordsOf = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const stem = (word) => word.replace(/(?<=.{4})(als?|ings?|e?[sd])$/, "");

  // A word counts once for each of these texts of a view that it is in: all it says, its title, its group.
  const views = [...document.querySelectorAll("#views li")].map((entry) => {
    const [title, group] = [entry.querySelector(".title"), entry.closest("section").querySelector("h2")].map((one) => one.textContent);
    return { name: entry.dataset.name, texts: [`${entry.textContent} ${entry.dataset.words}`, title, group].map(wordsOf) };
  });
  const hits = (words, text) => words.filter((word) => text.some((other) => other.startsWith(word))).length;

  /** The views that the words of a query fit; all of them where it has no word to look for. */
  function find(query) {
    const words = wordsOf(query).filter((word) => !FILLERS.has(word)).map(stem);
    const scored = views.map(({ name, texts }) => ({ name, score: texts.reduce((sum, text) => sum + hits(words, text), 0) }));
    const best = Math.max(...scored.map((one) => one.score));
    const isFound = ({ score }) => words.length === 0 || (best > 0 && score >= best / 2);
    return scored.filter(isFound).sort((one, other) => other.score - one.score);
  }

  return { find };
})();
