// What is drawn when it comes into sight: a page of many charts draws few of them.
(function () {
  "use strict";

  /**
   * Draw each place once, when it is near the window, or when the page is about to be printed.
   * @param {Element[]} places @param {(place: Element) => void} draw @param {string} margin how near, as CSS says it
   */
  function whenSeen(places, draw, margin) {
    const left = new Set(places);
    const show = (/** @type {Element} */ place) => {
      watch.unobserve(place);
      if (left.delete(place)) draw(place);
    };
    const watch = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) show(target);
    }, { rootMargin: margin });
    for (const place of places) watch.observe(place);
    if (!places.length) return;
    // A browser that prints waits for nothing: what draws must be here by then.
    (window.requestIdleCallback ?? setTimeout)(() => void window.runsite.loadSpecs());
    // What is folded or filtered away is not printed either.
    addEventListener("beforeprint", () => [...left].filter((place) => place.checkVisibility()).forEach(show));
  }

  window.runsite.whenSeen = whenSeen;
})();
