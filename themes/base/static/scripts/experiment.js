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
      this.plots = new runsite.Plots(this, state);
      this.update();
    }

    get columns() {
      return this.runs.columns.filter((/** @type {any} */ column) => this.shown.has(column.id));
    }

    update({ plots = true } = {}) {
      const { mask, problem, unknown } = filterRuns(this.runs, this.filter);
      this.problem = problem && `As a query: ${problem}. Searching for the words instead.`;
      if (unknown.length) this.problem = `No run here has ${unknown.join(" or ")}.`;
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
      this.complaint.textContent = this.problem;
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
