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

  /** What one control holds as it stands in the text: a string or a boolean, or null where it does not fit. */
  function shown(field, raw) {
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
      case "text":
        return BLANK.test(raw) || [...raw].length > field.longest || HIDDEN.test(raw) ? null : JSON.stringify(raw);
    }
    throw new Error(`A field that takes ${field.takes} is not known.`);
  }

  function matches(field, raw) {
    return new RegExp(`^(?:${field.pattern})$`, "u").test(raw);
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
