// The runs table: a plain accessible <table> of which only the rows in sight exist.
//
// Rows have one height, so the rows before and after are two spacers; the scroll bar is the
// browser's own. A screen reader hears row numbers and counts from aria-rowindex and -rowcount.
(function () {
  "use strict";

  const { make, coalesce, formatCount, runPath, root } = window.runsite;
  const OVERSCAN = 8;
  // Browsers stop at about 33 million pixels; far more runs than that are scaled, not lost.
  const MAX_HEIGHT = 12_000_000;

  /**
   * @typedef {object} TableHooks
   * @property {(id: string, add: boolean) => void} onSort
   * @property {(runId: string, selected: boolean) => void} onSelect
   * @property {(selected: boolean) => void} onSelectAll
   */

  class RunsTable {
    /** @param {HTMLElement} frame @param {any} runs @param {TableHooks} hooks */
    constructor(frame, runs, hooks) {
      this.runs = runs;
      this.hooks = hooks;
      this.rows = new Uint32Array(0);
      /** @type {any[]} */ this.columns = [];
      /** @type {{id: string, descending: boolean}[]} */ this.keys = [];
      /** @type {Set<string>} */ this.selected = new Set();
      /** @type {Map<string, number>} best value of a column → its row */ this.best = new Map();
      this.scroller = /** @type {HTMLElement} */ (frame.querySelector(".runs-scroll"));
      this.table = /** @type {HTMLTableElement} */ (frame.querySelector("table"));
      this.head = /** @type {HTMLTableSectionElement} */ (this.table.tHead);
      this.body = this.table.tBodies[0];
      this.none = make("p", { class: "runs-none", hidden: true }, "No run matches.");
      frame.append(this.none);
      this.rowHeight = this.body.rows[0]?.getBoundingClientRect().height || 37;
      this.draw = coalesce(() => this.drawRows());
      this.scroller.addEventListener("scroll", this.draw, { passive: true });
      new ResizeObserver(this.draw).observe(this.scroller);
      this.table.addEventListener("click", (event) => this.onClick(event));
    }

    /** @param {{rows: Uint32Array, columns: any[], keys: {id: string, descending: boolean}[]}} view */
    show({ rows, columns, keys }) {
      const moved = this.rows.length !== rows.length || this.keys !== keys;
      Object.assign(this, { rows, columns, keys });
      if (moved) this.scroller.scrollTop = 0;
      this.markBest();
      this.drawHead();
      this.body.replaceChildren();
      this.drawRows();
      this.table.setAttribute("aria-rowcount", String(rows.length + 1));
      this.none.hidden = rows.length > 0;
    }

    markBest() {
      this.best.clear();
      for (const column of this.columns) {
        if (!column.direction) continue;
        const extent = column.extent(this.rows);
        if (extent && extent[0] < extent[1]) this.best.set(column.id, extent[column.direction === "min" ? 0 : 1]);
      }
    }

    drawHead() {
      const all = this.rows.length > 0 && this.selected.size >= this.rows.length;
      const box = make("input", { type: "checkbox", "aria-label": "Select all runs that match", "data-all": true });
      /** @type {HTMLInputElement} */ (box).checked = all;
      const row = make("tr", { "aria-rowindex": 1 }, make("th", { scope: "col", class: "cell-check" }, box));
      for (const column of this.columns) row.append(this.makeHead(column));
      const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.("[data-sort]"));
      this.head.replaceChildren(row);
      if (focused) /** @type {HTMLElement | null} */ (this.head.querySelector(`[data-sort="${CSS.escape(focused.dataset.sort || "")}"]`))?.focus();
    }

    /** @param {any} column */
    makeHead(column) {
      const place = this.keys.findIndex(({ id }) => id === column.id);
      const key = this.keys[place];
      const number = this.keys.length > 1 ? String(place + 1) : "";
      const better = { min: "lower is better", max: "higher is better" }[/** @type {"min"} */ (column.direction)];
      const arrow = column.direction ? make("span", { class: "direction", title: better }, column.direction === "min" ? "↓" : "↑") : null;
      const mark = key ? make("span", { class: "sort-mark", "aria-hidden": "true" }, `${key.descending ? "▼" : "▲"}${number}`) : null;
      const button = make(
        "button",
        { type: "button", class: "sort", "data-sort": column.id, title: `${column.label}${better ? ` (${better})` : ""}\nSort; with Shift as a further column` },
        make("span", { class: "label" }, column.label),
        arrow,
        mark,
      );
      return make("th", { scope: "col", class: cellClass(column), "aria-sort": key ? (key.descending ? "descending" : "ascending") : false }, button);
    }

    drawRows() {
      const { rows, body } = this;
      const headHeight = this.head.offsetHeight;
      const scale = Math.max(1, (rows.length * this.rowHeight) / MAX_HEIGHT);
      const top = Math.max(0, this.scroller.scrollTop) * scale;
      const inSight = Math.ceil((this.scroller.clientHeight || 600) - headHeight) / this.rowHeight;
      const first = Math.min(Math.max(0, Math.floor(top / this.rowHeight) - OVERSCAN), Math.max(0, rows.length - 1));
      const last = Math.min(rows.length, Math.ceil(top / this.rowHeight + inSight) + OVERSCAN);
      /** @type {Map<number, HTMLElement>} */
      const kept = new Map();
      for (const row of /** @type {any} */ (body.rows)) if (row.dataset.row) kept.set(Number(row.dataset.row), row);
      const fresh = [spacer(first * this.rowHeight / scale, this.columns.length + 1)];
      for (let i = first; i < last; i++) fresh.push(kept.get(rows[i]) ?? this.makeRow(rows[i], i));
      fresh.push(spacer(((rows.length - last) * this.rowHeight) / scale, this.columns.length + 1));
      replaceRows(body, fresh);
    }

    /** @param {number} row @param {number} place */
    makeRow(row, place) {
      const id = this.runs.runId(row);
      const name = this.runs.name(row);
      const chosen = this.selected.has(id);
      const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", "aria-label": `Select ${name}`, "data-run": id }));
      box.checked = chosen;
      const line = make("tr", { "data-row": row, "aria-rowindex": place + 2, "aria-selected": chosen ? "true" : false }, make("td", { class: "cell-check" }, box));
      for (const column of this.columns) line.append(this.makeCell(column, row, { id, name }));
      return line;
    }

    /** @param {any} column @param {number} row @param {{id: string, name: string}} run */
    makeCell(column, row, { id, name }) {
      if (column.id === "run.name") {
        return make("th", { scope: "row", class: "cell-name", title: name }, make("a", { href: root() + runPath(id) }, name));
      }
      const text = column.text(row);
      if (column.id === "run.status") {
        const status = text.toLowerCase();
        return make("td", { class: "cell-text" }, make("span", { class: `status status-${status}` }, status));
      }
      const exact = column.exact(row);
      const best = this.best.has(column.id) && column.numbers[row] === this.best.get(column.id) && !column.isMissing(row);
      return make("td", { class: cellClass(column) + (best ? " best" : ""), title: exact || false }, text);
    }

    /** Show a changed selection without drawing anew. */
    refreshSelection() {
      for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.body.querySelectorAll("[data-run]"))) {
        const chosen = this.selected.has(box.dataset.run || "");
        box.checked = chosen;
        const line = box.closest("tr");
        if (chosen) line?.setAttribute("aria-selected", "true");
        else line?.removeAttribute("aria-selected");
      }
    }

    /** @param {MouseEvent} event */
    onClick(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      const sort = /** @type {HTMLElement | null} */ (target.closest("[data-sort]"));
      if (sort) this.hooks.onSort(sort.dataset.sort || "", event.shiftKey);
      else if (target instanceof HTMLInputElement && target.dataset.run) this.hooks.onSelect(target.dataset.run, target.checked);
      else if (target instanceof HTMLInputElement && "all" in target.dataset) this.hooks.onSelectAll(target.checked);
    }
  }

  /** @param {any} column */
  function cellClass(column) {
    return column.id === "run.name" ? "cell-name" : `cell-${column.kind}`;
  }

  /** @param {number} height @param {number} columns */
  function spacer(height, columns) {
    const cell = /** @type {HTMLTableCellElement} */ (make("td", { colspan: columns }));
    cell.style.height = `${Math.max(0, height)}px`;
    return make("tr", { class: "spacer", "aria-hidden": "true" }, cell);
  }

  /**
   * Put rows in place; those that stay are not touched, so focus and hover stay too.
   * @param {HTMLElement} body @param {HTMLElement[]} fresh
   */
  function replaceRows(body, fresh) {
    const wanted = new Set(fresh);
    for (const row of [...body.children]) if (!wanted.has(/** @type {HTMLElement} */ (row))) row.remove();
    fresh.forEach((row, place) => {
      if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
    });
  }

  Object.assign(window.runsite, { RunsTable, formatCount });
})();
