// What the chart of an answer shows, from its rows and totals alone, and the same in words.

const pictures = (() => {
  const { written, words, rowsOf, listed, line } = values;
  const MOST_BARS = 15;
  const MOST_PARTS = 7;

  /**
   * The pictures of an answer that has a chart, or none: `{ title, labels, series: [{ name, figures }], type, per, count, had }`,
   * where `had` counts the rows that could be drawn and `count` those that are.
   */
  function of(answer) {
    const { chart } = answer;
    const found = chart.totals ? ofTotals(chart, answer.totals) : ofRows(chart, tableOf(answer));
    const drawable = found.filter((one) => one.series.some((series) => series.figures.some((figure) => figure)));
    return drawable.map((one) => fitted(one, chart.type));
  }

  const tableOf = ({ chart, tables: all }) => all.find((table) => !chart.heading || table.heading === chart.heading);

  function ofTotals({ totals: names, x }, totals) {
    const told = totals.filter((total) => names.includes(total.name));
    const keys = [...new Set(told.map((total) => total.key).filter(Boolean))];
    const type = told[0]?.type;
    if (!keys.length) {
      const series = [{ name: "", figures: told.map((total) => total.value) }];
      return [{ title: said("Headline figures"), labels: told.map((total) => words(total.name)), series, type }];
    }
    const valueOf = (name, key) => told.find((total) => total.name === name && total.key === key)?.value ?? null;
    const series = names.map((name) => ({ name: words(name), figures: keys.map((key) => valueOf(name, key)) }));
    return [{ title: said("%(what)s by %(label)s", { what: words(listed(names)), label: words(x[0]).toLowerCase() }), labels: keys.map(words), series, type }];
  }

  function ofRows(chart, table) {
    const at = (name) => table.columns.findIndex((column) => column.name === name);
    const [labels, figures, per] = [(chart.x ?? []).map(at), (chart.y ?? []).map(at), at(chart.per)];
    const rows = table.rows.filter((row) => per < 0 || row[per] !== null);
    const months = chart.by ? monthsOf(rows, labels[0]) : [];
    const read = (some) => (chart.by ? byMonth(some, labels[0], figures, months) : byRow(some, labels, figures));
    const made = [...Map.groupBy(rows, (row) => (per < 0 ? "" : line(row[per])))].map(([key, some]) => ({
      ...read(some),
      title: titleOf(chart, table),
      type: figures.length ? table.columns[figures[0]].type : "integer",
      per: key,
      isTime: Boolean(chart.by),
    }));
    for (const one of made) one.series.forEach((series, index) => { series.name = chart.y ? words(chart.y[index]) : called("Rows"); });
    return made.sort((one, other) => other.count - one.count);
  }

  function titleOf(chart, table) {
    const what = chart.y ? chart.y.map((name, index) => (index ? words(name).toLowerCase() : words(name))).join(", ") : line(table.heading);
    const label = listed(chart.x.map((name) => words(name).toLowerCase()));
    return chart.by ? said("%(what)s by month of %(label)s", { what, label }) : said("%(what)s by %(label)s", { what, label });
  }

  function byRow(rows, labels, figures) {
    return {
      labels: rows.map((row) => labels.map((index) => written(row[index])).join(", ")),
      series: figures.map((index) => ({ figures: rows.map((row) => row[index]) })),
      count: rows.length,
      had: rows.length,
    };
  }

  const monthOf = (day) => (day === null ? null : String(day).slice(0, 7));

  /** Every month from the first that has a row to the last. */
  function monthsOf(rows, day) {
    const known = [...new Set(rows.map((row) => monthOf(row[day])))].filter((month) => month !== null).sort();
    if (!known.every((month) => /^\d{4}-\d\d$/.test(month))) return known;
    if (!known.length) return known;
    const [first, last] = [known[0], known.at(-1)].map((month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1);
    // A wrong year far away is no reason to draw thousands of empty months.
    if (last - first > 120) return known;
    const written = (one) => `${String(Math.floor(one / 12)).padStart(4, "0")}-${String((one % 12) + 1).padStart(2, "0")}`;
    return Array.from({ length: last - first + 1 }, (_, step) => written(first + step));
  }

  /** Sums of each month, or counts of its rows; the months are those of all pictures, so that these can be compared. */
  function byMonth(rows, day, figures, months) {
    const dated = rows.filter((row) => row[day] !== null);
    const groups = Map.groupBy(dated, (row) => monthOf(row[day]));
    const measure = (row, index) => (index === undefined ? 1 : (row[index] ?? 0));
    const sum = (month, index) => (groups.get(month) ?? []).reduce((total, row) => total + measure(row, index), 0);
    const columns = figures.length ? figures : [undefined];
    const series = columns.map((index) => ({ figures: months.map((month) => sum(month, index)) }));
    return { labels: months, series, count: dated.length, had: dated.length };
  }

  /** What fits into one picture: the first bars, or the largest parts and the sum of the others. */
  function fitted(picture, type) {
    const { labels, series } = picture;
    if (type === "lines" || picture.isTime || labels.length <= (type === "bars" ? MOST_BARS : MOST_PARTS + 1)) return picture;
    return type === "bars" ? { ...picture, ...first(picture, MOST_BARS), count: MOST_BARS } : { ...picture, ...largest(labels, series[0]) };
  }

  function largest(labels, { name, figures }) {
    const order = labels.map((_, index) => index).sort((one, other) => figures[other] - figures[one]);
    const [kept, others] = [order.slice(0, MOST_PARTS), order.slice(MOST_PARTS)];
    const rest = others.reduce((total, index) => total + (figures[index] ?? 0), 0);
    return {
      labels: [...kept.map((index) => labels[index]), said("%(count)s others", { count: others.length })],
      series: [{ name, figures: [...kept.map((index) => figures[index]), rest] }],
    };
  }

  function first({ labels, series }, count) {
    return { labels: labels.slice(0, count), series: series.map((one) => ({ name: one.name, figures: one.figures.slice(0, count) })) };
  }

  /** One figure of a picture, with its currency. */
  const figure = (value, picture) => `${written(value, picture.type)}${picture.type === "money" && picture.per ? ` ${picture.per}` : ""}`;

  /** A picture in one sentence for each of its series: its main figures. */
  function summary(picture, type) {
    return picture.series.map((series) => {
      const known = series.figures.map((value, index) => ({ value, index })).filter((one) => one.value !== null);
      if (!known.length) return "";
      const highest = known.reduce((one, other) => (other.value > one.value ? other : one));
      const lowest = known.reduce((one, other) => (other.value < one.value ? other : one));
      const tell = ({ value, index }) => `${figure(value, picture)} (${picture.labels[index]})`;
      const name = picture.series.length > 1 ? `${series.name}: ` : "";
      const told = { first: tell(known[0]), last: tell(known.at(-1)), highest: tell(highest), lowest: tell(lowest) };
      if (type === "lines" && known.length > 1) return name + said("From %(first)s to %(last)s; highest: %(highest)s.", told);
      return name + (highest.value === lowest.value ? said("Highest: %(highest)s.", told) : said("Highest: %(highest)s. Lowest: %(lowest)s.", told));
    }).filter(Boolean).join(" ");
  }

  /** What the pictures do not show: rows beyond them, and rows that lack a date or a currency. */
  function leftOut(answer, shown) {
    if (answer.chart.totals) return "";
    const { rows, total_rows: all = rows.length } = tableOf(answer);
    const count = shown.reduce((total, one) => total + one.count, 0);
    const without = rows.length - shown.reduce((total, one) => total + one.had, 0);
    const told = [];
    if (count + without < all) {
      const counts = { count, rows: rowsOf(all) };
      told.push(shown.length > 1 ? said("These charts show %(count)s of %(rows)s.", counts) : said("The chart shows the first %(count)s of %(rows)s.", counts));
    }
    if (without === 1) told.push(said("1 row without a date or a currency is not drawn."));
    if (without > 1) told.push(said("%(count)s rows without a date or a currency are not drawn.", { count: without }));
    if (answer.status !== "complete") told.push(said("Data is missing, so more may belong here."));
    return told.join(" ");
  }

  return { of, figure, summary, leftOut };
})();
