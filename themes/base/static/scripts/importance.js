// Which params matter: measured when the site was built, shown here with how far it is to be trusted.
(function () {
  "use strict";

  const { runsite } = window;
  const { pageData, load, Controls, ChartFrame, formatCount, themeColor, stats } = runsite;
  const POOR = 0.3;

  class Importance {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      this.host = host;
      /** @type {Promise<any> | null} */ this.loading = null;
    }

    async show() {
      this.loading ??= load(pageData().importance);
      const found = await this.loading;
      if (!this.frame) this.start(found);
      await this.draw(found);
    }

    /** @param {any} found */
    start(found) {
      const controls = new Controls("importance", () => void this.draw(found));
      const options = found.metrics.map((/** @type {any} */ m) => ({ value: m.metric, label: m.metric }));
      if (options.length) controls.choice("metric", "Metric", options, options[0].value);
      this.controls = controls;
      this.host.append(controls.element);
      this.frame = new ChartFrame(this.host, { height: 300, bar: controls.element });
    }

    /** @param {any} found */
    async draw(found) {
      const { frame, controls } = this;
      const measured = found.metrics.find((/** @type {any} */ m) => m.metric === controls?.value("metric"));
      if (!measured) return frame.say(found.problem);
      const points = measured.params.map((/** @type {any} */ p) => ({ name: runsite.chartWord(p.param), value: p.mean, low: p.mean - p.deviation, high: p.mean + p.deviation }));
      frame.place.style.minHeight = `${26 * points.length + 50}px`;
      const content = {
        datasets: { points },
        label: `Importance of params for ${measured.metric}: ${points.slice(0, 5).map((/** @type {any} */ p) => `${p.name} ${p.value.toFixed(2)}`).join(", ")}`,
        adapt: (/** @type {any} */ spec) => adapt(spec, measured, 26 * points.length),
        tip: (/** @type {any} */ d) => [["param", d.name], ["importance", `${d.value.toFixed(3)} ± ${(d.high - d.value).toFixed(3)}`]],
      };
      frame.note.textContent = describe(found, measured);
      await frame.draw("importance", content, () => ({ head: ["param", "importance", "standard deviation"], rows: measured.params.map((/** @type {any} */ p) => [p.param, p.mean, p.deviation]) }));
    }
  }

  /** @param {any} spec @param {any} measured @param {number} height */
  function adapt(spec, measured, height) {
    spec.height = height;
    const [bars, spans] = spec.layer;
    const poor = measured.score < POOR;
    bars.encoding.color = { value: themeColor(poor ? "--chart-faint" : "--chart-line") };
    spans.encoding.color = { value: themeColor("--ink-soft") };
    const title = "loss of R² when the param is shuffled";
    for (const layer of spec.layer) Object.assign(layer.encoding.x, { title, axis: { tickCount: 6 }, scale: { nice: false } });
  }

  /** @param {any} found @param {any} measured */
  function describe(found, measured) {
    const score = stats.formatCorrelation(measured.score);
    const runs = `${formatCount(measured.n_runs)}${measured.n_runs < found.n_finished ? ` of ${formatCount(found.n_finished)}` : ""} finished runs`;
    const trust = measured.score < POOR
      ? `That is poor: what params say of ${measured.metric} here is mostly noise, and so are the bars.`
      : measured.score < 0.7 ? "Take small bars for noise." : "";
    return `A random forest on ${runs}, whatever the filter. On runs that it has not seen it predicts ${measured.metric} with R² ${score} (1 is perfect, 0 no better than the mean). ${trust}`.trim();
  }

  runsite.Importance = Importance;
})();
