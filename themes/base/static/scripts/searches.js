// Progress of a search: each trial in the order in which it began, and the best so far.
(function () {
  "use strict";

  const { runsite } = window;
  const { Controls, ChartFrame, columnOptions, mainMetric, fieldTitle, drawable, isLog, pointOpacity, openRun, runFacts, runNumbers, formatNumber, formatCount, themeColor, stats } = runsite;

  class SearchHistory {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {ArrayLike<number>} */ this.rows = [];
      const controls = new Controls("history", () => void this.draw());
      const main = mainMetric(runs);
      const searches = findSearches(runs);
      controls.choice("y", "Value", columnOptions(runs, (/** @type {any} */ c) => !c.isText && c.kind !== "time"), main?.id ?? "run.duration");
      controls.choice("of", "Trials", [{ value: "all", label: "all runs in view" }, ...searches], "all");
      controls.choice("goal", "Better is", [{ value: "auto", label: "as known" }, { value: "min", label: "lower" }, { value: "max", label: "higher" }], "auto");
      controls.choice("x", "By", [{ value: "trial", label: "trial" }, { value: "time", label: "time" }], "trial");
      controls.choice("yscale", "Scale", ["auto", "linear", "log"].map((value) => ({ value, label: value })), "auto");
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
      const y = runs.find(controls.value("y"));
      const parent = controls.value("of");
      const rows = Array.from(this.rows).filter((row) => parent === "all" || runs.find("run.parent")?.text(row) === parent);
      if (!y || rows.length < 2) return frame.say("The progress of a search needs at least two runs in view.");
      const log = isLog(y, rows, controls.value("yscale"));
      const goal = controls.value("goal") === "auto" ? y.direction || "min" : controls.value("goal");
      const { points, order } = trace(runs, { rows, y, log, byTime: controls.value("x") === "time", smaller: goal === "min" });
      if (!points.length) return frame.say(`No run in view has ${y.label}.`);
      const last = points[points.length - 1];
      const content = {
        datasets: { points },
        label: `Progress of ${y.label} over ${points.length} trials; the best is ${formatNumber(last.best)}`,
        adapt: (/** @type {any} */ spec) => adapt(spec, { y, log, byTime: controls.value("x") === "time", count: points.length }),
        tip: (/** @type {any} */ d) => [...runFacts(runs, d.row, [y]), ["best so far", formatNumber(d.best)]],
        onClick: (/** @type {any} */ d, /** @type {MouseEvent} */ event) => openRun(runs, d.row, event),
      };
      const found = points.find((/** @type {any} */ p) => p.best === last.best);
      frame.note.textContent = `${formatCount(points.length)} trials; the best, ${formatNumber(last.best)} by ${runs.name(found.row)}, came ${formatCount(points.indexOf(found) + 1)}${ordinal(points.indexOf(found) + 1)}. The line is the best so far. ${goal === "min" ? "Lower" : "Higher"} is better${controls.value("goal") === "auto" && !y.direction ? " (assumed)" : ""}.`;
      return frame.draw("history", content, () => {
        const numbers = runNumbers(runs, order, [y]);
        return { ...numbers, head: [...numbers.head, "best so far"], rows: numbers.rows.map((/** @type {any[]} */ line, /** @type {number} */ i) => [...line, points[i].best]) };
      });
    }
  }

  /** @param {any} runs @param {any} how */
  function trace(runs, { rows, y, log, byTime, smaller }) {
    const started = runs.get("run.started").numbers;
    const order = rows.filter((/** @type {number} */ row) => drawable(y, row, log) !== null).sort((/** @type {number} */ a, /** @type {number} */ b) => started[a] - started[b] || a - b);
    const values = order.map((/** @type {number} */ row) => y.numbers[row]);
    const best = stats.bestSoFar(values, smaller);
    return { order, points: order.map((/** @type {number} */ row, /** @type {number} */ i) => ({ x: byTime ? started[row] : i + 1, y: values[i], best: best[i], row })) };
  }

  /** @param {any} spec @param {{y: any, log: boolean, byTime: boolean, count: number}} how */
  function adapt(spec, { y, log, byTime, count }) {
    Object.assign(spec.layer[0].mark, { opacity: pointOpacity(count), size: count > 2_000 ? 22 : 46 });
    spec.layer[1].mark.strokeWidth = 2.5;
    for (const layer of spec.layer) {
      layer.encoding.y.title = fieldTitle(y);
      layer.encoding.y.scale = log ? { type: "log", nice: false, padding: 8 } : { zero: false, nice: false, padding: 8 };
      layer.encoding.x.scale = { nice: false, zero: false, padding: 4 };
      if (byTime) Object.assign(layer.encoding.x, { type: "temporal", title: "started (UTC)", axis: { grid: false }, scale: { type: "utc" } });
    }
    spec.layer[0].encoding.color = { value: themeColor("--chart-muted") };
    spec.layer[1].encoding.color = { value: themeColor("--chart-line") };
  }

  /** Runs with runs nested in them. @param {any} runs */
  function findSearches(runs) {
    const parents = runs.find("run.parent");
    if (!parents) return [];
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const code of parents.codes) if (code >= 0) counts.set(parents.words[code], (counts.get(parents.words[code]) ?? 0) + 1);
    return [...counts].filter(([, count]) => count > 1).map(([id, count]) => ({ value: id, label: `${runs.rowOf(id) >= 0 ? runs.name(runs.rowOf(id)) : id.slice(0, 8)} (${formatCount(count)})` }));
  }

  /** @param {number} n */
  function ordinal(n) {
    if (n % 100 > 10 && n % 100 < 14) return "th";
    return ["th", "st", "nd", "rd"][n % 10] ?? "th";
  }

  runsite.SearchHistory = SearchHistory;
})();
