// The chart that a view names; Chart.js draws it.

const charts = (() => {
  const { written, rounded, line, element } = values;
  const { figure, summary, leftOut } = pictures;
  const PALETTE = 8;
  const drawn = new Set();

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
    const label = (index) => cutText(picture.labels[index], most);
    const names = { ticks: { color: soft, autoSkip: !across, callback: label }, grid: { display: false }, border: { color: grid }, stacked };
    const figures = {
      ticks: {
        color: soft,
        maxTicksLimit: 6,
        precision: picture.type === "integer" ? 0 : undefined,
        callback: (value) => rounded(value, picture.type),
      },
      grid: { color: grid },
      border: { display: false },
      beginAtZero: true,
      stacked,
    };
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
    const part = (value) => `${figure(value, picture)} (${written((100 * value) / whole, "percent")})`;
    const entries = type === "shares"
      ? picture.labels.map((label, index) => `${label}: ${part(series.figures[index])}`)
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
    const told = element("p", { class: "hint", id: `chart-${index}-said` }, summary(picture, chart.type));
    const isWide = chart.type === "bars" && !picture.isTime && picture.labels.length > 6;
    const made = element("figure", { class: isWide ? "bars wide" : chart.type }, title, frame, legend(picture, chart.type) ?? "", told);
    return { made, paint: () => new Chart(canvas, configuration(picture, chart, made.clientWidth)) };
  }

  /** Draw an answer's chart into a section, in place of what was there; or say why there is none. */
  function draw(section, answer) {
    for (const one of drawn) one.current.destroy();
    drawn.clear();
    section.replaceChildren();
    if (!answer.chart) return;
    if (typeof answer.chart === "string") {
      section.append(element("p", { class: "hint" }, called(line(answer.chart))));
      return;
    }
    const shown = pictures.of(answer);
    const all = shown.map((one, index) => drawOne(one, answer.chart, index));
    section.append(element("h2", { class: "hide" }, said("Chart")), element("div", { class: "pictures" }, ...all.map((one) => one.made)));
    if (!shown.length) section.append(element("p", { class: "hint" }, said("There is nothing to draw.")));
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
