// Learning curves of several runs over each other, one chart a metric.
(function () {
  "use strict";

  const { runsite } = window;
  const { make, Controls, ChartFrame, loadCurves, drawCurves, makeLines, uniqueLines, makeLegend, columnOptions, runHref, formatCount } = runsite;
  const MOST_CHARTS = 12;

  class CurvesPlot {
    /** @param {HTMLElement} host @param {any} runs */
    constructor(host, runs) {
      this.runs = runs;
      /** @type {{name: string, runId: string, curves: any[]}[]} */ this.lines = [];
      const controls = new Controls("curves", (/** @type {any} */ name) => void (name === "most" ? this.show(this.rows ?? []) : this.draw()));
      this.metrics = controls.several("metrics", "Metrics", [], []);
      controls.choice("by", "By", [{ value: "step", label: "step" }, { value: "time", label: "time since start" }, { value: "clock", label: "wall clock" }], "step");
      controls.slider("smooth", "Smoothing", { min: 0, max: 0.99, step: 0.01 }, 0);
      controls.choice("group", "Group by", [{ value: "none", label: "none" }, ...columnOptions(runs, (/** @type {any} */ c) => c.group !== "metrics" && c.kind !== "time" && c.id !== "run.name" && c.id !== "run.duration" && c.distinct <= 60)], "none");
      controls.choice("most", "Runs", ["8", "16", "32", "50"].map((value) => ({ value, label: value })), "8");
      controls.toggle("best", "Best so far");
      controls.toggle("log", "Log y");
      controls.toggle("logx", "Log x");
      controls.toggle("robust", "Ignore outliers");
      this.controls = controls;
      this.grid = make("div", { class: "chart-grid" });
      this.legend = make("div", {});
      this.note = make("p", { class: "plot-note", role: "status" });
      /** @type {Map<string, any>} */ this.frames = new Map();
      document.addEventListener("runsite:theme", () => this.legend.isConnected && void this.draw());
      host.append(controls.element, this.grid, this.legend, this.note);
    }

    /** @param {ArrayLike<number>} rows the runs to choose from, the first first */
    show(rows) {
      this.rows = rows;
      const shards = this.runs.get("run.curves");
      const most = Number(this.controls.value("most"));
      const chosen = [];
      let having = 0;
      for (let i = 0; i < rows.length; i++) {
        if (shards.isMissing(rows[i])) continue;
        having++;
        if (chosen.length < most) chosen.push(rows[i]);
      }
      this.note.textContent = !chosen.length ? "None of the runs in view has a history." : chosen.length < having ? `The first ${chosen.length} of ${formatCount(having)} runs with a history, in the order of the table: sort it, or select runs there, to see others.` : "";
      return this.showLines(chosen.map((row) => ({ name: this.runs.name(row), runId: this.runs.runId(row), shard: shards.text(row) })));
    }

    /** @param {{name: string, runId: string, shard: string}[]} wanted */
    async showLines(wanted) {
      this.wanted = wanted;
      const lines = await Promise.all(wanted.map(async ({ name, runId, shard }) => ({ name, runId, curves: await loadCurves(shard, runId) })));
      if (this.wanted !== wanted) return; // a newer choice has overtaken this one
      this.lines = uniqueLines(lines);
      this.offerMetrics();
      await this.draw();
    }

    offerMetrics() {
      const keys = [...new Set(this.lines.flatMap(({ curves }) => curves.filter((c) => c.values.length > 1).map((c) => c.key)))].sort();
      const usual = this.runs.columns.find((/** @type {any} */ c) => c.group === "metrics" && c.direction && keys.includes(c.label))?.label ?? keys[0];
      this.metrics.offer(keys.map((key) => ({ value: key, label: key })), usual === undefined ? [] : [usual]);
    }

    /** @param {string} metric */
    make(metric) {
      const { controls, runs } = this;
      const column = controls.value("group") === "none" ? null : runs.find(controls.value("group"));
      const direction = runs.find(`metrics.${metric}`)?.direction || "min";
      const histories = this.lines.flatMap(({ name, runId, curves }) => {
        const row = runs.rowOf(runId);
        const group = column ? `${column.label} = ${(row >= 0 && column.text(row)) || "none"}` : undefined;
        return curves.filter((curve) => curve.key === metric && curve.values.length > 1).map((curve) => ({ name, runId, curve, group, href: row >= 0 ? runHref(runs, row) : undefined }));
      });
      return makeLines(histories, { by: controls.value("by"), smooth: Number(controls.value("smooth")), best: controls.isOn("best") ? direction : "", log: controls.isOn("log"), logx: controls.isOn("logx") });
    }

    async draw() {
      const { controls } = this;
      const metrics = this.metrics.chosen.slice(0, MOST_CHARTS);
      for (const [key, frame] of this.frames) if (!metrics.includes(key)) (frame.element.remove(), this.frames.delete(key));
      for (const metric of metrics) {
        const frame = this.frames.get(metric) ?? new ChartFrame(this.grid, { title: metric, height: 340 });
        this.frames.set(metric, frame);
        this.grid.append(frame.element);
      }
      this.grid.classList.toggle("chart-grid-one", metrics.length < 2);
      /** @type {Map<string, any>} */
      const named = new Map();
      for (const metric of metrics) {
        const lines = this.make(metric);
        for (const line of lines) named.set(line.name, line);
        const frame = this.frames.get(metric);
        if (!lines.length) frame.say("None of these runs has this metric.");
        else await drawCurves(frame, lines, { metric, by: controls.value("by"), log: controls.isOn("log"), logx: controls.isOn("logx"), robust: controls.isOn("robust"), height: metrics.length > 1 ? 240 : 320, onOpen: (/** @type {any} */ line, /** @type {any} */ event) => this.open(line, event) });
      }
      this.legend.replaceChildren(makeLegend([...named.values()]));
    }

    /** @param {any} line @param {MouseEvent} event */
    open(line, event) {
      const row = this.runs.rowOf(line.runId);
      if (row >= 0) runsite.openRun(this.runs, row, event);
    }
  }

  runsite.CurvesPlot = CurvesPlot;
})();
