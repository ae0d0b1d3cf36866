// Headings that can be linked to show their own address on hover.
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", () => {
    // Where the part after # is a view of the page, a link to a heading would throw the view away.
    if (document.querySelector("[data-runs], [data-compare], [data-search]")) return;
    for (const heading of document.querySelectorAll("main :is(h2, h3)[id]")) {
      const link = document.createElement("a");
      link.className = "anchor";
      link.href = `#${heading.id}`;
      link.textContent = "#";
      // The heading names its section: a reader of the screen hears the name without this mark.
      link.setAttribute("aria-hidden", "true");
      link.tabIndex = -1;
      heading.append(link);
    }
  });
})();
