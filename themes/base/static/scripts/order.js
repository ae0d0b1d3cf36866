// Sorting by several columns: a permutation of the rows, the data stays where it is.
(function () {
  "use strict";

  const { NAN } = window.runsite.Column;

  /**
   * Order rows. Missing values are last in both directions, NaN before them; newer runs go first
   * among equals.
   * @param {any} runs
   * @param {{id: string, descending: boolean}[]} keys the most important first
   * @returns {Uint32Array} all rows
   */
  function orderRows(runs, keys) {
    const rows = new Uint32Array(runs.size);
    for (let i = 0; i < rows.length; i++) rows[i] = rows.length - 1 - i;
    const known = keys.filter(({ id }) => runs.find(id));
    if (!known.length) return rows;
    if (known.length === 1) return sortByOne(rows, weigh(runs, known[0]));
    const weights = known.map((key) => weigh(runs, key));
    return rows.sort((a, b) => {
      for (const weight of weights) {
        if (weight[a] !== weight[b]) return weight[a] - weight[b];
      }
      return b - a;
    });
  }

  /**
   * Give each row a number whose order is the wanted one.
   * @param {any} runs @param {{id: string, descending: boolean}} key
   */
  function weigh(runs, { id, descending }) {
    const ranks = runs.get(id).ranks();
    if (!descending) return ranks;
    return Float64Array.from(ranks, (rank) => (rank >= NAN ? rank : -rank));
  }

  /** @param {Uint32Array} rows @param {ArrayLike<number>} weight */
  function sortByOne(rows, weight) {
    // Row and weight in one number, so that the engine sorts plain numbers without a callback.
    const packed = new Float64Array(rows.length);
    const size = rows.length;
    for (let i = 0; i < size; i++) packed[i] = weight[rows[i]] * size + i;
    packed.sort();
    const sorted = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const place = packed[i] % size;
      sorted[i] = rows[place < 0 ? place + size : place];
    }
    return sorted;
  }

  window.runsite.orderRows = orderRows;
})();
