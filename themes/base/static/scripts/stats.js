// Statistics of the plots. Pure; docs/plots.md says what each is.
(function () {
  "use strict";

  /** @param {number[]} values */
  function mean(values) {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  /** Sample standard deviation; 0 for one value. @param {number[]} values */
  function deviation(values) {
    if (values.length < 2) return 0;
    const middle = mean(values);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
  }

  /** Quantile with linear interpolation. @param {ArrayLike<number>} sorted ascending @param {number} q */
  function quantile(sorted, q) {
    const at = (sorted.length - 1) * q;
    const left = Math.floor(at);
    const right = Math.min(sorted.length - 1, left + 1);
    return sorted[left] + (sorted[right] - sorted[left]) * (at - left);
  }

  /** Pearson's correlation, or NaN where one of both does not vary. @param {number[]} xs @param {number[]} ys */
  function pearson(xs, ys) {
    const [mx, my] = [mean(xs), mean(ys)];
    let [xy, xx, yy] = [0, 0, 0];
    for (let i = 0; i < xs.length; i++) {
      const [dx, dy] = [xs[i] - mx, ys[i] - my];
      xy += dx * dy;
      xx += dx * dx;
      yy += dy * dy;
    }
    return xs.length > 1 && xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : NaN;
  }

  /** Ranks from 1; equal values share the mean of theirs. @param {number[]} values */
  function rankAll(values) {
    const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
    const ranks = new Array(values.length);
    for (let start = 0; start < order.length; ) {
      let end = start;
      while (end + 1 < order.length && values[order[end + 1]] === values[order[start]]) end++;
      for (let i = start; i <= end; i++) ranks[order[i]] = (start + end) / 2 + 1;
      start = end + 1;
    }
    return ranks;
  }

  /** Spearman's rank correlation. @param {number[]} xs @param {number[]} ys */
  function spearman(xs, ys) {
    return pearson(rankAll(xs), rankAll(ys));
  }

  /**
   * What a box plot shows: quartiles, and whiskers to the last value within 1.5 times their
   * distance (Tukey 1977).
   * @param {number[]} values
   */
  function boxStats(values) {
    const sorted = Float64Array.from(values).sort();
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => quantile(sorted, q));
    const reach = 1.5 * (q3 - q1);
    const low = sorted.find((value) => value >= q1 - reach) ?? q1;
    const high = sorted.findLast((value) => value <= q3 + reach) ?? q3;
    return { n: sorted.length, min: sorted[0], low, q1, median, q3, high, max: sorted[sorted.length - 1], mean: mean(values) };
  }

  /**
   * Exponential moving average without the pull towards the start (the weights sum to one), where a
   * wider gap between points counts for more: evenly spaced, it is TensorBoard's smoothing.
   * @param {number[]} xs @param {(number | null)[]} ys null is a gap and stays one @param {number} weight 0 to 1
   */
  function smooth(xs, ys, weight) {
    if (!(weight > 0)) return ys;
    const gaps = [];
    for (let i = 1; i < xs.length; i++) if (xs[i] > xs[i - 1]) gaps.push(xs[i] - xs[i - 1]);
    const usual = gaps.length ? quantile(Float64Array.from(gaps).sort(), 0.5) : 1;
    let [sum, total, last] = [0, 0, NaN];
    return ys.map((y, i) => {
      if (y === null) return null;
      const keep = Number.isNaN(last) ? weight : weight ** Math.max((xs[i] - last) / usual, 1e-9);
      last = xs[i];
      sum = sum * keep + y * (1 - keep);
      total = total * keep + (1 - keep);
      return sum / total;
    });
  }

  /** @param {(number | null)[]} ys @param {boolean} smaller whether less is better */
  function bestSoFar(ys, smaller) {
    let best = NaN;
    return ys.map((y) => {
      if (y !== null && (Number.isNaN(best) || (smaller ? y < best : y > best))) best = y;
      return Number.isNaN(best) ? null : best;
    });
  }

  /**
   * Mean and standard deviation of several curves, at up to `places` places between their ends;
   * between its own points a curve is a straight line, outside of them it does not count.
   * @param {{xs: number[], ys: (number | null)[]}[]} curves @param {number} [places]
   */
  function bandOf(curves, places = 200) {
    const clean = curves.map(({ xs, ys }) => {
      const kept = xs.map((_, i) => i).filter((i) => ys[i] !== null);
      return { xs: kept.map((i) => xs[i]), ys: kept.map((i) => /** @type {number} */ (ys[i])) };
    }).filter(({ xs }) => xs.length);
    let grid = [...new Set(clean.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
    if (grid.length > places) {
      const [first, last] = [grid[0], grid[grid.length - 1]];
      grid = Array.from({ length: places }, (_, i) => first + ((last - first) * i) / (places - 1));
    }
    const read = clean.map((curve) => interpolate(curve.xs, curve.ys, grid));
    return grid.map((x, i) => {
      const values = read.map((ys) => ys[i]).filter((y) => !Number.isNaN(y));
      return { x, mean: mean(values), sd: deviation(values), n: values.length };
    }).filter(({ n }) => n > 0);
  }

  /** @param {number[]} xs ascending @param {number[]} ys @param {number[]} at ascending @returns {number[]} NaN outside */
  function interpolate(xs, ys, at) {
    let i = 0;
    return at.map((x) => {
      if (x < xs[0] || x > xs[xs.length - 1]) return NaN;
      while (i < xs.length - 1 && xs[i + 1] <= x) i++;
      if (xs[i] === x || i === xs.length - 1) return ys[i];
      return ys[i] + ((ys[i + 1] - ys[i]) * (x - xs[i])) / (xs[i + 1] - xs[i]);
    });
  }

  /**
   * A surface through points in the unit square by Gaussian weights (Nadaraya 1964, Watson 1964),
   * `bandwidth` by Scott's rule. `near` is the weight of the points around: little where none is.
   * @param {number[]} xs @param {number[]} ys @param {number[]} zs @param {number} size places a side
   */
  function smoothSurface(xs, ys, zs, size) {
    const scott = 0.8 * xs.length ** (-1 / 6);
    const [hx, hy] = [xs, ys].map((values) => Math.max(0.03, deviation(values) * scott));
    const values = new Float64Array(size * size);
    const near = new Float64Array(size * size);
    const ax = makeWeights(xs, hx, size);
    const ay = makeWeights(ys, hy, size);
    for (let j = 0; j < size; j++) {
      for (let i = 0; i < size; i++) {
        let [sum, total] = [0, 0];
        for (let k = 0; k < xs.length; k++) {
          const weight = ax[i * xs.length + k] * ay[j * xs.length + k];
          sum += weight * zs[k];
          total += weight;
        }
        values[j * size + i] = sum / total;
        near[j * size + i] = total;
      }
    }
    return { values, near };
  }

  /** Weight of each point seen from each place along one axis. @param {number[]} at @param {number} width @param {number} size */
  function makeWeights(at, width, size) {
    const weights = new Float64Array(size * at.length);
    for (let i = 0; i < size; i++) {
      const place = (i + 0.5) / size;
      // Never quite nothing: far from all points the nearest still decide.
      for (let k = 0; k < at.length; k++) weights[i * at.length + k] = Math.exp(-0.5 * ((at[k] - place) / width) ** 2) + 1e-9;
    }
    return weights;
  }

  /**
   * Some of many rows, in their order, the same each time. By a mixed digest of the row: every n-th
   * would see only a few of the values that a grid search repeats.
   * @param {ArrayLike<number>} rows @param {number} most
   * @returns {number[]}
   */
  function sampleRows(rows, most) {
    if (rows.length <= most) return Array.from(rows);
    const limit = (most / rows.length) * 2 ** 32;
    return Array.from(rows).filter((row) => mix(row) < limit);
  }

  /** The end of MurmurHash3 (Appleby 2011): every bit of the result hangs on every bit of the row. @param {number} row */
  function mix(row) {
    let bits = (row + 1) >>> 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  }

  /** How far groups explain ranks: the correlation ratio, 0 to 1. @param {ArrayLike<number>} groups @param {number[]} ys */
  function correlationRatio(groups, ys) {
    const ranks = rankAll(ys);
    const middle = mean(ranks);
    /** @type {Map<number, number[]>} */
    const members = new Map();
    ranks.forEach((rank, i) => members.set(groups[i], [...(members.get(groups[i]) ?? []), rank]));
    const all = ranks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0);
    const between = [...members.values()].reduce((sum, some) => sum + some.length * (mean(some) - middle) ** 2, 0);
    return all > 0 && members.size < ys.length ? Math.sqrt(between / all) : NaN;
  }

  /** A correlation in words of two digits, without a nought below nought. @param {number} value */
  function formatCorrelation(value) {
    return (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");
  }

  window.runsite.stats = { sampleRows, correlationRatio, formatCorrelation, mean, deviation, quantile, pearson, spearman, rankAll, boxStats, smooth, bestSoFar, bandOf, interpolate, smoothSurface };
})();
