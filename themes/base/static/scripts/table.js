// The runs table: a plain accessible <table> of which only the rows in sight exist.
//
// Rows have one height, so the rows before and after are two spacers; the scroll bar is the
// browser's own. A screen reader hears row numbers and counts from aria-rowindex and -rowcount.
(function () {
  "use strict";

  const { make, coalesce, makeRunRow, makeGroupRow, makeHeadRow, letHeadsMove, GridKeys } = window.runsite;
  const OVERSCAN = 8;
  // Browsers stop at about 33 million pixels; far more runs than that are scaled, not lost.
  const MAX_HEIGHT = 12_000_000;
  /** Outliers would take all the shades: they are told from this share of the values at each end. */
  const TAIL = 0.02;
  const SAMPLE = 2000;

  /**
   * @typedef {object} TableHooks
   * @property {(id: string, add: boolean) => void} onSort
   * @property {(runIds: string[], selected: boolean) => void} onSelect
   * @property {(key: string, on?: boolean) => void} onToggle
   * @property {(id: string, before: string) => void} onMove
   * @property {(id: string, step: number) => void} onShift
   * @property {(id: string, button: HTMLElement) => void} onMenu
   */

  class RunsTable {
    /** @param {HTMLElement} frame @param {any} view @param {TableHooks} hooks */
    constructor(frame, view, hooks) {
      this.view = view;
      this.hooks = hooks;
      /** @type {any[]} */ this.columns = [];
      /** Best value of a column. @type {Map<string, number>} */ this.best = new Map();
      /** Values between which a column is shaded. @type {Map<string, [number, number]>} */ this.ranges = new Map();
      /** Line that was selected last, for ranges. */ this.anchor = -1;
      /** Where the name and the pinned columns begin, in pixels. @type {number[]} */ this.lefts = [];
      this.scroller = /** @type {HTMLElement} */ (frame.querySelector(".runs-scroll"));
      this.table = /** @type {HTMLTableElement} */ (frame.querySelector("table"));
      this.head = /** @type {HTMLTableSectionElement} */ (this.table.tHead);
      this.body = this.table.tBodies[0];
      this.none = make("p", { class: "runs-none", hidden: true }, "No run matches.");
      frame.append(this.none);
      this.rowHeight = this.body.rows[0]?.getBoundingClientRect().height || 37;
      this.table.setAttribute("role", "grid");
      this.table.setAttribute("aria-multiselectable", "true");
      this.scroller.tabIndex = -1;
      this.keys = new GridKeys(this);
      this.draw = coalesce(() => this.drawRows());
      this.scroller.addEventListener("scroll", this.draw, { passive: true });
      new ResizeObserver(coalesce(() => {
        this.drawRows();
        this.placePinned();
      })).observe(this.scroller);
      this.table.addEventListener("click", (event) => this.onClick(event));
      letHeadsMove(this.head, hooks.onMove);
    }

    /** Runs that match, in order; what the plots show. */
    get rows() {
      return this.view.rows;
    }

    /** @type {Set<string>} */
    get selected() {
      return this.view.selected;
    }

    /** @param {{keepPlace?: boolean}} [how] whether the reader stays where he has scrolled to */
    show({ keepPlace = false } = {}) {
      this.columns = this.view.columns;
      this.anchor = -1;
      if (!keepPlace) this.scroller.scrollTop = 0;
      this.markBest();
      this.findRanges();
      this.table.setAttribute("aria-rowcount", String(this.view.lines.items.length + 1));
      this.table.setAttribute("aria-colcount", String(this.columns.length + 1));
      this.table.classList.toggle("with-sparks", this.view.sparks);
      this.table.classList.toggle("grouped", this.view.group.length > 0);
      this.keys.around(() => {
        this.head.replaceChildren(makeHeadRow(this));
        this.body.replaceChildren();
        this.drawRows();
        this.placePinned();
      });
      this.none.hidden = this.view.rows.length > 0;
    }

    /** The best value of each metric of which it is known which is better; of groups, the best mean. */
    markBest() {
      const { rows, lines } = this.view;
      this.best.clear();
      for (const column of this.columns) {
        if (!column.direction) continue;
        const extent = lines.groups.length ? findExtent(lines.groups.map((/** @type {any} */ group) => group.summarise(column)?.mean)) : column.extent(rows);
        if (extent && extent[0] < extent[1]) this.best.set(column.id, extent[column.direction === "min" ? 0 : 1]);
      }
    }

    findRanges() {
      const { rows, shaded } = this.view;
      this.ranges.clear();
      const step = Math.max(1, Math.floor(rows.length / SAMPLE));
      for (const column of this.columns) {
        if (column.isText || !shaded.has(column.id)) continue;
        const values = [];
        for (let i = 0; i < rows.length; i += step) if (!column.absent[rows[i]] && Number.isFinite(column.numbers[rows[i]])) values.push(column.numbers[rows[i]]);
        values.sort((a, b) => a - b);
        if (values.length) this.ranges.set(column.id, [values[Math.floor(values.length * TAIL)], values[Math.ceil(values.length * (1 - TAIL)) - 1]]);
      }
    }

    /** Pinned columns stay at the left, each beside the one before. */
    placePinned() {
      const cells = /** @type {HTMLElement[]} */ ([...this.head.rows[0].cells]);
      this.lefts = [];
      let left = 0;
      for (const [place, cell] of cells.entries()) {
        const sticky = place < 2 || this.view.pinned.has(this.columns[place - 1]?.id);
        if (!sticky) break;
        this.lefts.push(left);
        left += cell.offsetWidth;
      }
      this.scroller.style.scrollPaddingInlineStart = `${left}px`;
      this.scroller.style.scrollPaddingBlockStart = `${this.head.offsetHeight}px`;
      for (const line of [this.head.rows[0], ...this.body.rows]) if (line.dataset.row || line.parentElement === this.head) this.stick(line);
    }

    /** @param {HTMLElement} line */
    stick(line) {
      for (let place = 2; place < this.lefts.length; place++) {
        const cell = /** @type {HTMLElement} */ (line.children[place]);
        cell.classList.add("pinned");
        cell.style.insetInlineStart = `${this.lefts[place]}px`;
      }
    }

    /** @returns {{first: number, last: number, scale: number}} lines in sight */
    inSight() {
      const count = this.view.lines.items.length;
      const scale = Math.max(1, (count * this.rowHeight) / MAX_HEIGHT);
      const top = Math.max(0, this.scroller.scrollTop) * scale;
      // As high as it may become: a table that a filter has emptied is low, and grows with its rows.
      const most = parseFloat(getComputedStyle(this.scroller).maxHeight) || this.scroller.clientHeight || 600;
      const room = Math.ceil((most - this.head.offsetHeight) / this.rowHeight);
      const first = Math.min(Math.max(0, Math.floor(top / this.rowHeight) - OVERSCAN), Math.max(0, count - 1));
      return { first, last: Math.min(count, Math.ceil(top / this.rowHeight + room) + OVERSCAN), scale };
    }

    drawRows() {
      const { body } = this;
      const { items } = this.view.lines;
      const { first, last, scale } = this.inSight();
      /** @type {Map<number, HTMLElement>} */
      const kept = new Map();
      for (const row of /** @type {any} */ (body.rows)) if (row.dataset.row) kept.set(Number(row.dataset.row), row);
      const fresh = [spacer((first * this.rowHeight) / scale, this.columns.length + 1)];
      for (let i = first; i < last; i++) fresh.push(kept.get(items[i]) ?? this.makeLine(items[i], i));
      fresh.push(spacer(((items.length - last) * this.rowHeight) / scale, this.columns.length + 1));
      this.keys.around(() => replaceRows(body, fresh));
      this.view.onDrawn?.();
    }

    /** @param {number} item @param {number} place */
    makeLine(item, place) {
      const line = item < 0 ? makeGroupRow(this, -1 - item, place) : makeRunRow(this, item, place);
      this.stick(line);
      return line;
    }

    /** Bring a line into sight. @param {number} place */
    reveal(place) {
      const { scale } = this.inSight();
      const room = this.scroller.clientHeight - this.head.offsetHeight - this.rowHeight;
      const top = (place * this.rowHeight) / scale;
      if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
      else if (top > this.scroller.scrollTop + room) this.scroller.scrollTop = top - room;
      this.drawRows();
    }

    /** Show a changed selection without drawing anew. */
    refreshSelection() {
      const { view } = this;
      for (const line of this.body.rows) {
        const item = Number(line.dataset.row);
        const box = line.querySelector("input");
        if (!box) continue;
        const rows = item < 0 ? view.lines.groups[-1 - item].rows : [item];
        const chosen = rows.filter((/** @type {number} */ row) => view.selected.has(view.runs.runId(row))).length;
        box.checked = chosen === rows.length;
        box.indeterminate = chosen > 0 && chosen < rows.length;
        if (box.checked && item >= 0) line.setAttribute("aria-selected", "true");
        else line.removeAttribute("aria-selected");
      }
      const all = /** @type {HTMLInputElement} */ (this.head.querySelector("[data-all]"));
      all.checked = view.rows.length > 0 && view.rows.every((/** @type {number} */ row) => view.selected.has(view.runs.runId(row)));
      all.indeterminate = !all.checked && view.selected.size > 0;
    }

    /** Ids of a line's runs. @param {number} place */
    idsOf(place) {
      const { runs, lines } = this.view;
      const item = lines.items[place];
      return item < 0 ? lines.groups[-1 - item].rows.map((/** @type {number} */ row) => runs.runId(row)) : [runs.runId(item)];
    }

    /** Select a line, or all from the last selected one to it. @param {number} place @param {boolean} on @param {boolean} range */
    select(place, on, range) {
      const from = range && this.anchor >= 0 ? this.anchor : place;
      const ids = [];
      for (let i = Math.min(from, place); i <= Math.max(from, place); i++) ids.push(...this.idsOf(i));
      this.anchor = place;
      this.hooks.onSelect(ids, on);
    }

    /** @param {boolean} on */
    selectAll(on) {
      this.hooks.onSelect(Array.from(this.view.rows, (/** @type {number} */ row) => this.view.runs.runId(row)), on);
    }

    /** @param {MouseEvent} event */
    onClick(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      /** @param {string} what @returns {HTMLElement | null} */
      const near = (what) => target.closest(what);
      const [sort, menu, opener] = ["[data-sort]", "[data-menu]", "[data-open]"].map(near);
      if (sort) this.hooks.onSort(sort.dataset.sort || "", event.shiftKey);
      else if (menu) this.hooks.onMenu(menu.dataset.menu || "", menu);
      else if (opener) this.hooks.onToggle(opener.dataset.open || "");
      else if (target instanceof HTMLInputElement && "all" in target.dataset) this.selectAll(target.checked);
      else if (target instanceof HTMLInputElement) this.select(Number(target.closest("tr")?.getAttribute("aria-rowindex")) - 2, target.checked, event.shiftKey);
    }
  }

  /** Lowest and highest of the finite values; null where there is none. @param {(number | undefined)[]} values @returns {[number, number] | null} */
  function findExtent(values) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value === undefined || !Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return low <= high ? [low, high] : null;
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

  window.runsite.RunsTable = RunsTable;
})();
