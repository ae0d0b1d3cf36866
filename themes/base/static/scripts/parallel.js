// Parallel coordinates on a canvas, by hand: ten thousand runs, brushed on several axes at once.
//
// Three layers: every run in grey, the runs inside all ranges in colour, and the run under the
// pointer. Axes are chosen, dragged, flipped; all of it stands in the address.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, coalesce, Axis, AxisHandles, Controls, ChartFrame, brushByPointer, columnOptions, mainMetric, varyingParams, joinIds, splitIds, rampColor, seriesColors, themeColor, isDark, placeTip, hideTip, runFacts, runNumbers, openRun, makePicture, stats } = runsite;
  const TOP = 48;
  const BOTTOM = 20;
  const SIDE = 64;
  const MIN_GAP = 112;
  const MAX_AXES = 14;
  const SHADES = 24;
  const MAX_SAVED = 3_000;
  const ON_LINE = 4;

  class Parallel {
    /** @param {HTMLElement} host @param {any} runs @param {{onBrush: (mask: Uint8Array | null) => void}} hooks */
    constructor(host, runs, hooks) {
      this.runs = runs;
      this.hooks = hooks;
      /** @type {any[]} */ this.axes = [];
      /** @type {number[]} */ this.xs = [];
      /** @type {ArrayLike<number>} */ this.rows = [];
      /** @type {any} */ this.color = null;
      this.hovered = -1;
      this.size = { width: 0, height: 0 };
      const controls = this.makeControls();
      host.append(controls.element);
      this.frame = new ChartFrame(host, { height: 392, bar: controls.element });
      this.below = /** @type {HTMLCanvasElement} */ (make("canvas", { "aria-hidden": "true" }));
      this.above = /** @type {HTMLCanvasElement} */ (make("canvas", { role: "img" }));
      this.front = /** @type {HTMLCanvasElement} */ (make("canvas", { "aria-hidden": "true" }));
      this.front.style.pointerEvents = "none";
      this.stage = make("div", { class: "parallel-stage" }, this.below, this.above, this.front);
      this.legend = make("div", { class: "ramp" });
      this.scroller = make("div", { class: "parallel", tabindex: 0, role: "group", "aria-label": "Parallel coordinates" }, this.stage);
      this.nothing = make("p", { class: "chart-nothing", hidden: true }, "Lines need two columns that vary. Log params and metrics that differ between runs, or choose others under Axes.");
      this.frame.place.append(this.scroller, this.legend, this.nothing);
      this.frame.note.removeAttribute("role");
      this.redraw = coalesce(() => this.drawAll());
      this.rebrush = coalesce(() => this.brushNow());
      this.handles = new AxisHandles(this.stage, { onMove: (/** @type {string} */ id, /** @type {any} */ to) => this.moveAxis(id, to), onFlip: (/** @type {string} */ id) => this.toggle("flip", id), onLog: (/** @type {string} */ id) => this.toggleLog(id), onBrush: () => (this.rebrush(), this.settle()) });
      this.locate = brushByPointer(this.above, this);
      this.above.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.hover(event));
      this.above.addEventListener("pointerleave", () => this.highlight(-1));
      new ResizeObserver(this.redraw).observe(host);
      document.addEventListener("runsite:theme", () => this.drawAll());
    }

    makeControls() {
      const { runs } = this;
      const controls = new Controls("parallel", (/** @type {any} */ name) => name !== "brush" && this.show(this.rows));
      const main = mainMetric(runs);
      const metrics = runs.columns.filter((/** @type {any} */ c) => c.group === "metrics" && c.filled > 0 && c.distinct > 1 && c !== main).slice(0, 2);
      const options = columnOptions(runs, (/** @type {any} */ c) => c.id !== "run.name" && (!c.isText || c.distinct <= 60));
      // What goes with the metric stands beside the metrics, where its lines are followed most easily.
      const usual = [...varyingParams(runs).slice(0, 6).reverse(), ...metrics, main].filter(Boolean).map((/** @type {any} */ c) => c.id);
      controls.several("axes", "Axes", options, usual);
      controls.choice("color", "Colour", [{ value: "none", label: "none" }, ...options], main?.id ?? "none");
      for (const name of ["flip", "log", "linear", "brush"]) controls.keep(name);
      this.controls = controls;
      return controls;
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      const { runs, controls } = this;
      const ranges = new Map(this.axes.length ? this.axes.map((axis) => [axis.column.id, axis.range]) : parseRanges(controls.value("brush")));
      const [flipped, logs, linears] = ["flip", "log", "linear"].map((name) => splitIds(controls.value(name)));
      const wish = (/** @type {string} */ id) => (logs.includes(id) ? "log" : linears.includes(id) ? "linear" : "auto");
      const ids = splitIds(controls.value("axes"));
      this.rows = rows;
      this.axes = ids.slice(0, MAX_AXES).map((/** @type {string} */ id) => {
        const axis = new Axis(runs.get(id), rows, { log: wish(id), flip: flipped.includes(id) });
        axis.range = ranges.get(id) ?? null;
        return axis;
      });
      const color = runs.find(controls.value("color"));
      this.color = color ? clampColors(new Axis(color, rows), rows) : null;
      this.nothing.hidden = this.axes.length > 1;
      this.scroller.hidden = this.legend.hidden = this.axes.length < 2;
      this.handles.show(this.axes);
      this.describe(ids.length - this.axes.length);
      this.redraw();
      // The same ranges choose other runs now.
      if ([...ranges.values()].some(Boolean)) this.rebrush();
    }

    /** @param {number} left axes that do not fit */
    describe(left) {
      const columns = this.axes.map((axis) => axis.column);
      const label = `Parallel coordinates of ${this.rows.length} runs over ${columns.map((column) => column.label).join(", ")}; the table below has the same runs`;
      this.above.setAttribute("aria-label", label);
      const shown = () => this.findBrushed();
      this.frame.offer({ label, numbers: () => runNumbers(this.runs, shown(), [...columns, this.color?.column]), picture: () => this.makePicture() });
      this.frame.note.textContent = this.axes.length < 2 ? "" : `Drag along an axis to choose a range, on as many axes as you like; click it to let go. Drag a name to move its axis, click it to flip.${left > 0 ? ` ${left} more axes do not fit.` : ""}`;
    }

    /** @param {string} name @param {string} id */
    toggle(name, id) {
      const ids = splitIds(this.controls.value(name));
      this.controls.set(name, joinIds(ids.includes(id) ? ids.filter((/** @type {string} */ each) => each !== id) : [...ids, id]));
    }

    /** @param {string} id */
    toggleLog(id) {
      const { log } = this.axes.find((axis) => axis.column.id === id);
      const set = (/** @type {string} */ name, /** @type {boolean} */ on) => on !== splitIds(this.controls.value(name)).includes(id) && this.toggle(name, id);
      set("linear", log);
      set("log", !log);
    }

    /** @param {string} id @param {number} to */
    moveAxis(id, to) {
      const ids = splitIds(this.controls.value("axes"));
      const others = ids.filter((/** @type {string} */ each) => each !== id);
      others.splice(Math.max(0, to), 0, id);
      if (joinIds(others) === joinIds(ids)) this.handles.place(this.layout());
      else this.controls.set("axes", joinIds(others));
    }

    clear() {
      for (const axis of this.axes) axis.brush = null;
      this.settle();
      this.handles.refresh();
      this.redraw();
    }

    get hasBrush() {
      return this.axes.some((axis) => axis.brush);
    }

    /** Keep the ranges in the address. */
    settle() {
      const ranges = this.axes.filter((axis) => axis.range).map((axis) => [axis.column.id, ...axis.range].map(encodeURIComponent).join(":"));
      this.controls.set("brush", ranges.join(","));
    }

    layout() {
      const gap = this.xs.length > 1 ? this.xs[1] - this.xs[0] : MIN_GAP;
      return { xs: this.xs, gap: Math.min(gap, 190) - 6, y: (/** @type {any} */ axis, /** @type {number} */ place) => this.y(axis, place) };
    }

    layOut() {
      const width = Math.max(this.scroller.clientWidth, SIDE * 2 + MIN_GAP * (this.axes.length - 1));
      const height = this.stage.clientHeight || 360;
      this.stage.style.width = `${width}px`;
      this.size = { width, height };
      const gap = this.axes.length > 1 ? (width - 2 * SIDE) / (this.axes.length - 1) : 0;
      this.xs = this.axes.map((_, i) => (this.axes.length > 1 ? SIDE + i * gap : width / 2));
      const ratio = devicePixelRatio || 1;
      for (const canvas of [this.below, this.above, this.front]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
        canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
      }
      for (const axis of this.axes) {
        const [from, span] = [this.y(axis, 0), this.y(axis, 1) - this.y(axis, 0)];
        axis.ys = Float32Array.from(axis.places, (/** @type {number} */ place) => from + span * place);
      }
      this.handles.place(this.layout());
    }

    /** @param {any} axis @param {number} place */
    y(axis, place) {
      return TOP + (axis.flip ? place : 1 - place) * (this.size.height - TOP - BOTTOM);
    }

    /** @param {any} axis @param {number} y */
    placeAt(axis, y) {
      const share = (y - TOP) / (this.size.height - TOP - BOTTOM);
      return Math.min(1.001, Math.max(-0.001, axis.flip ? share : 1 - share));
    }

    drawAll() {
      if (!this.stage.isConnected || !this.stage.clientHeight) return;
      this.layOut();
      this.drawLegend();
      const context = this.below.getContext("2d");
      if (!context) return;
      context.clearRect(0, 0, this.size.width, this.size.height);
      if (this.hasBrush) {
        context.globalAlpha = Math.max(0.12, Math.min(0.7, 10 / Math.sqrt(this.rows.length + 1)));
        context.lineWidth = 1;
        this.strokeGroup(context, this.rows, themeColor("--chart-faint"));
      }
      this.greyDrawn = this.hasBrush;
      this.drawAbove(this.findBrushed());
    }

    brushNow() {
      this.handles.refresh();
      const brushed = this.findBrushed();
      // Nothing to be seen below while every run is drawn above.
      if (this.hasBrush && !this.greyDrawn) this.drawAll();
      else this.drawAbove(brushed);
      if (!this.hasBrush) return this.hooks.onBrush(null);
      const mask = new Uint8Array(this.runs.size);
      for (let i = 0; i < brushed.length; i++) mask[brushed[i]] = 1;
      this.hooks.onBrush(mask);
    }

    /** @returns {ArrayLike<number>} rows inside all ranges */
    findBrushed() {
      const active = this.axes.filter((axis) => axis.brush);
      if (!active.length) return this.rows;
      return Uint32Array.from(this.rows).filter((row) => active.every(({ places, brush }) => places[row] >= brush[0] && places[row] <= brush[1]));
    }

    /** @param {ArrayLike<number>} brushed */
    drawAbove(brushed) {
      const context = this.above.getContext("2d");
      if (!context) return;
      context.clearRect(0, 0, this.size.width, this.size.height);
      context.lineWidth = brushed.length > 400 ? 1 : 1.4;
      const alpha = Math.max(0.06, Math.min(0.9, 12 / Math.sqrt(brushed.length + 1)));
      const ranked = this.color?.column.direction;
      // One stroke per shade: a stroke for each run would be a hundred times slower. The best come
      // last and strongest: they are looked for.
      for (const [key, rows] of this.groupByColor(brushed)) {
        context.globalAlpha = ranked ? Math.min(0.9, alpha * (0.7 + (Math.max(0, key) / (SHADES - 1)) ** 8)) : alpha;
        this.strokeGroup(context, rows, this.colorOf(key));
      }
      context.globalAlpha = 1;
      runsite.drawAxes(context, this);
      this.highlight(-1);
    }

    /** @param {ArrayLike<number>} rows @returns {[number, number[]][]} by the keys of their colours, ascending */
    groupByColor(rows) {
      /** @type {Map<number, number[]>} */
      const groups = new Map();
      for (let i = 0; i < rows.length; i++) {
        const key = this.colorKey(rows[i]);
        const group = groups.get(key);
        if (group) group.push(rows[i]);
        else groups.set(key, [rows[i]]);
      }
      return [...groups].sort(([a], [b]) => a - b);
    }

    /** @param {number} row -1 where there is nothing to colour by */
    colorKey(row) {
      const place = this.color ? this.color.places[row] : NaN;
      if (Number.isNaN(place)) return -1;
      const { column, words } = this.color;
      if (column.isText) return Math.round(place * Math.max(1, words.length - 1));
      return Math.min(SHADES - 1, Math.floor((column.direction === "min" ? 1 - place : place) * SHADES));
    }

    /** @param {number} key */
    colorOf(key) {
      if (key < 0) return themeColor(this.color ? "--chart-faint" : "--chart-line");
      return this.color.column.isText ? seriesColors()[key % seriesColors().length] : rampColor(key / (SHADES - 1), isDark());
    }

    /** @param {CanvasRenderingContext2D} context @param {ArrayLike<number>} rows @param {string} color */
    strokeGroup(context, rows, color) {
      const { axes, xs } = this;
      context.strokeStyle = color;
      context.beginPath();
      for (let k = 0; k < rows.length; k++) {
        let drawing = false;
        for (let i = 0; i < axes.length; i++) {
          const y = axes[i].ys[rows[k]];
          if (Number.isNaN(y)) drawing = false;
          else if (drawing) context.lineTo(xs[i], y);
          else {
            context.moveTo(xs[i], y);
            drawing = true;
          }
        }
      }
      context.stroke();
    }

    drawLegend() {
      this.legend.replaceChildren(...(this.color ? runsite.makeRampLegend(this.color) : []));
    }

    /** @param {PointerEvent} event */
    hover(event) {
      const { axis, x, y } = this.locate(event);
      const row = axis || event.buttons ? -1 : this.findLine(x, y);
      this.above.style.cursor = axis ? "ns-resize" : row >= 0 ? "pointer" : "default";
      this.highlight(row);
      if (row < 0) return hideTip();
      const facts = runFacts(this.runs, row, [...this.axes.map((each) => each.column), this.color?.column]);
      placeTip(event.clientX, event.clientY, make("dl", /** @type {any} */ {}, ...facts.flatMap((/** @type {any} */ [name, text]) => [make("dt", {}, name), make("dd", {}, text)])));
    }

    /** The run whose line lies under a place: measured across the line, for a steep one passes many places. @param {number} x @param {number} y */
    findLine(x, y) {
      const { axes, xs } = this;
      const left = xs.findLastIndex((at) => at <= x);
      if (left < 0 || left >= axes.length - 1) return -1;
      const share = (x - xs[left]) / (xs[left + 1] - xs[left]);
      const [from, to] = [axes[left].ys, axes[left + 1].ys];
      const rows = this.findBrushed();
      const width = xs[left + 1] - xs[left];
      let [best, far] = [-1, ON_LINE];
      for (let i = 0; i < rows.length; i++) {
        const rise = to[rows[i]] - from[rows[i]];
        const distance = (Math.abs(from[rows[i]] + rise * share - y) * width) / Math.sqrt(rise * rise + width * width);
        if (distance < far) [best, far] = [rows[i], distance];
      }
      return best;
    }

    /** @param {number} row */
    highlight(row) {
      if (row === this.hovered) return;
      this.hovered = row;
      const context = this.front.getContext("2d");
      context?.clearRect(0, 0, this.size.width, this.size.height);
      if (row < 0 || !context) return hideTip();
      context.lineWidth = 5;
      this.strokeGroup(context, [row], themeColor("--surface"));
      context.lineWidth = 2.5;
      this.strokeGroup(context, [row], themeColor("--ink"));
    }

    /** A press on no axis: open the run there, else let go of all ranges. @param {PointerEvent} event */
    clickAway(event) {
      const { x, y } = this.locate(event);
      const row = this.findLine(x, y);
      if (row >= 0) return openRun(this.runs, row, event);
      if (!this.hasBrush) return;
      this.clear();
      this.hooks.onBrush(null);
    }

    makePicture() {
      const all = Array.from(this.findBrushed());
      const rows = stats.sampleRows(all, MAX_SAVED);
      return makePicture("parallel", runsite.makeParallelContent(this, rows), 960);
    }
  }

  /**
   * Give the colours to the bulk of the runs: one run far out would leave all others alike.
   * What is farther than 1.5 box lengths from the box has the colour of that end.
   * @param {any} axis the colours' @param {ArrayLike<number>} rows
   */
  function clampColors(axis, rows) {
    if (axis.column.isText) return axis;
    const places = Float64Array.from(stats.sampleRows(rows, 2_000).map((/** @type {number} */ row) => axis.places[row]).filter(Number.isFinite)).sort();
    if (places.length < 8) return axis;
    const [q1, q3] = [0.25, 0.75].map((q) => stats.quantile(places, q));
    const [from, to] = [Math.max(0, q1 - 1.5 * (q3 - q1)), Math.min(1, q3 + 1.5 * (q3 - q1))];
    if (to - from <= 0 || to - from > 0.9) return axis;
    axis.ends = [from, to].map((place) => axis.valueAt(place));
    axis.beyond = [from > 0, to < 1];
    axis.places = axis.places.map((/** @type {number} */ place) => Math.min(1, Math.max(0, (place - from) / (to - from))));
    return axis;
  }

  /** @param {string} text @returns {[string, [string, string]][]} */
  function parseRanges(text) {
    return text.split(",").filter(Boolean).map((part) => {
      const [id, low, high] = splitIds(part.replaceAll(":", ","));
      return [id, [low, high]];
    });
  }

  runsite.Parallel = Parallel;
})();
