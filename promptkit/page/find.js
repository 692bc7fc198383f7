// Finding a view: the search box, its keys, and the list of views that it arranges and marks.
"use strict";

(() => {
  const { index } = JSON.parse(document.getElementById("data").textContent);
  const search = document.getElementById("search");
  const list = document.getElementById("views");
  const entries = new Map([...list.querySelectorAll("li")].map((entry) => [entry.dataset.view, entry]));
  const order = [...entries.keys()];
  const texts = [...list.querySelectorAll(".title, .about")];

  /** Shows the views in this order, their groups with them, and hides the others. */
  function arrange(names) {
    const shown = names.map((name) => entries.get(name));
    for (const entry of entries.values()) entry.hidden = !shown.includes(entry);
    for (const entry of shown) entry.parentNode.append(entry);
    list.append(...new Set(shown.map((entry) => entry.closest("section"))));
    for (const group of list.querySelectorAll("section")) group.hidden = !group.querySelector("li:not([hidden])");
  }

  /** The name or group that the question fills in goes with the link, and is said. */
  function fill(name, filled) {
    const entry = entries.get(name);
    const values = Object.values(filled);
    entry.querySelector("a").setAttribute("href", `#${name}${values.length ? `?${new URLSearchParams(filled)}` : ""}`);
    entry.querySelector(".filled").textContent = values.length ? `Filled in: ${values.join(", ")}` : "";
  }

  function mark(element, marks) {
    const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (const node of [...function* () { while (nodes.nextNode()) yield nodes.currentNode; }()]) {
      for (const [start, end] of marks(node.data).reverse()) {
        const range = new Range();
        range.setStart(node, start);
        range.setEnd(node, end);
        range.surroundContents(document.createElement("mark"));
      }
    }
  }

  function unmark() {
    for (const one of list.querySelectorAll("mark")) one.replaceWith(one.textContent);
    texts.forEach((element) => element.normalize());
  }

  function find() {
    const asked = search.value.trim();
    const { hits, marks } = findViews(index, asked);
    unmark();
    for (const name of order) fill(name, {});
    for (const { view, filled } of hits) fill(view, filled);
    arrange(asked ? hits.map((hit) => hit.view) : order);
    if (asked) texts.forEach((element) => mark(element, marks));
    document.getElementById("nothing").hidden = !asked || hits.length > 0;
    const views = hits.length === 1 ? "view" : "views";
    document.getElementById("found").textContent = asked ? `${hits.length} ${views} found` : "";
  }

  function clear() {
    search.value = "";
    find();
    search.focus();
  }

  const links = () => [...list.querySelectorAll("a")].filter((link) => link.checkVisibility());

  /** Arrows go from the box through the list and back. */
  function move(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = links();
    const place = all.indexOf(document.activeElement);
    if (!steps || (place < 0 && document.activeElement !== search)) return;
    event.preventDefault();
    (all[place + steps] ?? (steps < 0 ? search : all.at(-1)) ?? search).focus();
  }

  const isTyping = (element) => element.matches("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const isSlash = event.key === "/" && !isTyping(document.activeElement);
    if (isSlash || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && (document.activeElement === search || list.contains(document.activeElement))) {
      clear();
    } else {
      move(event);
    }
  });
  search.addEventListener("input", find);
  search.form.addEventListener("submit", (event) => {
    event.preventDefault();
    links()[0]?.click();
  });
  document.getElementById("clear").addEventListener("click", clear);
})();
