// The home page: views for somebody's work, packs for an occasion, and what this browser has kept for this person.
"use strict";

const home = (() => {
  const { roles, packs } = data;
  const { say, copy } = notices;
  const RECENT = 6;
  const SAVED = 50;
  const { element } = values;
  const known = (name) => finding.entries.has(name);
  const titleOf = (name) => finding.entries.get(name).querySelector(".title").textContent;
  const favourites = () => memory.get("favourites", []).filter(known);
  const recent = () => memory.get("recent", []).filter(known);
  const saved = () => memory.get("saved", []).filter((one) => known(one?.name) && typeof one.link === "string" && one.link.startsWith(`#${one.name}`));

  const COLUMN = ["money", "percent", "number", "integer"];
  const [MOST_BARS, LEAST_BARS] = [12, 3];

  function drawn(tag, attributes, ...held) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...held);
    return made;
  }

  /** The figures of a sample answer that say most, as small bars: what comes back, at a glance. Empty without such. */
  function bars(name, hue) {
    const { chart, tables = [] } = data.views[name].samples[0]?.answer ?? {};
    const table = tables.find((one) => one.heading === chart?.heading) ?? tables[0];
    const columns = (table?.columns ?? []).map((place, at) => ({ ...data.parts[place], at }));
    const column = columns.find((one) => one.name === chart?.y?.[0]) ?? COLUMN.map((type) => columns.find((one) => one.type === type)).find(Boolean);
    const figures = column ? table.rows.map((row) => row[column.at]).filter((figure) => figure > 0).slice(0, MOST_BARS) : [];
    if (figures.length < LEAST_BARS) return [];
    const highest = Math.max(...figures);
    const tall = figures.map((figure, place) => [place, Math.max(2, Math.round(figure / highest * 32))]);
    return [drawn("svg", { class: `bars ${hue}`, viewBox: `0 0 ${figures.length * 8} 32`, "aria-hidden": "true" },
      ...tall.map(([place, height]) => drawn("rect", { x: place * 8, y: 32 - height, width: 6, height, rx: 1.5 })))];
  }

  function showRole(role) {
    const chosen = Object.hasOwn(roles, role) ? role : Object.keys(roles)[0];
    for (const button of document.querySelectorAll("[data-role]")) {
      button.setAttribute("aria-pressed", String(button.dataset.role === chosen));
    }
    byId("cards").replaceChildren(...roles[chosen].filter(known).map((name) => {
      const card = finding.entries.get(name).cloneNode(true);
      card.hidden = false;
      const icon = card.querySelector(".icon");
      icon.after(...bars(name, [...icon.classList].at(-1)));
      return card;
    }));
  }

  const chip = (link, title, note) => element("li", null, element("a", { class: "chip", href: link }, title, note ? element("span", null, note) : ""));

  /** What this person has starred, saved and opened, at the top of the home page. */
  function showYours() {
    const [starred, kept] = [favourites(), saved()];
    const others = recent().filter((name) => !starred.includes(name));
    byId("yours").hidden = !(starred.length || kept.length || others.length);
    byId("chips").replaceChildren(
      ...starred.map((name) => chip(`#${name}`, titleOf(name), ` ${said("starred")}`)),
      ...kept.map((one) => chip(one.link, titleOf(one.name), ` ${[...new URLSearchParams(one.link.split(/\?(.*)/s)[1] ?? "").values()].join(", ")}`)),
      ...others.map((name) => chip(`#${name}`, titleOf(name), ` ${said("seen lately")}`)),
    );
  }

  function keep(name, value, done) {
    say(memory.put(name, value) ? done : said("This browser keeps nothing for this page."));
    showYours();
  }

  function showStar(name) {
    byId(`star-${name}`).setAttribute("aria-pressed", String(favourites().includes(name)));
  }

  /** A view was opened. */
  function opened(name) {
    memory.put("recent", [name, ...recent().filter((one) => one !== name)].slice(0, RECENT));
    showStar(name);
    showYours();
  }

  for (const name of forms.names) {
    byId(`star-${name}`).addEventListener("click", () => {
      const had = favourites();
      const now = had.includes(name) ? had.filter((one) => one !== name) : [name, ...had];
      keep("favourites", now, had.includes(name) ? said("No longer among yours.") : said("Starred. It is at the top of the home page."));
      showStar(name);
    });
    byId(`save-${name}`)?.addEventListener("click", () => {
      if (!forms.isComplete(name)) return;
      const link = forms.linkTo(name);
      keep("saved", [{ name, link }, ...saved().filter((one) => one.link !== link)].slice(0, SAVED), said("Saved as filled in. It is at the top of the home page."));
    });
  }
  byId("forget").addEventListener("click", () => {
    for (const name of ["favourites", "recent", "saved"]) memory.put(name, []);
    showYours();
    say(said("Forgotten."));
  });
  for (const button of document.querySelectorAll("[data-role]")) {
    button.addEventListener("click", () => {
      memory.put("role", button.dataset.role);
      showRole(button.dataset.role);
    });
  }

  // Packs: views in order, copied one after the other

  function copyStep(pack, button) {
    const { name } = button.dataset;
    forms.refresh(name);
    if (forms.textOf(name) === "") {
      location.hash = `#${name}`;
      say(said("Fill in this view first, and copy it here."));
      return;
    }
    copy(forms.textOf(name), said("Prompt %(step)s of %(count)s copied. Paste it, then come back for the next.", { step: button.dataset.step, count: packs[pack].length }));
    button.closest("li").dataset.done = "yes";
    button.closest("li").nextElementSibling?.querySelector("button")?.focus();
  }

  for (const pack of Object.keys(packs)) {
    for (const button of document.querySelectorAll(`#pack-${pack} button[data-name]`)) {
      button.addEventListener("click", () => copyStep(pack, button));
    }
  }

  showRole(memory.get("role", ""));
  showYours();
  return { opened, packs };
})();
