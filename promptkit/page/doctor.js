// What `promptkit doctor --json` found, beside the steps of the Set up tab. Whatever is opened is only shown as text.
"use strict";

(() => {
  const MAX_BYTES = 1e6;
  const MOST = 200;
  const LONGEST = 2000;
  const PARTS = ["check", "status", "seen", "next", "question"];
  const { statuses } = data;
  const { element, line } = values;
  const COMMAND = "promptkit doctor --json";
  const [picker, pasted, unfind] = ["findings", "pasted", "unfind"].map(byId);
  const steps = [...document.querySelectorAll("[data-checks]")];

  /** The findings in a text; an error says in words why there are none. */
  function read(text) {
    let found;
    try {
      found = JSON.parse(text);
    } catch {
      throw new Error(said("This is not JSON. Open the file that %(command)s wrote.", { command: COMMAND }));
    }
    const findings = found?.findings;
    const isText = (one) => typeof one === "string" && one.length <= LONGEST;
    const isFinding = (one) => one !== null && typeof one === "object" && PARTS.every((part) => isText(one[part])) && Object.hasOwn(statuses, one.status);
    if (!Array.isArray(findings) || !findings.length || findings.length > MOST || !findings.every(isFinding)) {
      throw new Error(said("This is JSON, but not what doctor writes. Open the file that %(command)s wrote.", { command: COMMAND }));
    }
    const order = Object.keys(statuses);
    return findings.toSorted((one, other) => order.indexOf(one.status) - order.indexOf(other.status));
  }

  const fits = (name, check) => (name.endsWith("*") ? check.startsWith(name.slice(0, -1)) : check === name);
  const placesOf = (check) => steps.filter((step) => step.dataset.checks.split("|").some((name) => fits(name, check)));

  function shown(finding) {
    return element("li", { "data-status": finding.status },
      element("b", { class: "badge" }, statuses[finding.status]), " ",
      element("b", null, line(finding.check)), ` ${line(finding.seen)}. `,
      finding.next ? element("span", { class: "next" }, said("Next: %(step)s.", { step: line(finding.next) })) : "");
  }

  function clear() {
    for (const list of document.querySelectorAll(".findings")) {
      if (list.id) list.replaceChildren();
      else list.remove();
    }
    for (const one of ["findings-error", "found-findings"]) byId(one).textContent = "";
    unfind.hidden = true;
  }

  function put(place, finding) {
    const inside = place.querySelector(":scope > div");
    if (!inside.querySelector(":scope > .findings")) inside.append(element("ul", { class: "findings" }));
    inside.querySelector(":scope > .findings").append(shown(finding));
  }

  function show(findings) {
    for (const finding of findings) {
      const places = placesOf(finding.check);
      for (const place of places) put(place, finding);
      if (!places.length) byId("other-findings").append(shown(finding));
    }
    const counts = Object.entries(statuses).map(([status, words]) => [words, findings.filter((one) => one.status === status).length]);
    const told = counts.filter(([, count]) => count).map(([words, count]) => `${words}: ${count}`).join(", ");
    byId("found-findings").textContent = `${findings.length === 1 ? said("1 finding") : said("%(count)s findings", { count: findings.length })}, ${said("each beside its step below.")} ${told}.`;
    unfind.hidden = false;
  }

  function take(text) {
    clear();
    try {
      if (text.length > MAX_BYTES) throw new Error(said("This is more than doctor writes. Open the file that %(command)s wrote.", { command: COMMAND }));
      show(read(text));
    } catch (error) {
      byId("findings-error").textContent = error.message;
    }
  }

  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    if (!file) return;
    // PowerShell's > writes UTF-16.
    const bytes = new Uint8Array(await file.slice(0, MAX_BYTES + 1).arrayBuffer());
    take(new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16" : "utf-8").decode(bytes));
    picker.value = "";
  });
  pasted.addEventListener("input", () => {
    if (pasted.value.trim()) take(pasted.value);
    else clear();
  });
  unfind.addEventListener("click", () => {
    pasted.value = "";
    clear();
    picker.focus();
  });
})();
