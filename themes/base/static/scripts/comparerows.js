// Many compared runs: the runs table with the columns in which they differ. Its headers' options,
// filters and groups are those of an experiment's table; ticked runs become the comparison.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, readState, writeState, differs, openPopover, fillColumnMenu, formatCount } = runsite;

  class ComparedRows extends runsite.View {
    /** @param {any} page the comparison: runs, all, ids, change @param {HTMLElement} place */
    constructor(page, place) {
      super(page.runs, new Map([...readState(), ["nest", "off"]]));
      this.page = page;
      const frame = make("div", { class: "runs-frame" }, make("div", { class: "runs-scroll", role: "group", "aria-label": "Runs below each other" }, make("table", { class: "runs-table" }, make("thead", {}), make("tbody", {}))));
      this.count = make("span", { class: "muted", role: "status" });
      this.only = make("button", { type: "button", class: "button-primary", onclick: () => page.choose([...this.selected]) });
      this.drop = make("button", { type: "button", class: "plain", onclick: () => page.choose(page.ids.filter((/** @type {string} */ id) => !this.selected.has(id))) });
      this.back = make("button", { type: "button", class: "plain", onclick: () => this.reset() }, "Reset this view");
      this.bar = make("div", { class: "toolbar" }, this.count, this.only, this.drop, this.back);
      place.replaceChildren(this.bar, frame);
      this.table = new runsite.RunsTable(frame, this, {
        onSort: (/** @type {string} */ id, /** @type {boolean} */ add) => this.change(() => this.sortBy(id, add)),
        onSelect: (/** @type {string[]} */ ids, /** @type {boolean} */ on) => this.select(ids, on),
        onToggle: (/** @type {string} */ key, /** @type {boolean | undefined} */ on) => this.change(() => this.toggle(key, on), true),
        onMove: (/** @type {string} */ id, /** @type {string} */ before) => this.change(() => this.moveColumn(id, before), true),
        onShift: (/** @type {string} */ id, /** @type {number} */ step) => this.shiftColumnBy(id, step),
        onMenu: (/** @type {string} */ id, /** @type {HTMLElement} */ button) => openPopover(button, `Options of ${this.runs.get(id).label}`, (/** @type {HTMLElement} */ panel) => fillColumnMenu(panel, this, this.runs.get(id))),
      });
      this.update(false);
    }

    /** The name, and what they differ in; on request all that they have. @returns {string[]} */
    get usual() {
      const all = readState().get("all") === "1";
      const { runs } = this;
      return runs.columns.filter((/** @type {any} */ c) => c.id === "run.name" || (c.group !== "hidden" && c.id !== "run.id" && c.id !== "run.parent" && c.filled > 0 && (all || differs(c, runs.size)))).map((/** @type {any} */ c) => c.id);
    }

    /** Show the view, and keep it in the address. @param {() => void} task @param {boolean} [keepPlace] */
    change(task, keepPlace = false) {
      task();
      this.keep();
      this.update(keepPlace);
    }

    keep() {
      writeState({ ...this.write(), nest: "" });
    }

    /** @param {boolean} keepPlace */
    update(keepPlace) {
      this.compute();
      this.table.show({ keepPlace });
      this.tell();
    }

    tell() {
      const { size } = this.selected;
      const kept = this.rows.length;
      this.count.textContent = kept < this.runs.size ? `${formatCount(kept)} of ${formatCount(this.runs.size)} runs match` : size ? "" : "Tick runs to compare only those";
      this.count.hidden = !this.count.textContent;
      this.only.hidden = this.drop.hidden = size === 0;
      this.only.textContent = `Compare only ${size === 1 ? "this one" : `these ${formatCount(size)}`}`;
      this.drop.textContent = `Remove ${formatCount(size)}`;
      const { sort, where, group, columns, pin, shade } = this.write();
      this.back.hidden = !(sort || where || group || columns || pin || shade);
    }

    /** @param {string[]} ids @param {boolean} on */
    select(ids, on) {
      for (const id of ids) {
        if (on) this.selected.add(id);
        else this.selected.delete(id);
      }
      this.keep();
      this.table.refreshSelection();
      this.tell();
    }

    reset() {
      const select = [...this.selected].join(",");
      this.change(() => this.read(new Map([["nest", "off"], ["select", select]])));
      this.table.scroller.focus();
    }

    /** @param {string} id @param {boolean} descending */
    sortOnly(id, descending) {
      this.change(() => super.sortOnly(id, descending));
    }

    /** @param {string} id @param {string} clause */
    setColumnFilter(id, clause) {
      this.change(() => this.setClause(id, clause));
    }

    /** @param {string[]} ids */
    setGroup(ids) {
      this.change(() => {
        this.group = ids;
        this.open.clear();
      });
    }

    /** @param {string[]} ids @param {boolean} on */
    shade(ids, on) {
      this.change(() => ids.forEach((id) => (on ? this.shaded.add(id) : this.shaded.delete(id))), true);
    }

    /** @param {string} id @param {boolean} on */
    setColumn(id, on) {
      this.change(() => this.showColumn(id, on), true);
    }

    /** @param {string} id @param {boolean} on */
    pinColumn(id, on) {
      this.change(() => this.pin(id, on), true);
    }

    /** @param {string} id @param {number} step */
    shiftColumnBy(id, step) {
      this.change(() => this.shiftColumn(id, step), true);
    }
  }

  runsite.ComparedRows = ComparedRows;
})();
