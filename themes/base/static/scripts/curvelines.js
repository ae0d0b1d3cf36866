// From histories to lines: which axis, smoothed, best so far, or groups of runs as mean and band.
(function () {
  "use strict";

  const { stats } = window.runsite;

  /**
   * @typedef {object} How
   * @property {string} by step, time (seconds since the first value) or clock
   * @property {number} smooth weight of the past, 0 to 1
   * @property {string} best min or max for the best so far, else empty
   * @property {boolean} log @property {boolean} logx
   */

  /**
   * Make what is drawn of one metric.
   * @param {{name: string, curve: any, group?: string, runId?: string, href?: string}[]} runs
   * @param {How} how
   */
  function makeLines(runs, how) {
    const lines = runs.map((run) => makeLine(run, how));
    const grouped = runs.some(({ group }) => group !== undefined);
    return (grouped ? groupLines(lines) : lines).map((line, place) => ({ ...line, place }));
  }

  /** @param {any} run @param {How} how */
  function makeLine({ name, curve, group, runId, href }, { by, smooth, best, log, logx }) {
    const start = curve.times[0];
    const all = by === "step" ? curve.steps : by === "time" ? curve.times.map((/** @type {number} */ t) => (t - start) / 1000) : curve.times;
    const kept = all.map((/** @type {number} */ _, /** @type {number} */ i) => i).filter((/** @type {number} */ i) => !logx || by === "clock" || all[i] > 0);
    const xs = kept.map((/** @type {number} */ i) => all[i]);
    let raw = kept.map((/** @type {number} */ i) => finite(curve.values[i]));
    if (best) raw = stats.bestSoFar(raw, best === "min");
    if (log) raw = raw.map((/** @type {number | null} */ y) => (y !== null && y > 0 ? y : null));
    const ys = best ? raw : stats.smooth(xs, raw, smooth);
    return { name, group, runId, href, xs, ys, raw: ys === raw ? null : raw };
  }

  /** @param {number | null} value */
  function finite(value) {
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  /** One line for each group: its mean, with one standard deviation around. @param {any[]} lines */
  function groupLines(lines) {
    /** @type {Map<string, any[]>} */
    const groups = new Map();
    for (const line of lines) groups.set(line.group, [...(groups.get(line.group) ?? []), line]);
    return [...groups].map(([name, members]) => {
      const band = stats.bandOf(members);
      return {
        name: `${name} (${members.length} run${members.length === 1 ? "" : "s"})`,
        xs: band.map((/** @type {any} */ { x }) => x),
        ys: band.map((/** @type {any} */ { mean }) => mean),
        low: band.map((/** @type {any} */ { mean, sd }) => mean - sd)/** @type {any} */ ,
        high: band.map((/** @type {any} */ { mean, sd }) => mean + sd)/** @type {any} */ ,
        sd: band.map((/** @type {any} */ { sd }) => sd),
        counts: band.map((/** @type {any} */ { n }) => n),
        raw: null,
      };
    });
  }

  /** Runs can share a name; lines cannot. @template {{name: string}} T @param {T[]} lines @returns {T[]} */
  function uniqueLines(lines) {
    const taken = new Set();
    return lines.map((line) => {
      const own = window.runsite.chartWord(line.name);
      let name = own;
      for (let count = 2; taken.has(name); count++) name = `${own} (${count})`;
      taken.add(name);
      return name === line.name ? line : { ...line, name };
    });
  }

  /**
   * Places of the values that a screen needs: of equal buckets the lowest and the highest, a gap
   * where there is one, and both ends.
   * @param {(number | null)[]} ys @param {number} most
   * @returns {number[]} ascending
   */
  function thinPlaces(ys, most) {
    if (ys.length <= most) return ys.map((_, i) => i);
    const buckets = Math.max(1, Math.floor((most - 2) / 2));
    const kept = new Set([0, ys.length - 1]);
    for (let bucket = 0; bucket < buckets; bucket++) {
      const [start, end] = [bucket, bucket + 1].map((b) => Math.floor((b * ys.length) / buckets));
      for (const i of findExtremes(ys, start, end)) kept.add(i);
    }
    return [...kept].sort((a, b) => a - b);
  }

  /** @param {(number | null)[]} ys @param {number} start @param {number} end @returns {number[]} */
  function findExtremes(ys, start, end) {
    let [low, high, gap] = [-1, -1, -1];
    for (let i = start; i < end; i++) {
      const y = ys[i];
      if (y === null) gap = i;
      else {
        if (low < 0 || y < /** @type {number} */ (ys[low])) low = i;
        if (high < 0 || y > /** @type {number} */ (ys[high])) high = i;
      }
    }
    return [low, high, gap].filter((i) => i >= 0);
  }

  Object.assign(window.runsite, { makeLines, uniqueLines, thinPlaces });
})();
