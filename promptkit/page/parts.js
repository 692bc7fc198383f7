// What every view has stands once in the page; here it is put into each of them, with the view's name in its ids.
"use strict";

for (const place of document.querySelectorAll("[data-part]")) {
  const name = place.closest("article").id.replace("view-", "");
  const part = byId(`part-${place.dataset.part}`).content.cloneNode(true);
  for (const one of part.querySelectorAll("*")) {
    for (const attribute of ["id", "aria-labelledby"]) {
      if (one.hasAttribute(attribute)) one.setAttribute(attribute, one.getAttribute(attribute).replace("*", name));
    }
  }
  // What is copied is in the language of its prompt, also where the page speaks another.
  if (place.dataset.language) part.querySelector("pre").lang = place.dataset.language;
  place.replaceWith(part);
}
