// A table of the answer: it sorts by its headings, keeps the rows that were searched for, and shows more of them.

const tables = (() => {
  const { written, words, unitBeside, compared, rowsOf, isNumber, line, element } = values;
  const paper = matchMedia("print");

  /** The table as a section, and `search`, which keeps the rows that have every word; `onMore` is told of new rows. */
  function draw(table, nextRows, onMore, step = 50) {
    const types = table.columns.map((column) => column.type);
    const texts = new Map();
    let [limit, wanted, order] = [step, [], null];

    const body = element("tbody");
    const headings = table.columns.map(heading);
    const count = element("p", { class: "count", role: "status" });
    const failed = element("p", { class: "failed", role: "alert" });
    const more = element("button", { type: "button", class: "second", click: showMore });
    const grid = element("table", null, element("thead", null, element("tr", null, ...headings)), body);
    const region = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": line(table.heading) }, grid);
    const section = element("section", null, element("h2", null, line(table.heading)), count, region, failed, more);

    function heading(column, index) {
      const unit = unitBeside(column.name, column.unit);
      const button = element("button", { type: "button", class: "sort", click: () => sort(index) }, words(column.name));
      if (unit) button.append(" ", element("span", { class: "unit" }, unit));
      return element("th", { scope: "col", class: isNumber(column.type) ? "number" : "" }, button);
    }

    /** A cell as it is shown; a figure that a row is about is named in words, as columns and totals are. */
    function shownAt(value, index) {
      const { name, type, empty } = table.columns[index];
      return name === "figure" && value !== null ? called(words(value)) : written(value, type, empty);
    }

    function textOf(row) {
      if (!texts.has(row)) texts.set(row, row.map(shownAt).join("\n").toLowerCase());
      return texts.get(row);
    }

    function sort(index) {
      // Of figures, people want the largest first.
      order = { index, down: order?.index === index ? !order.down : isNumber(types[index]) };
      headings.forEach((one, at) => {
        if (at === index) one.setAttribute("aria-sort", order.down ? "descending" : "ascending");
        else one.removeAttribute("aria-sort");
      });
      refresh();
    }

    function found() {
      const rows = table.rows.filter((row) => wanted.every((word) => textOf(row).includes(word)));
      if (!order) return rows;
      const inOrder = compared(types[order.index], order.down);
      return rows.sort((one, other) => inOrder(one[order.index], other[order.index]));
    }

    function cell(value, index) {
      const shown = shownAt(value, index);
      const kinds = [isNumber(types[index]) && "number", types[index] === "date" && "date", value === null && "none", shown.length > 32 && "long"].filter(Boolean);
      return element("td", kinds.length ? { class: kinds.join(" ") } : null, element("bdi", null, shown));
    }

    function howMany(rows, shown) {
      const [here, all] = [table.rows.length, table.total_rows ?? table.rows.length];
      if (wanted.length) return said("%(rows)s of %(all)s found", { rows: rowsOf(rows.length), all: here });
      const had = all > here ? said("The first %(count)s of %(rows)s", { count: here, rows: rowsOf(all) }) : rowsOf(here);
      return shown < rows.length ? said("%(rows)s, %(count)s shown", { rows: had, count: shown }) : had;
    }

    function refresh() {
      const rows = found();
      const shown = paper.matches ? rows : rows.slice(0, limit);
      body.replaceChildren(...shown.map((row) => element("tr", null, ...row.map(cell))));
      count.textContent = howMany(rows, shown.length);
      const isMore = shown.length < rows.length || (table.next && nextRows);
      more.hidden = !isMore;
      more.textContent = shown.length < rows.length ? said("Show %(count)s more", { count: Math.min(step, rows.length - shown.length) }) : said("Get more rows");
      region.hidden = table.rows.length === 0;
    }

    async function showMore() {
      if (found().length > limit) {
        limit += step;
        refresh();
        return;
      }
      more.disabled = true;
      failed.textContent = "";
      try {
        const page = await nextRows(table.next);
        table.rows.push(...page.rows);
        table.next = page.next;
        limit += page.rows.length;
        onMore();
      } catch (error) {
        failed.textContent = said("The next rows could not be read: %(why)s", { why: line(error.message) });
      }
      more.disabled = false;
      refresh();
    }

    paper.addEventListener("change", refresh);
    refresh();
    return {
      section,
      search(text) {
        wanted = line(text).toLowerCase().split(" ").filter(Boolean);
        limit = step;
        refresh();
      },
    };
  }

  return { draw };
})();
