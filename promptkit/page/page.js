// Which page is shown: home, a view with what is filled in, a pack, or the set-up, as the address says.
"use strict";

(() => {
  const { renamed } = data;
  const title = document.title;

  function address() {
    const [path, query] = location.hash.slice(1).split(/\?(.*)/s);
    const [first, section] = path.split("/");
    const name = Object.hasOwn(renamed, first) ? renamed[first] : first;
    if (first === "setup") return { page: "setup", section };
    if (first === "pack" && Object.hasOwn(home.packs, section ?? "")) return { page: "pack", name: section };
    if (forms.names.includes(name)) return { page: "view", name, parameters: new URLSearchParams(query ?? "") };
    return { page: "home", unknown: path };
  }

  function mark({ page, name }) {
    for (const link of document.querySelectorAll("nav.pages a, #views a")) {
      const here = link.dataset.page ? link.dataset.page === (page === "setup" ? page : "home") : page === "view" && link.hash.split("?")[0] === `#${name}`;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (here && !link.dataset.page) link.scrollIntoView({ block: "nearest" });
    }
  }

  function show(moveFocus) {
    const asked = address();
    const { page, name, parameters, section, unknown } = asked;
    const current = byId(["view", "pack"].includes(page) ? `${page}-${name}` : page);
    document.body.dataset.page = page;
    document.body.removeAttribute("data-listing");
    notices.hush();
    for (const one of document.querySelectorAll("main > *")) one.hidden = one !== current;
    mark(asked);
    if (page === "view") {
      if (parameters.size) forms.fill(name, parameters);
      forms.refresh(name);
      home.opened(name);
      current.querySelector("form").append(byId("pasting"));
      current.querySelector(".after").append(byId("follow"));
    }
    const heading = current.querySelector("h1");
    document.title = page === "home" ? title : `${heading.textContent} - ${title}`;
    if (unknown) notices.say(said("This page has no such view. Here are all of them."));
    const wanted = byId(`setup-${section}`) ?? heading;
    if (moveFocus || section) wanted.focus();
    if (section) wanted.scrollIntoView();
    // Also on opening: bringing the link into view in its list has moved the page.
    if (page !== "setup" || !section) window.scrollTo(0, 0);
  }

  window.addEventListener("hashchange", () => show(true));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector("main > :not([hidden]) h1").focus();
  });

  show(false);
})();
