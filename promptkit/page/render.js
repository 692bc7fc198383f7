// The browser's half of promptkit/render.py: the same values give the same bytes. tests/page compares the two.
"use strict";

const promptkit = (() => {
  // Python's str.strip and str.splitlines know other characters than trim() and split("\n") do.
  const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
  const TRAILING = new RegExp(`${SPACE}+$`);
  const LEADING = new RegExp(`^${SPACE}+`);
  const BLANK = new RegExp(`^${SPACE}*$`);
  const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u;

  /** What one control holds today as it stands in the text: a string or a boolean, or null where it does not fit. */
  function shown(field, raw, today) {
    // The rules are those of Control in promptkit/argument_type.py.
    switch (field.takes) {
      case "truth":
        return raw === "true";
      case "option":
        return Object.hasOwn(field.shown, raw) ? field.shown[raw] : null;
      case "number":
        return matches(field, raw) && inRange(field, Number(raw)) ? written(Number(raw)) : null;
      case "pattern":
        return matches(field, raw) ? raw : null;
      case "window":
        return daysOf(field, raw) ?? datesOf(field, raw, today);
      case "text":
        return BLANK.test(raw) || [...raw].length > field.longest || HIDDEN.test(raw) ? null : JSON.stringify(raw);
    }
    throw new Error(`A field that takes ${field.takes} is not known.`);
  }

  function matches(field, raw) {
    return new RegExp(`^(?:${field.pattern})$`, "u").test(raw);
  }

  // Windows, as promptkit/arguments/window.py reads them

  const MONTHS = { month: 1, quarter: 3, qtr: 3, year: 12 };
  const FROM_1900 = 1900 * 12; // For Date.UTC, the year 0 is 1900.
  const STEPS = { last: -1, this: 0, next: 1 };

  /** The parts of a text in one of the field's forms, in small letters; undefined if it has another form. */
  function read(field, form, raw) {
    const match = new RegExp(`^ *(?:${field.forms[form]}) *$`, "i").exec(raw);
    return match?.slice(1).map((part) => part?.toLowerCase());
  }

  function daysOf(field, raw) {
    const found = read(field, "days", raw);
    if (!found) return null;
    const count = Number(found[1]);
    if (count < field.least || count > field.most) return null;
    const words = field.says[found[0] ?? field.way][count === 1 ? 0 : 1];
    return words.replace("{count}", count.toLocaleString("en-US").replace(",", field.says.thousands));
  }

  function datesOf(field, raw, today) {
    const dates = read(field, "dates", raw) ?? periodOf(field, raw, today) ?? [];
    const [first, last] = dates.map((text) => Date.parse(`${text}T00:00Z`));
    // A browser may take 30 February for a day in March.
    if (!dates.length || isoDate(first) !== dates[0] || isoDate(last) !== dates[1]) return null;
    const length = (last - first) / 864e5;
    return length < 0 || length > field.most ? null : field.says.dates.replace("{first}", dates[0]).replace("{last}", dates[1]);
  }

  /** The first and the last day of a period that is named in words; undefined if none is. */
  function periodOf(field, raw, today) {
    const [year, month] = [today.getFullYear(), today.getMonth()];
    let found = read(field, "quarter", raw);
    if (found) return months(Number(found[1]) * 4 + Number(found[0]) - 1, 3);
    found = read(field, "period", raw);
    if (!found) return undefined;
    const [step, unit] = [STEPS[found[0]], found[1]];
    if (unit !== "week") return months(Math.floor((year * 12 + month) / MONTHS[unit]) + step, MONTHS[unit]);
    const monday = today.getDate() - (today.getDay() + 6) % 7 + step * 7;
    return [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 6)].map(isoDate);
  }

  /** The first and the last day of a period of so many months, counted from the year 0. */
  function months(number, count) {
    return [Date.UTC(0, number * count - FROM_1900, 1), Date.UTC(0, (number + 1) * count - FROM_1900, 0)].map(isoDate);
  }

  function isoDate(time) {
    return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 10);
  }

  function inRange(field, number) {
    return !(number < field.minimum) && !(number > field.maximum) && !(Math.abs(number) >= field.below);
  }

  /** A float as Python writes it: whole ones in full, small ones with an exponent of two digits. */
  function written(number) {
    if (Number.isInteger(number)) return BigInt(number).toString();
    return Math.abs(number) < 1e-4 ? number.toExponential().replace(/e-(\d)$/, "e-0$1") : String(number);
  }

  function evaluate(test, values) {
    if ("gives" in test) return test.gives[values[test.name]];
    if ("name" in test) return values[test.name];
    if ("const" in test) return test.const;
    if (test.not) return !evaluate(test.not[0], values);
    if (test.and) return evaluate(test.and[0], values) && evaluate(test.and[1], values);
    if (test.or) return evaluate(test.or[0], values) || evaluate(test.or[1], values);
    return evaluate(test.equal[0], values) === evaluate(test.equal[1], values);
  }

  function run(steps, values) {
    return steps.map((step) => {
      if (typeof step === "string") return step;
      if (step.if) return run(evaluate(step.if, values) ? step.then : step.else, values);
      const value = evaluate(step, values);
      return typeof value === "boolean" ? (value ? "True" : "False") : value;
    }).join("");
  }

  /** The text to paste, with its stamp as the last line and one final newline. */
  function render(view, values) {
    const text = run(view.steps, values).replace(TRAILING, "").replace(LEADING, "");
    const body = text.split(LINE_END).map((line) => line.replace(TRAILING, "")).join("\n");
    return `${body}\n\n[${view.stamp} ${sha256(body).slice(0, 8)}]\n`;
  }

  return { shown, render };
})();
