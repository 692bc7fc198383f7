// The chart that a view names, from rows and totals of its answer alone; Chart.js draws it.

const charts = (() => {
  const { written, rounded, words, counted, line, element } = values;
  const MOST_BARS = 15;
  const MOST_PARTS = 7;
  const PALETTE = 8;
  const drawn = new Set();

  // What is drawn: pictures, each with labels and the figures of each series

  /**
   * The pictures of an answer, or none: `{ title, labels, series: [{ name, figures }], type, per, count, had }`,
   * where `had` counts the rows that could be drawn and `count` those that are.
   */
  function pictures(answer) {
    const { chart } = answer;
    const found = chart.totals ? ofTotals(chart, answer.totals) : ofRows(chart, tableOf(answer));
    return found.filter((one) => one.series.some((series) => series.figures.some((figure) => figure)));
  }

  const tableOf = ({ chart, tables: all }) => all.find((table) => !chart.heading || table.heading === chart.heading);

  function ofTotals({ totals: names, x }, totals) {
    const told = totals.filter((total) => names.includes(total.name));
    const keys = [...new Set(told.map((total) => total.key).filter(Boolean))];
    const type = told[0]?.type;
    if (!keys.length) {
      return [{ title: "Headline figures", labels: told.map((total) => words(total.name)), series: [{ name: "", figures: told.map((total) => total.value) }], type }];
    }
    const valueOf = (name, key) => told.find((total) => total.name === name && total.key === key)?.value ?? null;
    const series = names.map((name) => ({ name: words(name), figures: keys.map((key) => valueOf(name, key)) }));
    return [{ title: `${words(names.join(" and "))} by ${words(x[0]).toLowerCase()}`, labels: keys.map(words), series, type }];
  }

  function ofRows(chart, table) {
    const at = (name) => table.columns.findIndex((column) => column.name === name);
    const [labels, figures, per] = [(chart.x ?? []).map(at), (chart.y ?? []).map(at), at(chart.per)];
    const groups = Map.groupBy(table.rows.filter((row) => per < 0 || row[per] !== null), (row) => (per < 0 ? "" : line(row[per])));
    const read = chart.by ? byMonth : byRow;
    const made = [...groups].map(([key, rows]) => ({
      ...read(rows, labels, figures),
      title: titleOf(chart, table),
      type: figures.length ? table.columns[figures[0]].type : "integer",
      per: key,
      isTime: Boolean(chart.by),
    }));
    for (const one of made) one.series.forEach((series, index) => { series.name = words(chart.y?.[index] ?? "rows"); });
    return made.sort((one, other) => other.count - one.count);
  }

  function titleOf(chart, table) {
    const what = chart.y ? chart.y.map((name, index) => (index ? words(name).toLowerCase() : words(name))).join(", ") : line(table.heading);
    return `${what} by ${chart.by ? `${chart.by} of ` : ""}${chart.x.map((name) => words(name).toLowerCase()).join(" and ")}`;
  }

  function byRow(rows, labels, figures) {
    return {
      labels: rows.map((row) => labels.map((index) => written(row[index])).join(", ")),
      series: figures.map((index) => ({ figures: rows.map((row) => row[index]) })),
      count: rows.length,
      had: rows.length,
    };
  }

  /** Sums of each month, or counts of rows, from the first month to the last without a gap. */
  function byMonth(rows, [day], figures) {
    const dated = rows.filter((row) => row[day] !== null);
    const months = Map.groupBy(dated, (row) => String(row[day]).slice(0, 7));
    const labels = monthsBetween([...months.keys()].sort());
    const sum = (month, index) => (months.get(month) ?? []).reduce((total, row) => total + (index === undefined ? 1 : (row[index] ?? 0)), 0);
    const columns = figures.length ? figures : [undefined];
    return { labels, series: columns.map((index) => ({ figures: labels.map((month) => sum(month, index)) })), count: dated.length, had: dated.length };
  }

  function monthsBetween(known) {
    const number = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
    const [first, last] = [known[0], known.at(-1)].map((month) => (month ? number(month) : 0));
    // A wrong year far away is no reason to draw thousands of empty months.
    if (!known.length || last - first > 120) return known;
    return Array.from({ length: last - first + 1 }, (_, step) => first + step)
      .map((one) => `${String(Math.floor(one / 12)).padStart(4, "0")}-${String((one % 12) + 1).padStart(2, "0")}`);
  }

  /** What fits into one picture: the first bars, or the largest parts and the sum of the others. */
  function fitted(picture, type) {
    const { labels, series } = picture;
    if (type === "lines" || picture.isTime || labels.length <= (type === "bars" ? MOST_BARS : MOST_PARTS + 1)) return picture;
    if (type === "bars") return { ...picture, ...first(picture, MOST_BARS), count: MOST_BARS };
    const order = labels.map((_, index) => index).sort((one, other) => series[0].figures[other] - series[0].figures[one]);
    const sorted = { labels: order.map((index) => labels[index]), series: [{ name: series[0].name, figures: order.map((index) => series[0].figures[index]) }] };
    const kept = first(sorted, MOST_PARTS);
    const others = sorted.series[0].figures.slice(MOST_PARTS).reduce((total, one) => total + (one ?? 0), 0);
    kept.labels.push(`${labels.length - MOST_PARTS} others`);
    kept.series[0].figures.push(others);
    return { ...picture, ...kept };
  }

  function first({ labels, series }, count) {
    return { labels: labels.slice(0, count), series: series.map((one) => ({ name: one.name, figures: one.figures.slice(0, count) })) };
  }

  // What is said of it: the picture in one sentence, and what it leaves out

  const figure = (value, picture) => `${written(value, picture.type)}${picture.type === "money" && picture.per ? ` ${picture.per}` : ""}`;

  function summary(picture, type) {
    return picture.series.map((series) => {
      const known = series.figures.map((value, index) => ({ value, index })).filter((one) => one.value !== null);
      if (!known.length) return "";
      const highest = known.reduce((one, other) => (other.value > one.value ? other : one));
      const lowest = known.reduce((one, other) => (other.value < one.value ? other : one));
      const tell = ({ value, index }) => `${figure(value, picture)} (${picture.labels[index]})`;
      const name = picture.series.length > 1 ? `${series.name}: ` : "";
      if (type === "lines" && known.length > 1) return `${name}From ${tell(known[0])} to ${tell(known.at(-1))}; highest: ${tell(highest)}.`;
      return highest.value === lowest.value ? `${name}Highest: ${tell(highest)}.` : `${name}Highest: ${tell(highest)}. Lowest: ${tell(lowest)}.`;
    }).filter(Boolean).join(" ");
  }

  /** What the pictures do not show: rows beyond them, and rows that lack a date or a currency. */
  function leftOut(answer, shown) {
    if (answer.chart.totals) return "";
    const { rows, total_rows: all = rows.length } = tableOf(answer);
    const count = shown.reduce((total, one) => total + one.count, 0);
    const without = rows.length - shown.reduce((total, one) => total + one.had, 0);
    const said = [];
    if (count + without < all) said.push(`${shown.length > 1 ? "These charts show" : "The chart shows the first"} ${count} of ${counted(all, "row")}.`);
    if (without) said.push(`${counted(without, "row")} without a date or a currency ${without === 1 ? "is" : "are"} not drawn.`);
    if (answer.status !== "complete") said.push("Data is missing, so more may belong here.");
    return said.join(" ");
  }

  // How it is drawn

  /** A colour of the style sheet as it is now, light or dark. */
  function colour(name) {
    const probe = element("i", { class: name, hidden: "" });
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  const cutText = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  /** The figures themselves, at the end of each bar that stands alone. */
  const endings = (picture, ink, across) => ({
    id: "endings",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, data } = chart;
      ctx.save();
      ctx.font = "12px system-ui, sans-serif";
      ctx.fillStyle = ink;
      data.datasets.forEach((dataset, at) => chart.getDatasetMeta(at).data.forEach((bar, index) => {
        const value = dataset.data[index];
        if (value === null) return;
        const text = rounded(value, picture.type);
        const width = ctx.measureText(text).width;
        if (across) ctx.fillText(text, Math.min(Math.max(bar.x, bar.base) + 6, chartArea.right + 52 - width), bar.y + 4);
        else ctx.fillText(text, bar.x - width / 2, Math.min(bar.y, bar.base) - 6);
      }));
      ctx.restore();
    },
  });

  function configuration(picture, { type, stacked }, width) {
    const across = type === "bars" && !picture.isTime;
    const [ink, soft, grid, card] = ["ink", "soft", "grid", "ground"].map((name) => colour(`chart-${name}`));
    const colours = Array.from({ length: PALETTE }, (_, index) => colour(`series-${index}`));
    const isShares = type === "shares";
    const isAlone = type === "bars" && !stacked;
    const most = across ? Math.max(8, Math.floor(width / 26)) : 12;
    const names = { ticks: { color: soft, autoSkip: !across, callback: (index) => cutText(picture.labels[index], most) }, grid: { display: false }, border: { color: grid }, stacked };
    const figures = { ticks: { color: soft, maxTicksLimit: 6, precision: picture.type === "integer" ? 0 : undefined, callback: (value) => rounded(value, picture.type) }, grid: { color: grid }, border: { display: false }, beginAtZero: true, stacked };
    if (isAlone) Object.assign(figures, { display: false });
    return {
      type: isShares ? "doughnut" : type === "lines" ? "line" : "bar",
      data: {
        labels: picture.labels,
        datasets: picture.series.map((series, index) => ({
          label: series.name,
          data: series.figures,
          backgroundColor: isShares ? colours : colours[index],
          borderColor: isShares ? card : colours[index],
          ...(isShares ? { borderWidth: 2 } : {}),
          ...(type === "lines" ? { borderWidth: 2.5, pointRadius: 3, tension: 0.2 } : {}),
          ...(type === "bars" ? { borderRadius: 3, maxBarThickness: picture.isTime ? 72 : 28, categoryPercentage: 0.8, barPercentage: 0.9 } : {}),
        })),
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        indexAxis: across ? "y" : "x",
        interaction: { mode: isShares ? "nearest" : "index", axis: across ? "y" : "x", intersect: isShares },
        layout: { padding: isAlone ? (across ? { right: 56 } : { top: 22 }) : 0 },
        plugins: {
          legend: { display: false },
          tooltip: {
            callbacks: {
              title: ([item]) => picture.labels[item.dataIndex],
              label: ({ dataset, raw }) => `${picture.series.length > 1 ? `${dataset.label}: ` : ""}${figure(raw, picture)}`,
            },
          },
        },
        scales: isShares ? {} : across ? { x: figures, y: names } : { x: names, y: figures },
        ...(isShares ? { cutout: "58%" } : {}),
      },
      plugins: isAlone ? [endings(picture, ink, across)] : [],
    };
  }

  function legend(picture, type) {
    const [series] = picture.series;
    const whole = series.figures.reduce((total, one) => total + (one ?? 0), 0);
    const entries = type === "shares"
      ? picture.labels.map((label, index) => `${label}: ${figure(series.figures[index], picture)} (${written((100 * series.figures[index]) / whole, "percent")})`)
      : picture.series.map((one) => one.name);
    if (entries.length < 2) return null;
    const swatch = (index) => element("span", { class: `swatch series-${index}`, "aria-hidden": "true" });
    return element("ul", { class: "legend" }, ...entries.map((text, index) => element("li", null, swatch(index), text)));
  }

  function height(picture, { type, stacked }) {
    if (type !== "bars" || picture.isTime) return 260;
    return 36 + picture.labels.length * (stacked || picture.series.length === 1 ? 28 : 8 + 18 * picture.series.length);
  }

  function drawOne(picture, chart, index) {
    const canvas = element("canvas", { role: "img", "aria-labelledby": `chart-${index}-title chart-${index}-said` });
    const frame = element("div", { class: "canvas" }, canvas);
    frame.style.height = `${height(picture, chart)}px`;
    const name = `${picture.title}${picture.per ? `, ${picture.per}` : ""}`;
    const title = element("figcaption", { id: `chart-${index}-title` }, name);
    const said = element("p", { class: "hint", id: `chart-${index}-said` }, summary(picture, chart.type));
    const isWide = chart.type === "bars" && !picture.isTime && picture.labels.length > 6;
    const made = element("figure", { class: isWide ? "bars wide" : chart.type }, title, frame, legend(picture, chart.type) ?? "", said);
    return { made, paint: () => new Chart(canvas, configuration(picture, chart, made.clientWidth)) };
  }

  // Where it is drawn

  /** Draw an answer's chart into a section, in place of what was there; or say why there is none. */
  function draw(section, answer) {
    for (const one of drawn) one.current.destroy();
    drawn.clear();
    section.replaceChildren();
    if (!answer.chart) return;
    if (typeof answer.chart === "string") {
      section.append(element("p", { class: "hint" }, line(answer.chart)));
      return;
    }
    const shown = pictures(answer).map((one) => fitted(one, answer.chart.type));
    const all = shown.map((one, index) => drawOne(one, answer.chart, index));
    section.append(element("h2", { class: "hide" }, "Chart"), element("div", { class: "pictures" }, ...all.map((one) => one.made)));
    if (!shown.length) section.append(element("p", { class: "hint" }, "There is nothing to draw."));
    const left = shown.length ? leftOut(answer, shown) : "";
    if (left) section.append(element("p", { class: "hint" }, left));
    for (const { paint } of all) drawn.add({ paint, current: paint() });
  }

  /** Draw again in the colours of now. */
  function repaint() {
    for (const one of drawn) {
      one.current.destroy();
      one.current = one.paint();
    }
  }

  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", repaint);
  return { draw, repaint };
})();
