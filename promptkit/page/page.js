// What the page does: finding a view, filling it in, copying, links that hold the filled form, and the checklist.
"use strict";

(() => {
  const { views, renamed } = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const status = byId("status");
  const title = document.title;

  function hush() {
    status.textContent = "";
  }

  function say(message) {
    hush();
    // A text that does not change is not read out again, so it goes away first.
    requestAnimationFrame(() => { status.textContent = message; });
  }

  // It lies over the page, so whatever somebody does next takes it away; a click that has an answer speaks after this.
  for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, hush, { passive: true });

  // Copying

  function copyByEvent(text) {
    const put = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", put);
    const copied = document.execCommand("copy");
    document.removeEventListener("copy", put);
    return copied;
  }

  async function copy(text, message) {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // There is no clipboard object on a plain http address, only the old way.
      copied = copyByEvent(text);
    }
    say(copied ? message : "The browser did not allow it. Select the text and copy it with the keyboard.");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(byId(button.dataset.copy).textContent, button.dataset.done);
  });

  // One view: its form, its text, its link

  const opens = location.protocol === "file:"
    ? "It works for people who find this file in the same place, such as a shared drive. To others, send the prompt."
    : "It opens this view filled in like this.";

  const formOf = (name) => byId(`form-${name}`);
  const rawOf = (control) => (control.type === "checkbox" ? String(control.checked) : control.value);

  function controlsOf(name) {
    return Object.keys(views[name].fields).map((field) => [field, formOf(name).elements.namedItem(field)]);
  }

  function setControl(control, raw) {
    if (control.type === "checkbox") control.checked = raw === "true";
    else control.value = raw;
  }

  function showError(control, wrong, need) {
    // Emptied and not hidden, since what a control refers to is read out even where it is hidden.
    byId(`${control.id}-error`).textContent = wrong ? `This needs ${need}.` : "";
    if (wrong) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  /** What nobody has touched yet may be empty without being called wrong. */
  function setTouched(name, touched) {
    for (const [, control] of controlsOf(name)) control.dataset.touched = touched ? "yes" : "";
  }

  /** What a field may hold beside the label that another control holds; undefined where that is not limited. */
  function groupsOf(name, rules) {
    const labels = controlsOf(name).filter(([field]) => views[name].fields[field].shown).map(([, control]) => rawOf(control));
    return rules.groups?.[labels.find((label) => Object.hasOwn(rules.groups, label))];
  }

  function offer(list, groups) {
    const offered = [...list.options].map((option) => option.value);
    // Written anew at each letter, the list would close under the person's hand.
    if (JSON.stringify(offered) !== JSON.stringify(groups)) list.replaceChildren(...groups.map((group) => new Option(group)));
  }

  const folded = (text) => text.trim().split(/\s+/).join(" ").toLowerCase();

  /** Write the text of a view from its form; the first control that does not fit, or undefined. */
  function refresh(name) {
    const values = {};
    let wrong;
    for (const [field, control] of controlsOf(name)) {
      const rules = views[name].fields[field];
      values[field] = promptkit.shown(rules, rawOf(control), new Date());
      const groups = groupsOf(name, rules);
      if (control.list) offer(control.list, groups ?? []);
      const fits = values[field] !== null && (!groups || groups.some((group) => folded(group) === folded(rawOf(control))));
      if (!fits) wrong ??= control;
      showError(control, !fits && control.dataset.touched, groups ? "one of the values in its list" : rules.need);
    }
    byId(`text-${name}`).textContent = wrong ? "" : promptkit.render(views[name], values);
    byId(`waiting-${name}`).hidden = !wrong;
    return wrong;
  }

  function linkTo(name) {
    const filled = controlsOf(name).map(([field, control]) => [field, rawOf(control)]);
    const changed = filled.some(([field, raw]) => raw !== views[name].fields[field].value);
    return `#${name}${changed ? `?${new URLSearchParams(filled)}` : ""}`;
  }

  function remember(name) {
    try {
      history.replaceState(null, "", linkTo(name));
    } catch {
      // Safari refuses a hundred changes in half a minute; the next one is in time.
    }
  }

  function fill(name, parameters) {
    formOf(name).reset();
    setTouched(name, true);
    let lost = false;
    for (const [field, control] of controlsOf(name)) {
      if (!parameters.has(field)) continue;
      const before = rawOf(control);
      setControl(control, parameters.get(field));
      if (rawOf(control) !== parameters.get(field)) {
        setControl(control, before);
        lost = true;
      }
    }
    if (lost) say("Part of this link does not fit the view. Look through the form before you copy.");
  }

  for (const name of Object.keys(views)) {
    const form = formOf(name);
    form.addEventListener("input", (event) => {
      event.target.dataset.touched = "yes";
      refresh(name);
      remember(name);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      setTouched(name, true);
      const wrong = refresh(name);
      if (wrong) wrong.focus();
      else copy(byId(`text-${name}`).textContent, "Prompt copied. Paste it into a chat in which Torii is switched on.");
      if (wrong) say("The prompt is not complete yet. Correct the marked field.");
    });
    byId(`link-${name}`).addEventListener("click", () => {
      copy(new URL(linkTo(name), location.href).href, `Link copied. ${opens}`);
    });
    byId(`defaults-${name}`)?.addEventListener("click", () => {
      form.reset();
      setTouched(name, false);
      refresh(name);
      remember(name);
      say("The form is as it was.");
    });
  }

  // Which page is shown

  /** The page that an address names: home, setup, or a view, with what is filled in. */
  function address() {
    const [path, query] = location.hash.slice(1).split(/\?(.*)/s);
    const [first, section] = path.split("/");
    const name = Object.hasOwn(renamed, first) ? renamed[first] : first;
    if (first === "setup") return { page: "setup", section };
    if (Object.hasOwn(views, name)) return { page: "view", name, parameters: new URLSearchParams(query ?? "") };
    return { page: "home", unknown: path };
  }

  function show(moveFocus) {
    const { page, name, parameters, section, unknown } = address();
    const current = byId(page === "view" ? `view-${name}` : page);
    document.body.dataset.page = page;
    hush();
    for (const one of document.querySelectorAll("main > *")) one.hidden = one !== current;
    for (const link of document.querySelectorAll("nav a")) {
      const here = link.dataset.page ? link.dataset.page === (page === "setup" ? page : "home") : link.hash === `#${name}`;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (here && !link.dataset.page) link.scrollIntoView({ block: "nearest" });
    }
    if (page === "view") {
      if (parameters.size) fill(name, parameters);
      refresh(name);
    }
    const heading = current.querySelector("h1");
    document.title = page === "home" ? title : `${heading.textContent} - ${title}`;
    if (unknown) say("This page has no such view. Here are all of them.");
    if (moveFocus || section) (byId(`setup-${section}`) ?? heading).focus();
    // Also on opening: bringing the link into view in its list has moved the page.
    if (!section) window.scrollTo(0, 0);
  }

  window.addEventListener("hashchange", () => show(true));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector("main > :not([hidden]) h1").focus();
  });

  // Finding a view

  const field = byId("search");
  const entries = new Map([...document.querySelectorAll("#views li")].map((entry) => [entry.dataset.name, entry]));
  const inOrder = [...entries.keys()];

  /** The views found, the best first, in their groups; with no words, all in their own order. */
  function arrange() {
    const isAsked = field.value.trim() !== "";
    const found = isAsked ? search.find(field.value).map((one) => one.name) : inOrder;
    const all = new Set([...found, ...inOrder]);
    for (const name of all) {
      entries.get(name).hidden = !found.includes(name);
      entries.get(name).parentNode.append(entries.get(name));
    }
    byId("views").append(...new Set([...all].map((name) => entries.get(name).closest("section"))));
    for (const group of document.querySelectorAll("#views section")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    byId("nothing").hidden = found.length > 0;
    byId("found").textContent = isAsked && found.length ? `${found.length} ${found.length === 1 ? "view" : "views"} found` : "";
  }

  field.addEventListener("input", arrange);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.querySelector("#views li:not([hidden]) a")?.click();
  });
  byId("clear").addEventListener("click", () => {
    field.value = "";
    arrange();
    field.focus();
  });

  // The checklist

  const KEY = "promptkit-checklist";
  const ticks = [...document.querySelectorAll("#checklist input")];

  function savedTicks() {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "[]");
    } catch {
      return [];
    }
  }

  function count() {
    byId("done").textContent = `${ticks.filter((tick) => tick.checked).length} of ${ticks.length} done`;
  }

  function saveTicks() {
    count();
    try {
      localStorage.setItem(KEY, JSON.stringify(ticks.filter((tick) => tick.checked).map((tick) => tick.value)));
    } catch {
      byId("forgets").hidden = false;
    }
  }

  const done = savedTicks();
  for (const tick of ticks) {
    tick.checked = Array.isArray(done) && done.includes(tick.value);
    tick.addEventListener("change", saveTicks);
  }
  count();
  byId("untick").addEventListener("click", () => {
    ticks.forEach((tick) => { tick.checked = false; });
    saveTicks();
    say("The checklist is empty again.");
  });
  for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => print());

  show(false);
})();
