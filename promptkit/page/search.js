// Which views fit a question, ranked as promptkit/views/search.py does: change both. tests/page compares the
// two. The index is that of promptkit/views/search_index.py.
"use strict";

const findViews = (() => {
  const MAX_WORDS = 30;
  const LEAST_LETTERS = 4;
  const LONG = 7;
  const SHORT = 2;
  const [PHRASE, GROUP, NAME, MAYBE_NAME] = [1.2, 0.9, 1, 0.1];
  const LEAST = 0.12;
  const LEAST_SHARE = 0.35;
  const MAX_GROUP_WORDS = 4;
  const MAX_NAME_WORDS = 3;
  const PACK = "pack";

  const plainOf = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
  const stemOf = (plain) => (plain.length > SHORT ? spelling.stem(plain) : plain);
  const has = (object, key) => Object.hasOwn(object, key);
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const isCapital = (word) => word.text[0] !== word.text[0].toLowerCase();

  function wordsOf(question) {
    const found = [...question.matchAll(/[\p{L}\p{N}]+/gu)].slice(0, MAX_WORDS);
    return found.map((one, place) => ({
      place, text: one[0], plain: plainOf(one[0]), start: one.index, end: one.index + one[0].length,
    }));
  }

  function groupIn(index, words) {
    for (const { place } of words) {
      for (let count = MAX_GROUP_WORDS; count > 0; count -= 1) {
        const spelled = words.slice(place, place + count).map((word) => word.plain).join(" ");
        if (has(index.groups, spelled)) {
          return [index.groups[spelled], [...words.slice(0, place), ...words.slice(place + count)]];
        }
      }
    }
    return [null, words];
  }

  function closest(index, plain) {
    if (plain.length < LEAST_LETTERS) return undefined;
    const most = plain.length < LONG ? 1 : 2;
    let best;
    const look = (known, limit) => {
      if (known[0] !== plain[0] || known.length < LEAST_LETTERS || Math.abs(known.length - plain.length) > limit) return;
      const distance = spelling.distance(plain, known);
      if (distance > limit) return;
      const other = [distance, limit, known];
      if (!best || isBefore(other, best)) best = other;
    };
    for (const known of index.common) look(known, 1);
    for (const known of Object.keys(index.words)) look(known, most);
    return best?.[2];
  }

  function isBefore(one, other) {
    const place = one.findIndex((value, at) => value !== other[at]);
    return place >= 0 && one[place] < other[place];
  }

  /** The term of a word; empty if it says nothing, null if no view knows it or a close one. */
  function termOf(index, word) {
    const forms = [word.plain, stemOf(word.plain)];
    let known = forms.find((form) => index.common.includes(form) || has(index.words, form));
    if (/^\p{Nd}/u.test(word.plain) || (known === undefined && index.ordinary.includes(word.plain))) return "";
    const mayBeSlip = !(isCapital(word) && word.place) && !index.known_names.includes(word.plain);
    if (known === undefined && mayBeSlip) known = closest(index, word.plain);
    if (known === undefined) return null;
    return index.common.includes(known) ? "" : index.words[known];
  }

  /** The known name that one was probably meant for; undefined for one that is known, or near none. */
  function nearKnown(index, name) {
    const plain = plainOf(name);
    if (plain.length < LEAST_LETTERS || index.known_names.includes(plain)) return undefined;
    const most = plain.length < LONG ? 1 : 2;
    return index.known_names.find((known) => known[0] === plain[0] && spelling.distance(plain, known) <= most);
  }

  function runsOf(unknown) {
    const runs = [];
    for (const word of unknown) {
      const last = runs.at(-1);
      if (last && word.place === last.at(-1).place + 1) last.push(word);
      else runs.push([word]);
    }
    return runs;
  }

  const isKnownName = (index, run) => run.some((word) => index.known_names.includes(word.plain));

  function isOnlyAName(index, runs, words) {
    if (runs.some((run) => isKnownName(index, run))) return true;
    const [run, ...others] = runs;
    const isAboutMore = others.length || words.some((word) => index.ordinary.includes(word.plain));
    if (isAboutMore || run.length > MAX_NAME_WORDS) return false;
    return run.length === words.length || isCapital(run[0]);
  }

  function periodIn(index, question) {
    const [, which, unit, quarter, year] = new RegExp(index.period, "i").exec(question) ?? [];
    if (which) return `${which} ${unit}`.toLowerCase();
    return quarter ? `Q${quarter} ${year}` : "";
  }

  function understood(index, text) {
    const question = text.normalize("NFC");
    const period = periodIn(index, question);
    const words = wordsOf(question);
    const [group, left] = groupIn(index, words);
    const read = left.map((word) => [word, termOf(index, word)]);
    const terms = [...new Set(read.map(([, term]) => term).filter(Boolean))];
    const runs = runsOf(read.filter(([, term]) => term === null).map(([word]) => word));
    if (!runs.length || !(terms.length || group || isOnlyAName(index, runs, words))) return { terms, group, name: "", period };
    const worth = (run) => [isKnownName(index, run), isCapital(run[0]), run.length].map(Number);
    const better = (one, other) => isBefore(worth(other), worth(one));
    const run = runs.reduce((best, one) => (better(one, best) ? one : best));
    const name = question.slice(run[0].start, run.at(-1).end);
    return { terms, group, name, period, isSurelyAName: isKnownName(index, run) || isCapital(run[0]) || !terms.length };
  }

  function nearness(index, terms) {
    const nearest = Object.fromEntries(Object.keys(index.views).map((view) => [view, 0]));
    const asked = sum(terms.map((term) => index.rarity[term]));
    for (const [view, phrase] of index.phrases) {
      const shared = sum(phrase.filter((term) => terms.includes(term)).map((term) => index.rarity[term]));
      if (!shared) continue;
      const near = shared / Math.sqrt(asked * sum(phrase.map((term) => index.rarity[term])));
      nearest[view] = Math.max(nearest[view], near);
    }
    return nearest;
  }

  function share(index, weights, terms) {
    if (!terms.length) return 0;
    const whole = sum(terms.map((term) => index.rarity[term]));
    return sum(terms.map((term) => (weights[term] ?? 0) * index.rarity[term])) / whole;
  }

  function filledBy(name, asked) {
    if (name.takes === "group" && asked.group) {
      const [label, group] = asked.group;
      return [GROUP, { [name.argument]: group, ...(label && name.slice ? { [name.slice]: label } : {}) }];
    }
    if (name.takes === "name" && asked.name) {
      return [asked.isSurelyAName ? NAME : MAYBE_NAME, { [name.argument]: asked.name }];
    }
    const { period } = asked;
    const fits = period && ["next", "last"].includes(name.takes) && (period[0] === "Q" || [name.takes, "this"].includes(period.split(" ")[0]));
    return [0, fits ? { [name.argument]: period } : {}];
  }

  const rounded = (rank) => Math.round(rank * 1e6);

  /** Where a text has words that the question asks for, as starts and ends. */
  function marksIn(index, terms, text) {
    const found = [...text.matchAll(/[\p{L}\p{N}]+/gu)].filter(([word]) => {
      const plain = plainOf(word);
      return !index.common.includes(plain) && terms.includes(index.words[plain]);
    });
    return found.map((one) => [one.index, one.index + one[0].length]);
  }

  /** The packs that a question names: every word that says something is in their name or title. */
  function packsFound(index, question) {
    const asked = wordsOf(question).map((word) => word.plain).filter((word) => !index.common.includes(word)).map(stemOf).filter((word) => word !== PACK);
    return asked.length ? Object.keys(index.packs).filter((name) => asked.every((word) => index.packs[name].includes(word))) : [];
  }

  /** The views that fit, best first, each with the arguments that the question fills in; the packs; and what marks words. */
  function search(index, question) {
    const asked = understood(index, question);
    const near = nearness(index, asked.terms);
    const ranks = {};
    const filled = {};
    for (const [view, weights] of Object.entries(index.views)) {
      ranks[view] = (share(index, weights, asked.terms) + PHRASE * near[view]) * (index.factors[view] ?? 1);
    }
    for (const name of index.names) {
      const [more, values] = filledBy(name, asked);
      filled[name.view] = { ...filled[name.view], ...values };
      ranks[name.view] += more;
    }
    const least = Math.max(LEAST, ...Object.values(ranks).map((rank) => rank * LEAST_SHARE));
    const isLate = (view) => index.late.includes(view);
    const hits = Object.keys(ranks)
      .filter((view) => ranks[view] >= least)
      .sort((one, other) => isLate(one) - isLate(other) || rounded(ranks[other]) - rounded(ranks[one]) || (one < other ? -1 : 1))
      .map((view) => ({ view, filled: filled[view] ?? {} }));
    return { hits, packs: packsFound(index, question), marks: (text) => marksIn(index, asked.terms, text) };
  }

  /** The index as promptkit/views/search_index.py packs it. */
  function unpacked(index) {
    const list = (text) => (text ? text.split("|") : []);
    const terms = list(index.terms).map((one) => one.split(" "));
    const weights = (those) => Object.entries(those).flatMap(([weight, same]) => same.split(" ").map((term) => [term, Number(weight)]));
    return {
      ...index,
      common: list(index.common),
      ordinary: list(index.ordinary),
      known_names: list(index.known_names),
      words: Object.fromEntries(terms.flatMap(([, ...words], term) => words.map((word) => [word, String(term)]))),
      rarity: terms.map(([rarity]) => Number(rarity)),
      views: Object.fromEntries(Object.entries(index.views).map(([view, those]) => [view, Object.fromEntries(weights(those))])),
      phrases: Object.entries(index.phrases).flatMap(([view, those]) => those.map((one) => [view, one.split(" ")])),
    };
  }

  const index = unpacked(data.index);
  return Object.assign((question) => search(index, question), { known: (name) => nearKnown(index, name) });
})();
