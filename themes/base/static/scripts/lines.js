// The lines of the runs table: runs as they are, folded under their parents, or grouped by values.
//
// A line is a number: a run's row, or -1 - g for group g. 100,000 lines are one typed array.
(function () {
  "use strict";

  const MAX_DEPTH = 32;

  /**
   * @typedef {object} Lines
   * @property {Int32Array | Uint32Array} items row of each line, or -1 - group
   * @property {Uint8Array | null} depth how deep a run is nested or grouped; null where none is
   * @property {Map<number, number>} children row → how many runs in view are below it
   * @property {Group[]} groups
   */

  /** Runs that share the values of some columns. Lives as long as the lines. */
  class Group {
    /** @param {any} runs @param {string} key @param {number} first @param {any[]} columns */
    constructor(runs, key, first, columns) {
      this.runs = runs;
      this.key = key;
      this.first = first;
      this.columns = columns;
      /** @type {number[]} */ this.rows = [];
      /** @type {Map<string, any>} */ this._known = new Map();
    }

    /** The shared values, for people. */
    get label() {
      return this.columns.map((column) => column.text(this.first) || "–");
    }

    /**
     * Mean and sample standard deviation of the finite values; null where there is none.
     * @param {any} column @returns {{count: number, mean: number, deviation: number | null, low: number, high: number, odd: number} | null}
     */
    summarise(column) {
      if (!this._known.has(column.id)) this._known.set(column.id, summarise(column, this.rows));
      return this._known.get(column.id);
    }

    /** Different words of a text column. @param {any} column @returns {Set<number>} */
    words(column) {
      if (!this._known.has(column.id)) this._known.set(column.id, new Set(this.rows.map((row) => column.codes[row])));
      return this._known.get(column.id);
    }
  }

  /** @param {any} column @param {number[]} rows */
  function summarise({ numbers, absent }, rows) {
    let [count, mean, squares, odd, low, high] = [0, 0, 0, 0, Infinity, -Infinity];
    for (const row of rows) {
      if (absent[row]) continue;
      const value = numbers[row];
      if (!Number.isFinite(value)) {
        odd++;
        continue;
      }
      // Welford (1962): no digits are lost where the mean is far from zero.
      count++;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!count) return null;
    return { count, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null, low, high, odd };
  }

  /**
   * @param {any} runs @param {Uint32Array} rows in order
   * @returns {Lines} one line a run
   */
  function flatLines(runs, rows) {
    return { items: rows, depth: null, children: new Map(), groups: [] };
  }

  /**
   * Fold runs under their parents. A run whose parent is not in view stands by itself.
   * @param {any} runs @param {Uint32Array} rows in order @param {Set<string>} open ids of unfolded parents
   * @returns {Lines}
   */
  function nestLines(runs, rows, open) {
    const parents = findParents(runs);
    const inView = new Uint8Array(runs.size);
    for (const row of rows) inView[row] = 1;
    /** @type {Map<number, number[]>} */
    const below = new Map();
    /** @type {number[]} */
    const tops = [];
    for (const row of rows) {
      const parent = parents[row];
      if (parent < 0 || !inView[parent]) tops.push(row);
      else if (below.has(parent)) below.get(parent)?.push(row);
      else below.set(parent, [row]);
    }
    /** @type {number[]} */ const items = [];
    /** @type {number[]} */ const depth = [];
    const children = new Map([...below].map(([row, list]) => [row, list.length]));
    const put = (/** @type {number} */ row, /** @type {number} */ deep) => {
      items.push(row);
      depth.push(deep);
      if (below.has(row) && open.has(runs.runId(row))) for (const child of below.get(row) ?? []) put(child, Math.min(deep + 1, MAX_DEPTH));
    };
    for (const row of tops) put(row, 0);
    return { items: Int32Array.from(items), depth: Uint8Array.from(depth), children, groups: [] };
  }

  /** Row of each run's parent, or -1. A parent chain that bites its tail is cut. @param {any} runs @returns {Int32Array} */
  function findParents(runs) {
    if (runs.parents) return runs.parents;
    const parents = new Int32Array(runs.size).fill(-1);
    const column = runs.find("run.parent");
    if (column) {
      const rowOf = column.words.map((/** @type {string} */ id) => runs.rowOf(id));
      for (let row = 0; row < runs.size; row++) if (column.codes[row] >= 0) parents[row] = rowOf[column.codes[row]];
      for (let row = 0; row < runs.size; row++) {
        let at = parents[row];
        for (let i = 0; at >= 0 && at !== row && i < MAX_DEPTH; i++) at = parents[at];
        if (at >= 0) parents[row] = -1;
      }
    }
    runs.parents = parents;
    return parents;
  }

  /** Whether any run here has its parent here. @param {any} runs */
  function hasNested(runs) {
    return findParents(runs).some((parent) => parent >= 0);
  }

  /**
   * Put runs together whose values agree in some columns.
   * @param {any} runs @param {Uint32Array} rows in order
   * @param {{columns: any[], open: Set<string>, keys: {id: string, descending: boolean}[]}} how
   * @returns {Lines}
   */
  function groupLines(runs, rows, { columns, open, keys }) {
    /** @type {Map<string, Group>} */
    const found = new Map();
    for (const row of rows) {
      const key = columns.map((column) => (column.isMissing(row) ? "" : `=${column.value(row)}`)).join("\u001f");
      let group = found.get(key);
      if (!group) found.set(key, (group = new Group(runs, key, row, columns)));
      group.rows.push(row);
    }
    const groups = sortGroups([...found.values()], { columns, keys, runs });
    /** @type {number[]} */ const items = [];
    /** @type {number[]} */ const depth = [];
    groups.forEach((group, place) => {
      items.push(-1 - place);
      depth.push(0);
      if (!open.has(group.key)) return;
      for (const row of group.rows) {
        items.push(row);
        depth.push(1);
      }
    });
    return { items: Int32Array.from(items), depth: Uint8Array.from(depth), children: new Map(), groups };
  }

  /**
   * By the mean of the first sort key, else by the values that they share.
   * @param {Group[]} groups @param {{columns: any[], keys: {id: string, descending: boolean}[], runs: any}} how
   */
  function sortGroups(groups, { columns, keys, runs }) {
    const key = keys.find(({ id }) => runs.find(id));
    const column = key && runs.find(key.id);
    if (column && !columns.includes(column)) {
      // Rows come in order, so the order of first rows is that of the best ones.
      if (column.isText) return groups;
      const sign = key.descending ? -1 : 1;
      const mean = (/** @type {Group} */ group) => group.summarise(column)?.mean;
      return groups.sort((a, b) => {
        const [x, y] = [mean(a), mean(b)];
        if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
        return sign * (x - y);
      });
    }
    const sign = key?.descending ? -1 : 1;
    return groups.sort((a, b) => {
      for (const each of columns) {
        const ranks = each.ranks();
        const [x, y] = [ranks[a.first], ranks[b.first]];
        if (x !== y) return x === runsLast || y === runsLast ? x - y : sign * (x - y);
      }
      return 0;
    });
  }

  const runsLast = window.runsite.Column.LAST;

  Object.assign(window.runsite, { flatLines, nestLines, groupLines, hasNested });
})();
