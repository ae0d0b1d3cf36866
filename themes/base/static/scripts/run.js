// The run page: one chart a metric, drawn when it comes into sight.
(function () {
  "use strict";

  const { make, pageData, loadCurves, drawCurves } = window.runsite;

  /** @param {HTMLElement} host @param {any} data */
  async function showCurves(host, data) {
    const curves = (await loadCurves(data.curves, data.run)).filter((/** @type {any} */ curve) => curve.values.length > 1);
    if (!curves.length) return;
    host.hidden = false;
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watch.unobserve(entry.target);
        const curve = curves[Number(/** @type {HTMLElement} */ (entry.target).dataset.place)];
        void drawCurves(/** @type {HTMLElement} */ (entry.target), [{ name: data.name, curve }], { metric: curve.key });
      }
    }, { rootMargin: "200px" });
    curves.forEach((/** @type {any} */ curve, /** @type {number} */ place) => {
      const chart = make("div", { class: "chart", "data-place": place });
      const thinned = curve.logged > curve.values.length ? make("span", { class: "muted" }, ` ${curve.values.length} of ${curve.logged} values`) : null;
      host.append(make("figure", { class: "curve" }, make("h3", {}, curve.key, thinned), chart));
      watch.observe(chart);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const host = /** @type {HTMLElement | null} */ (document.querySelector("[data-curves]"));
    if (host) void showCurves(host, pageData());
  });
})();
