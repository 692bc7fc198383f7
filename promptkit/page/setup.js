// The Set up tab: one assistant at a time, the checklist, and printing.
"use strict";

(() => {
  const ticks = [...document.querySelectorAll("#checklist input")];

  function count() {
    byId("done").textContent = said("%(count)s of %(all)s done", { count: ticks.filter((tick) => tick.checked).length, all: ticks.length });
  }

  function saveTicks() {
    count();
    byId("forgets").hidden = memory.put("checklist", ticks.filter((tick) => tick.checked).map((tick) => tick.value));
  }

  const done = memory.get("checklist", []);
  for (const tick of ticks) {
    tick.checked = done.includes(tick.value);
    tick.addEventListener("change", saveTicks);
  }
  count();
  byId("untick").addEventListener("click", () => {
    ticks.forEach((tick) => { tick.checked = false; });
    saveTicks();
    notices.say(said("The checklist is empty again."));
  });

  // One assistant at a time: the one chosen last, or the one that the address names

  const choices = [...document.querySelectorAll("input[name=assistant]")];

  function choose(name) {
    for (const choice of choices) {
      choice.checked = choice.value === name;
      byId(`assistant-${choice.value}`).hidden = choice.value !== name;
    }
    memory.put("assistant", name);
  }

  function follow(name) {
    if (choices.some((choice) => choice.value === name)) choose(name);
  }

  for (const choice of choices) choice.addEventListener("change", () => choose(choice.value));
  const asked = () => follow(location.hash.split("/")[1]);
  window.addEventListener("hashchange", asked);
  follow(memory.get("assistant", ""));
  asked();

  // The contents say which section is being read

  const contents = new Map([...document.querySelectorAll(".setup > nav a")].map((link) => [byId(link.hash.slice(1).replace("/", "-")).closest("section"), link]));
  const watched = new IntersectionObserver((entries) => {
    const entered = entries.find((entry) => entry.isIntersecting);
    if (!entered) return;
    for (const [section, link] of contents) {
      if (section === entered.target) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -75%" });
  for (const section of contents.keys()) watched.observe(section);

  for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => print());
})();
