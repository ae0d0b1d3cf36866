// The model's page: each of its main metrics over its versions, with the holders of stages named.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, ChartFrame, chartWord, themeColor, formatNumber } = runsite;

  /**
   * @typedef {object} Version
   * @property {string} version
   * @property {string} stage empty without one
   * @property {string} href
   * @property {string[]} values in the order of the metrics, with every digit; empty where there is none
   */

  /** @param {HTMLElement} host @param {{metrics: string[], versions: Version[]}} data */
  async function showVersions(host, { metrics, versions }) {
    for (const [place, metric] of metrics.entries()) {
      const points = versions.flatMap(({ values, version, stage, href }) => {
        const value = Number(values[place] || NaN);
        return Number.isFinite(value) ? [{ version, stage: chartWord(stage), href, value }] : [];
      });
      if (points.length < 2) continue;
      host.hidden = false;
      const figure = make("figure", { class: "curve" });
      host.append(figure);
      await drawVersions(new ChartFrame(figure, { title: metric, height: 230 }), metric, points);
    }
  }

  /** @param {any} frame @param {string} metric @param {any[]} points */
  function drawVersions(frame, metric, points) {
    const content = {
      datasets: { points, stages: points.filter(({ stage }) => stage) },
      label: `${metric} of ${points.length} versions: ${points.map(({ version, value }) => `${version} ${formatNumber(value)}`).join(", ")}`,
      adapt(/** @type {any} */ spec) {
        const [line, dots, rings, words] = spec.layer;
        for (const layer of [line, dots, rings]) layer.encoding.color = { value: themeColor("--chart-line") };
        words.encoding.color = { value: themeColor("--ink") };
        for (const { encoding } of spec.layer) encoding.x.scale.domain = points.map(({ version }) => version);
        if (!content.datasets.stages.length) spec.layer = [line, dots]; // Vega warns of what has no extent
      },
      tip: (/** @type {any} */ point) => [["version", point.version], ...(point.stage ? [["stage", point.stage]] : []), [metric, formatNumber(point.value)]],
      onClick(/** @type {any} */ point) {
        if (point.href) location.assign(point.href);
      },
    };
    return frame.draw("versions", content, () => ({ head: ["version", "stage", metric], rows: points.map(({ version, stage, value }) => [version, stage, value]) }));
  }

  document.addEventListener("DOMContentLoaded", () => {
    const host = /** @type {HTMLElement | null} */ (document.querySelector("[data-versions]"));
    const data = document.getElementById("versions-data");
    if (host && data) void showVersions(host, JSON.parse(data.textContent || ""));
  });
})();
