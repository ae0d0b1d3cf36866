// The compare page: any runs of any experiments or versions of models, chosen in the address.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, pageData, load, readState, writeState, formatList, parseList, findRuns, mergeRuns, loadFacts, makeSideBySide, makeCodeLinks, loadScripts, openPopover, fillPicker, makeTick, formatCount, ComparedRows } = runsite;
  /** More runs than this are rows: nobody reads a hundred columns. */
  const MAX_COLUMNS = 16;

  class Comparison {
    /** @param {HTMLElement} host @param {any} data */
    constructor(host, data) {
      this.host = host;
      /** @type {any[]} */ this.experiments = data.experiments;
      /** @type {string} */ this.repository = data.repository;
      /** @type {string} */ this.versionsPath = data.versions;
      /** @type {string[]} */ this.ids = [];
      /** Run id → the version that it became. @type {Map<string, string>} */ this.labels = new Map();
      this.base = "";
      this.all = false;
      /** @type {any} */ this.facts = null;
      /** @type {any} */ this.runs = null;
      /** @type {number[]} */ this.rows = [];
      /** @type {any[]} */ this.chosen = [];
      this.turn = 0;
      this.count = make("p", { class: "toolbar-count", role: "status" });
      this.place = make("div", {});
      this.below = make("div", { class: "compare-below" });
      this.makeBar();
      host.append(make("section", { "aria-label": "Comparison" }, this.bar, this.place), this.below);
    }

    makeBar() {
      /** @type {HTMLElement} */
      const add = make("button", { type: "button", class: "button-primary", "aria-haspopup": "dialog", onclick: () => openPopover(add, "Add runs", (/** @type {HTMLElement} */ panel) => fillPicker(panel, this)) }, "Add runs");
      const tick = makeTick("Only what differs", true, (/** @type {boolean} */ on) => this.change({ all: on ? "" : "1" }));
      this.only = /** @type {HTMLInputElement} */ (tick.querySelector("input"));
      this.shape = make("button", { type: "button", class: "plain", onclick: () => this.change({ shape: this.inRows ? "columns" : "rows" }) });
      this.save = make("button", { type: "button", class: "plain", onclick: () => this.saveCsv() }, "Download CSV");
      this.bar = make("div", { class: "toolbar" }, add, this.count, tick, this.shape, this.save);
    }

    get inRows() {
      return (this.asked || (this.ids.length > MAX_COLUMNS ? "rows" : "columns")) === "rows";
    }

    /** @param {Record<string, string>} changes */
    change(changes) {
      writeState(changes);
      void this.show();
    }

    /** @param {string} id */
    setBase(id) {
      this.change({ base: id });
    }

    /** @param {string[]} ids */
    add(ids) {
      this.change({ runs: formatList(new Set([...this.ids, ...ids])), versions: "" });
    }

    /** Compare these runs and no others. @param {string[]} ids */
    choose(ids) {
      this.change({ runs: formatList(ids), versions: "", select: "", base: ids.includes(this.base) ? this.base : "" });
    }

    /** @param {string} id */
    remove(id) {
      this.choose(this.ids.filter((each) => each !== id));
    }

    /** Read the address, find the runs, draw. */
    async show() {
      const turn = ++this.turn;
      const state = readState();
      const versions = parseList(state.get("versions"));
      if (this.versionsPath && !this.known) this.known = /** @type {Promise<[string, string, string][]>} */ (load(this.versionsPath));
      const known = (await this.known) ?? [];
      const runOf = new Map(known.map(([name, version, run]) => [`${name}/${version}`, run]));
      const ids = [...new Set([...parseList(state.get("runs")), ...versions.map((/** @type {string} */ one) => runOf.get(one) ?? one)])];
      const chosen = /** @type {any[]} */ (await findRuns(this.experiments, ids));
      if (turn !== this.turn) return; // a newer choice has overtaken this one
      const missing = ids.length - chosen.length;
      this.ids = chosen.map(({ runs, row }) => runs.runId(row));
      this.chosen = chosen;
      this.labels = new Map(known.map(([name, version, run]) => [run, `${name} ${version}`]));
      this.base = this.ids.includes(state.get("base") ?? "") ? (state.get("base") ?? "") : "";
      this.all = state.get("all") === "1";
      this.asked = state.get("shape");
      this.runs = mergeRuns(chosen);
      this.rows = chosen.map((_, i) => chosen.length - 1 - i);
      this.facts = null;
      this.count.textContent = `${formatCount(chosen.length)} run${chosen.length === 1 ? "" : "s"}${missing ? `; ${formatCount(missing)} of ${formatCount(ids.length)} runs are not on this site` : ""}`;
      if (this.only) this.only.checked = !this.all;
      this.draw();
      document.dispatchEvent(new CustomEvent("runsite:compared"));
      if (!chosen.length) return;
      // What shows files is for those who compare runs beside each other.
      const [facts] = this.inRows ? [null] : await Promise.all([loadFacts(this.runs, chosen), loadScripts(this.host.dataset.filesScripts)]);
      if (turn !== this.turn) return;
      this.facts = facts;
      if (facts && !this.inRows) this.drawColumns();
      this.drawBelow();
    }

    draw() {
      const some = this.ids.length > 0;
      for (const element of [this.shape, this.save, this.only?.closest("label")]) if (element instanceof HTMLElement) element.hidden = !some;
      if (this.shape) this.shape.textContent = this.inRows ? "Runs as columns" : "Runs as rows";
      this.below.replaceChildren();
      if (!some) this.place.replaceChildren(make("p", { class: "compare-empty" }, "No run is chosen yet. “Add runs” finds them by words or by a query; an experiment's table and a model's page lead here too."));
      else if (this.inRows) this.drawRows();
      else this.drawColumns();
    }

    drawColumns() {
      const focused = /** @type {HTMLElement | null} */ (document.activeElement);
      const name = this.place.contains(focused) ? focused?.textContent || focused?.getAttribute("aria-label") : null;
      this.place.replaceChildren(...[makeSideBySide(this), makeCodeLinks(this)].filter((part) => part !== null));
      if (name) [.../** @type {NodeListOf<HTMLElement>} */ (this.place.querySelectorAll("button"))].find((one) => (one.textContent || one.getAttribute("aria-label")) === name)?.focus();
    }

    /** Many runs: the runs table. */
    drawRows() {
      this.table = new ComparedRows(this, this.place);
    }

    drawBelow() {
      const pictures = this.inRows ? null : runsite.makePictures(this);
      const curves = this.runs.find("run.curves");
      const some = curves ? this.rows.filter((row) => !curves.isMissing(row)) : [];
      const plot = make("div", { class: "plot" });
      const section = some.length ? make("section", { "data-compare-curves": true }, make("h2", {}, "Learning curves"), make("div", { class: "panel" }, plot)) : null;
      const files = this.inRows ? null : runsite.makeFiles(this);
      this.below.replaceChildren(...[section, pictures, files].filter((part) => part !== null));
      if (section) void this.drawCurves(plot, some);
    }

    /** Charts are for runs that have a history. @param {HTMLElement} plot @param {number[]} rows */
    async drawCurves(plot, rows) {
      await loadScripts(this.host.dataset.curvesScripts);
      if (plot.isConnected) void new runsite.CurvesPlot(plot, this.runs).show(rows);
    }

    async saveCsv() {
      await loadScripts(this.host.dataset.panelsScripts);
      const columns = this.runs.columns.filter((/** @type {any} */ c) => c.group !== "hidden" && c.filled > 0);
      runsite.download("compared-runs.csv", "text/csv", runsite.makeCsv({ runs: this.runs, rows: this.rows, columns }));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const host = /** @type {HTMLElement} */ (document.querySelector("[data-compare]"));
    runsite.comparison = new Comparison(host, pageData());
    void runsite.comparison.show();
    runsite.onStateChange(() => void runsite.comparison.show());
  });
})();
