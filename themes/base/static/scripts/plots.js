// The plots of the experiment page: tabs, and the plot of the tab that is open.
(function () {
  "use strict";

  const { runsite } = window;
  const { writeState } = runsite;

  /** The tabs of plots; a plot is made when its tab is first opened. */
  class Plots {
    /** @param {any} view @param {Map<string, string>} state */
    constructor(view, state) {
      this.view = view;
      this.section = /** @type {HTMLElement} */ (document.querySelector("[data-plots]"));
      this.tabs = /** @type {HTMLElement[]} */ ([...this.section.querySelectorAll("[role=tab]")]);
      /** @type {Record<string, any>} */ this.made = {};
      this.current = this.tabs.some((tab) => tab.dataset.plot === state.get("plot")) ? state.get("plot") : "parallel";
      this.scatterChoice = parseScatter(state.get("scatter"), view.runs);
      for (const tab of this.tabs) {
        tab.addEventListener("click", () => this.open(tab.dataset.plot || ""));
        tab.addEventListener("keydown", (event) => this.onKey(event, tab));
      }
      this.section.hidden = view.runs.size < 2 && !this.tabs.some((tab) => tab.dataset.plot === "curves");
      this.mark();
    }

    /** @param {string} name */
    open(name) {
      this.current = name;
      writeState({ plot: name === "parallel" ? "" : name });
      this.mark();
      this.update();
    }

    mark() {
      for (const tab of this.tabs) {
        const chosen = tab.dataset.plot === this.current;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        /** @type {HTMLElement} */ (document.getElementById(`plot-${tab.dataset.plot}`)).hidden = !chosen;
      }
    }

    /** @param {KeyboardEvent} event @param {HTMLElement} tab */
    onKey(event, tab) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = this.tabs[(this.tabs.indexOf(tab) + step + this.tabs.length) % this.tabs.length];
      next.focus();
      this.open(next.dataset.plot || "");
    }

    /** @param {string} name @param {(host: HTMLElement) => any} makePlot */
    get(name, makePlot) {
      this.made[name] ??= makePlot(/** @type {HTMLElement} */ (document.getElementById(`plot-${name}`)));
      return this.made[name];
    }

    update() {
      if (this.section.hidden) return;
      const { runs } = this.view;
      if (this.current === "parallel") {
        const plot = this.get("parallel", (host) => new runsite.Parallel(host, runs, { onBrush: (/** @type {Uint8Array | null} */ mask) => this.view.brush(mask) }));
        const { axes, color } = chooseAxes(this.view);
        plot.show(this.view.matching, axes, color);
      } else if (this.current === "scatter") {
        const keep = (/** @type {any} */ choice) => writeState({ scatter: [choice.x, choice.y, choice.color].map(encodeURIComponent).join(",") });
        const plot = this.get("scatter", (host) => new runsite.Scatter(host, runs, this.scatterChoice, keep));
        void plot.show(this.view.table.rows);
      } else {
        const plot = this.get("curves", (host) => new runsite.CurvesPlot(host, runs));
        void plot.show(this.view.favourites);
      }
    }

    onSelection() {
      if (this.current === "curves") this.update();
    }

    clearBrush() {
      this.made.parallel?.clear();
      this.view.brush(null);
    }
  }

  /** Axes: params that vary, then metrics, the best-known metric last and as the colour. @param {any} view */
  function chooseAxes(view) {
    const useful = view.columns.filter((/** @type {any} */ c) => (c.group === "params" || c.group === "metrics") && c.filled > 0);
    const params = useful.filter((/** @type {any} */ c) => c.group === "params" && c.distinct > 1 && (!c.isText || c.distinct <= 40));
    const metrics = useful.filter((/** @type {any} */ c) => c.group === "metrics");
    const main = metrics.find((/** @type {any} */ c) => c.direction) ?? metrics[0];
    const others = metrics.filter((/** @type {any} */ c) => c !== main).slice(0, 2);
    return { axes: [...params.slice(0, 8), ...others, ...(main ? [main] : [])], color: main ?? null };
  }

  /** @param {string | undefined} text @param {any} runs */
  function parseScatter(text, runs) {
    const [x, y, color] = (text ?? "").split(",").map(decodeURIComponent);
    const metrics = runs.columns.filter((/** @type {any} */ c) => c.group === "metrics" && c.filled > 0);
    const main = metrics.find((/** @type {any} */ c) => c.direction) ?? metrics[0];
    const param = runs.columns.find((/** @type {any} */ c) => c.group === "params" && c.kind === "number" && c.distinct > 1);
    return {
      x: runs.find(x) ? x : (param?.id ?? "run.started"),
      y: runs.find(y) ? y : (main?.id ?? "run.duration"),
      color: runs.find(color) ? color : "",
    };
  }

  runsite.Plots = Plots;
})();
