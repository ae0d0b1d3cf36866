// The run page: one chart a metric, drawn when it comes into sight.
(function () {
  "use strict";

  const { make, pageData, loadCurves, drawCurves, makeLines, Controls, ChartFrame, whenSeen } = window.runsite;
  const MANY = 9;

  class RunCurves {
    /** @param {HTMLElement} host @param {string} name @param {any[]} curves */
    constructor(host, name, curves) {
      this.name = name;
      const controls = new Controls("curves", () => this.redraw());
      controls.choice("by", "By", [{ value: "step", label: "step" }, { value: "time", label: "time since start" }, { value: "clock", label: "wall clock" }], "step");
      controls.slider("smooth", "Smoothing", { min: 0, max: 0.99, step: 0.01 }, 0);
      controls.toggle("log", "Log y");
      controls.toggle("logx", "Log x");
      controls.toggle("robust", "Ignore outliers");
      this.controls = controls;
      host.before(controls.element);
      const groups = groupCurves(curves);
      /** @type {Map<Element, {frame: any, curve: any, seen: boolean}>} */
      this.charts = new Map([...groups].flatMap(([group, members]) => {
        const place = groups.size > 1 ? makeGroup(host, group, members.length) : host;
        return members.map((curve) => this.place(place, curve));
      }));
      host.classList.toggle("curves", groups.size === 1);
      if (curves.length >= MANY) controls.element.prepend(this.makeSearch(host));
      whenSeen([...this.charts.keys()], (/** @type {Element} */ element) => this.show(element), "200px");
    }

    /** @param {HTMLElement} host @param {any} curve @returns {[Element, any]} */
    place(host, curve) {
      const figure = make("figure", { class: "curve" });
      host.append(figure);
      const frame = new ChartFrame(figure, { title: curve.key, height: 260 });
      if (curve.logged > curve.values.length) frame.note.textContent = `${curve.values.length} of ${curve.logged} values are drawn; the lowest and highest are among them.`;
      return [figure, { frame, curve, seen: false }];
    }

    /** Narrow charts and table to the names that have the words. @param {HTMLElement} host */
    makeSearch(host) {
      const field = /** @type {HTMLInputElement} */ (make("input", { type: "search", placeholder: "Find metrics", "aria-label": "Find metrics" }));
      field.addEventListener("input", () => {
        const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
        const fits = (/** @type {string} */ name) => words.every((word) => name.toLowerCase().includes(word));
        for (const [element, { curve }] of this.charts) /** @type {HTMLElement} */ (element).hidden = !fits(curve.key);
        for (const group of host.querySelectorAll("details.curve-group")) {
          const some = group.querySelector("figure:not([hidden])") !== null;
          /** @type {HTMLElement} */ (group).hidden = !some;
          if (words.length && some) group.setAttribute("open", "");
        }
        for (const row of /** @type {NodeListOf<HTMLTableRowElement>} */ (document.querySelectorAll("table.metrics tbody tr[id]"))) row.hidden = !fits(row.cells[0].textContent ?? "");
        for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("table.metrics .group-row"))) row.hidden = !row.parentElement?.querySelector("tr[id]:not([hidden])");
      });
      return field;
    }

    /** @param {Element} element */
    show(element) {
      const chart = this.charts.get(element);
      if (!chart) return;
      chart.seen = true;
      void this.draw(chart);
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

  /** Curves by what stands before the first slash of their names; the machine's own come last. @param {any[]} curves @returns {Map<string, any[]>} */
  function groupCurves(curves) {
    /** @type {Map<string, any[]>} */
    const groups = new Map();
    for (const curve of curves) {
      const group = curve.key.includes("/") ? curve.key.split("/", 1)[0] : "";
      groups.set(group, [...(groups.get(group) ?? []), curve]);
    }
    const rank = (/** @type {string} */ group) => (group === "system" ? 2 : group ? 1 : 0);
    return new Map([...groups].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
  }

  /** @param {HTMLElement} host @param {string} group @param {number} count */
  function makeGroup(host, group, count) {
    const grid = make("div", { class: "curves" });
    if (!group) return host.appendChild(grid);
    const part = make("details", { class: "curve-group" }, make("summary", {}, group, make("span", { class: "muted" }, String(count))), grid);
    if (group !== "system") part.setAttribute("open", "");
    host.append(part);
    return grid;
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
