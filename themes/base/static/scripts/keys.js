// One key for every page: `/` leads to the search, as readers know it from elsewhere.
(function () {
  "use strict";

  /** Whether a key goes to whatever has the focus. @param {EventTarget | null} target */
  function isTyping(target) {
    return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [role=dialog], [role=dialog] *"));
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    const input = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search] input"));
    if (input) {
      input.focus();
      input.select();
    } else location.href = `${window.runsite.root()}search.html`;
  });
})();
