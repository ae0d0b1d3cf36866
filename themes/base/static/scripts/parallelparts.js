// What parallel coordinates draw besides lines: axes on the canvas, the colours' legend, a file.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, rampColor, seriesColors, themeColor, isDark, uniqueNames } = runsite;
  const LABEL_WIDTH = 84;
  const MOST_WORDS = 12;

  /** @param {CanvasRenderingContext2D} context @param {any} plot */
  function drawAxes(context, plot) {
    const [soft, line, accent, surface] = ["--ink-soft", "--line-strong", "--accent", "--surface"].map(themeColor);
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textAlign = "left";
    plot.axes.forEach((/** @type {any} */ axis, /** @type {number} */ i) => {
      const x = plot.xs[i];
      const [top, bottom] = [plot.y(axis, axis.flip ? 0 : 1), plot.y(axis, axis.flip ? 1 : 0)];
      context.fillStyle = line;
      context.fillRect(x - 0.5, top, 1, bottom - top);
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = surface;
      // The last axis has its words on its left: on its right they would be cut off.
      const last = i === plot.axes.length - 1 && i > 0;
      context.textAlign = last ? "right" : "left";
      for (const { place, text } of axis.ticks) {
        const y = plot.y(axis, place);
        const label = shorten(context, text, LABEL_WIDTH);
        context.fillStyle = soft;
        context.strokeText(label, x + (last ? -7 : 7), y + 4);
        context.fillText(label, x + (last ? -7 : 7), y + 4);
        context.fillRect(x - 3, y - 0.5, 6, 1);
      }
      if (axis.brush) drawRange(context, x, axis.brush.map((/** @type {number} */ place) => plot.y(axis, place)), accent);
    });
  }

  /** @param {CanvasRenderingContext2D} context @param {number} x @param {number[]} ends @param {string} color */
  function drawRange(context, x, ends, color) {
    const [top, bottom] = [Math.min(...ends), Math.max(...ends)];
    context.fillStyle = color;
    context.globalAlpha = 0.22;
    context.fillRect(x - 9, top, 18, bottom - top);
    context.globalAlpha = 1;
    context.fillRect(x - 9, top - 1, 18, 2);
    context.fillRect(x - 9, bottom - 1, 18, 2);
  }

  /** @param {CanvasRenderingContext2D} context @param {string} text @param {number} width */
  function shorten(context, text, width) {
    if (context.measureText(text).width <= width) return text;
    let short = text.slice(0, 60);
    while (short.length > 2 && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
    return `${short}…`;
  }

  /** @param {any} axis the colours' */
  function makeRampLegend(axis) {
    const { column, words } = axis;
    const name = make("span", { class: "ramp-name" }, column.label);
    if (column.isText) {
      const colors = seriesColors();
      const items = words.slice(0, MOST_WORDS).map((/** @type {any} */ { word }, /** @type {number} */ i) => {
        const swatch = make("span", { class: "swatch swatch-0" });
        swatch.style.color = colors[i % colors.length];
        return make("li", {}, swatch, word || "(empty)");
      });
      return [name, make("ul", { class: "legend" }, ...items, words.length > MOST_WORDS ? make("li", {}, `and ${words.length - MOST_WORDS} more`) : null)];
    }
    if (Number.isNaN(axis.low)) return [name];
    const bar = make("span", { class: "ramp-bar" });
    const dark = isDark();
    const stops = Array.from({ length: 9 }, (_, i) => rampColor(column.direction === "min" ? 1 - i / 8 : i / 8, dark));
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    const [low, high] = axis.ends ?? [axis.low, axis.high];
    const [below, above] = axis.beyond ?? [false, false];
    return [name, make("span", {}, `${below ? "≤ " : ""}${axis.format(low)}`), bar, make("span", {}, `${above ? "≥ " : ""}${axis.format(high)}`)];
  }

  /** The same picture for Vega, which is slower but writes SVG. @param {any} plot @param {number[]} rows */
  function makeParallelContent({ axes, color, runs }, rows) {
    const names = uniqueNames(axes.map((/** @type {any} */ axis) => axis.column));
    const turn = (/** @type {any} */ axis, /** @type {number} */ place) => (axis.flip ? 1 - place : place);
    const points = rows.flatMap((row) => axes.map((/** @type {any} */ axis, /** @type {number} */ i) => ({ axis: names[i], place: Number.isNaN(axis.places[row]) ? null : turn(axis, axis.places[row]), run: runs.runId(row), color: color ? color.column.value(row) : 0 })));
    const ticks = axes.flatMap((/** @type {any} */ axis, /** @type {number} */ i) => axis.ticks.map((/** @type {any} */ { place, text }) => ({ axis: names[i], place: turn(axis, place), text })));
    return {
      datasets: { points, ticks },
      label: `Parallel coordinates of ${rows.length} runs`,
      adapt(/** @type {any} */ spec) {
        const [lines] = spec.layer;
        for (const layer of spec.layer) layer.encoding.x.scale = { ...layer.encoding.x.scale, domain: names };
        if (color) runsite.fitColor(lines.encoding.color, color.column);
        else lines.encoding.color = { value: themeColor("--chart-line") };
        lines.mark.opacity = Math.max(0.08, Math.min(0.9, 12 / Math.sqrt(rows.length + 1)));
      },
    };
  }

  Object.assign(runsite, { drawAxes, makeRampLegend, makeParallelContent });
})();
