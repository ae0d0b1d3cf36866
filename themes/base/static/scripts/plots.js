// The plots of the experiment page: tabs, and the plot of the tab that is open.
(function () {
  "use strict";

  const { runsite } = window;
  const { loadScripts, make, mainMetric, varyingParams, writeState } = runsite;
  // A filter answers each keystroke; a plot of thousands of runs need not.
  const PATIENCE_MS = 160;

  /** @type {Record<string, (host: HTMLElement, plots: Plots) => any>} */
  const MAKERS = {
    parallel: (host, { view }) => new runsite.Parallel(host, view.runs, { onBrush: (/** @type {any} */ mask) => view.brush(mask) }),
    scatter: (host, { view }) => new runsite.Scatter(host, view.runs),
    curves: (host, { view }) => new runsite.CurvesPlot(host, view.runs),
    history: (host, { view }) => new runsite.SearchHistory(host, view.runs),
    slices: (host, { view }) => new runsite.Slices(host, view.runs),
    importance: (host, { view }) => new runsite.Importance(host, view.runs),
    contour: (host, { view }) => new runsite.Contour(host, view.runs),
    boxes: (host, { view }) => new runsite.Boxes(host, view.runs),
    correlations: (host, plots) => new runsite.Correlations(host, plots.view.runs, { onPair: (/** @type {any} */ x, /** @type {any} */ y) => plots.openPair(x, y) }),
  };

  /**
   * The plot that a page opens on: lines over axes need two columns that vary; where there are none,
   * the curves, or the one metric run after run. @param {any} runs @param {string[]} offered
   */
  function openingPlot(runs, offered) {
    const metrics = runs.columns.filter((/** @type {any} */ c) => c.group === "metrics" && c.distinct > 1);
    if (metrics.length + varyingParams(runs).length > 1) return "parallel";
    if (offered.includes("curves")) return "curves";
    return mainMetric(runs) ? "history" : "parallel";
  }

  /** The tabs of plots; a plot is made when its tab is first opened. */
  class Plots {
    /** @param {any} view @param {Map<string, string>} state */
    constructor(view, state) {
      this.view = view;
      this.section = /** @type {HTMLElement} */ (document.querySelector("[data-plots]"));
      this.tabs = /** @type {HTMLElement[]} */ ([...this.section.querySelectorAll("[role=tab]")]);
      /** @type {Record<string, any>} */ this.made = {};
      /** @type {any} */ this.waiting = null;
      this.opening = openingPlot(view.runs, this.tabs.map((tab) => tab.dataset.plot ?? ""));
      this.current = this.named(state);
      for (const tab of this.tabs) {
        tab.addEventListener("click", () => this.open(tab.dataset.plot || ""));
        tab.addEventListener("keydown", (event) => this.onKey(event, tab));
      }
      this.section.hidden = view.runs.size < 2 && !this.tabs.some((tab) => tab.dataset.plot === "curves");
      this.mark();
    }

    /** Take over an address that a link or the back button has brought. @param {Map<string, string>} state */
    read(state) {
      this.current = this.named(state);
      this.mark();
    }

    /** The plot that an address names, else the one that the page opens on. @param {Map<string, string>} state */
    named(state) {
      const named = state.get("plot") ?? "";
      return this.tabs.some((tab) => tab.dataset.plot === named) ? named : this.opening;
    }

    /** @param {string} name @returns {Promise<void>} */
    open(name) {
      this.current = name;
      writeState({ plot: name === this.opening ? "" : name });
      this.mark();
      return this.draw();
    }

    mark() {
      for (const tab of this.tabs) {
        const chosen = tab.dataset.plot === this.current;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        /** @type {HTMLElement} */ (document.getElementById(`plot-${tab.dataset.plot}`)).hidden = !chosen;
        if (chosen) tab.parentElement?.scrollTo({ left: tab.offsetLeft - tab.parentElement.clientWidth / 2 + tab.clientWidth / 2 });
      }
    }

    /** @param {KeyboardEvent} event @param {HTMLElement} tab */
    onKey(event, tab) {
      const place = this.tabs.indexOf(tab);
      const last = this.tabs.length - 1;
      const next = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      this.tabs[next].focus();
      this.open(this.tabs[next].dataset.plot || "");
    }

    /** The runs in view have changed: draw them, soon. */
    update() {
      if (this.section.hidden) return;
      clearTimeout(this.waiting);
      if (!this.made[this.current]) void this.draw();
      else this.waiting = setTimeout(() => void this.draw(), PATIENCE_MS);
    }

    async draw() {
      if (this.section.hidden) return;
      clearTimeout(this.waiting);
      const { current } = this;
      if (!this.made[current]) {
        const host = /** @type {HTMLElement} */ (document.getElementById(`plot-${current}`));
        // Most readers open one or two kinds, so the scripts of a kind come with its tab.
        try {
          await loadScripts(this.tabs.find((tab) => tab.dataset.plot === current)?.dataset.scripts);
        } catch (error) {
          host.replaceChildren(make("p", { class: "plot-note" }, `This plot cannot be drawn: ${error instanceof Error ? error.message : error}`));
          return;
        }
        if (this.current !== current) return; // another tab has been opened meanwhile
        if (!this.made[current]) host.replaceChildren();
        this.made[current] ??= MAKERS[current](host, this);
      }
      void this.made[current].show(this.rowsFor(current));
    }

    /** @param {string} name @returns {ArrayLike<number>} */
    rowsFor(name) {
      const { view } = this;
      // The plot that narrows the view must go on showing what it narrows.
      if (name === "parallel") return view.matching;
      const { selected } = view.table;
      if (name === "curves" && selected.size) return [...selected].map((id) => view.runs.rowOf(id)).filter((row) => row >= 0);
      return view.table.rows;
    }

    onSelection() {
      if (this.current === "curves") this.update();
    }

    /** Open the scatter plot of two columns. @param {string} x @param {string} y */
    async openPair(x, y) {
      await this.open("scatter");
      this.made.scatter?.choose(x, y);
      this.tabs.find((tab) => tab.dataset.plot === "scatter")?.focus();
    }

    clearBrush() {
      this.made.parallel?.clear();
      this.view.brush(null);
    }
  }

  runsite.Plots = Plots;
})();
