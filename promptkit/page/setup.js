// The Set up tab: one assistant at a time, the checklist, and printing.
"use strict";

(() => {
  const ticks = [...document.querySelectorAll("#checklist input")];

  function count() {
    byId("done").textContent = `${ticks.filter((tick) => tick.checked).length} of ${ticks.length} done`;
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
    notices.say("The checklist is empty again.");
  });
  for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => print());
})();
