// Light, dark, or as the system is: what somebody chose stays in this browser.
"use strict";

(() => {
  const choice = byId("theme");

  function apply(theme) {
    choice.value = theme;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    charts.repaint();
  }

  choice.addEventListener("change", () => {
    memory.put("theme", choice.value);
    apply(choice.value);
  });
  const kept = memory.get("theme", "system");
  apply(["light", "dark"].includes(kept) ? kept : "system");
})();
