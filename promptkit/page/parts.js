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
  place.replaceWith(part);
}
