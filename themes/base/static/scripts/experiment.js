// The experiment page: one view of the runs that the table, the plots and the address share.
(function () {
  "use strict";

  const { runsite } = window;
  const { pageData, loadRuns, filterRuns, readState, writeState, loadScripts, openPopover, Plots } = runsite;

  class ExperimentView extends runsite.View {
    /** @param {any} runs */
    constructor(runs) {
      const state = readState();
      super(runs, state);
      this.frame = /** @type {HTMLElement} */ (document.querySelector("[data-runs]"));
      this.table = new runsite.RunsTable(this.frame, this, {
        onSort: (/** @type {string} */ id, /** @type {boolean} */ add) => this.change(() => this.sortBy(id, add)),
        onSelect: (/** @type {string[]} */ ids, /** @type {boolean} */ on) => this.select(ids, on),
        onToggle: (/** @type {string} */ key, /** @type {boolean | undefined} */ on) => this.changeLines(() => this.toggle(key, on)),
        onMove: (/** @type {string} */ id, /** @type {string} */ before) => this.putColumn(id, before),
        onShift: (/** @type {string} */ id, /** @type {number} */ step) => this.shiftColumnBy(id, step),
        onMenu: (/** @type {string} */ id, /** @type {HTMLElement} */ button) => void this.openMenu(id, button),
      });
      /** @type {any} */ this.sparklines = null;
      this.toolbar = new runsite.Toolbar(document.querySelector("[data-toolbar]"), this);
      this.plots = new Plots(this, state);
      this.update();
    }

    /** Find, draw and count anew. */
    update({ plots = true } = {}) {
      this.compute();
      this.table.show();
      this.toolbar.update();
      if (plots) this.plots.update();
    }

    /** Change what is found, then show and keep it. @param {() => void} task */
    change(task) {
      task();
      writeState(this.write());
      this.update();
      this.announce();
    }

    /** Change which lines there are; the runs stay. @param {() => void} task */
    changeLines(task) {
      task();
      writeState(this.write());
      this.fold();
      this.table.show({ keepPlace: true });
      this.toolbar.update();
    }

    /** Change how columns look or stand. @param {() => void} task */
    changeColumns(task) {
      task();
      writeState(this.write());
      this.table.show({ keepPlace: true });
      this.toolbar.update();
      this.plots.update();
    }

    announce() {
      const sorted = this.keys.map((/** @type {{id: string, descending: boolean}} */ { id, descending }) => `${this.runs.find(id)?.label ?? id} ${descending ? "descending" : "ascending"}`);
      this.toolbar.say(sorted.length ? `Sorted by ${sorted.join(", then ")}` : "");
    }

    /** Rows have been drawn. */
    onDrawn() {
      if (this.sparks) void this.drawSparks();
    }

    async drawSparks() {
      await loadScripts(this.frame.dataset.sparksScripts);
      this.sparklines ??= new runsite.Sparks(this.runs, this.table.body);
      this.sparklines.later();
    }

    /** @param {string} id @param {HTMLElement} button */
    async openMenu(id, button) {
      await loadScripts(this.frame.dataset.menuScripts);
      const column = this.runs.get(id);
      openPopover(button, `Options of ${column.label}`, (/** @type {HTMLElement} */ panel) => runsite.fillColumnMenu(panel, this, column));
    }

    /** @param {string} text */
    setFilter(text) {
      this.filter = text;
      writeState({ filter: text });
      this.update();
    }

    /** @param {string} id @param {string} clause */
    setColumnFilter(id, clause) {
      this.setClause(id, clause);
      writeState({ where: this.write().where });
      this.update();
    }

    /** @param {string} id @param {boolean} descending */
    sortOnly(id, descending) {
      this.change(() => super.sortOnly(id, descending));
    }

    /** @param {string[]} ids */
    setGroup(ids) {
      this.change(() => {
        this.group = ids;
        this.open.clear();
      });
    }

    /** @param {boolean} on */
    setNest(on) {
      this.change(() => (this.nest = on));
    }

    /** @param {boolean} on */
    setSparks(on) {
      this.changeColumns(() => (this.sparks = on));
    }

    /** @param {string[]} ids @param {boolean} on */
    shade(ids, on) {
      this.changeColumns(() => ids.forEach((id) => (on ? this.shaded.add(id) : this.shaded.delete(id))));
    }

    /** @param {string} id @param {boolean} on */
    setColumn(id, on) {
      this.changeColumns(() => this.showColumn(id, on));
    }

    /** @param {string[]} ids @param {boolean} on */
    setColumns(ids, on) {
      this.changeColumns(() => ids.forEach((id) => this.showColumn(id, on)));
    }

    resetColumns() {
      this.changeColumns(() => {
        this.shown = this.usual;
        this.pinned.clear();
      });
    }

    /** @param {string} id @param {boolean} on */
    pinColumn(id, on) {
      this.changeColumns(() => this.pin(id, on));
    }

    /** @param {string} id @param {string | null} before */
    putColumn(id, before) {
      this.changeColumns(() => this.moveColumn(id, before));
    }

    /** @param {string} id @param {number} step */
    shiftColumnBy(id, step) {
      this.changeColumns(() => this.shiftColumn(id, step));
      this.toolbar.say(`${this.runs.get(id).label} is column ${this.columns.findIndex((/** @type {any} */ column) => column.id === id) + 1}`);
    }

    /** @param {boolean} on */
    openAll(on) {
      this.changeLines(() => this.toggleAll(on));
    }

    reset() {
      this.change(() => this.read(new Map([["select", [...this.selected].join(",")]])));
    }

    /** @param {string[]} ids @param {boolean} on */
    select(ids, on) {
      for (const id of ids) {
        if (on) this.selected.add(id);
        else this.selected.delete(id);
      }
      writeState({ select: this.write().select });
      this.table.refreshSelection();
      this.toolbar.update();
      this.plots.onSelection();
    }

    /** @param {Uint8Array | null} mask */
    brush(mask) {
      this.brushed = mask;
      this.update({ plots: false });
    }

    runIds() {
      return Array.from(this.rows, (row) => /** @type {string} */ (this.runs.runId(row)));
    }

    /** Name of a file with these runs. */
    fileName() {
      const name = (this.runs.constants.get("experiment") ?? "").replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
      return `${name.slice(0, 80) || "runs"}-runs`;
    }
  }

  /** Another view of the same page, from a link, the reader or the back button. */
  function follow() {
    const { view } = runsite;
    const state = readState();
    view.read(state);
    if (view.plots.read) view.plots.read(state);
    view.update();
  }

  runsite.onStateChange(() => follow());

  document.addEventListener("DOMContentLoaded", async () => {
    runsite.view = new ExperimentView(await loadRuns(pageData()));
    document.dispatchEvent(new CustomEvent("runsite:ready"));
    // What the first keystroke in the filter would have to prepare, while nobody waits.
    window.requestIdleCallback?.(() => filterRuns(runsite.view.runs, "0 \u0000"));
  });
})();
