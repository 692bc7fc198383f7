// Looks once a second whether the server has a newer edition of the page, and then loads it.
"use strict";

(() => {
  const { edition } = document.getElementById("preview").dataset;

  async function look() {
    const answer = await fetch("/edition", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== edition) location.reload();
  }

  // A server that was stopped may be started again at this address.
  setInterval(() => look().catch(() => {}), 1000);
})();
