// Which columns say something about a metric: what plots show first.
(function () {
  "use strict";

  const { stats, mainMetric } = window.runsite;
  const MOST_RUNS = 1_000;
  const FEWEST = 6;
  const MOST_WORDS = 40;
  const MOST_GROUPS = 12;

  /** @type {WeakMap<any, Map<string, {strength: number, share: number}>>} */
  const known = new WeakMap();

  /**
   * How strongly a column goes with the main metric over the runs that have both (Spearman's
   * correlation, for words the correlation ratio of ranks), and which share of the runs that is.
   * @param {any} runs @param {any} column
   */
  function measure(runs, column) {
    if (!known.has(runs)) known.set(runs, new Map());
    const found = known.get(runs);
    const old = found?.get(column.id);
    if (old) return old;
    const fresh = measureAnew(runs, column, mainMetric(runs));
    found?.set(column.id, fresh);
    return fresh;
  }

  /** @param {any} runs @param {any} column @param {any} main */
  function measureAnew(runs, column, main) {
    if (!main) return { strength: 0, share: column.filled / Math.max(1, runs.size) };
    const rows = stats.sampleRows(Uint32Array.from({ length: runs.size }, (_, row) => row), MOST_RUNS);
    const both = rows.filter((/** @type {number} */ row) => !column.isMissing(row) && Number.isFinite(main.numbers[row]) && !main.absent[row] && (column.isText || Number.isFinite(column.numbers[row])));
    const share = both.length / Math.max(1, rows.length);
    if (both.length < FEWEST) return { strength: 0, share };
    const ys = both.map((/** @type {number} */ row) => main.numbers[row]);
    const strength = column.isText ? stats.correlationRatio(both.map((/** @type {number} */ row) => column.codes[row]), ys) : Math.abs(stats.spearman(both.map((/** @type {number} */ row) => column.numbers[row]), ys));
    return { strength: Number.isNaN(strength) ? 0 : strength, share };
  }

  /** Params that vary, those first that go with the main metric in most runs; of equals numbers first. @param {any} runs @returns {any[]} */
  function varyingParams(runs) {
    const params = runs.columns.filter((/** @type {any} */ c) => c.group === "params" && c.distinct > 1 && (!c.isText || c.distinct <= MOST_WORDS));
    const score = new Map(params.map((/** @type {any} */ c) => [c, rate(measure(runs, c))]));
    const ordered = [...params.filter((/** @type {any} */ c) => !c.isText), ...params.filter((/** @type {any} */ c) => c.isText)];
    return ordered.sort((a, b) => (score.get(b) ?? 0) - (score.get(a) ?? 0));
  }

  /** Rounded: chance in the third digit is no reason for another order. @param {{strength: number, share: number}} of */
  function rate({ strength, share }) {
    return Math.round(strength * share * 20) / 20;
  }

  /** The column that groups runs best: few values, in most runs, words before numbers. @param {any} runs @param {any[]} columns */
  function bestCategory(runs, columns) {
    const score = (/** @type {any} */ c) => {
      const { strength, share } = measure(runs, c);
      return share * (0.2 + strength) * (c.distinct <= MOST_GROUPS ? 1 : 0.2) * (c.distinct * 3 <= c.filled ? 1 : 0.1) * (c.isText ? 1.2 : 1) * (c.group === "params" ? 1.5 : 1);
    };
    return columns.toSorted((a, b) => score(b) - score(a))[0];
  }

  Object.assign(window.runsite, { varyingParams, bestCategory });
})();
