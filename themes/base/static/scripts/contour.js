// Contours of a metric over two params: a smoothed surface, and the runs that it is made from.
(function () {
  "use strict";

  const { runsite } = window;
  const { Controls, ChartFrame, columnOptions, mainMetric, varyingParams, fieldTitle, drawable, isLog, openRun, runFacts, runNumbers, formatCount, themeColor, rampColors, stats } = runsite;
  const SIZE = 44;
  const LEVELS = 10;
  const FEWEST = 10;
  const MAX_RUNS = 2_000;

  class Contour {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("contour", () => void this.draw());
      const numbers = columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time" && c.distinct > 1);
      const [first, second] = varyingParams(runs).filter((/** @type {any} */ c) => !c.isText && c.distinct > 2);
      const scales = ["auto", "linear", "log"].map((value) => ({ value, label: value }));
      controls.choice("x", "x", numbers, first?.id ?? numbers[0]?.value ?? "");
      controls.choice("xscale", "x scale", scales, "auto");
      controls.choice("y", "y", numbers, second?.id ?? numbers[1]?.value ?? "");
      controls.choice("yscale", "y scale", scales, "auto");
      controls.choice("z", "Height", numbers, mainMetric(runs)?.id ?? "");
      controls.toggle("points", "Runs", true);
      this.controls = controls;
      host.append(controls.element);
      this.frame = new ChartFrame(host, { height: 400, bar: controls.element });
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    draw() {
      const { runs, controls, frame } = this;
      const [x, y, z] = ["x", "y", "z"].map((name) => runs.find(controls.value(name)));
      if (!x || !y || !z) return frame.say("A contour plot needs two params that are numbers and vary, and a metric.");
      if (x === y || x === z || y === z) return frame.say("Choose three different columns.");
      const log = { x: isLog(x, this.rows, controls.value("xscale")), y: isLog(y, this.rows, controls.value("yscale")) };
      const all = Array.from(this.rows).filter((row) => drawable(x, row, log.x) !== null && drawable(y, row, log.y) !== null && drawable(z, row) !== null);
      if (all.length < FEWEST) return frame.say(`Too few runs for a contour plot: ${all.length} of ${this.rows.length} in view have all three values, and a surface needs at least ${FEWEST}.`);
      const surface = makeSurface(all, { x, y, z, log });
      if (!surface) return frame.say(`One of ${x.label}, ${y.label} and ${z.label} does not vary over the runs in view.`);
      const { faint, points, grid, levels, rows } = surface;
      const content = {
        datasets: { grid: [grid], faint, points: controls.isOn("points") ? points : [] },
        label: `Contour plot of ${z.label} over ${x.label} and ${y.label}, ${all.length} runs`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { x, y, z, log, surface, levels, width: frame.place.clientWidth }),
        tip: (/** @type {any} */ d) => (d.row === undefined ? null : runFacts(runs, d.row, [x, y, z])),
        onClick: (/** @type {any} */ d, /** @type {MouseEvent} */ event) => d.row !== undefined && openRun(runs, d.row, event),
      };
      frame.note.textContent = `A surface smoothed through ${formatCount(rows.length)}${rows.length < all.length ? ` of ${formatCount(all.length)}` : ""} runs; pale where no run is near, and no more than a hint between few of them.`;
      return frame.draw("contour", content, () => runNumbers(runs, all, [x, y, z]));
    }
  }

  /** @param {number[]} all @param {any} of */
  function makeSurface(all, { x, y, z, log }) {
    const rows = /** @type {number[]} */ (stats.sampleRows(all, MAX_RUNS));
    const across = stretch(rows.map((row) => x.numbers[row]), log.x);
    const up = stretch(rows.map((row) => y.numbers[row]), log.y);
    const heights = rows.map((row) => z.numbers[row]);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    if (!across || !up || low === high) return null;
    // Rows of the grid go from the top, so height is turned over.
    const { values, near } = stats.smoothSurface(across.places, up.places.map((/** @type {number} */ place) => 1 - place), heights, SIZE);
    const faint = [];
    for (let i = 0; i < near.length; i++) {
      const [column, line] = [i % SIZE, Math.floor(i / SIZE)];
      if (near[i] < 0.12) faint.push({ x0: column / SIZE, x1: (column + 1) / SIZE, y0: line / SIZE, y1: (line + 1) / SIZE });
    }
    const [bottom, top] = [Math.min(...values), Math.max(...values)];
    const levels = Array.from({ length: LEVELS }, (_, i) => bottom + ((top - bottom) * i) / LEVELS);
    return { faint, rows, levels, bottom, top, domainX: across.domain, domainY: up.domain, grid: { width: SIZE, height: SIZE, values: [...values] }, points: rows.map((row) => ({ x: x.numbers[row], y: y.numbers[row], z: z.numbers[row], row })) };
  }

  /** Values as places between 0 and 1, with a margin around. @param {number[]} values @param {boolean} log */
  function stretch(values, log) {
    const [bend, back] = log ? [Math.log, Math.exp] : [Number, Number];
    const bent = values.map((value) => bend(value));
    const [low, high] = [Math.min(...bent), Math.max(...bent)];
    if (low === high) return null;
    const margin = (high - low) * 0.04;
    const [from, span] = [low - margin, high - low + 2 * margin];
    return { places: bent.map((value) => (value - from) / span), domain: [back(from), back(from + span)] };
  }

  /** @param {any} spec @param {any} of */
  function adapt(spec, { x, y, z, log, surface, levels, width }) {
    const [scaleX, scaleY, color] = spec.scales;
    Object.assign(scaleX, { domain: surface.domainX, type: log.x ? "log" : "linear" });
    Object.assign(scaleY, { domain: surface.domainY, type: log.y ? "log" : "linear" });
    Object.assign(color, { domain: [surface.bottom, surface.top], range: rampColors(), clamp: true, reverse: z.direction === "min" });
    spec.data[1].transform[0].thresholds = levels;
    spec.width = Math.max(280, width || 640);
    spec.axes[0].title = fieldTitle(x);
    spec.axes[1].title = fieldTitle(y);
    spec.legends[0].title = fieldTitle(z);
    spec.marks[1].encode.update.fill.value = themeColor("--surface");
  }

  runsite.Contour = Contour;
})();
