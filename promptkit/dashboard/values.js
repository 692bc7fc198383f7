// Values as people read them, by the type of their column or total, and elements that hold them as text.

const values = (() => {
  const number = (digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [whole, tenths, hundredths] = [0, 1, 2].map(number);
  const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
  const FORMS = { integer: whole.format, number: hundredths.format, money: hundredths.format, percent: (value) => `${tenths.format(value)} %` };
  const isNumber = (type) => Object.hasOwn(FORMS, type);

  /** Text in one line, in which no character is hidden or turns the direction of others. */
  const line = (text) => String(text).replace(/[\p{C}\p{Z}]+/gu, " ").trim();

  /** A value as it is shown, or `empty` without one; times lose only their seconds. */
  function written(value, type, empty = "none") {
    if (value === null || value === undefined) return line(empty);
    if (isNumber(type) && typeof value === "number") return FORMS[type](value);
    if (type === "datetime") return line(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:[\d.]+)?Z$/, "$1 $2 UTC");
    return line(value);
  }

  /** A figure at an axis, where there is little room. */
  const rounded = (value, type) => (type === "percent" ? `${value} %` : short.format(value));

  /** The name of a column or total as words: end_date is "End date". */
  function words(name) {
    const text = line(name).replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  /** A unit that the name does not say already, or nothing. */
  const unitBeside = (name, unit) => (unit && !words(name).toLowerCase().includes(line(unit).toLowerCase()) ? line(unit) : "");

  /** What sorts values of a type upwards; nothing comes last, also downwards. */
  function compared(type, down) {
    const order = isNumber(type) ? (one, other) => one - other : (one, other) => String(one).localeCompare(String(other), "en", { numeric: true });
    return (one, other) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return down ? order(other, one) : order(one, other);
    };
  }

  const counted = (count, word) => `${whole.format(count)} ${word}${count === 1 ? "" : "s"}`;

  /** An element with its attributes; what it holds is text unless it is an element itself. */
  function element(tag, attributes, ...held) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (typeof value === "function") made.addEventListener(name, value);
      else made.setAttribute(name, value);
    }
    made.append(...held.filter((one) => one !== null && one !== ""));
    return made;
  }

  return { written, rounded, words, unitBeside, compared, counted, isNumber, line, element };
})();
