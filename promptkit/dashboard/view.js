// The whole answer of a view: what is wrong with it first, then headline figures, chart, tables and evidence.

const view = (() => {
  const { written, words, unitBeside, line, element } = values;
  const place = document.getElementById("view");

  /** Something to read in place of an answer. */
  function say(text, kind = "waiting") {
    place.replaceChildren(element("p", { class: kind }, text));
    document.getElementById("status").textContent = text;
  }

  /** Show an answer as the whole page; `host` is where more rows, and the rest of an answer, come from, if there is one. */
  function show(answer, host = {}) {
    speech.speak(answer.language);
    document.title = called(line(answer.title));
    document.getElementById("status").textContent = "";
    fill(place, answer, { ...host, heading: heading(answer) });
  }

  /** Draw an answer into an element, with `rows` of each table at first. */
  function fill(into, answer, { nextRows, rest, heading: head, rows }) {
    const chart = element("section", { class: "chart" });
    const drawn = answer.tables.map((table) => tables.draw(table, nextRows, () => charts.draw(chart, answer), rows));
    into.replaceChildren(
      warning(answer, rest) ?? "",
      head ?? "",
      ...answer.remarks.map((remark) => element("p", { class: "remark" }, line(remark))),
      tiles(answer.totals) ?? "",
      chart,
      search(drawn) ?? "",
      ...drawn.map((one) => one.section),
      evidence(answer),
    );
    // Only what is in the page has a width to draw in.
    charts.draw(chart, answer);
  }

  function warning({ status, evidence: { Gaps: gaps } }, rest) {
    if (status === "complete") return null;
    const isReading = status === "reading";
    const what = isReading
      ? said("Still reading. These are the rows that were read so far, and the figures will change.")
      : said("Partial data. Something could not be read, so rows may be missing here, and figures that would need them are left out.");
    const told = element("div", { class: "notice", role: "note" }, element("p", null, element("strong", null, what)));
    if (gaps && gaps !== "none") told.append(element("p", null, said("What is missing: %(gaps)s", { gaps: line(gaps) })));
    if (isReading && rest) told.append(element("button", { type: "button", click: rest }, said("Get the rest")));
    return told;
  }

  function heading(answer) {
    const filled = Object.entries(answer.arguments).map(([name, value]) => `${words(name)}: ${written(value)}`);
    const facts = [answer.evidence["As of"] && `${called("As of")} ${answer.evidence["As of"]}`, ...filled].filter(Boolean);
    return element("header", null, element("h1", null, called(line(answer.title))),
      element("ul", { class: "facts" }, ...facts.map((fact) => element("li", null, line(fact)))));
  }

  /** One tile for each name; a total for several currencies or kinds has a line for each. */
  function tiles(totals) {
    const groups = [...Map.groupBy(totals, (total) => total.name).values()];
    return groups.length ? element("dl", { class: "tiles" }, ...groups.map(tile)) : null;
  }

  function tile(totals) {
    const [{ name, unit }] = totals;
    const label = [words(name), unitBeside(name, unit)].filter(Boolean).join(", ");
    const lines = totals.map(({ key, type, value }) =>
      element("dd", null, element("b", { class: type === "date" ? "date" : "" }, written(value, type)), key ? element("span", null, ` ${line(key)}`) : ""));
    return element("div", { class: totals.length > 1 ? "several" : "" }, element("dt", null, label), ...lines);
  }

  function search(drawn) {
    if (!drawn.some((one) => one.section.querySelector("tbody tr"))) return null;
    const field = element("input", { type: "search", id: "rows", autocomplete: "off", placeholder: said("an app, a person, a date") });
    field.addEventListener("input", () => { for (const one of drawn) one.search(field.value); });
    return element("p", { class: "find" }, element("label", { for: "rows" }, said("Search in the rows")), field);
  }

  function evidence(answer) {
    const facts = Object.entries(answer.evidence).map(([label, text]) =>
      element("div", null, element("dt", null, called(line(label))), element("dd", null, called(line(text)))));
    return element("section", { class: "evidence" }, element("h2", null, called("Evidence")), element("dl", null, ...facts),
      element("p", { class: "stamp" }, element("code", null, line(answer.stamp))));
  }

  return { show, say, fill };
})();
