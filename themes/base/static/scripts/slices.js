// Slice plots: one metric against each param, side by side.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, Controls, ChartFrame, columnOptions, mainMetric, varyingParams, fitChannel, fitColor, isLog, drawable, openRun, runFacts, runNumbers, themeColor, formatCount, pointOpacity, makeRampLegend, Axis, stats } = runsite;
  const MOST = 12;
  const MAX_POINTS = 2_000;

  /** How far apart, in pixels, the runs of one word stand. */
  const WIDEST = 44;

  class Slices {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("slices", () => void this.draw());
      const numbers = columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time");
      const params = columnOptions(runs, (/** @type {any} */ c) => c.group === "params" && c.distinct > 1 && (!c.isText || c.distinct <= 40));
      controls.choice("y", "y", numbers, mainMetric(runs)?.id ?? "run.duration");
      controls.several("params", "Params", params, varyingParams(runs).slice(0, 6).map((/** @type {any} */ c) => c.id));
      controls.choice("color", "Colour", [{ value: "none", label: "none" }, ...columnOptions(runs)], "run.started");
      this.controls = controls;
      this.grid = make("div", { class: "chart-grid" });
      this.note = make("p", { class: "plot-note", role: "status" });
      /** @type {Map<string, any>} */ this.frames = new Map();
      this.legend = make("div", { class: "ramp" });
      document.addEventListener("runsite:theme", () => this.legend.isConnected && void this.draw());
      host.append(controls.element, this.grid, this.legend, this.note);
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    async draw() {
      const { runs, controls } = this;
      const ids = runsite.splitIds(controls.value("params")).slice(0, MOST);
      const y = runs.find(controls.value("y"));
      for (const [id, frame] of this.frames) if (!ids.includes(id)) (frame.element.remove(), this.frames.delete(id));
      this.note.textContent = ids.length && y ? "" : "No param of these runs varies.";
      if (!y) return;
      const rows = stats.sampleRows(this.rows, MAX_POINTS);
      if (rows.length < this.rows.length) this.note.textContent = `A sample of ${formatCount(rows.length)} of ${formatCount(this.rows.length)} runs.`;
      const color = runs.find(controls.value("color"));
      this.legend.replaceChildren(...(color && ids.length ? makeRampLegend(new Axis(color, rows)) : []));
      for (const id of ids) {
        const frame = this.frames.get(id) ?? new ChartFrame(this.grid, { title: runs.get(id).label, height: 230 });
        this.frames.set(id, frame);
        this.grid.append(frame.element);
      }
      for (const id of ids) await this.drawOne(this.frames.get(id), { x: runs.get(id), y, color, rows });
    }

    /** @param {any} frame @param {any} of */
    drawOne(frame, { x, y, color, rows }) {
      const { runs } = this;
      const log = { x: isLog(x, rows, "auto"), y: isLog(y, rows, "auto") };
      const kept = rows.filter((/** @type {number} */ row) => drawable(x, row, log.x) !== null && drawable(y, row, log.y) !== null);
      if (!kept.length) return frame.say("No run in view has both.");
      const points = kept.map((/** @type {number} */ row) => ({ x: x.value(row), y: y.value(row), color: color ? drawable(color, row) : 0, jitter: ((row * 0.6180339887) % 1) - 0.5, row }));
      return frame.draw("scatter", {
        datasets: { points },
        label: `${y.label} against ${x.label}, ${points.length} runs`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { x, y, color, log, rows: kept }),
        tip: (/** @type {any} */ d) => runFacts(runs, d.row, [x, y, color]),
        onClick: (/** @type {any} */ d, /** @type {MouseEvent} */ event) => openRun(runs, d.row, event),
      }, () => runNumbers(runs, kept, [x, y, color]));
    }
  }

  /** @param {any} spec @param {any} of */
  function adapt(spec, { x, y, color, log, rows }) {
    const { encoding } = spec;
    spec.height = 200;
    fitChannel(encoding.x, x, { log: log.x });
    fitChannel(encoding.y, y, { log: log.y });
    if (x.isText) {
      encoding.x.scale = { domain: runsite.sortedWords(x, rows) };
      // Beside each other, or the runs of one word hide each other.
      spec.mark.xOffset = { expr: `datum.jitter * ${Math.min(WIDEST, WIDEST * 6 / x.distinct)}` };
    }
    encoding.x.title = null;
    if (color) fitColor(encoding.color, color);
    else encoding.color = { value: themeColor("--chart-line") };
    if (color) encoding.color.legend = null;
    delete encoding.size;
    spec.mark.size = rows.length > 1_000 ? 20 : 34;
    spec.mark.opacity = pointOpacity(rows.length);
  }

  runsite.Slices = Slices;
})();
