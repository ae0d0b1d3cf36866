// Learning curves of several runs over each other.
(function () {
  "use strict";

  const { make, loadCurves, drawCurves, makeLegend } = window.runsite;

  class CurvesPlot {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {{name: string, curves: any[]}[]} */ this.lines = [];
      this.metric = /** @type {HTMLSelectElement} */ (make("select", { onchange: () => void this.draw() }));
      this.by = /** @type {HTMLSelectElement} */ (make("select", { onchange: () => void this.draw() }, make("option", { value: "step" }, "step"), make("option", { value: "time" }, "time")));
      this.log = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", onchange: () => void this.draw() }));
      this.chart = make("div", { class: "chart" });
      document.addEventListener("runsite:theme", () => void this.draw());
      this.legend = make("div", {});
      this.note = make("p", { class: "plot-note" });
      host.append(make("div", { class: "plot-bar" }, make("label", {}, "Metric", this.metric), make("label", {}, "By", this.by), make("label", {}, this.log, "Log scale")), this.chart, this.legend, this.note);
    }

    /** @param {number[]} rows */
    show(rows) {
      const shards = this.runs.get("run.curves");
      const withCurves = rows.filter((row) => !shards.isMissing(row));
      this.note.textContent = withCurves.length ? "The selected runs; without a selection the first of the table." : "None of these runs has a history.";
      return this.showLines(withCurves.map((row) => ({ name: this.runs.name(row), runId: this.runs.runId(row), shard: shards.text(row) })));
    }

    /** @param {{name: string, runId: string, shard: string}[]} wanted */
    async showLines(wanted) {
      this.wanted = wanted;
      const lines = await Promise.all(wanted.map(async ({ name, runId, shard }) => ({ name, curves: await loadCurves(shard, runId) })));
      if (this.wanted !== wanted) return; // a newer choice has overtaken this one
      this.lines = unique(lines);
      this.offerMetrics();
      await this.draw();
    }

    offerMetrics() {
      const keys = [...new Set(this.lines.flatMap(({ curves }) => curves.filter((c) => c.values.length > 1).map((c) => c.key)))];
      const before = this.metric.value;
      const usual = this.runs.columns.find((/** @type {any} */ c) => c.group === "metrics" && c.direction && keys.includes(c.label))?.label;
      this.metric.replaceChildren(...keys.sort().map((key) => make("option", { value: key }, key)));
      this.metric.value = keys.includes(before) ? before : (usual ?? keys[0] ?? "");
    }

    async draw() {
      const metric = this.metric.value;
      const lines = this.lines.flatMap(({ name, curves }) => curves.filter((curve) => curve.key === metric).map((curve) => ({ name, curve })));
      this.legend.replaceChildren(makeLegend(lines.map(({ name }) => name)));
      if (lines.length) await drawCurves(this.chart, lines, { metric, by: this.by.value, log: this.log.checked, height: 320 });
      else this.chart.replaceChildren();
    }
  }

  /** Runs can share a name; lines cannot. @param {{name: string, curves: any[]}[]} lines */
  function unique(lines) {
    /** @type {Map<string, number>} */
    const seen = new Map();
    return lines.map((line) => {
      const count = (seen.get(line.name) ?? 0) + 1;
      seen.set(line.name, count);
      return count === 1 ? line : { ...line, name: `${line.name} (${count})` };
    });
  }

  window.runsite.CurvesPlot = CurvesPlot;
})();
