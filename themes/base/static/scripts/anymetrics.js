// The metrics of any run: by the prefix of their names, with their histories in small.
(function () {
  "use strict";

  const { make, elements } = window.runsite;
  const { list, directionMark } = elements;
  /** @type {(columns: any) => any[]} */
  const rows = elements.rows;
  const SVG = "http://www.w3.org/2000/svg";
  const [WIDTH, HEIGHT, PAD, BUCKETS] = [1200, 280, 30, 30];
  const HEADS = /** @type {[string, string][]} */ ([["Metric", ""], ["Last", "num"], ["Step", "num"], ["Lowest", "num"], ["Highest", "num"], ["Values", "num"], ["History", ""]]);

  /** @typedef {Record<string, any>} Item */

  /** The table of metrics, as the macro `run_metrics` makes it. @param {Item} metrics */
  function makeMetrics(metrics) {
    const all = rows(metrics);
    // What was logged once has no history to tell: a name and a value say it all.
    const several = all.some(({ count }) => count !== "1");
    /** @type {Map<string, Item[]>} */
    const groups = new Map();
    for (const metric of all) groups.set(metric.group ?? "", [...(groups.get(metric.group ?? "") ?? []), metric]);
    const bodies = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, members]) => make("tbody", {}, group ? groupRow(group, members.length, several) : null, ...members.map((metric) => metricRow(metric, group, several))));
    const box = list("metrics", several ? HEADS : [["Metric", ""], ["Value", "num"]], [], several ? "metrics" : "metrics once");
    box.querySelector("tbody")?.replaceWith(...bodies);
    return box;
  }

  /** @param {string} group @param {number} count @param {boolean} several */
  function groupRow(group, count, several) {
    return make("tr", { class: "group-row" }, make("th", { scope: "rowgroup", colspan: several ? HEADS.length : 2 }, group, " ", make("span", { class: "muted" }, count)));
  }

  /** @param {Item} metric @param {string} group @param {boolean} several */
  function metricRow(metric, group, several) {
    const at = (/** @type {string} */ step) => (step ? `at step ${step}` : false);
    const name = group ? [make("span", { class: "prefix" }, `${group}/`), metric.key.slice(group.length + 1)] : [metric.key];
    const line = make("tr", { id: `metric ${metric.key}`.replace(/\s/g, "-") },
      make("th", { scope: "row" }, ...name, " ", directionMark(metric.direction)),
      make("td", { class: "num strong", title: metric.last_exact }, metric.last));
    if (!several) return line;
    const range = metric.count === "1" ? [make("td", {}), make("td", {}), make("td", {})] : [
      make("td", { class: "num muted" }, metric.last_step),
      make("td", { class: "num", title: at(metric.min_step) }, metric.min),
      make("td", { class: "num", title: at(metric.max_step) }, metric.max)];
    line.append(...range,
      make("td", { class: "num muted" }, metric.count),
      make("td", { class: "spark-cell", "data-spark": metric.key }));
    return line;
  }

  /** As `make_sparkline` draws it: the extremes of equal buckets, and a gap where no value is finite. @param {(number | null)[]} values */
  function sparkline(values) {
    const finite = /** @type {number[]} */ (values.filter(Number.isFinite));
    if (finite.length < 2) return null;
    const points = values.length <= 2 * BUCKETS ? [...values] : Array.from({ length: BUCKETS }, (_, i) => bucketEnds(values, i)).flat();
    if (finite.length === values.length) points[points.length - 1] = finite[finite.length - 1];
    const drawn = /** @type {number[]} */ (points.filter(Number.isFinite));
    const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
    const scale = high > low ? (HEIGHT - 2 * PAD) / (high - low) : 0;
    const rise = Number.isFinite(scale) ? scale : 0;
    let path = "";
    /** @type {number[]} */
    let end = [];
    points.forEach((value, i) => {
      if (value === null || !Number.isFinite(value)) return;
      const joined = i > 0 && Number.isFinite(points[i - 1]);
      end = [Math.round(PAD + (i * (WIDTH - 2 * PAD)) / (points.length - 1)), Math.round(rise ? HEIGHT - PAD - (value - low) * rise : HEIGHT / 2)];
      path += `${joined ? "L" : "M"}${end.join(" ")}`;
    });
    return { path, end };
  }

  /** The lowest and the highest value of a bucket, in their order; null where none is finite. @param {(number | null)[]} values @param {number} i @returns {(number | null)[]} */
  function bucketEnds(values, i) {
    const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * values.length) / BUCKETS));
    const part = /** @type {number[]} */ (values.slice(start, end).filter(Number.isFinite));
    if (!part.length) return [null];
    const [low, high] = [Math.min(...part), Math.max(...part)];
    return part.indexOf(low) < part.indexOf(high) ? [low, high] : [high, low];
  }

  /** @param {HTMLElement} cell @param {string} key @param {(number | null)[]} values */
  function drawSparkline(cell, key, values) {
    const line = sparkline(values);
    if (!line) return;
    const [svg, path, end] = ["svg", "path", "circle"].map((tag) => document.createElementNS(SVG, tag));
    const settings = { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: "120", height: "28", role: "img", "aria-label": `History of ${key}` };
    for (const [name, value] of Object.entries(settings)) svg.setAttribute(name, value);
    path.setAttribute("d", line.path);
    for (const [name, value] of Object.entries({ cx: line.end[0], cy: line.end[1], r: 22 })) end.setAttribute(name, String(value));
    svg.append(path, end);
    cell.append(svg);
  }

  Object.assign(elements, { makeMetrics, drawSparkline });
})();
