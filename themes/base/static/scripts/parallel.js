// Parallel coordinates on a canvas, by hand: ten thousand runs, brushed on several axes at once.
//
// Two layers: every run in grey, and the runs inside all brushes in the colour of the last metric.
// A brush is a range on an axis; dragging over an axis makes one, a click beside it removes it.
(function () {
  "use strict";

  const { make, coalesce, formatNumber, rampColor, themeColor, isDark } = window.runsite;
  const TOP = 46;
  const BOTTOM = 22;
  const SIDE = 70;
  const MIN_GAP = 118;
  const MAX_AXES = 12;

  /** One axis: where a row's value stands between 0 (bottom) and 1 (top). */
  class Axis {
    /** @param {any} column @param {Uint32Array} rows */
    constructor(column, rows) {
      this.column = column;
      /** @type {[number, number] | null} */ this.brush = null;
      this.places = new Float32Array(column.isText ? column.codes.length : column.numbers.length).fill(NaN);
      /** @type {{place: number, text: string}[]} */ this.ticks = [];
      if (column.isText) this.placeWords(rows);
      else this.placeNumbers(rows);
    }

    /** @param {Uint32Array} rows */
    placeWords(rows) {
      const ranks = this.column.ranks();
      const used = [...new Set(Array.from(rows, (row) => ranks[row]))].filter((rank) => rank < window.runsite.Column.NAN).sort((a, b) => a - b);
      const placeOf = new Map(used.map((rank, i) => [rank, used.length === 1 ? 0.5 : i / (used.length - 1)]));
      const wordOf = new Map();
      for (const row of rows) {
        this.places[row] = placeOf.get(ranks[row]) ?? NaN;
        wordOf.set(ranks[row], this.column.text(row));
      }
      const every = Math.ceil(used.length / 12);
      this.ticks = used.filter((_, i) => i % every === 0).map((rank) => ({ place: placeOf.get(rank) ?? 0, text: wordOf.get(rank) }));
    }

    /** @param {Uint32Array} rows */
    placeNumbers(rows) {
      const extent = this.column.extent(rows);
      if (!extent) return;
      const [low, high] = extent;
      this.log = low > 0 && high / low >= 100 && this.column.kind === "number";
      const bend = this.log ? Math.log : (/** @type {number} */ x) => x;
      const span = bend(high) - bend(low) || 1;
      const place = (/** @type {number} */ value) => (high === low ? 0.5 : (bend(value) - bend(low)) / span);
      for (const row of rows) {
        const value = this.column.numbers[row];
        if (!this.column.absent[row] && Number.isFinite(value)) this.places[row] = place(value);
      }
      this.ticks = makeTicks(low, high, Boolean(this.log)).map((value) => ({ place: place(value), text: this.format(value) }));
    }

    /** @param {number} value */
    format(value) {
      if (this.column.kind === "time") return window.runsite.formatTime(value).slice(5);
      if (this.column.kind === "duration") return window.runsite.formatDuration(value);
      return formatNumber(Number(value.toPrecision(4))).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    }
  }

  /** @param {number} low @param {number} high @param {boolean} log @returns {number[]} */
  function makeTicks(low, high, log) {
    if (low === high) return [low];
    if (log) {
      const ticks = [];
      for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) ticks.push(10 ** power);
      return ticks.length > 1 ? ticks : [low, high];
    }
    const rough = (high - low) / 5;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
    const ticks = [];
    for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) ticks.push(Number(value.toPrecision(12)));
    return ticks;
  }

  class Parallel {
    /**
     * @param {HTMLElement} host
     * @param {any} runs
     * @param {{onBrush: (mask: Uint8Array | null) => void}} hooks
     */
    constructor(host, runs, hooks) {
      this.runs = runs;
      this.hooks = hooks;
      /** @type {Axis[]} */ this.axes = [];
      /** @type {Uint32Array} */ this.rows = new Uint32Array(0);
      /** @type {any} */ this.colorColumn = null;
      this.below = /** @type {HTMLCanvasElement} */ (make("canvas", { "aria-hidden": "true" }));
      this.above = /** @type {HTMLCanvasElement} */ (make("canvas", { role: "img" }));
      this.stage = make("div", { class: "parallel-stage" }, this.below, this.above);
      this.note = make("p", { class: "plot-note" });
      host.append(make("div", { class: "parallel" }, this.stage), this.note);
      this.redraw = coalesce(() => this.drawAll());
      this.rebrush = coalesce(() => this.brushNow());
      new ResizeObserver(this.redraw).observe(host);
      document.addEventListener("runsite:theme", this.redraw);
      this.above.addEventListener("pointerdown", (event) => this.startBrush(event));
      this.above.addEventListener("pointermove", (event) => this.showCursor(event));
    }

    /**
     * @param {Uint32Array} rows
     * @param {any[]} columns
     * @param {any} colorColumn number column that colours the lines, or null
     */
    show(rows, columns, colorColumn) {
      const brushes = new Map(this.axes.map((axis) => [axis.column.id, axis.brush]));
      this.rows = rows;
      this.colorColumn = colorColumn;
      this.axes = columns.slice(0, MAX_AXES).map((column) => {
        const axis = new Axis(column, rows);
        axis.brush = brushes.get(column.id) ?? null;
        return axis;
      });
      const left = columns.length - this.axes.length;
      this.note.textContent = `Drag along an axis to choose a range; click beside it to let go.${left > 0 ? ` ${left} more columns are not shown here.` : ""}`;
      this.above.setAttribute("aria-label", `Parallel coordinates of ${rows.length} runs over ${this.axes.map((axis) => axis.column.label).join(", ")}; the table below has the same runs`);
      this.redraw();
    }

    clear() {
      for (const axis of this.axes) axis.brush = null;
      this.redraw();
    }

    get hasBrush() {
      return this.axes.some((axis) => axis.brush);
    }

    layOut() {
      const width = Math.max(this.stage.parentElement?.clientWidth || 0, SIDE * 2 + MIN_GAP * (this.axes.length - 1));
      const height = this.stage.clientHeight || 384;
      this.stage.style.width = `${width}px`;
      this.size = { width, height };
      const gap = this.axes.length > 1 ? (width - 2 * SIDE) / (this.axes.length - 1) : 0;
      this.xs = this.axes.map((_, i) => SIDE + i * gap);
      const ratio = devicePixelRatio || 1;
      for (const canvas of [this.below, this.above]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
        canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
      }
    }

    /** @param {number} place */
    y(place) {
      return TOP + (1 - place) * (/** @type {any} */ (this.size).height - TOP - BOTTOM);
    }

    drawAll() {
      if (!this.axes.length || !this.stage.isConnected || !this.stage.clientHeight) return;
      this.layOut();
      const context = this.below.getContext("2d");
      if (!context) return;
      context.clearRect(0, 0, this.below.width, this.below.height);
      context.strokeStyle = themeColor("--chart-faint");
      context.lineWidth = 1;
      context.globalAlpha = Math.max(0.12, Math.min(0.7, 60 / Math.sqrt(this.rows.length + 1) / 6));
      context.beginPath();
      for (const row of this.rows) this.tracePath(context, row);
      context.stroke();
      this.drawAbove(this.findBrushed());
    }

    brushNow() {
      const brushed = this.findBrushed();
      this.drawAbove(brushed);
      if (!this.hasBrush) return this.hooks.onBrush(null);
      const mask = new Uint8Array(this.runs.size);
      for (const row of brushed) mask[row] = 1;
      this.hooks.onBrush(mask);
    }

    /** @returns {Uint32Array} rows inside all brushes */
    findBrushed() {
      const active = this.axes.filter((axis) => axis.brush);
      if (!active.length) return this.rows;
      return this.rows.filter((row) => active.every(({ places, brush }) => brush && places[row] >= brush[0] && places[row] <= brush[1]));
    }

    /** @param {CanvasRenderingContext2D} context @param {number} row */
    tracePath(context, row) {
      const xs = /** @type {number[]} */ (this.xs);
      let drawing = false;
      for (let i = 0; i < this.axes.length; i++) {
        const place = this.axes[i].places[row];
        if (Number.isNaN(place)) {
          drawing = false;
        } else if (drawing) {
          context.lineTo(xs[i], this.y(place));
        } else {
          context.moveTo(xs[i], this.y(place));
          drawing = true;
        }
      }
    }

    /** @param {Uint32Array} brushed */
    drawAbove(brushed) {
      const context = this.above.getContext("2d");
      if (!context || !this.size) return;
      context.clearRect(0, 0, this.size.width, this.size.height);
      this.drawLines(context, brushed);
      this.drawAxes(context);
    }

    /** One stroke per shade: a stroke for each run would be a hundred times slower. @param {CanvasRenderingContext2D} context @param {Uint32Array} brushed */
    drawLines(context, brushed) {
      const shades = 24;
      const dark = isDark();
      const groups = Array.from({ length: shades }, () => /** @type {number[]} */ ([]));
      const color = this.colorColumn ? new Axis(this.colorColumn, this.rows) : null;
      const flip = this.colorColumn?.direction === "min";
      const plain = [];
      for (const row of brushed) {
        const place = color ? color.places[row] : NaN;
        if (Number.isNaN(place)) plain.push(row);
        else groups[Math.min(shades - 1, Math.floor((flip ? 1 - place : place) * shades))].push(row);
      }
      context.lineWidth = brushed.length > 400 ? 1 : 1.4;
      context.globalAlpha = Math.max(0.06, Math.min(0.9, 12 / Math.sqrt(brushed.length + 1)));
      this.strokeGroup(context, plain, themeColor("--chart-line"));
      groups.forEach((rows, i) => this.strokeGroup(context, rows, rampColor(i / (shades - 1), dark)));
      context.globalAlpha = 1;
    }

    /** @param {CanvasRenderingContext2D} context @param {number[]} rows @param {string} color */
    strokeGroup(context, rows, color) {
      if (!rows.length) return;
      context.strokeStyle = color;
      context.beginPath();
      for (const row of rows) this.tracePath(context, row);
      context.stroke();
    }

    /** @param {CanvasRenderingContext2D} context */
    drawAxes(context) {
      const [ink, soft, line, accent, surface] = ["--ink", "--ink-soft", "--line-strong", "--accent", "--surface"].map(themeColor);
      const font = getComputedStyle(document.body).fontFamily;
      const xs = /** @type {number[]} */ (this.xs);
      this.axes.forEach((axis, i) => {
        const x = xs[i];
        context.strokeStyle = line;
        context.lineWidth = 1;
        context.strokeRect(x, this.y(1), 0, this.y(0) - this.y(1));
        context.textAlign = "center";
        context.fillStyle = ink;
        context.font = `600 12px ${font}`;
        context.fillText(shorten(context, axis.column.label, MIN_GAP - 12), x, 16);
        context.fillStyle = soft;
        context.font = `11px ${font}`;
        context.fillText(axis.column.direction ? (axis.column.direction === "min" ? "lower is better" : "higher is better") : axis.log ? "log scale" : "", x, 31);
        context.textAlign = "left";
        context.lineWidth = 3;
        context.strokeStyle = surface;
        for (const { place, text } of axis.ticks) {
          const label = shorten(context, text, 86);
          context.strokeText(label, x + 7, this.y(place) + 4);
          context.fillText(label, x + 7, this.y(place) + 4);
          context.fillRect(x - 3, this.y(place) - 0.5, 6, 1);
        }
        if (axis.brush) this.drawBrush(context, x, axis.brush, accent);
      });
    }

    /** @param {CanvasRenderingContext2D} context @param {number} x @param {[number, number]} brush @param {string} color */
    drawBrush(context, x, brush, color) {
      const [bottom, top] = brush.map((place) => this.y(place));
      context.fillStyle = color;
      context.globalAlpha = 0.22;
      context.fillRect(x - 9, top, 18, bottom - top);
      context.globalAlpha = 1;
      context.fillRect(x - 9, top - 1, 18, 2);
      context.fillRect(x - 9, bottom - 1, 18, 2);
    }

    /** @param {PointerEvent} event */
    findAxis(event) {
      const xs = /** @type {number[]} */ (this.xs || []);
      const { left, top } = this.above.getBoundingClientRect();
      const [x, y] = [event.clientX - left, event.clientY - top];
      const near = xs.findIndex((at) => Math.abs(at - x) < 22);
      return { axis: this.axes[near], y, x };
    }

    /** @param {PointerEvent} event */
    showCursor(event) {
      const { axis } = this.findAxis(event);
      this.above.style.cursor = axis ? "ns-resize" : "default";
    }

    /** @param {PointerEvent} event */
    startBrush(event) {
      const { axis, y } = this.findAxis(event);
      if (!axis) {
        if (this.hasBrush) this.clearAndTell();
        return;
      }
      event.preventDefault();
      this.above.setPointerCapture(event.pointerId);
      const from = this.placeAt(y);
      axis.brush = null;
      const move = (/** @type {PointerEvent} */ moved) => {
        const to = this.placeAt(this.findAxis(moved).y);
        axis.brush = Math.abs(to - from) < 0.012 ? null : [Math.min(from, to), Math.max(from, to)];
        this.rebrush();
      };
      const stop = () => {
        this.above.removeEventListener("pointermove", move);
        this.above.removeEventListener("pointerup", stop);
        this.above.removeEventListener("pointercancel", stop);
        this.rebrush();
      };
      this.above.addEventListener("pointermove", move);
      this.above.addEventListener("pointerup", stop);
      this.above.addEventListener("pointercancel", stop);
    }

    clearAndTell() {
      this.clear();
      this.hooks.onBrush(null);
    }

    /** @param {number} y */
    placeAt(y) {
      const [top, bottom] = [this.y(1), this.y(0)];
      return Math.min(1.001, Math.max(-0.001, (bottom - y) / (bottom - top)));
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {string} text @param {number} width */
  function shorten(context, text, width) {
    if (context.measureText(text).width <= width) return text;
    let short = text;
    while (short.length > 2 && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
    return `${short}…`;
  }

  window.runsite.Parallel = Parallel;
})();
