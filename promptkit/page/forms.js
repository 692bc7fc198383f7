// One view: its form, its text, its sample, its link, and the assistants that can be opened with the text.
"use strict";

const forms = (() => {
  const { views, lines, presets, link_limit: LIMIT } = data;
  const { say, copy } = notices;
  const OPENED = said("Opened in a new tab. The prompt is copied too, in case the chat there is empty.");
  const COPIED = said("Prompt copied. Paste it into a chat in which Torii is switched on.");

  /** Steps with the lines that several views share. */
  function whole(step) {
    if (typeof step === "number") return lines[step];
    if (typeof step === "string" || !step.if) return step;
    return { ...step, then: step.then.map(whole), else: step.else.map(whole) };
  }

  for (const one of Object.values(views)) {
    one.steps = one.steps.map(whole);
    one.fields = Object.fromEntries(Object.entries(one.fields).map(([field, [place, value]]) => [field, { ...data.parts[place], value }]));
  }

  const opens = location.protocol === "file:"
    ? said("It works for people who find this file in the same place, such as a shared drive. To others, send the prompt.")
    : said("It opens this view filled in like this.");

  const formOf = (name) => byId(`form-${name}`);
  const rawOf = (control) => (control.type === "checkbox" ? String(control.checked) : control.value);
  const textOf = (name) => byId(`text-${name}`).textContent;

  function controlsOf(name) {
    return Object.keys(views[name].fields).map((field) => [field, formOf(name).elements.namedItem(field)]);
  }

  function setControl(control, raw) {
    if (control.type === "checkbox") control.checked = raw === "true";
    else control.value = raw;
  }

  function showError(control, wrong, need) {
    // Emptied and not hidden, since what a control refers to is read out even where it is hidden.
    byId(`${control.id}-error`).textContent = wrong ? said("This needs %(need)s.", { need }) : "";
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
    const filled = {};
    let wrong;
    for (const [field, control] of controlsOf(name)) {
      const rules = views[name].fields[field];
      filled[field] = promptkit.shown(rules, rawOf(control), new Date());
      const groups = groupsOf(name, rules);
      if (control.list) offer(control.list, groups ?? []);
      const fits = filled[field] !== null && (!groups || groups.some((group) => folded(group) === folded(rawOf(control))));
      if (!fits) wrong ??= control;
      showError(control, !fits && control.dataset.touched, groups ? said("one of the values in its list") : rules.need);
    }
    byId(`text-${name}`).textContent = wrong ? "" : promptkit.render(views[name], filled);
    byId(`waiting-${name}`).hidden = !wrong;
    for (const link of document.querySelectorAll(`#view-${name} a[data-open]`)) aim(link, textOf(name));
    samples.show(name, views[name], Object.fromEntries(controlsOf(name).map(([field, control]) => [field, rawOf(control)])));
    return wrong;
  }

  /** Let a link open an assistant with the text, or without it where that makes the link too long. */
  function aim(link, text) {
    const full = `${link.dataset.open}${encodeURIComponent(text)}`;
    const fits = text !== "" && full.length <= LIMIT;
    link.href = fits ? full : new URL("/", link.dataset.open).href;
    link.dataset.copies = fits ? "" : "yes";
  }

  const valuesOf = (name) => controlsOf(name).map(([field, control]) => [field, rawOf(control)]);

  function linkTo(name) {
    const filled = valuesOf(name);
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
    if (lost) say(said("Part of this link does not fit the view. Look through the form before you copy."));
  }

  /** Whether the form is complete; if not, its first wrong field is shown and said. */
  function isComplete(name) {
    setTouched(name, true);
    const wrong = refresh(name);
    wrong?.focus();
    if (wrong) say(said("The prompt is not complete yet. Correct the marked field."));
    return !wrong;
  }

  function changed(name) {
    refresh(name);
    remember(name);
  }

  /** Buttons below a window that write a period into it, such as the next quarter; only those within its limits. */
  function addPresets(name, field, control) {
    const rules = views[name].fields[field];
    const fitting = (presets[rules.way] ?? []).filter((words) => promptkit.shown(rules, words, new Date()) !== null);
    const buttons = fitting.map((words) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "chip", textContent: words });
      button.addEventListener("click", () => {
        control.value = words;
        control.dataset.touched = "yes";
        changed(name);
      });
      return button;
    });
    byId(`${control.id}-presets`).append(...buttons);
  }

  function start(name) {
    const form = formOf(name);
    if (!controlsOf(name).length) for (const one of ["save", "defaults"]) byId(`${one}-${name}`).remove();
    form.addEventListener("input", (event) => {
      event.target.dataset.touched = "yes";
      changed(name);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (isComplete(name)) copy(textOf(name), COPIED);
    });
    for (const link of document.querySelectorAll(`#view-${name} a[data-open]`)) {
      link.addEventListener("click", (event) => {
        if (!isComplete(name)) event.preventDefault();
        else copy(textOf(name), link.dataset.copies ? COPIED : OPENED);
      });
    }
    byId(`link-${name}`).addEventListener("click", () => {
      copy(new URL(linkTo(name), location.href).href, `${said("Link copied.")} ${opens}`);
    });
    byId(`defaults-${name}`)?.addEventListener("click", () => {
      form.reset();
      setTouched(name, false);
      changed(name);
      say(said("The form is as it was."));
    });
    for (const [field, control] of controlsOf(name)) {
      if (views[name].fields[field].takes === "window") addPresets(name, field, control);
    }
  }

  for (const name of Object.keys(views)) start(name);
  return { names: Object.keys(views), refresh, fill, linkTo, textOf, isComplete };
})();
