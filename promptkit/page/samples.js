// The sample answer beside a form: that of the values in the form where there is one, or the usual one, which says so.
"use strict";

const samples = (() => {
  const ROWS = 8;
  let place, drawn;

  /** The answer as the dashboard draws it, with the columns and totals that several answers share. */
  function whole(answer) {
    const tables = answer.tables.map((table) => ({ ...table, columns: table.columns.map((place) => data.parts[place]) }));
    const totals = answer.totals.map(([place, value]) => ({ ...data.parts[place], value }));
    return { ...answer, tables, totals };
  }

  const fits = (sample, filled) => Object.entries(sample.filled).every(([field, raw]) => raw === filled[field]);

  function told(sample, filled) {
    const made = said("From an invented company, not from your data");
    const amounts = said("Here the columns with amounts stand first.");
    if (fits(sample, filled)) return `${made}. ${said("It is filled in as your form is.")} ${amounts}`;
    const others = Object.entries(sample.filled).filter(([field, raw]) => raw !== filled[field]);
    return `${said("This sample does not change with your form. It shows: %(others)s.", { others: others.map(([field, raw]) => `${values.words(field).toLowerCase()} ${raw}`).join(", ") })} ${made}. ${amounts}`;
  }

  /** Draw the sample of a view; one at a time, since its parts have ids. */
  function show(name, { samples: all }, filled) {
    const into = byId(`sample-${name}`);
    if (!into || into.closest("[hidden]")) return;
    const sample = all.find((one) => fits(one, filled)) ?? all[0];
    const note = byId(`shows-${name}`);
    note.textContent = told(sample, filled);
    note.className = fits(sample, filled) ? "hint" : "notice";
    if (place === into && drawn === sample) return;
    place?.replaceChildren();
    [place, drawn] = [into, sample];
    view.fill(into, whole(sample.answer), { rows: ROWS });
  }

  return { show };
})();
