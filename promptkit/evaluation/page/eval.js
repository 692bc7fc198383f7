"use strict";
{
  const samples = [...document.querySelectorAll(".sample")];
  const search = document.getElementById("search");
  const found = document.getElementById("found");

  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of samples) {
      one.hidden = !words.every((word) => one.dataset.words.includes(word));
      count += !one.hidden;
    }
    found.textContent = words.length ? `${count} of ${samples.length} have these words` : "";
  };

  // A link into a sample shows it, whatever is filtered.
  const reveal = () => {
    const sample = document.getElementById(location.hash.slice(1))?.closest(".sample");
    if (!sample) return;
    search.value = "";
    document.getElementById("show-all").checked = true;
    find();
    sample.open = true;
    sample.scrollIntoView();
  };

  document.getElementById("find").hidden = false;
  search.addEventListener("input", find);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  reveal();
}
