// Histories of metrics: shards of points decoded, and drawn as learning curves.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, load, seriesColors, themeColor, showFacts, hideTip, formatNumber, formatDuration, formatTime, thinPlaces } = runsite;
  const REACH = 42;
  // What Vega draws in a blink, in all lines together; and the points that a line needs on a wide screen.
  const MOST_POINTS = 20_000;
  const FEW_POINTS = 100;
  const ENOUGH_POINTS = 1_000;

  /**
   * @typedef {object} Curve
   * @property {string} key
   * @property {number} logged how many points there were before thinning
   * @property {number[]} steps
   * @property {number[]} times ms since 1970
   * @property {(number | null)[]} values
   */

  /**
   * Load a run's curves.
   * @param {string} address of the shard
   * @param {string} runId
   * @returns {Promise<Curve[]>}
   */
  async function loadCurves(address, runId) {
    let series = /** @type {any[]} */ (await load(address));
    if (!series.some(([id]) => id === runId)) {
      // A browser can hold an older shard under the same address; ask once past its cache.
      series = /** @type {any[]} */ (await load(`${address}?run=${encodeURIComponent(runId)}`));
    }
    return series.filter(([id]) => id === runId).map(decode);
  }

  /** @param {any[]} series @returns {Curve} */
  function decode([, key, logged, start, steps, times, values]) {
    return { key, logged, steps: addUp(steps, 0), times: addUp(times, start), values };
  }

  /** Undo differences. @param {number[]} differences @param {number} start */
  function addUp(differences, start) {
    let sum = start;
    return differences.map((difference) => (sum += difference));
  }

  /**
   * Colour and pattern of each line: eight colours, then the same ones dashed.
   * @param {number} count
   */
  function lineStyles(count) {
    const colors = seriesColors();
    if (count === 1) return [{ color: themeColor("--chart-line"), dash: 0 }];
    return Array.from({ length: count }, (_, i) => ({ color: colors[i % colors.length], dash: Math.floor(i / colors.length) % 4 }));
  }

  /**
   * Draw the curves of one metric.
   * @param {any} frame a ChartFrame
   * @param {any[]} lines of `makeLines`
   * @param {{metric: string, by?: string, log?: boolean, logx?: boolean, robust?: boolean, height?: number, onOpen?: (line: any, event: MouseEvent) => void}} how
   */
  function drawCurves(frame, lines, how) {
    const { metric, by = "step", log = false, height = 220 } = how;
    if (!lines.some((line) => line.ys.some(Number.isFinite))) return frame.say(log || how.logx ? "No value above zero to draw on a logarithmic axis." : "No finite value to draw.");
    const styles = lineStyles(lines.length);
    const datasets = { points: spread(lines, styles, "ys"), raw: spread(lines.filter((line) => line.raw), styles, "raw"), bands: spreadBands(lines, log) };
    const label = `${metric} by ${by === "clock" ? "wall clock" : by}, ${lines.length === 1 ? lines[0].name : `${lines.length} lines`}`;
    const content = {
      datasets,
      label,
      // The colours are those of the theme at the time: a chart is drawn anew when it changes.
      adapt: (/** @type {any} */ spec) => adapt(spec, { lines, styles: lineStyles(lines.length), how: { ...how, by, height }, datasets }),
      adaptFile(/** @type {any} */ spec) {
        spec.title = { text: metric, anchor: "start", fontSize: 13 };
        for (const layer of spec.layer) layer.encoding.color.legend = { title: null, orient: "bottom", columns: 3, symbolType: "stroke", symbolStrokeWidth: 2 };
      },
      onView: (/** @type {any} */ view) => watchPointer(frame.place, view, { lines, styles: lineStyles(lines.length), by, onOpen: how.onOpen }),
    };
    return frame.draw("curves", content, () => listNumbers(lines, { metric, by }));
  }

  /** @param {any[]} lines @param {{color: string, dash: number}[]} styles @param {"ys" | "raw"} field */
  function spread(lines, styles, field) {
    const most = Math.max(FEW_POINTS, Math.min(ENOUGH_POINTS, Math.floor(MOST_POINTS / Math.max(1, lines.length))));
    return lines.flatMap((line) => {
      const { dash } = styles[line.place];
      return thinPlaces(line[field], most).map((/** @type {number} */ i) => ({ x: line.xs[i], y: line[field][i], series: line.name, dash }));
    });
  }

  /** @param {any[]} lines @param {boolean} log */
  function spreadBands(lines, log) {
    return lines.filter((line) => line.low).flatMap((line) => line.low.map((/** @type {number} */ low, /** @type {number} */ i) => ({ x: line.xs[i], low: log ? Math.max(low, line.ys[i] / 10) : low, high: line.high[i], series: line.name })));
  }

  /** @param {any} spec @param {any} of */
  function adapt(spec, { lines, styles, how, datasets }) {
    const names = lines.map((/** @type {any} */ line) => line.name);
    spec.height = how.height;
    const ends = lines.flatMap((/** @type {any} */ line) => [line.xs[0], line.xs.at(-1)]).filter(Number.isFinite);
    const steps = Math.max(...ends) - Math.min(...ends);
    const flat = flatDomain(lines);
    spec.layer = spec.layer.filter((/** @type {any} */ layer) => datasets[layer.data.name].length);
    for (const { encoding, mark } of spec.layer) {
      encoding.color.scale = { domain: names, range: styles.map((/** @type {any} */ style) => style.color) };
      if (encoding.strokeDash) encoding.strokeDash.scale.domain = [0, 1, 2, 3];
      fitX(encoding.x, how, steps);
      if (how.log) encoding.y.scale = { type: "log", nice: false };
      if (flat) encoding.y.scale = { ...encoding.y.scale, domain: flat };
      if (how.robust) encoding.y.scale = { ...encoding.y.scale, domain: robustDomain(lines, how.log), nice: false };
      if (lines.length > 16 && mark.type === "line") mark.strokeWidth = Math.min(mark.strokeWidth, 1.25);
    }
  }

  /** @param {any} x @param {any} how @param {number} steps how many steps there are from the first to the last */
  function fitX(x, { by, logx }, steps) {
    if (by === "clock") Object.assign(x, { type: "temporal", scale: { type: "utc", nice: false } });
    else if (logx) x.scale = { type: "log", nice: false };
    // There is no half a step.
    if (by === "step") x.axis.tickCount = Math.max(1, Math.min(x.axis.tickCount, steps));
    x.axis.title = { step: "step", time: "seconds since the first value", clock: "time (UTC)" }[/** @type {"step"} */ (by)];
  }

  /** Room around a value that stays what it is, whose only tick would be rounded; else null. @param {any[]} lines */
  function flatDomain(lines) {
    const values = lines.flatMap((line) => [...line.ys, ...(line.low ?? []), ...(line.high ?? [])].filter(Number.isFinite));
    if (!values.length || values.some((value) => value !== values[0])) return null;
    const room = Math.abs(values[0]) * 0.05 || 1;
    return [values[0] - room, values[0] + room];
  }

  /** Where nearly all values lie: between the 5th and the 95th of a hundred. @param {any[]} lines @param {boolean} log */
  function robustDomain(lines, log) {
    const values = Float64Array.from(lines.flatMap((line) => line.ys.filter((/** @type {number | null} */ y) => y !== null && (!log || y > 0)))).sort();
    const [low, high] = [0.05, 0.95].map((q) => runsite.stats.quantile(values, q));
    const margin = log ? 0 : (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
    return [low - margin, high + margin];
  }

  /** @param {any[]} lines @param {{metric: string, by: string}} of */
  function listNumbers(lines, { metric, by }) {
    const banded = lines.some((line) => line.low);
    const rows = lines.flatMap((line) => line.xs.map((/** @type {number} */ x, /** @type {number} */ i) => {
      const at = by === "clock" ? new Date(x).toISOString() : x;
      return banded ? [line.name, at, line.ys[i], line.sd[i], line.counts[i]] : [line.name, at, line.ys[i]];
    }));
    const head = ["line", by === "time" ? "seconds" : by === "clock" ? "time" : "step", metric];
    return { head: banded ? [...head, "standard deviation", "runs"] : head, rows };
  }

  /**
   * Name the line under the pointer. By hand: a Voronoi diagram of fifty thousand points is slow.
   * @param {HTMLElement} place @param {any} view @param {any} of
   */
  function watchPointer(place, view, { lines, styles, by, onOpen }) {
    const dot = make("span", { class: "curve-dot", hidden: true });
    place.append(dot);
    const canvas = /** @type {HTMLElement} */ (place.querySelector("canvas"));
    const find = (/** @type {PointerEvent | MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const [left, top] = view.origin();
      const at = { x: event.clientX - box.left - left, y: event.clientY - box.top - top };
      const near = findNearest(lines, { x: view.scale("x"), y: view.scale("y"), at, width: view.width() });
      return near ? { ...near, left: near.px + left + canvas.offsetLeft, top: near.py + top + canvas.offsetTop } : null;
    };
    const leave = () => {
      dot.hidden = true;
      hideTip();
    };
    canvas.addEventListener("pointermove", (event) => {
      const near = find(event);
      if (!near) return leave();
      Object.assign(dot.style, { left: `${near.left}px`, top: `${near.top}px`, background: styles[near.line.place].color });
      dot.hidden = false;
      canvas.style.cursor = near.line.runId && onOpen ? "pointer" : "default";
      showFacts(event.clientX, event.clientY, lineFacts(near, by));
    });
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("click", (event) => {
      const near = find(event);
      if (near?.line.runId && onOpen) onOpen(near.line, event);
    });
  }

  /**
   * The line that passes nearest below or above a place, and its point next to it.
   * @param {any[]} lines @param {any} of
   */
  function findNearest(lines, { x, y, at, width }) {
    if (at.x < -8 || at.x > width + 8) return null;
    /** @type {any} */
    let best = null;
    for (const line of lines) {
      const i = findPlace(line.xs, +x.invert(at.x));
      const value = line.ys[i];
      if (value === null || value === undefined) continue;
      const [px, py] = [x(line.xs[i]), y(value)];
      const far = Math.hypot((px - at.x) / 2, py - at.y);
      if (Number.isFinite(far) && far < REACH && (!best || far < best.far)) best = { line, i, px, py, far };
    }
    return best;
  }

  /** Place of the number nearest to another. @param {number[]} xs ascending @param {number} x */
  function findPlace(xs, x) {
    let [low, high] = [0, xs.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= x) low = middle;
      else high = middle;
    }
    return Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
  }

  /** @param {{line: any, i: number}} near @param {string} by @returns {[string, string][]} */
  function lineFacts({ line, i }, by) {
    const x = line.xs[i];
    /** @type {[string, string][]} */
    const facts = [[line.low ? "group" : "run", line.name], by === "step" ? ["step", String(x)] : by === "time" ? ["after", formatDuration(x)] : ["at", formatTime(x)], ["value", formatNumber(line.ys[i])]];
    if (line.low) facts.push(["deviation", `± ${formatNumber(line.sd[i])}`], ["runs", String(line.counts[i])]);
    else if (line.raw && line.raw[i] !== null) facts.push(["unsmoothed", formatNumber(line.raw[i])]);
    return facts;
  }

  /** @param {any[]} lines */
  function makeLegend(lines) {
    const styles = lineStyles(lines.length);
    return make("ul", { class: "legend" }, ...lines.map((line, i) => {
      const swatch = make("span", { class: `swatch swatch-${styles[i].dash}` });
      swatch.style.color = styles[i].color;
      return make("li", {}, swatch, line.href ? make("a", { href: line.href }, line.name) : line.name);
    }));
  }

  Object.assign(runsite, { loadCurves, drawCurves, makeLegend });
})();
