// One line that says what has just happened, and copying, which is said there.
"use strict";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);

const notices = (() => {
  const status = byId("status");

  function hush() {
    status.textContent = "";
    for (const button of document.querySelectorAll("[data-copied]")) delete button.dataset.copied;
  }

  function say(message) {
    hush();
    // A text that does not change is not read out again, so it goes away first.
    requestAnimationFrame(() => { status.textContent = message; });
  }

  // It lies over the page, so whatever somebody does next takes it away; a click that has an answer speaks after this.
  for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, hush, { passive: true });

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
    const button = document.activeElement;
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // There is no clipboard object on a plain http address, only the old way.
      copied = copyByEvent(text);
    }
    say(copied ? message : said("The browser did not allow it. Select the text and copy it with the keyboard."));
    if (copied) button.dataset.copied = "yes";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(byId(button.dataset.copy).textContent, button.dataset.done);
  });

  return { say, hush, copy };
})();
