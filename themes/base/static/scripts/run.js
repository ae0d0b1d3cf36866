// The run page: one chart a metric, drawn when it comes into sight.
(function () {
  "use strict";

  const { make, pageData, loadCurves, drawCurves, makeLines, Controls, ChartFrame } = window.runsite;

  class RunCurves {
    /** @param {HTMLElement} host @param {string} name @param {any[]} curves */
    constructor(host, name, curves) {
      this.name = name;
      const controls = new Controls("curves", () => this.redraw());
      controls.choice("by", "By", [{ value: "step", label: "step" }, { value: "time", label: "time since start" }, { value: "clock", label: "wall clock" }], "step");
      controls.slider("smooth", "Smoothing", { min: 0, max: 0.99, step: 0.01 }, 0);
      controls.toggle("log", "Log up");
      controls.toggle("logx", "Log across");
      controls.toggle("robust", "Ignore outliers");
      this.controls = controls;
      host.before(controls.element);
      /** @type {Map<Element, {frame: any, curve: any, seen: boolean}>} */
      this.charts = new Map(curves.map((curve) => this.place(host, curve)));
      this.watch = new IntersectionObserver((entries) => this.onSight(entries), { rootMargin: "200px" });
      for (const element of this.charts.keys()) this.watch.observe(element);
    }

    /** @param {HTMLElement} host @param {any} curve @returns {[Element, any]} */
    place(host, curve) {
      const figure = make("figure", { class: "curve" });
      host.append(figure);
      const frame = new ChartFrame(figure, { title: curve.key, height: 260 });
      if (curve.logged > curve.values.length) frame.note.textContent = `${curve.values.length} of ${curve.logged} values are drawn; the lowest and highest are among them.`;
      return [figure, { frame, curve, seen: false }];
    }

    /** @param {IntersectionObserverEntry[]} entries */
    onSight(entries) {
      for (const { isIntersecting, target } of entries) {
        const chart = this.charts.get(target);
        if (!isIntersecting || !chart || chart.seen) continue;
        chart.seen = true;
        void this.draw(chart);
      }
    }

    redraw() {
      for (const chart of this.charts.values()) if (chart.seen) void this.draw(chart);
    }

    /** @param {any} chart */
    draw({ frame, curve }) {
      const { controls } = this;
      const how = { by: controls.value("by"), smooth: Number(controls.value("smooth")), best: "", log: controls.isOn("log"), logx: controls.isOn("logx") };
      return drawCurves(frame, makeLines([{ name: this.name, curve }], how), { ...how, metric: curve.key, robust: controls.isOn("robust") });
    }
  }

  /** @param {HTMLElement} host @param {{run: string, name: string, curves: string}} data */
  async function showCurves(host, data) {
    const curves = (await loadCurves(data.curves, data.run)).filter((/** @type {any} */ curve) => curve.values.length > 1);
    if (!curves.length) return;
    host.hidden = false;
    window.runsite.runCurves = new RunCurves(host, data.name, curves);
  }

  Object.assign(window.runsite, { showCurves });

  document.addEventListener("DOMContentLoaded", () => {
    const host = /** @type {HTMLElement | null} */ (document.querySelector("[data-curves]"));
    if (host) void showCurves(host, pageData());
  });
})();
