// The experiment page: one view of the runs (filter, order, columns, selection) that the table and
// the plots share, kept in the address.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, pageData, loadRuns, orderRows, filterRuns, readState, writeState, formatCount, root } = runsite;
  const MAX_CURVES = 8;

  class ExperimentView {
    /** @param {any} runs */
    constructor(runs) {
      this.runs = runs;
      const state = readState();
      this.filter = state.get("filter") ?? "";
      this.keys = parseKeys(state.get("sort"));
      this.shown = parseColumns(state.get("columns"), runs);
      /** @type {Uint8Array | null} */ this.brushed = null;
      this.problem = "";
      this.matching = new Uint32Array(0);
      this.table = new runsite.RunsTable(document.querySelector("[data-runs]"), runs, {
        onSort: (/** @type {string} */ id, /** @type {boolean} */ add) => this.sortBy(id, add),
        onSelect: (/** @type {string} */ id, /** @type {boolean} */ on) => this.select([id], on),
        onSelectAll: (/** @type {boolean} */ on) => this.select(Array.from(this.table.rows, (/** @type {number} */ row) => runs.runId(row)), on),
      });
      for (const id of (state.get("select") ?? "").split(",")) if (runs.rowOf(id) >= 0) this.table.selected.add(id);
      this.order = orderRows(runs, this.keys);
      this.makeToolbar(/** @type {HTMLElement} */ (document.querySelector("[data-toolbar]")));
      this.plots = new Plots(this, state);
      this.update();
    }

    get columns() {
      return this.runs.columns.filter((/** @type {any} */ column) => this.shown.has(column.id));
    }

    update({ plots = true } = {}) {
      const { mask, problem } = filterRuns(this.runs, this.filter);
      this.problem = problem;
      this.matching = mask ? this.order.filter((/** @type {number} */ row) => mask[row]) : this.order;
      const { brushed } = this;
      const rows = brushed ? this.matching.filter((/** @type {number} */ row) => brushed[row]) : this.matching;
      this.table.show({ rows, columns: this.columns, keys: this.keys });
      this.showCounts(rows.length);
      if (plots) this.plots.update();
    }

    /** @param {HTMLElement} bar */
    makeToolbar(bar) {
      this.input = /** @type {HTMLInputElement} */ (make("input", { type: "search", "aria-label": "Filter runs", placeholder: 'Filter: words, or metrics.rmse < 7 and params.booster = "gbtree"', autocomplete: "off", spellcheck: "false" }));
      this.input.value = this.filter;
      const { input } = this;
      input.addEventListener("input", () => this.setFilter(input.value));
      this.count = make("p", { class: "toolbar-count", role: "status" });
      this.complaint = make("p", { class: "toolbar-problem", id: "filter-problem", hidden: true });
      this.unbrush = make("button", { type: "button", class: "plain", hidden: true, onclick: () => this.plots.clearBrush() }, "Let go of the plot's ranges");
      this.compare = make("a", { class: "button-primary", hidden: true });
      this.clear = make("button", { type: "button", class: "plain", hidden: true, onclick: () => this.select([...this.table.selected], false) }, "Clear selection");
      const save = make("button", { type: "button", class: "plain", onclick: () => this.download() }, "Download CSV");
      bar.append(make("div", { class: "toolbar-filter" }, this.input), this.count, this.unbrush, this.clear, this.compare, new runsite.Chooser(this).element, save, this.complaint);
      bar.hidden = false;
    }

    /** @param {number} shown */
    showCounts(shown) {
      const { size } = this.runs;
      const { selected } = this.table;
      const words = shown === size ? `${formatCount(size)} run${size === 1 ? "" : "s"}` : `${formatCount(shown)} of ${formatCount(size)} runs`;
      this.count.textContent = selected.size ? `${words}, ${formatCount(selected.size)} selected` : words;
      this.complaint.hidden = !this.problem;
      this.complaint.textContent = this.problem ? `As a query: ${this.problem}. Searching for the words instead.` : "";
      if (this.problem) this.input?.setAttribute("aria-describedby", "filter-problem");
      this.unbrush.hidden = !this.brushed;
      this.clear.hidden = this.compare.hidden = selected.size === 0;
      this.compare.textContent = `Compare ${formatCount(selected.size)}`;
      this.compare.setAttribute("href", `${root()}compare.html#runs=${[...selected].join(",")}`);
    }

    /** @param {string} text */
    setFilter(text) {
      this.filter = text;
      writeState({ filter: text });
      this.update();
    }

    /** @param {string} id @param {boolean} add */
    sortBy(id, add) {
      this.keys = nextKeys(this.keys, this.runs.get(id), add);
      writeState({ sort: this.keys.map((key) => `${key.descending ? "-" : ""}${key.id}`).join(",") });
      this.order = orderRows(this.runs, this.keys);
      this.update();
    }

    /** @param {string} id @param {boolean} on */
    showColumn(id, on) {
      if (on) this.shown.add(id);
      else this.shown.delete(id);
      const usual = this.runs.columns.filter((/** @type {any} */ c) => c.visible).map((/** @type {any} */ c) => c.id);
      const same = usual.length === this.shown.size && usual.every((/** @type {string} */ each) => this.shown.has(each));
      writeState({ columns: same ? "" : this.columns.map((/** @type {any} */ c) => c.id).join(",") });
      this.update();
    }

    /** @param {string[]} ids @param {boolean} on */
    select(ids, on) {
      for (const id of ids) {
        if (on) this.table.selected.add(id);
        else this.table.selected.delete(id);
      }
      // An address with thousands of ids is no address; such a selection lasts for the page.
      const chosen = [...this.table.selected];
      writeState({ select: chosen.length <= 100 ? chosen.join(",") : "" });
      this.table.refreshSelection();
      this.table.drawHead();
      this.showCounts(this.table.rows.length);
      this.plots.onSelection();
    }

    /** @param {Uint8Array | null} mask */
    brush(mask) {
      this.brushed = mask;
      this.update({ plots: false });
    }

    /** Runs for the curves: the selected ones, else the first of the view. */
    get favourites() {
      const { selected } = this.table;
      const rows = selected.size ? [...selected].map((id) => this.runs.rowOf(id)) : [...this.table.rows];
      return rows.slice(0, MAX_CURVES);
    }

    download() {
      const { columns } = this;
      const lines = [["run_id", ...columns.map((/** @type {any} */ c) => (c.group === "run" ? c.label : c.id))]];
      for (const row of this.table.rows) lines.push([this.runs.runId(row), ...columns.map((/** @type {any} */ c) => c.value(row) ?? "")]);
      const text = lines.map((line) => line.map(csvCell).join(",")).join("\r\n");
      const link = /** @type {HTMLAnchorElement} */ (make("a", { download: "runs.csv" }));
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    }
  }

  /** The tabs of plots; a plot is made when its tab is first opened. */
  class Plots {
    /** @param {ExperimentView} view @param {Map<string, string>} state */
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

  /** Axes: params that vary, then metrics, the best-known metric last and as the colour. @param {ExperimentView} view */
  function chooseAxes(view) {
    const useful = view.columns.filter((/** @type {any} */ c) => (c.group === "params" || c.group === "metrics") && c.filled > 0);
    const params = useful.filter((/** @type {any} */ c) => c.group === "params" && c.distinct > 1 && (!c.isText || c.distinct <= 40));
    const metrics = useful.filter((/** @type {any} */ c) => c.group === "metrics");
    const main = metrics.find((/** @type {any} */ c) => c.direction) ?? metrics[0];
    const others = metrics.filter((/** @type {any} */ c) => c !== main).slice(0, 2);
    return { axes: [...params.slice(0, 8), ...others, ...(main ? [main] : [])], color: main ?? null };
  }

  /** A further click on a header: best first, then the other way round, then as before. @param {{id: string, descending: boolean}[]} keys @param {any} column @param {boolean} add */
  function nextKeys(keys, column, add) {
    const first = column.direction === "max" || column.kind === "time";
    const old = keys.find((key) => key.id === column.id);
    const others = add ? keys.filter((key) => key.id !== column.id) : [];
    if (!old) return [...others, { id: column.id, descending: first }];
    if (old.descending === first) {
      const turned = { id: column.id, descending: !first };
      return add ? keys.map((key) => (key === old ? turned : key)) : [turned];
    }
    return others;
  }

  /** @param {string | undefined} text */
  function parseKeys(text) {
    return (text ?? "").split(",").filter(Boolean).map((part) => ({ id: part.replace(/^-/, ""), descending: part.startsWith("-") }));
  }

  /** @param {string | undefined} text @param {any} runs @returns {Set<string>} */
  function parseColumns(text, runs) {
    const known = (text ?? "").split(",").filter((id) => runs.find(id));
    return new Set(known.length ? known : runs.columns.filter((/** @type {any} */ c) => c.visible).map((/** @type {any} */ c) => c.id));
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

  /** @param {unknown} value */
  function csvCell(value) {
    const text = String(value);
    // A spreadsheet runs cells that begin like a formula; numbers are no danger.
    const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== "number" ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  // Another view of the same page, from a link or typed: read it as if the page were opened anew.
  runsite.onStateChange(() => location.reload());

  document.addEventListener("DOMContentLoaded", async () => {
    runsite.view = new ExperimentView(await loadRuns(pageData()));
    document.dispatchEvent(new CustomEvent("runsite:ready"));
    // What the first keystroke in the filter would have to prepare, while nobody waits.
    requestIdleCallback?.(() => filterRuns(runsite.view.runs, "0 \u0000"));
  });
})();
