// Histories of metrics: shards of points decoded, and drawn as learning curves.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, load, drawChart, seriesColors } = runsite;

  /**
   * @typedef {object} Curve
   * @property {string} key
   * @property {number} logged how many points there were before thinning
   * @property {number[]} steps
   * @property {number[]} times ms since 1970
   * @property {(number | null)[]} values
   */

  /**
   * Load a run's curves.
   * @param {string} address of the shard
   * @param {string} runId
   * @returns {Promise<Curve[]>}
   */
  async function loadCurves(address, runId) {
    let series = /** @type {any[]} */ (await load(address));
    if (!series.some(([id]) => id === runId)) {
      // A browser can hold an older shard under the same address; ask once past its cache.
      series = /** @type {any[]} */ (await load(`${address}?run=${encodeURIComponent(runId)}`));
    }
    return series.filter(([id]) => id === runId).map(decode);
  }

  /** @param {any[]} series @returns {Curve} */
  function decode([, key, logged, start, steps, times, values]) {
    return { key, logged, steps: addUp(steps, 0), times: addUp(times, start), values };
  }

  /** Undo differences. @param {number[]} differences @param {number} start */
  function addUp(differences, start) {
    let sum = start;
    return differences.map((difference) => (sum += difference));
  }

  /**
   * Draw curves of one metric.
   * @param {HTMLElement} element
   * @param {{name: string, curve: Curve}[]} lines
   * @param {{metric: string, by?: string, log?: boolean, height?: number}} how `by`: step or time
   */
  function drawCurves(element, lines, { metric, by = "step", log = false, height = 220 }) {
    /** @type {object[]} */
    const points = [];
    for (const { name, curve } of lines) {
      const from = curve.times[0];
      curve.values.forEach((y, i) => {
        const x = by === "time" ? (curve.times[i] - from) / 1000 : curve.steps[i];
        if (!(log && (y === null || y <= 0))) points.push({ x, y: Number.isFinite(y) ? y : null, series: name });
      });
    }
    const names = lines.map(({ name }) => name);
    return drawChart(element, "curves", {
      points,
      label: `${metric} by ${by}, ${lines.length === 1 ? lines[0].name : `${lines.length} runs`}`,
      adapt(/** @type {any} */ spec) {
        const colors = seriesColors();
        spec.height = height;
        for (const layer of spec.layer) {
          if (log) layer.encoding.y.scale.type = "log";
          layer.encoding.color.scale.domain = names;
          layer.encoding.color.scale.range = names.map((_, i) => (lines.length === 1 ? runsite.themeColor("--chart-line") : colors[i % colors.length]));
          layer.encoding.x.axis.title = by === "time" ? "seconds since the first value" : "step";
        }
      },
    });
  }

  /** @param {string[]} names */
  function makeLegend(names) {
    const colors = seriesColors();
    return make("ul", { class: "legend" }, ...names.map((name, i) => {
      const swatch = make("span", { class: "swatch" });
      swatch.style.background = colors[i % colors.length];
      return make("li", {}, swatch, name);
    }));
  }

  Object.assign(runsite, { loadCurves, drawCurves, makeLegend });
})();
