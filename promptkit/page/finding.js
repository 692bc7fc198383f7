// The list of views as it is searched: by the box, by the keyboard, and in print all of it.
"use strict";

const finding = (() => {
  const MOST = 8;
  const field = byId("search");
  const entries = new Map([...document.querySelectorAll("#views li[data-name]")].map((entry) => [entry.dataset.name, entry]));
  const packEntries = [...document.querySelectorAll("#views li[data-pack]")];
  const inOrder = [...entries.keys()];
  const visible = () => [...document.querySelectorAll("#views li:not([hidden]) a")];

  const texts = [...document.querySelectorAll("#views :is(.title, .about)")];

  const capital = (name) => name[0].toUpperCase() + name.slice(1);

  function unmark() {
    for (const one of document.querySelectorAll("#views mark")) one.replaceWith(one.textContent);
    texts.forEach((text) => text.normalize());
  }

  function mark(text, marks) {
    const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (const node of [...function* () { while (nodes.nextNode()) yield nodes.currentNode; }()]) {
      for (const [start, end] of marks(node.data).reverse()) {
        const range = new Range();
        range.setStart(node, start);
        range.setEnd(node, end);
        range.surroundContents(document.createElement("mark"));
      }
    }
  }

  /** The name or group that the question fills in goes with the link, and is said. */
  function fill(name, filled) {
    const given = Object.values(filled);
    entries.get(name).querySelector("a").setAttribute("href", `#${name}${given.length ? `?${new URLSearchParams(filled)}` : ""}`);
    const near = given.map(findViews.known).find(Boolean);
    const told = [given.length ? said("Filled in: %(given)s", { given: given.join(", ") }) : "", near ? said("Is it %(name)s?", { name: capital(near) }) : ""];
    entries.get(name).querySelector(".filled").textContent = told.filter(Boolean).join(". ");
  }

  /** The views found, the best first, in their groups; with no words, all in their own order. */
  function arrange() {
    const isAsked = field.value.trim() !== "";
    const { hits, packs, marks } = findViews(field.value);
    for (const entry of packEntries) entry.hidden = !packs.includes(entry.dataset.pack);
    const found = isAsked ? hits.slice(0, MOST).map((hit) => hit.view) : inOrder;
    unmark();
    for (const name of inOrder) fill(name, {});
    for (const hit of hits) fill(hit.view, hit.filled);
    const all = new Set([...found, ...inOrder]);
    for (const name of all) {
      entries.get(name).hidden = !found.includes(name);
      entries.get(name).parentNode.append(entries.get(name));
    }
    byId("views").append(...new Set([...all].map((name) => entries.get(name).closest("section"))));
    // A single word, such as renewal, is rather about a view.
    packEntries[0]?.closest("nav")[/\s/.test(field.value.trim()) ? "prepend" : "append"](packEntries[0].closest("section"));
    for (const group of document.querySelectorAll("#views section")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    for (const mark of ["data-asked", "data-listing"]) document.body.toggleAttribute(mark, isAsked);
    if (isAsked) texts.forEach((text) => mark(text, marks));
    byId("nothing").hidden = found.length > 0 || packs.length > 0;
    byId("found").textContent = !isAsked || !found.length ? "" : found.length === 1 ? said("1 view found") : said("%(count)s views found", { count: found.length });
  }

  function clear() {
    field.value = "";
    arrange();
  }

  function move(step, from) {
    const links = visible();
    const next = from === field ? links[0] : links[links.indexOf(from) + step];
    (next ?? field).focus();
  }

  field.addEventListener("input", arrange);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    visible()[0]?.click();
  });
  byId("clear").addEventListener("click", () => {
    clear();
    field.focus();
  });
  document.querySelector(".browse").addEventListener("keydown", (event) => {
    const isListed = event.target === field || event.target.closest("#views a");
    if (event.key === "Escape" && field.value) {
      clear();
      field.focus();
    } else if (isListed && (event.key === "ArrowDown" || (event.key === "ArrowUp" && event.target !== field))) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1, event.target);
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, select, textarea");
    const isAsked = (event.key === "/" && !isTyping) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (!isAsked || field.closest("[hidden]") || document.body.dataset.page === "setup") return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  return { entries };
})();
