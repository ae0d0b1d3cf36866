// Pictures of a model's quality on the pages of runs and versions, from what evaluations logged.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, ChartFrame, chartWord, seriesColors, themeColor, isDark, formatNumber, formatCount, whenSeen } = runsite;
  const TITLES = /** @type {Record<string, string>} */ ({
    confusion_matrix: "Confusion matrix",
    roc_curve: "ROC curve",
    precision_recall_curve: "Precision and recall",
    calibration_curve: "Calibration",
    residuals: "Residuals",
    feature_importance: "Feature importance",
  });
  const SCORES = /** @type {Record<string, string>} */ ({ auc: "area", average_precision: "average precision", brier: "Brier score" });
  const AXES = /** @type {Record<string, [string, string]>} */ ({
    roc_curve: ["false positive rate", "true positive rate"],
    precision_recall_curve: ["recall", "precision"],
    calibration_curve: ["predicted probability", "observed share"],
  });

  /** @type {Record<string, (place: any, data: any, kind: string) => void>} */
  const DRAW = {
    confusion_matrix: drawConfusion,
    roc_curve: drawLines,
    precision_recall_curve: drawLines,
    calibration_curve: drawLines,
    residuals: drawResiduals,
    feature_importance: drawFeatures,
  };

  /** @param {any} place @param {any} data */
  function drawConfusion(place, { labels, matrix }) {
    const names = labels.map((/** @type {string} */ label, /** @type {number} */ i) => chartWord(labels.indexOf(label) === i ? label : `${label} (${i + 1})`));
    const sums = matrix.map((/** @type {number[]} */ row) => row.reduce((sum, count) => sum + count, 0));
    const points = matrix.flatMap((/** @type {number[]} */ row, /** @type {number} */ i) => row.map((count, j) => ({ x: names[j], y: names[i], value: sums[i] ? count / sums[i] : 0, count, text: labels.length <= 12 ? formatNumber(count) : "", strong: sums[i] > 0 && count / sums[i] > 0.55 })));
    const right = points.filter((/** @type {any} */ p) => p.x === p.y).reduce((/** @type {number} */ sum, /** @type {any} */ p) => sum + p.count, 0);
    const total = sums.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0);
    const frame = place.frame(Math.max(240, Math.min(420, 70 + 34 * labels.length)));
    frame.note.textContent = `${((100 * right) / (total || 1)).toFixed(1)}% of ${formatCount(total)} are right. Shades are shares of the true class.`;
    return frame.draw("confusion", {
      datasets: { points },
      label: `Confusion matrix of ${labels.length} classes; ${((100 * right) / (total || 1)).toFixed(1)}% are right`,
      adapt(/** @type {any} */ spec) {
        spec.height = frame.height - 60;
        const [cells, words] = spec.layer;
        if (isDark()) cells.encoding.color.scale.range = ["#1b2130", "#5aa2f0"];
        words.encoding.color.value = themeColor("--ink");
        if (isDark()) for (const condition of [words.encoding.color.condition].flat()) condition.value = "#0d1020";
        for (const layer of spec.layer) {
          layer.encoding.x.scale = layer.encoding.y.scale = { domain: names };
          layer.encoding.x.axis = { ...layer.encoding.x.axis, labelAngle: labels.length > 6 ? -40 : 0 };
        }
      },
      tip: (/** @type {any} */ d) => [["true", d.y], ["predicted", d.x], ["rows", formatNumber(d.count)], ["of the class", `${(100 * d.value).toFixed(1)}%`]],
    }, () => ({ head: ["true \\ predicted", ...labels], rows: matrix.map((/** @type {number[]} */ row, /** @type {number} */ i) => [labels[i], ...row]) }));
  }

  /** @param {any} place @param {any} data @param {string} kind */
  function drawLines(place, { lines, score }, kind) {
    const named = runsite.uniqueLines(lines.map((/** @type {any} */ line) => ({ ...line, name: line.label })));
    const points = named.flatMap((/** @type {any} */ line) => line.x.map((/** @type {number | null} */ x, /** @type {number} */ i) => ({ x, y: line.y[i], series: line.name, order: i, score: line.score, count: line.count?.[i] }))).filter((/** @type {any} */ p) => p.x !== null && p.y !== null);
    const [across, up] = AXES[kind];
    const frame = place.frame(330);
    const guide = kind === "precision_recall_curve" ? [] : [{ x: 0, y: 0 }, { x: 1, y: 1 }];
    const facts = named.map((/** @type {any} */ line) => `${named.length > 1 ? `${line.name}: ` : ""}${SCORES[score]} ${line.score === null ? "unknown" : formatNumber(line.score)}`);
    const colors = named.map((/** @type {any} */ _, /** @type {number} */ i) => (named.length === 1 ? themeColor("--chart-line") : seriesColors()[i % seriesColors().length]));
    if (named.length > 1) frame.element.append(makeKey(named, colors, facts));
    else frame.note.textContent = `${facts[0].charAt(0).toUpperCase()}${facts[0].slice(1)}.`;
    return frame.draw("quality", {
      datasets: { points, guide },
      label: `${TITLES[kind]}: ${facts.slice(0, 6).join(", ")}`,
      adapt(/** @type {any} */ spec) {
        spec.height = 260;
        for (const layer of spec.layer) {
          layer.encoding.x.title = across;
          layer.encoding.y.title = up;
          if (layer.encoding.color) layer.encoding.color.scale = { domain: named.map((/** @type {any} */ line) => line.name), range: colors };
          else layer.encoding.color = { value: themeColor("--line-strong") };
        }
        if (kind === "calibration_curve") Object.assign(spec.layer[2].encoding, { opacity: { value: 1 } });
        if (!guide.length) spec.layer.shift();
      },
      tip: (/** @type {any} */ d) => [["class", d.series], [across, formatNumber(d.x)], [up, formatNumber(d.y)], ...(d.count === undefined ? [] : [["rows", formatCount(d.count)]])],
    }, () => ({ head: ["class", across, up], rows: points.map((/** @type {any} */ p) => [p.series, p.x, p.y]) }));
  }

  /** @param {any[]} lines @param {string[]} colors @param {string[]} facts */
  function makeKey(lines, colors, facts) {
    return make("ul", { class: "legend" }, ...lines.map((_, i) => {
      const swatch = make("span", { class: "swatch swatch-0" });
      swatch.style.color = colors[i];
      return make("li", {}, swatch, facts[i]);
    }));
  }

  /** @param {any} place @param {any} data */
  async function drawResiduals(place, { edges, counts, true: truth, predicted }) {
    if (truth) {
      const points = predicted.map((/** @type {number} */ x, /** @type {number} */ i) => ({ x, y: truth[i] - x, true: truth[i] })).filter((/** @type {any} */ p) => p.x !== null && p.true !== null);
      await place.frame(330).draw("residuals", {
        datasets: { points, guide: [{ y: 0 }] },
        label: `Residuals over predictions, ${points.length} rows`,
        adapt(/** @type {any} */ spec) {
          spec.height = 260;
          const [zero, dots] = spec.layer;
          zero.encoding.color = { value: themeColor("--ink-soft") };
          dots.encoding.color = { value: themeColor("--chart-line") };
          dots.encoding.x.scale = { zero: false, nice: false, padding: 8 };
        },
        tip: (/** @type {any} */ d) => [["predicted", formatNumber(d.x)], ["true", formatNumber(d.true)], ["true - predicted", formatNumber(d.y)]],
      }, () => ({ head: ["predicted", "true", "true - predicted"], rows: points.map((/** @type {any} */ p) => [p.x, p.true, p.y]) }));
    }
    if (counts) {
      const points = counts.map((/** @type {number} */ count, /** @type {number} */ i) => ({ start: edges[i], end: edges[i + 1], count }));
      await place.frame(330, "Spread of the residuals").draw("histogram", {
        datasets: { points },
        label: `Histogram of residuals in ${counts.length} bins`,
        adapt(/** @type {any} */ spec) {
          spec.height = 260;
          spec.encoding.x.title = "true - predicted";
          spec.encoding.y.title = "rows";
          spec.encoding.color = { value: themeColor("--chart-line") };
        },
        tip: (/** @type {any} */ d) => [["from", formatNumber(d.start)], ["to", formatNumber(d.end)], ["rows", formatCount(d.count)]],
      }, () => ({ head: ["from", "to", "rows"], rows: points.map((/** @type {any} */ p) => [p.start, p.end, p.count]) }));
    }
  }

  /** @param {any} place @param {any} data */
  function drawFeatures(place, { features, n_features: total }) {
    const points = features.map((/** @type {any} */ f) => ({ name: chartWord(f.name), value: f.mean, low: f.mean - f.deviation, high: f.mean + f.deviation }));
    const height = 50 + 22 * points.length;
    const frame = place.frame(height);
    if (total > points.length) frame.note.textContent = `The first ${points.length} of ${formatCount(total)} features.`;
    return frame.draw("importance", {
      datasets: { points },
      label: `Feature importance: ${points.slice(0, 5).map((/** @type {any} */ p) => `${p.name} ${formatNumber(p.value)}`).join(", ")}`,
      adapt(/** @type {any} */ spec) {
        spec.height = height - 50;
        const [bars, spans] = spec.layer;
        bars.encoding.color = { value: themeColor("--chart-line") };
        spans.encoding.color = { value: themeColor("--ink-soft") };
        for (const layer of spec.layer) Object.assign(layer.encoding.x, { axis: { tickCount: 5 }, scale: { nice: false } });
        if (points.every((/** @type {any} */ p) => p.low === p.high)) spec.layer.pop();
      },
      tip: (/** @type {any} */ d) => [["feature", d.name], ["importance", formatNumber(d.value)], ...(d.high > d.value ? [["deviation", `± ${formatNumber(d.high - d.value)}`]] : [])],
    }, () => ({ head: ["feature", "importance", "deviation"], rows: features.map((/** @type {any} */ f) => [f.name, f.mean, f.deviation]) }));
  }

  function makeFigure() {
    const figure = make("figure", { class: "curve" });
    figure.style.minHeight = "22rem";
    return figure;
  }

  /** @param {HTMLElement} host @param {{kind: string, path: string, data: string}[]} charts */
  function showAll(host, charts) {
    /** @type {Map<Element, () => void>} */
    const waiting = new Map();
    const order = Object.keys(TITLES);
    for (const { kind, path, data } of charts.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
      const figure = makeFigure();
      host.append(figure);
      const frame = (/** @type {number} */ height, /** @type {string} */ title = TITLES[kind]) => {
        // A second picture of the same file stands beside the first.
        const own = figure.firstChild ? makeFigure() : figure;
        if (own !== figure) figure.after(own);
        const made = new ChartFrame(own, { title, height });
        own.append(make("figcaption", { class: "plot-note" }, path));
        return made;
      };
      waiting.set(figure, () => void DRAW[kind]({ frame }, JSON.parse(data), kind));
    }
    whenSeen([...waiting.keys()], (/** @type {Element} */ figure) => waiting.get(figure)?.(), "300px");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const host = /** @type {HTMLElement | null} */ (document.querySelector("[data-quality]"));
    const block = document.getElementById("quality-data");
    if (!host || !block) return;
    host.hidden = false;
    showAll(host, JSON.parse(block.textContent || "[]").filter((/** @type {any} */ chart) => chart.kind in DRAW));
  });
})();
