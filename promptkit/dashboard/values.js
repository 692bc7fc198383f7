// Values as people read them, by the type of their column or total, and elements that hold them as text.

const values = (() => {
  const DIGITS = { integer: 0, number: 2, money: 2, percent: 1 };
  const formats = new Map();

  /** What writes numbers with so many decimals, or with few digits; to make it takes a browser long, so each is kept. */
  function formatOf(digits) {
    const key = `${speech.language()} ${digits}`;
    if (!formats.has(key)) {
      const form = digits === "few" ? { notation: "compact", maximumFractionDigits: 1 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
      formats.set(key, new Intl.NumberFormat(speech.language(), form));
    }
    return formats.get(key);
  }

  const format = (value, digits) => formatOf(digits).format(value);

  /** A number with few digits, such as 1.2M; where a language has no short form for it, without decimals from 1,000 on. */
  function short(value) {
    const isShort = formatOf("few").formatToParts(value).some((part) => part.type === "compact");
    return format(value, isShort || Math.abs(value) < 1000 ? "few" : 0);
  }

  const isNumber = (type) => Object.hasOwn(DIGITS, type);

  /** Text in one line, in which no character is hidden or turns the direction of others. */
  const line = (text) => String(text).replace(/[\p{C}\p{Z}]+/gu, " ").trim();

  /** A value as it is shown, or `empty` without one; times lose only their seconds. */
  function written(value, type, empty = "none") {
    if (value === null || value === undefined) return called(line(empty));
    if (isNumber(type) && typeof value === "number") return `${format(value, DIGITS[type])}${type === "percent" ? " %" : ""}`;
    if (type === "boolean") return called(line(value));
    if (type === "datetime") return line(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:[\d.]+)?Z$/, "$1 $2 UTC");
    return line(value);
  }

  /** A figure at an axis, where there is little room. */
  const rounded = (value, type) => (type === "percent" ? `${value.toLocaleString(speech.language())} %` : short(value));

  /** The name of a column or total as words: end_date is "End date". */
  function words(name) {
    const text = line(name).replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  /** A unit that the name does not say already, or nothing. */
  const unitBeside = (name, unit) => (unit && !words(name).toLowerCase().includes(line(unit).toLowerCase()) ? line(unit) : "");

  /** What sorts values of a type upwards; nothing comes last, also downwards. */
  function compared(type, down) {
    const order = isNumber(type) ? (one, other) => one - other : (one, other) => String(one).localeCompare(String(other), speech.language(), { numeric: true });
    return (one, other) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return down ? order(other, one) : order(one, other);
    };
  }

  const rowsOf = (count) => (count === 1 ? said("1 row") : said("%(count)s rows", { count: format(count, 0) }));

  /** Names one after the other, such as "this and that". */
  const listed = (names) => new Intl.ListFormat(speech.language()).format(names);

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

  return { written, rounded, words, unitBeside, compared, rowsOf, listed, isNumber, line, element };
})();
