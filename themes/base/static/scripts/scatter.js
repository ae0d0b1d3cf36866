// Scatter plot of anything against anything over the runs in view.
(function () {
  "use strict";

  const { runsite } = window;
  const { Controls, ChartFrame, columnOptions, mainMetric, varyingParams, fitChannel, fitColor, fieldTitle, fieldType, sortedWords, isLog, drawable, pointOpacity, openRun, runFacts, runNumbers, formatCount, themeColor, stats } = runsite;
  const MAX_POINTS = 20_000;
  const SCALES = ["auto", "linear", "log"].map((value) => ({ value, label: value }));

  class Scatter {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("scatter", () => void this.draw());
      const all = columnOptions(runs);
      const none = { value: "none", label: "none" };
      controls.choice("x", "x", all, varyingParams(runs).find((/** @type {any} */ c) => !c.isText)?.id ?? "run.started");
      controls.choice("xscale", "x scale", SCALES, "auto");
      controls.choice("y", "y", all, mainMetric(runs)?.id ?? "run.duration");
      controls.choice("yscale", "y scale", SCALES, "auto");
      controls.choice("color", "Colour", [none, ...all], "none");
      controls.choice("size", "Size", [none, ...columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time")], "none");
      this.controls = controls;
      host.append(controls.element);
      this.frame = new ChartFrame(host, { height: 360, bar: controls.element });
    }

    /** @param {string} x @param {string} y ids */
    choose(x, y) {
      this.controls.set("x", x);
      this.controls.set("y", y);
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    draw() {
      const { runs, controls, frame } = this;
      const [x, y, color, size] = ["x", "y", "color", "size"].map((name) => runs.find(controls.value(name)));
      if (!x || !y) return frame.say("There is nothing to draw.");
      const log = { x: isLog(x, this.rows, controls.value("xscale")), y: isLog(y, this.rows, controls.value("yscale")) };
      const { points, rows } = collect(this.rows, { x, y, color, size, log });
      if (!points.length) return frame.say(`No run in view has both ${x.label} and ${y.label}.`);
      const content = {
        datasets: { points },
        label: `Scatter plot of ${y.label} against ${x.label}, ${points.length} runs`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { x, y, color, size, log, rows }),
        tip: (/** @type {any} */ datum) => runFacts(runs, datum.row, [x, y, color, size]),
        onClick: (/** @type {any} */ datum, /** @type {MouseEvent} */ event) => openRun(runs, datum.row, event),
      };
      const drawn = frame.draw("scatter", content, () => runNumbers(runs, rows, [x, y, color, size]));
      frame.note.textContent = describe(points, { x, y, total: this.rows.length });
      return drawn;
    }
  }

  /** @param {ArrayLike<number>} rows @param {any} columns */
  function collect(rows, { x, y, color, size, log }) {
    /** @type {any[]} */
    const points = [];
    /** @type {number[]} */
    const kept = [];
    for (let i = 0; i < rows.length && points.length < MAX_POINTS; i++) {
      const row = rows[i];
      const [across, up] = [drawable(x, row, log.x), drawable(y, row, log.y)];
      if (across === null || up === null) continue;
      /** @type {any} */
      const point = { x: across, y: up, row };
      if (color) point.color = drawable(color, row);
      if (size) point.size = drawable(size, row);
      points.push(point);
      kept.push(row);
    }
    return { points, rows: kept };
  }

  /** Fit the one spec to the kinds of the chosen columns. @param {any} spec @param {any} columns */
  function adapt(spec, { x, y, color, size, log, rows }) {
    const { encoding } = spec;
    fitChannel(encoding.x, x, { log: log.x });
    fitChannel(encoding.y, y, { log: log.y });
    for (const [channel, column] of [[encoding.x, x], [encoding.y, y]]) if (column.isText) channel.scale = { domain: sortedWords(column, rows) };
    if (color) fitColor(encoding.color, color);
    else encoding.color = { value: themeColor("--chart-line") };
    if (size) Object.assign(encoding.size, { title: fieldTitle(size), type: fieldType(size) });
    else delete encoding.size;
    spec.mark.opacity = pointOpacity(rows.length);
    if (rows.length > 2_000 && !size) spec.mark.size = 26;
  }

  /** The facts at the margin: how many, and how both go together. @param {any[]} points @param {{x: any, y: any, total: number}} of */
  function describe(points, { x, y, total }) {
    const words = `${formatCount(points.length)} of ${formatCount(total)} runs have both values.`;
    if (x.isText || y.isText || points.length < 3) return words;
    const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
    const [r, rho] = [stats.pearson(xs, ys), stats.spearman(xs, ys)];
    if (Number.isNaN(r)) return `${words} One of both does not vary.`;
    return `${words} Correlation: Pearson ${stats.formatCorrelation(r)}, Spearman ${stats.formatCorrelation(rho)}.`;
  }

  runsite.Scatter = Scatter;
})();
