// Box and strip plots: how a number is spread in each category.
(function () {
  "use strict";

  const { runsite } = window;
  const { Controls, ChartFrame, columnOptions, mainMetric, fieldTitle, drawable, openRun, runFacts, formatNumber, formatCount, seriesColors, themeColor, isLog, pointOpacity, bestCategory, stats } = runsite;
  const MAX_CATEGORIES = 24;
  const MAX_POINTS = 6_000;

  class Boxes {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("boxes", () => void this.draw());
      const numbers = columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time");
      const categories = columnOptions(runs, (/** @type {any} */ c) => c.group !== "metrics" && c.kind !== "time" && c.id !== "run.duration" && c.id !== "run.name" && c.distinct > 1 && c.distinct <= 60);
      const first = bestCategory(runs, categories.map((/** @type {any} */ { value }) => runs.get(value)));
      controls.choice("y", "Value", numbers, mainMetric(runs)?.id ?? "run.duration");
      controls.choice("by", "By", categories, first?.id ?? "");
      controls.toggle("points", "Every run", true);
      controls.toggle("log", "Log scale");
      this.controls = controls;
      host.append(controls.element);
      this.frame = new ChartFrame(host, { height: 360, bar: controls.element });
    }

    /** @param {ArrayLike<number>} rows */
    show(rows) {
      this.rows = rows;
      return this.draw();
    }

    draw() {
      const { runs, controls, frame } = this;
      const [by, y] = [runs.find(controls.value("by")), runs.find(controls.value("y"))];
      if (!by || !y) return frame.say("No column of these runs has a few values that repeat, so there is nothing to group by.");
      const log = controls.isOn("log") && isLog(y, this.rows, "log");
      const groups = groupRows(this.rows, { by, y, log });
      if (!groups.length) return frame.say(`No run in view has both ${y.label} and ${by.label}.`);
      const shown = groups.slice(0, MAX_CATEGORIES);
      const boxes = shown.map(({ name, values }) => ({ category: name, ...stats.boxStats(values) }));
      const points = controls.isOn("points") ? scatterPoints(shown) : [];
      const content = {
        datasets: { boxes, points },
        label: `Box plot of ${y.label} by ${by.label}: ${boxes.map((b) => `${b.category} median ${formatNumber(b.median)}`).slice(0, 8).join(", ")}`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { by, y, log, names: shown.map(({ name }) => name), points }),
        tip: (/** @type {any} */ datum) => (datum.row === undefined ? boxFacts(datum) : runFacts(runs, datum.row, [by, y])),
        onClick: (/** @type {any} */ datum, /** @type {MouseEvent} */ event) => datum.row !== undefined && openRun(runs, datum.row, event),
      };
      frame.note.textContent = `Boxes from the first to the third quartile, whiskers to the last run within 1.5 box lengths.${groups.length > shown.length ? ` The ${shown.length} most frequent of ${groups.length} values.` : ""}`;
      return frame.draw("boxes", content, () => ({
        head: [by.label, "runs", "lowest", "first quartile", "median", "third quartile", "highest", "mean"],
        rows: boxes.map((b) => [b.category, b.n, b.min, b.q1, b.median, b.q3, b.max, b.mean]),
      }));
    }
  }

  /** @param {ArrayLike<number>} rows @param {any} of */
  function groupRows(rows, { by, y, log }) {
    /** @type {Map<string, {name: string, rank: number, values: number[], rows: number[]}>} */
    const groups = new Map();
    const ranks = by.ranks();
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const value = drawable(y, row, log);
      if (by.isMissing(row) || typeof value !== "number") continue;
      const name = runsite.chartWord(by.text(row) || "(empty)");
      const group = groups.get(name) ?? { name, rank: ranks[row], values: /** @type {number[]} */ ([]), rows: /** @type {number[]} */ ([]) };
      groups.set(name, group);
      group.values.push(value);
      group.rows.push(row);
    }
    const all = [...groups.values()];
    const kept = new Set(all.toSorted((a, b) => b.values.length - a.values.length).slice(0, MAX_CATEGORIES));
    return [...all.filter((group) => kept.has(group)).sort((a, b) => a.rank - b.rank), ...all.filter((group) => !kept.has(group))];
  }

  /** Each run beside its like; where it stands across is chance, but the same each time. @param {any[]} groups */
  function scatterPoints(groups) {
    const kept = new Set(stats.sampleRows(groups.flatMap(({ rows }) => rows), MAX_POINTS));
    return groups.flatMap(({ name, rows, values }) =>
      rows.map((/** @type {number} */ row, /** @type {number} */ i) => ({ category: name, y: values[i], row, jitter: (((row * 0.6180339887) % 1) - 0.5) * 0.72 })).filter((/** @type {any} */ { row }) => kept.has(row)),
    );
  }

  /** @param {any} spec @param {any} of */
  function adapt(spec, { by, y, log, names, points }) {
    const ink = themeColor("--ink-soft");
    const colors = seriesColors();
    for (const layer of spec.layer) {
      layer.encoding.x.title = by.label;
      layer.encoding.x.scale = { domain: names };
      layer.encoding.y.title = fieldTitle(y);
      if (log) layer.encoding.y.scale = { type: "log" };
      layer.encoding.color = { field: "category", type: "nominal", legend: null, scale: { domain: names, range: names.map((/** @type {string} */ _, /** @type {number} */ i) => colors[i % colors.length]) } };
    }
    for (const place of [0, 2]) spec.layer[place].encoding.color = { value: ink };
    // The box must be seen under a cloud of runs.
    Object.assign(spec.layer[1].mark, { opacity: 1, fillOpacity: 0.28, stroke: ink, strokeWidth: 1.25 });
    Object.assign(spec.layer[3].mark, { opacity: pointOpacity(points.length) * 0.75, size: points.length > 1_000 ? 14 : 26 });
    if (names.length > 8) for (const layer of spec.layer) layer.encoding.x.axis = { ...layer.encoding.x.axis, labelAngle: -40 };
    if (!points.length) spec.layer.pop();
  }

  /** @param {any} box @returns {[string, string][]} */
  function boxFacts(box) {
    return [["value", box.category], ["runs", formatCount(box.n)], ["median", formatNumber(box.median)], ["quartiles", `${formatNumber(box.q1)} to ${formatNumber(box.q3)}`], ["all", `${formatNumber(box.min)} to ${formatNumber(box.max)}`]];
  }

  runsite.Boxes = Boxes;
})();
