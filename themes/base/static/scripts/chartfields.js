// Columns of runs as axes, colours and sizes of charts.
(function () {
  "use strict";

  const { root, runPath, seriesColors, chartWord, rampColors, stats } = window.runsite;

  /** @param {any} column */
  function fieldType(column) {
    return column.isText ? "nominal" : column.kind === "time" ? "temporal" : "quantitative";
  }

  /** What an axis says: the name, and the way that is better. @param {any} column */
  function fieldTitle(column) {
    const unit = column.kind === "duration" ? " (s)" : "";
    return `${column.label}${unit}${column.direction === "min" ? " ↓" : column.direction === "max" ? " ↑" : ""}`;
  }

  /**
   * Whether numbers span so much, and most of them so little of it, that only a log axis tells them
   * apart. @param {any} column @param {ArrayLike<number>} rows
   */
  function spansDecades(column, rows) {
    if (column.kind !== "number") return false;
    const extent = column.extent(rows);
    if (!extent || extent[0] <= 0 || extent[1] / extent[0] < 100) return false;
    const values = stats.sampleRows(rows, 1_000).map((/** @type {number} */ row) => (column.absent[row] ? NaN : column.numbers[row])).filter(Number.isFinite);
    return stats.quantile(Float64Array.from(values).sort(), 0.5) < extent[0] + (extent[1] - extent[0]) / 4;
  }

  /**
   * Whether an axis is logarithmic: as the reader says, else by the numbers.
   * @param {any} column @param {ArrayLike<number>} rows @param {string} wish auto, log or linear
   */
  function isLog(column, rows, wish) {
    if (column.isText || column.kind === "time" || wish === "linear") return false;
    const extent = column.extent(rows);
    if (!extent || extent[0] <= 0) return false;
    return wish === "log" || spansDecades(column, rows);
  }

  /**
   * Fit one channel of a spec to a column.
   * @param {any} channel @param {any} column @param {{log?: boolean}} [how]
   */
  function fitChannel(channel, column, { log = false } = {}) {
    channel.title = fieldTitle(column);
    channel.type = fieldType(column);
    if (column.isText) {
      delete channel.scale;
      channel.sort = null;
      channel.axis = { ...channel.axis, labelAngle: column.distinct > 6 ? -40 : 0 };
      return;
    }
    // Lines at every digit of every power would hide the points.
    channel.axis = { ...channel.axis, tickCount: 6, grid: !log };
    channel.scale = { ...(log ? { type: "log" } : channel.scale), nice: false, padding: 8 };
    if (column.kind === "time") delete channel.scale.zero; // a calendar has none, and Vega would warn
  }

  /** @param {any} channel @param {any} column */
  function fitColor(channel, column) {
    channel.title = fieldTitle(column);
    channel.type = fieldType(column);
    if (column.kind === "time") {
      // A scale of times takes two colours; numbers take all.
      channel.type = "quantitative";
      channel.legend = { ...channel.legend, labelExpr: "utcFormat(datum.value, '%Y-%m-%d')" };
    }
    if (column.isText) channel.scale = { range: seriesColors() };
    else channel.scale = { range: rampColors(), reverse: column.direction === "min" };
  }

  /** A number that can be drawn, or a word; null where there is none. @param {any} column @param {number} row @param {boolean} [log] */
  function drawable(column, row, log = false) {
    if (column.isMissing(row)) return null;
    if (column.isText) return chartWord(column.text(row)); // the words of the scale's domain
    const value = column.value(row);
    return Number.isFinite(value) && !(log && value <= 0) ? value : null;
  }

  /** How much of a point is seen: thousands over each other are a cloud, not a blot. @param {number} count */
  function pointOpacity(count) {
    return Math.max(0.2, Math.min(0.75, 14 / Math.sqrt(count + 1)));
  }

  /** @param {any} runs @param {number} row */
  function runHref(runs, row) {
    return root() + runPath(runs.runId(row));
  }

  /** Go to a run's page, in another tab where the reader asks for that. @param {any} runs @param {number} row @param {MouseEvent} event */
  function openRun(runs, row, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(runHref(runs, row), "_blank", "noopener");
    else location.href = runHref(runs, row);
  }

  /** Facts of a run for the pointer. @param {any} runs @param {number} row @param {any[]} columns @returns {[string, string][]} */
  function runFacts(runs, row, columns) {
    const shown = [...new Set(columns.filter(Boolean))];
    return [["run", runs.name(row)], ...shown.map((column) => /** @type {[string, string]} */ ([column.label, column.text(row) || "–"]))];
  }

  /** Values of runs for a table. @param {any} runs @param {ArrayLike<number>} rows @param {any[]} columns */
  function runNumbers(runs, rows, columns) {
    const shown = [...new Set(columns.filter(Boolean))];
    return {
      head: ["run", ...shown.map((column) => column.label)],
      rows: Array.from(rows, (row) => [runs.name(row), ...shown.map((column) => (column.kind === "time" ? column.exact(row) || null : column.value(row)))]),
      href: (/** @type {number} */ place) => runHref(runs, rows[place]),
    };
  }

  /** Words as people order them, for a scale's domain. @param {any} column @param {ArrayLike<number>} rows @returns {string[]} */
  function sortedWords(column, rows) {
    const ranks = column.ranks();
    const rankOf = new Map();
    for (let i = 0; i < rows.length; i++) if (!column.isMissing(rows[i])) rankOf.set(column.text(rows[i]), ranks[rows[i]]);
    return [...rankOf].sort((a, b) => a[1] - b[1]).map(([word]) => chartWord(word));
  }

  /** A param and a metric can share a name; the names of a scale cannot. @param {any[]} columns @returns {string[]} */
  function uniqueNames(columns) {
    const labels = columns.map((column) => column.label);
    return columns.map((column, i) => chartWord(labels.indexOf(column.label) === i ? column.label : column.id));
  }

  Object.assign(window.runsite, { sortedWords, uniqueNames, fieldType, fieldTitle, spansDecades, isLog, fitChannel, fitColor, drawable, pointOpacity, runHref, openRun, runFacts, runNumbers });
})();
