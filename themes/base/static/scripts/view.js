// A view of the runs: what is filtered, ordered, grouped, shown and chosen. It has no element; the
// table, the plots and the address are made from it.
(function () {
  "use strict";

  const { runsite } = window;
  const { orderRows, filterRuns, formatList, parseList, flatLines, nestLines, groupLines, hasNested } = runsite;
  const NAME = "run.name";
  /** An address with thousands of ids is no address; such a choice lasts for the page. */
  const MAX_KEPT = 100;

  /** @typedef {{id: string, descending: boolean}} Key */

  class View {
    /** @param {any} runs @param {Map<string, string>} state */
    constructor(runs, state) {
      this.runs = runs;
      this.nested = hasNested(runs);
      /** @type {Set<string>} */ this.selected = new Set();
      /** @type {Uint8Array | null} */ this.brushed = null;
      this.matching = new Uint32Array(0);
      this.rows = new Uint32Array(0);
      /** @type {any} */ this.lines = flatLines(runs, this.rows);
      this.found = filterRuns(runs, "");
      this._orderedBy = "";
      this._order = new Uint32Array(0);
      this.filter = "";
      /** Column → clause. @type {Map<string, string>} */ this.clauses = new Map();
      /** @type {Key[]} */ this.keys = [];
      /** Column ids in order. @type {string[]} */ this.shown = [];
      /** @type {Set<string>} */ this.pinned = new Set();
      /** @type {string[]} */ this.group = [];
      /** Groups and parents that are open. @type {Set<string>} */ this.open = new Set();
      this.nest = true;
      /** @type {Set<string>} */ this.shaded = new Set();
      this.sparks = false;
      this.read(state);
    }

    /** Take over an address. @param {Map<string, string>} state */
    read(state) {
      const { runs } = this;
      /** @param {string | undefined} text @returns {string[]} */
      const known = (text) => parseList(text).filter((/** @type {string} */ id) => runs.find(id));
      this.filter = state.get("filter") ?? "";
      this.clauses = new Map(parseList(state.get("where")).map(splitOnce));
      this.keys = parseKeys(state.get("sort"));
      const chosen = known(state.get("columns"));
      this.shown = chosen.length ? [...new Set([NAME, ...chosen])] : this.usual;
      this.pinned = new Set(known(state.get("pin")));
      this.group = known(state.get("group"));
      this.open = new Set(parseList(state.get("open")));
      this.nest = state.get("nest") !== "off";
      this.shaded = new Set(known(state.get("shade")));
      this.sparks = state.get("sparks") === "on";
      this.selected.clear();
      for (const id of parseList(state.get("select"))) if (runs.rowOf(id) >= 0) this.selected.add(id);
    }

    /** What an address says of this view; an empty value says what is usual. @returns {Record<string, string>} */
    write() {
      const shown = this.shown.join() === this.usual.join() ? "" : formatList(this.shown);
      const few = (/** @type {Set<string>} */ ids) => (ids.size <= MAX_KEPT ? formatList(ids) : "");
      return {
        filter: this.filter,
        where: formatList([...this.clauses].map(([id, clause]) => `${id}\u001f${clause}`)),
        sort: formatList(this.keys.map(({ id, descending }) => (descending ? `-${id}` : id))),
        columns: shown,
        pin: formatList(this.pinned),
        group: formatList(this.group),
        open: few(this.open),
        nest: this.nest ? "" : "off",
        shade: formatList(this.shaded),
        sparks: this.sparks ? "on" : "",
        select: few(this.selected),
      };
    }

    /** Columns as the build chose them. @returns {string[]} */
    get usual() {
      return this.runs.columns.filter((/** @type {any} */ c) => c.visible).map((/** @type {any} */ c) => c.id);
    }

    /** Shown columns: the name, the pinned ones, the others. @returns {any[]} */
    get columns() {
      const columns = this.shown.map((id) => this.runs.get(id));
      const rank = (/** @type {any} */ column) => (column.id === NAME ? 0 : this.pinned.has(column.id) ? 1 : 2);
      return columns.sort((a, b) => rank(a) - rank(b));
    }

    /** Find the rows and lines anew. */
    compute() {
      const found = filterRuns(this.runs, this.filter, this.clauses.values());
      this.found = found;
      const order = this.order();
      const { mask } = found;
      this.matching = mask ? order.filter((row) => mask[row]) : order;
      const { brushed } = this;
      this.rows = brushed ? this.matching.filter((row) => brushed[row]) : this.matching;
      this.fold();
    }

    /** Rows that match all but one column's own filter. @param {string} id */
    rowsWithout(id) {
      const others = [...this.clauses].filter(([each]) => each !== id).map(([, clause]) => clause);
      const { mask } = filterRuns(this.runs, this.filter, others);
      return mask ? this.order().filter((/** @type {number} */ row) => mask[row]) : this.order();
    }

    /** Find the lines anew; the rows stay. */
    fold() {
      const { runs, rows, open, keys } = this;
      const columns = this.group.map((id) => runs.get(id));
      if (columns.length) this.lines = groupLines(runs, rows, { columns, open, keys });
      else this.lines = this.nested && this.nest ? nestLines(runs, rows, open) : flatLines(runs, rows);
    }

    order() {
      const wanted = JSON.stringify(this.keys);
      if (wanted !== this._orderedBy) {
        this._orderedBy = wanted;
        this._order = orderRows(this.runs, this.keys);
      }
      return this._order;
    }

    /** A further click on a header: best first, then the other way round, then as before. @param {string} id @param {boolean} add */
    sortBy(id, add) {
      const column = this.runs.get(id);
      const first = column.direction === "max" || column.kind === "time";
      const old = this.keys.find((key) => key.id === id);
      const others = add ? this.keys.filter((key) => key.id !== id) : [];
      if (!old) this.keys = [...others, { id, descending: first }];
      else if (old.descending !== first) this.keys = others;
      else this.keys = add ? this.keys.map((key) => (key === old ? { id, descending: !first } : key)) : [{ id, descending: !first }];
    }

    /** @param {string} id @param {boolean} descending */
    sortOnly(id, descending) {
      this.keys = [{ id, descending }];
    }

    /** @param {string} id @param {string} clause empty for none */
    setClause(id, clause) {
      if (clause) this.clauses.set(id, clause);
      else this.clauses.delete(id);
    }

    /** @param {string} id @param {boolean} on */
    showColumn(id, on) {
      if (!on) this.shown = this.shown.filter((each) => each !== id || id === NAME);
      else if (!this.shown.includes(id)) this.shown.splice(this._placeFor(id), 0, id);
    }

    /** After the last shown column of its kind, else at the end. @param {string} id */
    _placeFor(id) {
      const { group } = this.runs.get(id);
      const last = this.shown.findLastIndex((each) => this.runs.get(each).group === group);
      return last < 0 ? this.shown.length : last + 1;
    }

    /** Put a column before another one, or at the end. @param {string} id @param {string | null} before */
    moveColumn(id, before) {
      if (id === NAME || id === before) return;
      const others = this.shown.filter((each) => each !== id);
      const place = before === null ? others.length : others.indexOf(before);
      others.splice(Math.max(1, place), 0, id);
      this.shown = others;
      if (before !== null && this.pinned.has(before) !== this.pinned.has(id)) this.pin(id, this.pinned.has(before));
    }

    /** Move a column one place left or right, as it is shown. @param {string} id @param {number} step -1 or 1 */
    shiftColumn(id, step) {
      const ids = this.columns.map(({ id: each }) => each);
      const from = ids.indexOf(id);
      const to = from + step;
      const same = this.pinned.has(ids[to]) === this.pinned.has(id);
      if (from < 1 || to < 1 || to >= ids.length || !same) return false;
      ids.splice(from, 1);
      ids.splice(to, 0, id);
      this.shown = ids;
      return true;
    }

    /** @param {string} id @param {boolean} on */
    pin(id, on) {
      if (on) this.pinned.add(id);
      else this.pinned.delete(id);
    }

    /** Open or close a parent or a group. @param {string} key @param {boolean} [on] */
    toggle(key, on = !this.open.has(key)) {
      if (on) this.open.add(key);
      else this.open.delete(key);
    }

    /** Open or close all. @param {boolean} on */
    toggleAll(on) {
      this.open.clear();
      if (!on) return;
      for (const group of this.lines.groups) this.open.add(group.key);
      for (const row of this.lines.children.keys()) this.open.add(this.runs.runId(row));
    }
  }

  /** @param {string} text @returns {[string, string]} */
  function splitOnce(text) {
    const at = text.indexOf("\u001f");
    return at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
  }

  /** @param {string | undefined} text @returns {Key[]} */
  function parseKeys(text) {
    return parseList(text).map((/** @type {string} */ part) => ({ id: part.replace(/^-/, ""), descending: part.startsWith("-") }));
  }

  runsite.View = View;
})();
