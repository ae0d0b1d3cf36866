// Correlation matrix: which numbers of the runs rise and fall together.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, Controls, ChartFrame, columnOptions, varyingParams, drawable, formatCount, themeColor, isDark, stats, uniqueNames } = runsite;
  const MOST = 20;
  /** Narrower cells have no room for their number; the matrix scrolls instead. */
  const CELL = 42;
  const SIDE = 230;

  class Correlations {
    /** @param {HTMLElement} host @param {any} runs @param {{onPair: (x: string, y: string) => void}} hooks */
    constructor(host, runs, hooks) {
      this.runs = runs;
      this.hooks = hooks;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("correlations", () => void this.draw());
      const options = columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time" && c.distinct > 1);
      const params = varyingParams(runs).filter((/** @type {any} */ c) => !c.isText).slice(0, 8);
      const metrics = runs.columns.filter((/** @type {any} */ c) => c.group === "metrics" && c.distinct > 1).slice(0, 5);
      controls.choice("kind", "Correlation", [{ value: "spearman", label: "Spearman (ranks)" }, { value: "pearson", label: "Pearson (linear)" }], "spearman");
      controls.several("columns", "Columns", options, [...params, ...metrics].map((c) => c.id));
      this.controls = controls;
      host.append(controls.element);
      this.frame = new ChartFrame(host, { height: 420, bar: controls.element });
      this.frame.place.before(make("div", { class: "chart-scroll", tabindex: 0, role: "group", "aria-label": "Correlation matrix" }));
      this.frame.place.previousElementSibling?.append(this.frame.place);
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    draw() {
      const { runs, controls, frame, rows } = this;
      const columns = runsite.splitIds(controls.value("columns")).map((/** @type {string} */ id) => runs.get(id)).slice(0, MOST);
      if (columns.length < 2) return frame.say("Choose at least two columns of numbers that vary.");
      if (rows.length < 3) return frame.say("A correlation needs at least three runs.");
      const names = uniqueNames(columns);
      const cells = correlate(columns, { rows, measure: stats[/** @type {"pearson"} */ (controls.value("kind"))] });
      const points = cells.map((cell) => ({ ...cell, x: names[cell.across], y: names[cell.down], text: cell.value === null ? "–" : stats.formatCorrelation(cell.value), strong: Math.abs(cell.value ?? 0) > 0.62 }));
      const height = 100 + 30 * columns.length;
      frame.place.style.minHeight = `${height}px`;
      frame.place.style.minWidth = `${SIDE + CELL * columns.length}px`;
      const content = {
        datasets: { points },
        label: `Correlation matrix of ${names.join(", ")}`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { names, height }),
        tip: (/** @type {any} */ d) => [["across", d.x], ["down", d.y], ["correlation", d.value === null ? "does not vary" : d.value.toFixed(3)], ["runs", formatCount(d.n)]],
        onClick: (/** @type {any} */ d) => d.across !== d.down && this.hooks.onPair(columns[d.across].id, columns[d.down].id),
      };
      frame.note.textContent = `Over the runs in view that have both values. A click on a cell opens the two as a scatter plot.`;
      return frame.draw("correlations", content, () => ({ head: ["column", ...names], rows: names.map((/** @type {string} */ name, /** @type {number} */ down) => [name, ...names.map((/** @type {string} */ _, /** @type {number} */ across) => cells[down * names.length + across].value)]) }));
    }
  }

  /** @param {any[]} columns @param {{rows: ArrayLike<number>, measure: (xs: number[], ys: number[]) => number}} how */
  function correlate(columns, { rows, measure }) {
    const values = columns.map((column) => Array.from(rows, (row) => /** @type {number | null} */ (drawable(column, row))));
    /** @type {{across: number, down: number, value: number | null, n: number}[]} */
    const cells = [];
    for (let down = 0; down < columns.length; down++) {
      for (let across = 0; across < columns.length; across++) {
        const mirrored = across < down ? cells[across * columns.length + down] : null;
        const found = mirrored ?? correlateTwo(values[across], values[down], measure);
        cells.push({ across, down, value: found.value, n: found.n });
      }
    }
    return cells;
  }

  /** @param {(number | null)[]} xs @param {(number | null)[]} ys @param {(xs: number[], ys: number[]) => number} measure */
  function correlateTwo(xs, ys, measure) {
    const both = xs.map((_, i) => i).filter((i) => xs[i] !== null && ys[i] !== null);
    const value = both.length < 3 ? NaN : measure(both.map((i) => /** @type {number} */ (xs[i])), both.map((i) => /** @type {number} */ (ys[i])));
    return { value: Number.isNaN(value) ? null : value, n: both.length };
  }

  /** @param {any} spec @param {{names: string[], height: number}} of */
  function adapt(spec, { names, height }) {
    spec.height = height - 100;
    const [cells, words] = spec.layer;
    if (isDark()) cells.encoding.color.scale.range = ["#e08214", "#23272f", "#4393c3"];
    words.encoding.color.value = themeColor("--ink");
    if (isDark()) for (const condition of [words.encoding.color.condition].flat()) condition.value = "#0d1020";
    for (const layer of spec.layer) {
      layer.encoding.x.scale = { domain: names };
      layer.encoding.y.scale = { domain: names };
      layer.encoding.x.axis = { ...layer.encoding.x.axis, orient: "top", labelAngle: -35, labelLimit: 110, labelOverlap: false };
    }
  }

  runsite.Correlations = Correlations;
})();
